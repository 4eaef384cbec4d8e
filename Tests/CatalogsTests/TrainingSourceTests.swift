import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Catalogs
@testable import Settings

private let fixtures = "\(packageRoot)/Tests/Fixtures/catalog"

@Suite struct TrainingSourceTests {
    /// Rows of a case of `schedules.csv`, which a transcription of OLMo's formulas made in Python.
    private func agree(_ plan: TrainingPlan, _ name: String, stage2Ingredient: Int? = nil) throws {
        let golden = try CSVRows(file: "\(fixtures)/schedules.csv")
        var count = 0
        for row in golden.rows.indices where golden.cell(row, "case") == name {
            func number(_ column: String) throws -> Double {
                try #require(golden.cell(row, column).flatMap(Double.init))
            }
            let stage = Int(try number("stage"))
            let revision = Revision(
                name: "", stage: stage, ingredient: stage == 2 ? stage2Ingredient : nil, step: Int(try number("step")))
            let found = try #require(plan.position(of: revision))
            #expect(found.tokens == Int(try number("tokens")))
            // The same formula in doubles; the sum is in another order than Python's exact one.
            let rate = try number("lr")
            #expect(abs(try #require(found.learningRate) - rate) <= 1e-15 * 3e-4, "\(name) \(revision)")
            let sum = try number("cumulative_lr")
            #expect(abs(try #require(found.cumulativeLearningRate) - sum) <= 1e-12 * sum, "\(name) \(revision)")
            count += 1
        }
        #expect(count > 2)
    }

    @Test func `OLMo's own configs give the rates of its published formulas, across the branch`() throws {
        let source = try TrainingSource(["\(fixtures)/stage1.yaml", "\(fixtures)/stage2.yaml"])
        #expect(source.problems.isEmpty)
        try agree(source.plan, "olmo2-7b")
    }

    @Test func `known models give the same`() throws {
        try agree(TrainingSource(["OLMo-2-1124-7B"]).plan, "olmo2-7b", stage2Ingredient: 3)
        try agree(TrainingSource(["olmo-1b"]).plan, "olmo1-1b")
    }

    /// A config of one run, with lines of its own.
    private func config(_ lines: String, scheduler: String, rate: String = "2.0e-4") throws -> TrainingSource {
        let folder = try ScratchFolder()
        let path = try folder.write(
            "config.yaml",
            """
            model:
              max_sequence_length: 2048
            optimizer:
              name: adamw
              learning_rate: \(rate)
            \(lines)
            scheduler: \(scheduler)
            """)
        return try TrainingSource([path])
    }

    @Test func `linear, constant and default warm-ups agree with the formulas`() throws {
        try agree(
            config(
                "global_train_batch_size: 2048\nmax_duration: 2e12T",
                scheduler: "{name: linear_with_warmup, t_warmup: 5000, alpha_f: 0.1}",
                rate: "3.0e-4"
            ).plan, "olmo1-7b")
        try agree(
            config("global_train_batch_size: 2\nmax_duration: 1_000", scheduler: "{name: constant}").plan, "constant")
        try agree(
            config(
                "global_train_batch_size: 2\nmax_duration: 1_000",
                scheduler: "{name: constant_with_warmup, t_warmup: 100}"
            ).plan, "constant-warmup")
    }

    @Test func `everything that is read of a config`() throws {
        let run = try #require(TrainingSource(["\(fixtures)/stage2.yaml"]).plan.runs.first)
        #expect(
            run
                == TrainingRun(
                    stage: 2, batchTokens: 4_194_304, fromStep: 928_646, endStep: 11931, seed: 42,
                    schedule: LearningRateSchedule(
                        shape: .linear, learningRate: 0.000061499, units: .steps, warmup: 0, end: 11921,
                        finalFraction: 0),
                    optimizer: TrainingRun.Optimizer(
                        name: "adamw", betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1)))
    }

    @Test func `a run without stop_at ends ten steps after its duration, as the trainer does`() throws {
        let source = try config("global_train_batch_size: 2\nmax_duration: 1e6T", scheduler: "{name: constant}")
        // 1e6/4096 = 244.1.
        #expect(source.plan.runs[0].endStep == 255)
    }

    @Test func `several configs that load a checkpoint are ingredients in their order`() throws {
        let source = try TrainingSource(
            ["\(fixtures)/stage2.yaml", "\(fixtures)/stage1.yaml", "\(fixtures)/stage2.yaml"])
        #expect(source.plan.runs.map(\.ingredient) == [nil, 1, 2])
        #expect(source.plan.runs.map(\.stage) == [1, 2, 2])
    }

    @Test(arguments: [
        (
            "{name: cosine_with_warmpu, t_warmup: 5}",
            "8: 'scheduler.name': unknown scheduler 'cosine_with_warmpu', so that no learning rate is known; known are cosine_with_warmup, linear_with_warmup, constant, constant_with_warmup; did you mean 'cosine_with_warmup'?"
        ),
        ("{name: constant, units: days}", "8: 'scheduler.units': expected steps or tokens, found 'days'"),
        (
            "{name: linear_with_warmup, t_warmup: 5}",
            "8: 'scheduler': needs t_max, because max_duration is in epochs, whose length the config does not tell"
        ),
        ("{name: constant, t_warmup: soon}", "8: expected a whole number, found 'soon'"),
    ])
    func `a schedule that cannot be used is told with file and line, and tokens are known all the same`(
        scheduler: String, problem: String
    ) throws {
        let source = try config("global_train_batch_size: 2\nmax_duration: 1ep", scheduler: scheduler)
        let found = try #require(source.problems.first)
        #expect("\(found.line ?? 0): \(found.problem)" == problem && source.problems.count == 1)
        #expect(found.file.hasSuffix("config.yaml"))
        let position = source.plan.position(of: Revision(named: "step10"))
        #expect(position?.tokens == 10 * 4096 && position?.learningRate == nil)
    }

    @Test func `a config that lacks what tokens follow from is told, and the others stand`() throws {
        let folder = try ScratchFolder()
        let broken = try folder.write(
            "broken.yaml", "optimizer: {name: adamw}\nglobal_train_batch_size: many\nmodel: {}\n")
        let source = try TrainingSource(["\(fixtures)/stage1.yaml", broken])
        #expect(source.problems.map(\.description) == ["\(broken):2: expected a whole number, found 'many'"])
        #expect(source.plan.runs.count == 1)
    }

    @Test func `a name that is no model and no file`() {
        #expect(
            throws: SettingsError(
                .file("OLMo-2-1124-7b-", line: nil),
                "is neither a known model ('dynamics catalog models' lists them) nor a file; did you mean 'OLMo-2-1124-7B'?"
            )
        ) { try TrainingSource(["OLMo-2-1124-7b-"]) }
    }
}

