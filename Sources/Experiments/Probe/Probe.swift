import Checkpoints
import Engine
import LanguageModels
import Reports
import Statistics
import Tensors

/// What the checkpoints of a series say of held-out text.
struct Probe: Experiment {
    static let name = "probe"
    static let question = "How well does each checkpoint predict held-out text, and how do its predictions move?"

    let settings: ProbeSettings
    let models: ModelSeries
    /// Index of the checkpoint that divergences are measured from.
    let reference: Int
    /// Of which the changes of the loss are tabled.
    let comparisons: [Comparison]

    var series: CheckpointSeries { models.series }
    var probe: ProbeSet { models.probe }
    var contents: SeriesContents { models.contents }

    /// Reads the probe set and opens the series.
    /// - Throws: `InputError` when no checkpoint can be run over the probe set.
    init(_ settings: ProbeSettings, _ context: RunContext) throws {
        self.settings = settings
        let models = try ModelSeries(
            settings.input, context, branchPoint: settings.anchors.branchPoint)
        self.models = models
        if models.probe.domains.count > 1, models.probe.domains.contains(Probe.wholeSet) {
            throw InputError("a domain is called '\(Probe.wholeSet)', as the rows over all domains are; rename it")
        }
        reference =
            try settings.anchors.reference.map { try models.series.place(named: $0, setting: "reference") } ?? 0
        let branchPoint =
            try settings.anchors.branchPoint.map { try models.series.place(named: $0, setting: "branch_point") }
            ?? models.series.branchPoint
        comparisons = Probe.changes(settings, models, reference: reference, branchPoint: branchPoint)
    }

    /// What the row over all domains is called.
    static let wholeSet = "all"

    /// Checkpoint by checkpoint, so that final states are still at hand.
    var requests: [any Request] {
        models.requests
            + series.checkpoints.indices.flatMap { index -> [any Request] in
                [loss(index)] + (divergence(index).map { [$0] } ?? [])
            }
    }

    private func loss(_ index: Int) -> LossRequest {
        LossRequest(checkpoint: models.runIndices[index].value, probe: probe, fingerprint: models.fingerprint)
    }

    /// `nil` for the reference itself.
    private func divergence(_ index: Int) -> DivergenceRequest? {
        guard settings.divergence, index != reference else { return nil }
        return DivergenceRequest(
            reference: models.runIndices[reference].value, checkpoint: models.runIndices[index].value, probe: probe,
            fingerprint: models.fingerprint)
    }

    /// What is known of a checkpoint; `nil` where it could not be run.
    func summaries(_ index: Int, _ results: ReductionResults) -> (losses: SequenceLosses, divergences: Divergences?)? {
        results.summary(loss(index)).map { ($0, divergence(index).flatMap { results.summary($0) }) }
    }
}
