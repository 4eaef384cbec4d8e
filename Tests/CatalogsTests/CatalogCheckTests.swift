import Catalogs
import Checkpoints
import TestSupport
import Testing

/// Two stages: 100 steps of 1000 tokens; then two ingredients of 10 steps from there.
private func smallPlan(rate: Double = 1, stage2Rate: Double = 1) throws -> TrainingPlan {
    func constant(_ rate: Double) -> LearningRateSchedule { LearningRateSchedule(shape: .constant, learningRate: rate) }
    return try TrainingPlan(
        [TrainingRun(stage: 1, batchTokens: 1000, endStep: 100, schedule: constant(rate))]
            + (1...2).map {
                TrainingRun(
                    stage: 2, ingredient: $0, batchTokens: 1000, fromStep: 100, endStep: 10,
                    schedule: constant(stage2Rate))
            })
}

private let header = "Step,Checkpoint Directory\n"

@Suite struct CatalogCheckTests {
    private func check(_ files: KeyValuePairs<String, String>, _ plan: TrainingPlan? = nil) throws -> [String] {
        try catalog(files).check(plan: plan).map { finding in
            "\(finding.kind.rawValue) \(finding.line.map(String.init) ?? "-"): \(finding.message)"
        }
    }

    @Test func `a complete catalog has no findings`() throws {
        let stage2 = (1...2).map {
            "\($0),5,h/stage2/x_ingredient\($0)/step5/\n\($0),10,h/stage2/x_ingredient\($0)/step10/\n"
        }
        let files: KeyValuePairs = [
            "a.csv": header + "0,h/step0/\n50,h/step50/\n100,h/step100/",
            "b.csv": "Ingredient,Step,Checkpoint Directory\n" + stage2.joined() + "soup,10,h/stage2/soup/step10/",
        ]
        #expect(try check(files).isEmpty)
        #expect(try check(files, smallPlan()).isEmpty)
    }

