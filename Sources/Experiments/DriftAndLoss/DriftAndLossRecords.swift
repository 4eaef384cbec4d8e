import Reports

/// One row of `joined`: a checkpoint and a domain.
struct DriftAndLossRecord: Sendable {
    let point: DriftPoint
    let loss: LossPoint
    /// The checkpoint it was trained on from, and its loss.
    let previous: DriftPoint?
    let previousLoss: Double?
    let referenceLoss: Double?

    /// Name of the run that the checkpoint belongs to; `nil` for an average.
    var run: String? {
        let revision = point.revision
        guard revision.step != nil else { return nil }
        return "stage\(revision.stage ?? 1)" + (revision.ingredient.map { "-ingredient\($0)" } ?? "")
    }

    /// Each less that of the checkpoint before.
    var driftChange: Double? { difference(point.displacement, previous?.displacement) }
    var normChange: Double? { difference(point.norm, previous?.norm) }
    var lossChange: Double? { difference(loss.loss, previousLoss) }

    private func difference(_ value: Double?, _ other: Double?) -> Double? {
        value.flatMap { value in other.map { value - $0 } }
    }

    /// The probe run's interval, if it takes the change from the same checkpoint.
    private var changeInterval: (low: Double?, high: Double?) {
        loss.predecessor == point.predecessor && previousLoss != nil ? loss.changeInterval : (nil, nil)
    }

    /// Columns of the table for readers.
    static let brief = ["revision", "step", "relative_drift", "norm", "step_drift", "loss", "loss_change"]

    static let columns: [TypedColumn<DriftAndLossRecord>] =
        [.string("revision", "The checkpoint θ_t.") { $0.point.label }]
        + revisionColumns.map { $0.of(\.point.revision) } + weights + losses

    private static let weights: [TypedColumn<DriftAndLossRecord>] = [
        .string("domain", "Part of the probe set; 'all' for the whole.") { $0.loss.domain },
        .string("predecessor", "The checkpoint that it was trained on from, which changes are since.") {
            $0.point.predecessor
        },
        .number("drift", "‖θ_t − θ_reference‖₂, as trajectory.csv of the drift run has it.") { $0.point.displacement },
        .number("relative_drift", "drift/‖θ_reference‖₂; missing for the reference.") { $0.point.relativeDrift },
        .number("angle", unit: "rad", "Angle between θ_t and θ_reference; missing for the reference.") {
            $0.point.angle
        },
        .number("norm", "‖θ_t‖₂.") { $0.point.norm },
        .number("path_length", "Sum of step drifts from the reference to θ_t.") { $0.point.pathLength },
        .number("step_drift", "‖θ_t − θ_predecessor‖₂.") { $0.point.stepDrift },
        .number("drift_change", "drift less that of the predecessor.") { $0.driftChange },
        .number("norm_change", "norm less that of the predecessor.") { $0.normChange },
    ]

    private static let losses: [TypedColumn<DriftAndLossRecord>] = [
        .number("loss", unit: "nats", "Mean cross-entropy of the domain, as loss.csv of the probe run has it.") {
            $0.loss.loss
        },
        .number("loss_low", unit: "nats", "Lower end of its bootstrap 95% interval over sequences.") {
            $0.loss.interval.low
        },
        .number("loss_high", unit: "nats", "Upper end of that interval.") { $0.loss.interval.high },
        .number("loss_since_reference", unit: "nats", "loss less that of the reference.") {
            $0.difference($0.loss.loss, $0.referenceLoss)
        },
        .number("loss_change", unit: "nats", "loss less that of the predecessor.") { $0.lossChange },
        .number(
            "loss_change_low", unit: "nats",
            "Lower end of its bootstrap 95% interval, the same sequences drawn of both checkpoints."
        ) { $0.changeInterval.low },
        .number("loss_change_high", unit: "nats", "Upper end of that interval.") { $0.changeInterval.high },
    ]
}

/// One row of `correlations`.
struct CorrelationRecord: Sendable {
    let run: String
    let domain: String
    let x: String
    let y: String
    let points: Int
    let correlation: Double?
    let interval: ClosedRange<Double>?

    /// What the rows over all checkpoints are called.
    static let allRuns = "all"
    /// Of two points any two orders agree or oppose.
    static let fewestPoints = 3

    /// Two quantities whose orders are compared.
    struct Pair: Sendable {
        let names: (x: String, y: String)
        let x: @Sendable (DriftAndLossRecord) -> Double?
        let y: @Sendable (DriftAndLossRecord) -> Double?
    }

    /// States with states, and changes with changes.
    static let pairs = [
        Pair(names: ("drift", "loss"), x: { $0.point.displacement }, y: { $0.loss.loss }),
        Pair(names: ("path_length", "loss"), x: { $0.point.pathLength }, y: { $0.loss.loss }),
        Pair(names: ("norm", "loss"), x: { $0.point.norm }, y: { $0.loss.loss }),
        Pair(names: ("step_drift", "loss_change"), x: { $0.point.stepDrift }, y: { $0.lossChange }),
        Pair(names: ("norm_change", "loss_change"), x: { $0.normChange }, y: { $0.lossChange }),
    ]

    static let columns: [TypedColumn<CorrelationRecord>] = [
        .string("run", "Whose checkpoints: those of a stage or an ingredient, or 'all' of the series.") { $0.run },
        .string("domain", "Part of the probe set; 'all' for the whole.") { $0.domain },
        .string("x", "Column of joined.csv.") { $0.x },
        .string("y", "Column of joined.csv.") { $0.y },
        .integer("points", "Checkpoints that have both.") { $0.points },
        .string(
            "verdict",
            "together: the interval lies above 0; against: below; undecided: 0 lies in it; missing without an interval."
        ) { record in
            record.interval.map { $0.lowerBound > 0 ? "together" : $0.upperBound < 0 ? "against" : "undecided" }
        },
        .number(
            "spearman", "Spearman's rank correlation; missing where all values of a side are equal."
        ) { $0.correlation },
        .number(
            "spearman_low",
            "Lower end of its bootstrap 95% interval over checkpoints, as if they were independent; missing for fewer than 5, and for 1 and −1."
        ) { $0.interval?.lowerBound },
        .number("spearman_high", "Upper end of that interval.") { $0.interval?.upperBound },
    ]
}