@Suite struct ModelLibraryTests {
    @Test func `every known model's sizes make its published number of parameters`() {
        let published = [
            "OLMo-1B": 1_176_764_416, "OLMo-7B": 6_888_095_744, "OLMo-2-0425-1B": 1_484_916_736,
            "OLMo-2-1124-7B": 7_298_617_344, "OLMo-2-1124-13B": 13_716_198_400, "OLMo-2-0325-32B": 32_234_279_936,
            "Olmo-3-1025-7B": 7_298_011_136, "Olmo-3-1125-32B": 32_233_522_176, "pythia-14m": 14_067_712,
            "pythia-31m": 30_494_720, "pythia-70m": 70_426_624, "pythia-160m": 162_322_944, "pythia-410m": 405_334_016,
            "pythia-1b": 1_011_781_632, "pythia-1.4b": 1_414_647_808, "pythia-2.8b": 2_775_208_960,
            "pythia-6.9b": 6_857_302_016, "pythia-12b": 11_846_072_320,
        ]
        #expect(Dictionary(uniqueKeysWithValues: ModelLibrary.models.map { ($0.name, $0.parameterCount) }) == published)
        #expect(ModelLibrary.models.allSatisfy { $0.problem == nil && $0.parameters == published[$0.name] })
    }

    @Test func `every known model has a plan, with tokens at its last steps`() throws {
        for model in ModelLibrary.models {
            let plan = try model.plan()
            for run in model.runs {
                let end = Revision(name: "", stage: run.stage, ingredient: run.ingredient, step: run.endStep ?? 1000)
                #expect(plan.position(of: end) != nil, "\(model.name) \(run.description)")
            }
        }
        #expect(ModelLibrary.model(named: "OLMo-2-1124-7B")?.main == .average(of: [1, 2, 3]))
        #expect(ModelLibrary.model(named: "OLMo-2-0425-1B")?.main == .oneOf([3]))
    }

    /// By hand from the published numbers: ends of warm-ups, halves of cosines, ends; and sums by a loop in Python over the
    /// formulas of `HalfCosWithWarmup` and of GPT-NeoX's `AnnealingLR`.
    @Test(
        arguments: [
            (
                "OLMo-7B", 1, nil,
                [(2500, 1.65e-4), (5000, 3e-4), (240_919, 1.65e-4), (476_838, 3e-5), (476_839, nil)], nil
            ),
            (
                "Olmo-3-1025-7B", 1, nil,
                [
                    (1000, 1.5e-4), (2000, 3e-4), (597_046, 1.6500017818565782e-4), (597_047, 1.6499980216394097e-4),
                    (1_413_814, 3.93252716718148e-5),
                ], 225.91214930443186
            ),
            ("Olmo-3-1025-7B", 2, nil, [(1, 2.0711918489e-4), (23_842, 1.0356176425e-4), (47_684, 0)], nil),
            ("Olmo-3-1025-7B", 3, nil, [(100, 1.0356176425e-4), (200, 2.071235285e-4), (11_921, 0)], nil),
            ("Olmo-3-1125-32B", 1, nil, [(1000, 3e-4), (2000, 6e-4), (2001, nil)], nil),
            ("Olmo-3-1125-32B", 2, 2, [(11_921, 1.0356176425e-4), (23_842, 0)], nil),
            (
                "pythia-160m", 1, nil,
                [(1, 0), (716, 3e-4), (1431, 6e-4), (72_931, 3e-4), (115_139, 6.000361698042618e-5), (143_000, 6e-5)],
                44.40660598565914
            ),
            ("pythia-12b", 1, nil, [(1431, 1.2e-4), (143_000, 1.2e-5)], nil),
            ("pythia-1b", 1, nil, [(1431, 2.5e-4), (143_000, 2.5e-5)], nil),
        ] as [(String, Int, Int?, [(Int, Double?)], Double?)])
    func `learning rates of published trainings`(
        name: String, stage: Int, ingredient: Int?, rates: [(Int, Double?)], sum: Double?
    ) throws {
        let plan = try #require(ModelLibrary.model(named: name)).plan()
        func position(_ step: Int) -> TrainingPosition? {
            plan.position(of: Revision(name: "", stage: stage, ingredient: ingredient, step: step))
        }
        for (step, rate) in rates {
            let found = try #require(position(step))
            guard let rate else {
                #expect(found.learningRate == nil && found.cumulativeLearningRate == nil, "\(name) \(step)")
                continue
            }
            // Ten digits of the numbers above.
            #expect(abs((found.learningRate ?? .nan) - rate) <= 1e-9 * max(rate, 1e-4), "\(name) \(step) \(found)")
        }
        if let sum, let last = rates.last?.0 {
            #expect(abs((position(last)?.cumulativeLearningRate ?? .nan) / sum - 1) < 1e-11)
        }
    }