    @Test func `a step that is listed twice is a finding at the second row`() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("a.csv", header + "1,h/step1/\n2,h/step2/\n1,h/step1/\n2,h/other/step2/\n")
        let found = try Catalog(reading: [path]).check(plan: nil)
        #expect(found.map(\.kind) == [.duplicateRow, .duplicateRow] && found.map(\.line) == [4, 5])
        #expect(found[0].message == "stage1-step1 is listed already by line 2 of \(path)")
        #expect(found[1].message == "stage1-step2 is listed already by line 3 of \(path), with another directory")
        #expect(found[0].text == "1,h/step1/")
    }

    @Test func `a row whose directory tells another step, stage or ingredient is mislabelled`() throws {
        let found = try check([
            "a.csv": """
            Ingredient,Step,Checkpoint Directory
            3,11931,h/stage2/olmo_stage2_ingredient3/step11000-unsharded/
            1,5,h/stage2/olmo_stage2_ingredient2/step5/
            1,6,h/stage3/olmo_ingredient1/step6/
            1,7,h/some/where/7/
            """
        ])
        #expect(
            found == [
                "mislabelled 2: the row says step 11931, its directory step 11000",
                "mislabelled 3: the row says ingredient 1, its directory ingredient 2",
                "mislabelled 4: the row says stage 2, its directory stage 3",
            ])
    }

    @Test func `a stage that starts from a step that is not listed`() throws {
        let found = try check(["a.csv": header + "0,h/step0/\n98,h/step98/\n99,h/step99/\n"], smallPlan())
        #expect(
            found == [
                "missing_branch_point -: stage 2 starts from step 100 of stage 1, which is not listed; the nearest that is: 99"
            ])
    }

    @Test func `a run that is not listed to its end, or beyond it`() throws {
        let stage2 = "1,5,h/step5/\n2,10,h/step10/\n2,11,h/step11/\n"
        let found = try check(["b.csv": "Ingredient,Step,Checkpoint Directory\n" + stage2], smallPlan())
        #expect(
            found == [
                "beyond_end 4: stage 2, ingredient 2 ended at step 10, before step 11",
                "missing_end -: stage 2, ingredient 1 ended at step 10, which is not listed; the last that is: 5",
            ])
    }

    @Test func `checkpoints after the branch point of a stage without a known end`() throws {
        let plan = try TrainingPlan([
            TrainingRun(stage: 1, batchTokens: 1000), TrainingRun(stage: 2, batchTokens: 1000, fromStep: 60),
        ])
        let found = try check(["a.csv": header + "0,h/step0/\n60,h/step60/\n70,h/step70/\n"], plan)
        #expect(
            found == [
                "beyond_branch_point -: stage 1 is listed to step 70, but stage 2 starts from step 60: the branch point is not the last step"
            ])
    }

    @Test func `a column of tokens that do not follow from the steps`() throws {
        let found = try check(
            [
                "a.csv": """
                Stage,Step,Tokens Seen,Checkpoint Directory
                stage1,100,100000,h/step100/
                stage2_ingredient1,5,105000,h/ingredient1/step5/
                stage2_ingredient2,10,109000,h/ingredient2/step10/
                stage2_ingredient1,10,110000,h/ingredient1/step10/
                stage2_souped,10,110500,h/souped/step10/
                """
            ], smallPlan())
        #expect(
            found == [
                "wrong_tokens 4: 109000 tokens are stated, but up to stage2-ingredient2-step10 training took 110000: -1000, -1 steps of the run",
                "wrong_tokens 6: 110500 tokens are stated, but up to stage2-soup-step10 training took 110000: +500, 0.5 steps of the run",
            ])
    }

    @Test func `a learning rate that does not go on at the branch`() throws {
        func files(_ ingredients: ClosedRange<Int>) -> KeyValuePairs<String, String> {
            let rows = ingredients.map { "\($0),10,h/stage2/x_ingredient\($0)/step10/\n" }
            return [
                "a.csv": header + "100,h/step100/\n",
                "b.csv": "Ingredient,Step,Checkpoint Directory\n" + rows.joined() + "soup,10,h/stage2/soup/step10/\n",
            ]
        }
        func jump(_ ingredient: Int) -> String {
            "learning_rate_jump -: stage 2, ingredient \(ingredient) starts with a learning rate of 3, but the run it starts from had 1 at step 100"
        }
        #expect(try check(files(1...2), smallPlan(stage2Rate: 3)) == [jump(1), jump(2)])
        #expect(try check(files(2...2), smallPlan(stage2Rate: 3)) == [jump(2)], "ingredient 1 is not listed")
        #expect(try check(["a.csv": header + "100,h/step100/\n"], smallPlan(stage2Rate: 3)).isEmpty, "none is listed")
        #expect(try check(files(1...2), smallPlan(stage2Rate: 1.0005)).isEmpty, "a printed rate is rounded")
    }

    @Test func `labels that round tokens in both directions`() throws {
        // 1000 tokens a step, so that step 1500 has 1.5 million.
        let up = ["step1100-tokens2M", "step1600-tokens2M", "step2000-tokens2M", "step2300-tokens3M"]
        #expect(try check(["a.txt": up.joined(separator: "\n")], oneRun()).isEmpty)
        let found = try check(["a.txt": (up + ["step3700-tokens3M"]).joined(separator: "\n")], oneRun())
        #expect(found == ["token_rounding 5: the name rounds 3700000 tokens down, unlike 3 of 4 names here"])
        let nearest = ["step1100-tokens1M", "step1600-tokens2M", "step2500-tokens3M", "step2400-tokens2M"]
        #expect(try check(["a.txt": nearest.joined(separator: "\n")], oneRun()).isEmpty, "one rule: to the nearest")
        let wrong = try check(["a.txt": "step1100-tokens4M"], oneRun())
        #expect(wrong == ["wrong_tokens 1: the name says 4 times 1000000 tokens, but the step makes 1100000"])
    }

    @Test func `later stages count their labels' tokens from their own beginning`() throws {
        let names = [
            "stage1-step100-tokens1M", "stage2-ingredient1-step10-tokens1M", "stage2-ingredient2-step10-tokens0M",
        ]
        let found = try check(["a.txt": names.joined(separator: "\n")], smallPlan())
        #expect(found == ["token_rounding 3: the name rounds 10000 tokens down, unlike 2 of 3 names here"])
    }

    private func oneRun() throws -> TrainingPlan {
        try TrainingPlan([TrainingRun(stage: 1, batchTokens: 1000)])
    }
}

