import Settings

/// What `experiments/drift_and_loss.yaml` may say.
struct DriftAndLossSettings: ExperimentSettings {
    /// Results folder of a drift run over a series.
    var drift = "results/drift"
    /// Results folder of a probe run over the same series.
    var loss = "results/probe"
    /// Whether checkpoints that only one of the runs has are left out rather than stopping this one.
    var allowUnmatched = false
    /// Resamples behind each interval.
    var resamples = 1000
    /// Of the resampling.
    var seed = 0

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case drift, loss
        case allowUnmatched = "allow_unmatched"
        case resamples, seed
    }

    /// Numbers that no computation could follow.
    func check() throws {
        var problems: [String] = []
        if !(1...1_000_000).contains(resamples) {
            problems.append("resamples is \(resamples); a number from 1 to 1000000 is expected")
        }
        if seed < 0 { problems.append("seed is \(seed); it cannot be negative") }
        if !problems.isEmpty { throw InputError(problems) }
    }
}