    @Test func `the tokens of the last steps are those of published labels`() throws {
        // Names of the branches on the Hugging Face Hub.
        for (model, name) in [
            ("OLMo-1B", "step738020-tokens3095B"), ("OLMo-2-0425-1B", "stage1-step1907359-tokens4001B"),
            ("OLMo-2-0425-1B", "stage2-ingredient3-step23852-tokens51B"),
            ("OLMo-2-1124-7B", "stage1-step928646-tokens3896B"),
            ("OLMo-2-1124-7B", "stage2-ingredient3-step11931-tokens50B"),
            ("OLMo-2-1124-13B", "stage1-step596057-tokens5001B"),
            ("OLMo-2-1124-13B", "stage2-ingredient4-step35773-tokens300B"),
            ("OLMo-2-0325-32B", "stage1-step721901-tokens6056B"),
            ("OLMo-2-0325-32B", "stage2-ingredient2-step11921-tokens101B"),
        ] {
            let folder = try ScratchFolder()
            let catalog = try Catalog(reading: [try folder.write("names.txt", name)])
            let found = try catalog.check(plan: try #require(ModelLibrary.model(named: model)).plan())
            #expect(!found.contains { $0.kind == .wrongTokens }, "\(model) \(name)")
        }
    }

    @Test func `rows of a catalog get the names of their branches`() throws {
        let folder = try ScratchFolder()
        let rows = ["1,1000", "3,11000", "3,11931"].map { "\($0),h/step\($0.split(separator: ",")[1])/" }
        let path = try folder.write("s.csv", "Ingredient,Step,Checkpoint Directory\n" + rows.joined(separator: "\n"))
        let plan = try #require(ModelLibrary.model(named: "OLMo-2-1124-7B")).plan()
        #expect(
            try Catalog(reading: [path]).entries.map { $0.label(plan: plan) } == [
                "stage2-ingredient1-step1000-tokens5B", "stage2-ingredient3-step11000-tokens47B",
                "stage2-ingredient3-step11931-tokens50B",
            ])
    }

    @Test(arguments: [
        ("some/where/OLMo-2-1124-7B-stage2.csv", "OLMo-2-1124-7B"), ("OLMo-2-0325-32B.csv", "OLMo-2-0325-32B"),
        ("OLMo-3-1025-32B.csv", "Olmo-3-1125-32B"), ("pythia-70m-deduped", "pythia-70m"),
        ("cache/models--EleutherAI--pythia-1.4b", "pythia-1.4b"), ("OLMo-7B-0724.csv", nil), ("pythia-1.csv", nil),
        ("my-OLMo-1B.csv", nil),
    ])
    func `the model of a file's name`(path: String, name: String?) {
        #expect(ModelLibrary.model(of: path)?.name == name)
    }

    @Test func `a file of models is checked as the built-in ones are`() throws {
        let folder = try ScratchFolder()
        let text = """
            models:
              - {name: mine, architecture: olmo, width: 4, layers: 2, heads: 2, key_value_heads: 2, feed_forward: 6,
                 vocabulary: 7, embedding_rows: 8, tied: false, parameters: 336, parameters_source: counted,
                 runs: [{stage: 1, batch_tokens: 10}]}
            """
        let path = try folder.write("mine.yaml", text)
        #expect(try TrainingSource([path]).model?.name == "mine")
        try folder.write("mine.yaml", text.replacing("336", with: "337"))
        #expect(throws: CatalogError("\(path): mine: its sizes make 336 parameters, but 337 are published")) {
            try TrainingSource([path])
        }
        try folder.write("mine.yaml", text.replacing("layers", with: "layer"))
        #expect(throws: SettingsError.self) { try TrainingSource([path]) }
    }
}