/// Catalogs of checkpoints that are there.
@Suite struct CatalogFolderTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        for step in 0...3 { try SmallModel(step, revision: "stage1-step\(1000 * step)").write(to: folder) }
    }

    private func check(expectsQueryKeyNorms: Bool = false) throws -> [CatalogFinding] {
        let catalog = try Catalog(reading: [folder.path], options: readOptions())
        return try catalog.check(plan: nil, expectsQueryKeyNorms: expectsQueryKeyNorms)
    }

    @Test func `a sound folder has no findings, its entries are in training order`() throws {
        let catalog = try Catalog(reading: [folder.path], options: readOptions())
        #expect(catalog.entries.map(\.revision.step) == [0, 1000, 2000, 3000])
        #expect(try catalog.check(plan: nil, expectsQueryKeyNorms: true).isEmpty)
    }

    @Test func `a copy under another step's name is found, and a near copy is not`() throws {
        try SmallModel(1, revision: "stage1-step4000").write(to: folder)
        var near = SmallModel(2, revision: "stage1-step5000")
        near["model.layers.1.mlp.up_proj.weight"].values[11] += 1
        try near.write(to: folder)
        let found = try check()
        #expect(found.map(\.kind) == [.identicalCheckpoints])
        #expect(
            found.first?.message
                == "stage1-step4000 holds the same tensors as stage1-step1000, byte for byte: one of them is not what its name says"
        )
    }

    @Test func `a difference in the middle of a large tensor tells two checkpoints apart`() throws {
        // The samples are 4 KiB at both ends; these tensors are longer.
        for (name, middle) in [("stage1-step6000", 0.0), ("stage1-step7000", 1), ("stage1-step8000", 0)] {
            var model = SmallModel(0, revision: name)
            model["lm_head.weight"].shape = [2000, 4]
            model["lm_head.weight"].values = (0..<8000).map { $0 == 4000 ? middle : 0.5 }
            try model.write(to: folder)
        }
        let found = try check()
        #expect(
            found.count == 1 && found[0].message.hasPrefix("stage1-step8000 holds the same tensors as stage1-step6000"))
    }

    @Test func `a file whose name and attributes tell different steps is mislabelled`() throws {
        try SmallModel(5, revision: "stage1-step5000").write(to: folder, as: "stage1-step6000")
        var model = SmallModel(6, revision: "stage1-step7000")
        model.revision.step = 7500
        try model.write(to: folder)
        let messages = try check().filter { $0.kind == .mislabelled }.map(\.message)
        #expect(
            messages == [
                "the file's name says step 6000, its attributes say step 5000",
                "the revision's name says step 7000, its attributes say step 7500",
            ])
    }

    @Test func `a merge that lost the norms of queries and keys`() throws {
        var merge = SmallModel(4, revision: "main")
        for layer in 0..<2 {
            for norm in ["q_norm", "k_norm"] { merge.remove("model.layers.\(layer).self_attn.\(norm).weight") }
        }
        try merge.write(to: folder)
        let found = try check()
        #expect(found.map(\.kind) == [.missingTensors])
        #expect(
            found.first?.message
                == "main lacks 4 norms of queries and keys (q_norm, k_norm); the first is 'model.layers.0.self_attn.k_norm.weight'"
        )
    }

    @Test func `norms that no checkpoint has are missed when the architecture asks for them`() throws {
        let bare = try ScratchFolder()
        var model = SmallModel(1, revision: "step1")
        model.remove("model.layers.0.self_attn.q_norm.weight")
        try model.write(to: bare)
        let catalog = try Catalog(reading: [bare.path], options: readOptions())
        #expect(try catalog.check(plan: nil).isEmpty)
        #expect(try catalog.check(plan: nil, expectsQueryKeyNorms: true).map(\.kind) == [.missingTensors])
    }

    @Test func `a damaged file and a name that tells nothing are findings, the rest is read`() throws {
        try folder.write("stage1-step9000.h5", "no HDF5")
        try SmallModel(7, revision: "elsewhere").write(to: folder)
        let found = try check()
        #expect(Set(found.map(\.kind)) == [.unreadableCheckpoint, .unknownName] && found.count == 2)
    }

    @Test func `snapshots of a Hub cache are named by its refs`() throws {
        let cache = try ScratchFolder()
        let root = cache.path + "/models--org--small"
        for (name, hash, bytes) in [("step1", "aaaa", 1.0), ("step2", "bbbb", 2), ("step3", "cccc", 1)] {
            try writeSafetensors(to: "\(root)/snapshots/\(hash)", value: Float(bytes))
            try writeText(hash, to: "\(root)/refs/\(name)")
        }
        let catalog = try Catalog(reading: [root])
        #expect(catalog.entries.map(\.revision.name) == ["step1", "step2", "step3"])
        let found = try catalog.check(plan: nil)
        #expect(found.map(\.kind) == [.identicalCheckpoints])
        #expect(found.first?.message.hasPrefix("step3 holds the same tensors as step1") == true)
    }
}
