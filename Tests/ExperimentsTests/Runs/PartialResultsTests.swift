import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Experiments

/// Tables when some summaries are missing: a row is of all its tensors, or is not there.
@Suite struct PartialResultsTests {
    private let folder: ScratchFolder
    private let drift: Drift
    private let results: ReductionResults

    init() throws {
        folder = try ScratchFolder()
        let journal = try Journal(directory: "\(folder.path)/journal")
        let context = RunContext(jobs: 2, settingsFolder: folder.path, journal: journal, readOptions: readOptions())
        var settings = DriftSettings()
        settings.input.series.series = try SmallModel.writeSeries(to: folder)
        drift = try Drift(settings, context)
        results = try RequestEngine(context.checkpoints, jobs: 2, journal: journal).run(drift.requests)
    }

    private func rows(_ table: String, _ results: ReductionResults) throws -> Int {
        try #require(try drift.report(results).tables.first { $0.name == table }).rows.count
    }

    /// The results without one summary.
    private func without(_ isLost: (any Request) -> Bool) throws -> ReductionResults {
        var partial = results
        let lost = drift.requests.first(where: isLost)
        let request = try #require(lost)
        #expect(partial.summaries.removeValue(forKey: RequestKey(request)) != nil)
        return partial
    }

    @Test func `a comparison that lacks one tensor's differences has no row`() throws {
        #expect(try rows("summary", results) == 5)
        // From step 0 to step 1000: as reference and as predecessor.
        let partial = try without { ($0 as? DifferenceReduction)?.inputs.map(\.checkpoint) == [0, 1] }
        #expect(try rows("summary", partial) == 3)
        #expect(try rows("tensors", partial) == 3 * SmallModel.shapes.count)
        let report = try drift.report(partial)
        let trajectory = try #require(report.tables.first { $0.name == "trajectory" })
        let place = try #require(trajectory.columns.firstIndex { $0.name == "step_drift" })
        #expect(trajectory.rows[1][place] == .missing)
    }

    @Test func `a Gram matrix that lacks one tensor is not summed`() throws {
        #expect(try rows("displacement_gram", results) == 6)
        let partial = try without { $0 is UpdateGramReduction }
        #expect(try rows("displacement_gram", partial) == 0)
    }

    @Test func `a checkpoint that lacks one tensor's content has no row`() throws {
        let partial = try without { ($0 as? ContentReduction)?.input.checkpoint == 2 }
        #expect(try rows("summary", partial) == 2)
    }
}
