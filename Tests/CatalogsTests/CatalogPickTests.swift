import Catalogs
import Checkpoints
import TestSupport
import Testing

@Suite struct CatalogPickTests {
    /// Steps of stage 1, and of two ingredients that start from step 100.
    private func catalog(stage1: [Int], stage2: [Int] = []) throws -> Catalog {
        let names =
            stage1.map { "stage1-step\($0)" }
            + (1...2).flatMap { i in stage2.map { "stage2-ingredient\(i)-step\($0)" } }
        let folder = try ScratchFolder()
        return try Catalog(reading: [try folder.write("names.txt", names.joined(separator: "\n"))])
    }

    private func names(_ pick: CatalogPick, _ catalog: Catalog) -> [String] {
        pick.choices.map { catalog.entries[$0.entryIndex].revision.name }
    }

    private func plan(branch: Int = 100) throws -> TrainingPlan {
        // Rates 1, 1/2, 1/2, ...: Σ runs ahead of the steps at the beginning.
        func decay(_ end: Int) -> LearningRateSchedule {
            LearningRateSchedule(shape: .linear, learningRate: 1, end: end, finalFraction: 0, firstUpdate: 0)
        }
        return try TrainingPlan(
            [TrainingRun(stage: 1, batchTokens: 10, endStep: branch, schedule: decay(branch))]
                + (1...2).map {
                    TrainingRun(
                        stage: 2, ingredient: $0, batchTokens: 10, fromStep: branch, endStep: 20, schedule: decay(20))
                })
    }

    @Test func `steps at even distances`() throws {
        let catalog = try catalog(stage1: Array(0...100))
        let pick = try CatalogPick(5, from: catalog, spacing: .linear, plan: nil)
        #expect(names(pick, catalog) == [0, 25, 50, 75, 100].map { "stage1-step\($0)" })
        #expect(pick.notes.isEmpty && pick.choices.allSatisfy { !$0.isBranchPoint })
    }

    @Test func `steps at even distances of their logarithms`() throws {
        // log2(1 + step) is 0, 1, 2, ... 10.
        let catalog = try catalog(stage1: (0...10).map { (1 << $0) - 1 })
        let pick = try CatalogPick(6, from: catalog, spacing: .log, plan: nil)
        #expect(names(pick, catalog) == [0, 3, 15, 63, 255, 1023].map { "stage1-step\($0)" })
    }

    @Test func `a decaying rate puts the middle of its sum before the middle of the steps`() throws {
        let catalog = try catalog(stage1: Array(0...100))
        let pick = try CatalogPick(3, from: catalog, spacing: .lr, plan: plan())
        // Σ to step s is s − s(s−1)/200, half of 50.5 at s = 29 (24.94+...): 29 − 29·28/200 = 24.94, 30 − 4.35 = 25.65.
        #expect(names(pick, catalog) == ["stage1-step0", "stage1-step29", "stage1-step100"])
        #expect(throws: CatalogError.self) { try CatalogPick(3, from: catalog, spacing: .tokens, plan: nil) }
    }

    @Test func `tokens spread as steps do where batches are equal`() throws {
        let catalog = try catalog(stage1: Array(0...100))
        let linear = try CatalogPick(7, from: catalog, spacing: .linear, plan: plan())
        let tokens = try CatalogPick(7, from: catalog, spacing: .tokens, plan: plan())
        #expect(tokens.choices == linear.choices)
    }

