import Catalogs
import Checkpoints

/// Where in training the checkpoints of a series stand, as far as its training is known.
struct SeriesTraining: Sendable {
    /// By index in the series.
    private let positions: [TrainingPosition?]

    /// Reads what the setting `training` names.
    /// - Throws: `SettingsError` or `CatalogError` for what cannot be used, `InputError` when it tells nothing of the series.
    init(_ names: [String], _ series: CheckpointSeries, _ context: RunContext) throws {
        let source = try TrainingSource(names) { context.resolve($0, of: "training") }
        // What cannot be used is told; tokens and the other runs are known all the same.
        let problems = source.problems.map(\.description)
        positions = series.checkpoints.map { source.plan.position(of: $0.revision) }
        guard positions.contains(where: { $0 != nil }) else {
            throw InputError(
                problems + [
                    "training [\(names.joined(separator: ", "))] describes \(source.plan.runs.map(\.description).joined(separator: "; ")), "
                        + "and no checkpoint of the series belongs to any of them"
                ])
        }
        context.warn(problems)
    }

    /// Where the checkpoint of that index stands; `nil` for an average and for a run that is not described.
    func position(_ index: Int) -> TrainingPosition? { positions[index] }
}

/// What training took from one checkpoint to a later one.
struct TrainingSpan: Sendable {
    /// Tokens; `nil` when they are not known or not more.
    let tokens: Int?
    /// Sum of learning rates; `nil` when it is not known or not more.
    let cumulativeLearningRate: Double?

    /// From one position to a later one on the same way.
    init(from: TrainingPosition?, to: TrainingPosition?) {
        guard let from, let to else {
            (tokens, cumulativeLearningRate) = (nil, nil)
            return
        }
        tokens = to.tokens > from.tokens ? to.tokens - from.tokens : nil
        cumulativeLearningRate = to.cumulativeLearningRate.flatMap { end in
            from.cumulativeLearningRate.flatMap { end > $0 ? end - $0 : nil }
        }
    }
}
