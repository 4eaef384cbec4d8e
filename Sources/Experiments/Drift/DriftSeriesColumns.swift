import Catalogs
import Checkpoints
import Reports
import Tensors

/// One row of `trajectory`: where a checkpoint stands on its way from the reference.
struct TrajectoryRecord: Sendable {
    let scope: Scope
    let label: String
    let revision: Revision
    let predecessor: String?
    /// Steps and tokens since the predecessor; `nil` where they are not known.
    let steps: Int?
    let tokens: Int?
    /// Where it stands in training, where that is known.
    let position: TrainingPosition?
    /// Sum of learning rates since the predecessor, where it is known.
    let cumulativeLearningRate: Double?
    var stepDrift: Double?
    var pathLength: Double?
    var displacement: Double?
    var cosinePreviousUpdate: Double?
    var cosineTotalDisplacement: Double?

    init(scope: Scope, series: CheckpointSeries, place: Int, training: SeriesTraining?) {
        let checkpoint = series.checkpoints[place]
        let before = series.predecessor(of: place).map { series.checkpoints[$0] }
        self.scope = scope
        label = checkpoint.label
        revision = checkpoint.revision
        predecessor = before?.label
        position = training?.position(place)
        let span = series.predecessor(of: place).map {
            TrainingSpan(from: training?.position($0), to: training?.position(place))
        }
        cumulativeLearningRate = span?.cumulativeLearningRate
        guard let before, let step = checkpoint.revision.step else {  // an average has no steps of its own
            (steps, tokens) = (nil, nil)
            return
        }
        let sameStage = (before.revision.stage ?? 1) == (checkpoint.revision.stage ?? 1)
        steps = sameStage ? before.revision.step.map { step - $0 } : step
        // Across stages, only counts that run from the beginning of training have a difference.
        let areComparable = sameStage || checkpoint.revision.countsAllTokens
        let stated =
            areComparable
            ? checkpoint.revision.tokens.flatMap { total in before.revision.tokens.map { total - $0 } } : nil
        tokens = span?.tokens ?? stated
    }

    private func rate(_ count: Int?) -> Double? {
        guard let stepDrift, let count, count > 0 else { return nil }
        return stepDrift / Double(count)
    }

    /// The columns; those of the learning rate where it is known how the model was trained.
    static func columns(isTrainingKnown: Bool) -> [TypedColumn<TrajectoryRecord>] {
        guard isTrainingKnown else { return plain }
        return plain + trainingColumns.map { $0.of(\.position) } + [
            .number(
                "drift_per_cumulative_lr", tolerance: 1e-9,
                "step_drift over the sum of learning rates since the predecessor; missing where it is not known or 0."
            ) { record in record.stepDrift.flatMap { drift in record.cumulativeLearningRate.map { drift / $0 } } }
        ]
    }

    private static let plain: [TypedColumn<TrajectoryRecord>] =
        scopeColumns.map { $0.of(\.scope) } + [
            .string("revision", "The checkpoint θ_t.") { $0.label }
        ] + revisionColumns.map { $0.of(\.revision) } + [
            .string(
                "predecessor",
                "The checkpoint it was trained on from; the branch point for an ingredient's first and for an average."
            ) {
                $0.predecessor
            },
            .number("step_drift", "‖u_t‖₂ of the update u_t = θ_t − θ_predecessor.") { $0.stepDrift },
            .number("path_length", "Σ‖u‖₂ of the updates from the reference to θ_t; missing when no path leads there.")
            {
                $0.pathLength
            },
            .number("displacement", "‖θ_t − θ_reference‖₂.") { $0.displacement },
            .number("displacement_ratio", "displacement/path_length: 1 for a straight way; missing when that is 0.") {
                guard let displacement = $0.displacement, let path = $0.pathLength, path > 0 else { return nil }
                return displacement / path
            },
            .number("drift_per_step", "step_drift over the steps since the predecessor.") { $0.rate($0.steps) },
            .number("drift_per_token", "step_drift over the tokens since the predecessor.") { $0.rate($0.tokens) },
            .number(
                "cosine_previous_update", "cos(u_t, u_predecessor); missing at the beginning and for updates of zero."
            ) { $0.cosinePreviousUpdate },
            .number(
                "cosine_total_displacement",
                "cos(u_t, θ_end − θ_reference), θ_end being the last checkpoint of the run that θ_t belongs to."
            ) { $0.cosineTotalDisplacement },
        ]
}

/// The dot product and the cosine of two differences between checkpoints.
struct UpdateAngle: Sendable {
    let scope: Scope
    let from: String
    let to: String
    let dot: Double
    let cosine: Double?

    static func columns(angle what: String) -> [TypedColumn<UpdateAngle>] {
        [
            .string("from", "The checkpoint of the one.") { $0.from },
            .string("to", "The checkpoint of the other.") { $0.to },
            .number("dot", "Dot product of the two \(what).") { $0.dot },
            .number("cosine", "Their cosine; missing when one is 0.") { $0.cosine },
        ]
    }

    static func scopedColumns(angle what: String) -> [TypedColumn<UpdateAngle>] {
        scopeColumns.map { $0.of(\.scope) } + columns(angle: what)
    }
}