    @Test(arguments: CatalogPick.Spacing.allCases)
    func `the branch point and the ends are kept with every spacing`(spacing: CatalogPick.Spacing) throws {
        let catalog = try catalog(stage1: Array(stride(from: 0, through: 100, by: 5)), stage2: [5, 10, 15, 20])
        let pick = try CatalogPick(6, from: catalog, spacing: spacing, plan: plan())
        let found = names(pick, catalog)
        #expect(found.count == 6)
        for name in ["stage1-step0", "stage1-step100", "stage2-ingredient1-step20", "stage2-ingredient2-step20"] {
            #expect(found.contains(name))
        }
        #expect(
            pick.choices.filter(\.isBranchPoint).map { catalog.entries[$0.entryIndex].revision.name } == [
                "stage1-step100"
            ])
    }

    @Test func `the branch point that the plan names is kept when it is not the last step`() throws {
        let catalog = try catalog(stage1: Array(stride(from: 0, through: 100, by: 10)), stage2: [20])
        let pick = try CatalogPick(1, from: catalog, spacing: .linear, plan: plan(branch: 60))
        #expect(names(pick, catalog) == ["stage1-step60"])
    }

    @Test func `for a branch point that is not listed the nearest before it stands`() throws {
        let catalog = try catalog(stage1: [0, 90, 98], stage2: [20])
        let pick = try CatalogPick(4, from: catalog, spacing: .linear, plan: plan())
        #expect(
            names(pick, catalog) == [
                "stage1-step0", "stage1-step98", "stage2-ingredient1-step20", "stage2-ingredient2-step20",
            ])
        #expect(
            pick.notes == ["the branch point, step 100 of stage 1, is not listed; stage1-step98 stands for it"])
    }

    @Test func `neighbours of a transition lie on both sides, in every ingredient`() throws {
        let catalog = try catalog(stage1: Array(stride(from: 0, through: 100, by: 10)), stage2: [10, 20])
        let pick = try CatalogPick(5, from: catalog, around: 100, plan: plan())
        // Distances 0, then 10 before and twice 10 after, then 20.
        #expect(
            names(pick, catalog) == [
                "stage1-step80", "stage1-step90", "stage1-step100", "stage2-ingredient1-step10",
                "stage2-ingredient2-step10",
            ])
        let without = try CatalogPick(5, from: catalog, around: 100, plan: nil)
        #expect(without.choices == pick.choices, "without a plan, stage 2 starts from the last of stage 1")
        let off = try CatalogPick(1, from: catalog, around: 57, plan: nil)
        #expect(off.notes == ["step 57 is not listed; the nearest is stage1-step60"])
    }

    @Test func `more than there are gives all of them, and says so`() throws {
        let catalog = try catalog(stage1: [0, 1, 1, 2])
        let pick = try CatalogPick(9, from: catalog, spacing: .log, plan: nil)
        #expect(names(pick, catalog) == ["stage1-step0", "stage1-step1", "stage1-step2"])
        #expect(pick.notes == ["only 3 checkpoints are there to pick"])
    }

    @Test func `a step that no training reaches is not picked`() throws {
        let catalog = try catalog(stage1: [0, 5, .max], stage2: [.max - 1])
        let pick = try CatalogPick(9, from: catalog, around: 5, plan: nil)
        #expect(names(pick, catalog) == ["stage1-step0", "stage1-step5"])
        #expect(try CatalogPick(2, from: catalog, spacing: .log, plan: nil).choices.count == 2)
    }

    @Test func `what cannot be kept is refused`() throws {
        let chain = try TrainingPlan([
            TrainingRun(stage: 1, batchTokens: 1), TrainingRun(stage: 2, batchTokens: 1, fromStep: 5),
            TrainingRun(stage: 3, batchTokens: 1, fromStep: 2),
        ])
        let folder = try ScratchFolder()
        let list = try folder.write("a.txt", "stage1-step5\nstage2-step2\nstage3-step1\n")
        let catalog = try Catalog(reading: [list])
        #expect(throws: CatalogError("2 branch points are always kept, more than --count 1")) {
            try CatalogPick(1, from: catalog, spacing: .log, plan: chain)
        }
        let empty = try Catalog(reading: [try folder.write("b.txt", "main\n")])
        #expect(throws: CatalogError("no checkpoint with a step is listed, so none can be picked")) {
            try CatalogPick(1, from: empty, spacing: .log, plan: nil)
        }
    }
}
