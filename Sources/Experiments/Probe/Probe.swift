import Checkpoints
import LanguageModels
import Reports
import Statistics
import Tensors

/// What the checkpoints of a series say of held-out text.
struct Probe: Experiment {
    static let name = "probe"
    static let question = "How well does each checkpoint predict held-out text, and how do its predictions move?"
    static let tableNames = ["summary", "loss", "sequences", "positions", "integrity"]

    let settings: ProbeSettings
    let series: CheckpointSeries
    let probe: ProbeSet
    let contents: SeriesContents
    /// Place of the checkpoint that divergences are measured from.
    let reference: Int
    /// Places of the series' checkpoints in the run.
    private let places: [Int]
    private let fingerprint: Fingerprint

    /// Reads the probe set and opens the series.
    /// - Throws: `InputError` when no checkpoint can be run over the probe set.
    init(_ settings: ProbeSettings, _ context: RunContext) throws {
        try settings.check()
        self.settings = settings
        probe = try settings.probeSet.open(in: context)
        fingerprint = probe.fingerprint
        if probe.domains.count > 1, probe.domains.contains(Probe.wholeSet) {
            throw InputError("a domain is called '\(Probe.wholeSet)', as the rows over all domains are; rename it")
        }
        (series, places) = try settings.input.open(in: context)
        contents = SeriesContents(series, places: places, fingerprints: settings.fingerprints)
        reference =
            try settings.reference.map { [series] label in
                guard let place = series.place(of: label) else {
                    let labels = series.checkpoints.map(\.label).joined(separator: ", ")
                    throw InputError("reference '\(label)' is not in the series; it holds \(labels)")
                }
                return place
            } ?? 0
        try checkModels()
    }

    /// Before anything is read: at least one checkpoint can be run.
    private func checkModels() throws {
        var problems: [String] = []
        for checkpoint in series.checkpoints {
            do throws(CheckpointError) {
                try LanguageModel(checkpoint).check(probe)
                return
            } catch {
                problems.append(error.description)
            }
        }
        throw InputError(problems + ["none of the \(problems.count) checkpoints can be run over the probe set"])
    }

    /// What the row over all domains is called.
    static let wholeSet = "all"

    /// The content of every tensor: what work is known by, and what is not finite.
    var requests: [any Reduction] { settings.fingerprints ? contents.requests : [] }

    /// Checkpoint by checkpoint, so that final states are still at hand.
    var modelRequests: [any ModelRequest] {
        series.checkpoints.indices.flatMap { place -> [any ModelRequest] in
            [loss(place)] + (divergence(place).map { [$0] } ?? [])
        }
    }

    private func loss(_ place: Int) -> ProbeLossRequest {
        ProbeLossRequest(checkpoint: places[place], probe: probe, fingerprint: fingerprint)
    }

    /// `nil` for the reference itself.
    private func divergence(_ place: Int) -> ProbeDivergenceRequest? {
        guard settings.divergence, place != reference else { return nil }
        return ProbeDivergenceRequest(
            reference: places[reference], checkpoint: places[place], probe: probe, fingerprint: fingerprint)
    }

    /// What is known of a checkpoint; `nil` where it could not be run.
    func summaries(_ place: Int, _ results: ReductionResults) -> (losses: ProbeLosses, divergences: ProbeDivergences?)?
    {
        results.summary(loss(place)).map { ($0, divergence(place).flatMap { results.summary($0) }) }
    }
}
