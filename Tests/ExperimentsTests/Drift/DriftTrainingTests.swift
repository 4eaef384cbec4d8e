import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Catalogs
@testable import Experiments
@testable import Reports

/// Drift beside how the model was trained.
@Suite struct DriftTrainingTests {
    private static let training = "\(packageRoot)/experiments/data/tiny-olmo2/training.yaml"

    @Test(arguments: ["stage1", "stage2-ingredient1", "stage2-ingredient2", "stage2-ingredient3"])
    func `the tiny model's plan gives every learning rate that its logs record`(name: String) throws {
        let plan = try TrainingSource([Self.training]).plan
        let log = try CSVRows(file: "\(packageRoot)/experiments/data/tiny-olmo2/logs/\(name).csv")
        let before = name == "stage1" ? 0 : 10_240_000
        var sum = 0.0
        for row in log.rows.indices.dropFirst() {
            let step = try #require(log.cell(row, "step").flatMap(Int.init))
            let position = try #require(plan.position(of: Revision(named: "\(name)-step\(step)")))
            let rate = try #require(log.cell(row, "lr").flatMap(Double.init))
            // The log has seven digits.
            #expect(abs(try #require(position.learningRate) - rate) <= 5.001e-7 * rate)
            #expect(position.tokens - before == log.cell(row, "tokens").flatMap(Int.init))
            sum += rate
        }
        let end = try #require(plan.position(of: Revision(named: "\(name)-step\(log.rows.count - 1)")))
        let start = plan.position(of: Revision(named: "\(name)-step0"))?.cumulativeLearningRate ?? 0
        #expect(abs((end.cumulativeLearningRate ?? 0) - start - sum) < 1e-6 * sum)
    }

    @Test func `rates per token and per learning rate, from a drift that is known`() throws {
        let folder = try ScratchFolder()
        for (k, name) in ["stage1-step0", "stage1-step4", "stage2-ingredient1-step2"].enumerated() {
            try SmallModel(k, revision: name, type: .float32).write(to: folder)
        }
        let file = try folder.write(
            "runs.yaml",
            """
            runs:
              - {stage: 1, batch_tokens: 100, end_step: 4, schedule: {name: constant, learning_rate: 0.5}}
              - {stage: 2, ingredient: 1, batch_tokens: 50, from_step: 4, end_step: 2, schedule: {name: constant}}
            """)
        try runDrift(
            [folder.path], in: folder, "training=[\(file)]",
            "compare=[reference, predecessor, branch_point, before_branch_point]")
        let summary = try table("summary", of: folder)
        let rows = summary.index(by: "comparison", "to")
        let row = try #require(rows["predecessor stage2-ingredient1-step2"])
        func number(_ column: String) -> Double? { summary.cell(row, column).flatMap(Double.init) }
        #expect(number("tokens") == 500 && number("lr") == 0.5 && number("cumulative_lr") == 3)
        let drift = try #require(number("drift"))
        #expect(number("drift_per_token") == drift / 100 && number("drift_per_cumulative_lr") == drift / 1)
        let whole = try #require(rows["reference stage2-ingredient1-step2"])
        let far = try #require(summary.cell(whole, "drift").flatMap(Double.init))
        #expect(summary.cell(whole, "drift_per_token").flatMap(Double.init) == far / 500)
        #expect(summary.cell(whole, "drift_per_cumulative_lr").flatMap(Double.init) == far / 3)
        // Backwards in training there is nothing to divide by.
        let back = try #require(rows["before_branch_point stage1-step0"])
        #expect(summary.cell(back, "drift_per_token") == "" && summary.cell(back, "drift_per_cumulative_lr") == "")
        #expect(summary.cell(back, "lr") == "" && summary.cell(back, "cumulative_lr") == "0.0")

        let trajectory = try table("trajectory", of: folder)
        let last = try #require(trajectory.index(by: "level", "revision")["model stage2-ingredient1-step2"])
        #expect(trajectory.cell(last, "drift_per_token").flatMap(Double.init) == drift / 100)
        #expect(trajectory.cell(last, "drift_per_cumulative_lr").flatMap(Double.init) == drift)
    }

    @Test func `without the setting there are no such columns`() throws {
        let folder = try ScratchFolder()
        try runDrift(SmallModel.writeSeries(to: folder), in: folder)
        for name in ["summary", "tensors", "trajectory"] {
            let columns = try table(name, of: folder).columns
            #expect(!columns.contains("lr") && !columns.contains("drift_per_cumulative_lr"))
        }
    }

    @Test func `a training of other runs is refused`() throws {
        let folder = try ScratchFolder()
        let series = try SmallModel.writeSeries(to: folder)
        let file = try folder.write("runs.yaml", "runs: [{stage: 3, batch_tokens: 1}]")
        let found = try problems { try runDrift(series, in: folder, "training=[\(file)]") }
        #expect(
            found == ["training [\(file)] describes stage 3, and no checkpoint of the series belongs to any of them"])
    }
}
