import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Logs of runs that were interrupted, as in `t27_logs.py` of the bug reports they are modelled on: the loss falls by
/// 0.01 a step from 7, 4096 tokens a step.
@Suite struct TrainingLogTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private struct Row {
        var step: Int
        var tokens: Int
        var loss: String
        var norm = "1"
    }

    private let whole = (1...600).map { Row(step: $0, tokens: 4096 * $0, loss: "\(Double(700 - $0) / 100)") }

    /// Findings, and of each target the step and the tokens of its first crossing.
    private func run(
        _ rows: [Row], _ settings: String = "target_losses: [3.001]\nsmoothing: 25\nspike_window: 100\n"
    ) throws -> (findings: [String], steps: [String], tokens: [String], stability: CSVRows) {
        let text = rows.map { "\($0.step),\($0.tokens),\($0.loss),\($0.norm)\n" }.joined()
        try folder.write("log.csv", "step,tokens,train_loss,grad_norm\n" + text)
        let outcome = try runFacts("trainability", in: folder, settings: "logs: [log.csv]\n" + settings)
        let convergence = try table("convergence", of: folder)
        return (outcome.findings, convergence["step"], convergence["tokens"], try table("stability", of: folder))
    }

    /// The mean of 25 steps that end at s is 7 - (s - 12)/100, which is 3 at s = 412. The target leaves room for rounding.
    @Test func `a log without gaps`() throws {
        let found = try run(whole)
        #expect(found.findings.isEmpty && found.steps == ["412"] && found.tokens == ["\(412 * 4096)"])
        #expect(found.stability["judged"] == ["500"])
    }

    @Test func `tokens that begin again are counted on, and that is said`() throws {
        let rows = whole.map { row in
            Row(step: row.step, tokens: row.step < 300 ? row.tokens : row.tokens - 300 * 4096, loss: row.loss)
        }
        let found = try run(rows)
        #expect(found.steps == ["412"] && found.tokens == ["\(412 * 4096)"])
        #expect(
            found.findings == [
                "log.csv: line 301: the column 'tokens' goes back from 1224704 to 0 at step 300: tokens are counted on "
                    + "from there, at the pace before"
            ])
    }

    @Test func `a run that went on from an earlier checkpoint replaces what it repeats`() throws {
        let found = try run(Array(whole[..<400]) + whole[300...])
        #expect(found.steps == ["412"] && found.tokens == ["\(412 * 4096)"] && found.stability["steps"] == ["600"])
        #expect(
            found.findings == [
                "log.csv: line 402: the run went on from step 301 after step 400: the 100 rows from there on before it "
                    + "are replaced"
            ])
    }

    @Test func `a counter that begins again while the loss goes on is counted on`() throws {
        let rest = whole[300...].map { Row(step: $0.step - 300, tokens: $0.tokens - 300 * 4096, loss: $0.loss) }
        let found = try run(Array(whole[..<300]) + rest)
        #expect(found.steps == ["412"] && found.tokens == ["\(412 * 4096)"] && found.findings.count == 2)
        #expect(found.findings[0].contains("the steps begin again at 1 after 300, and the loss goes on"))
        // A run that began anew replaces the first.
        let anew = try run(Array(whole[..<300]) + whole)
        #expect(anew.steps == ["412"] && anew.stability["steps"] == ["600"] && anew.findings.count == 1)
    }

    @Test func `rows in no order are sorted, repeated ones count once`() throws {
        let reversed = try run(whole.reversed())
        #expect(reversed.steps == ["412"] && reversed.tokens == ["\(412 * 4096)"])
        #expect(reversed.findings == ["log.csv: its rows are not in the order of the column 'step': they were sorted"])
        let twice = try run(whole.flatMap { [$0, $0] })
        #expect(twice.steps == ["412"] && twice.stability["steps"] == ["600"])
        #expect(twice.findings == ["log.csv: 600 rows repeat the step before: the later ones count"])
    }

    /// Rows 391, 401 and 411 stand for the steps of a mean at 411, which is 7 - 4.01.
    @Test func `smoothing and windows count steps, and not rows`() throws {
        let sparse = stride(from: 0, to: 600, by: 10).map { whole[$0] }
        let found = try run(sparse, "target_losses: [3.001, 6.9]\nsmoothing: 25\nspike_window: 100\n")
        #expect(found.steps == ["411", "21"] && found.findings.isEmpty)
        // From step 101 on there are 100 steps before.
        #expect(found.stability["judged"] == ["50"] && found.stability["steps"] == ["60"])
        // Empty cells, and None, are rows without a loss.
        let gaps = whole.map { row in
            Row(
                step: row.step, tokens: row.tokens, loss: row.step % 2 == 0 ? row.loss : row.step % 4 == 1 ? "" : "None"
            )
        }
        let even = try run(gaps)
        #expect(even.steps == ["412"] && even.findings.isEmpty && even.stability["steps"] == ["300"])
    }

    @Test func `NaN stops a mean, and a norm that is missing is no spike`() throws {
        var rows = whole
        for place in 405..<410 { rows[place].loss = "NaN" }
        rows[500].norm = ""
        let found = try run(rows)
        // The last of the five is step 410: it leaves the mean at step 435.
        #expect(found.steps == ["435"] && found.stability["nonfinite"] == ["5"])
        #expect(found.stability["loss_spikes"] == ["5"] && found.stability["gradient_spikes"] == ["0"])
        #expect(
            found.findings == [
                "log.csv: column 'grad_norm' has 599 values for 600 losses: at the others spikes of the gradient are missing"
            ])
    }
}
