import Checkpoints
import LanguageModels
import Reports
import Statistics

/// Hidden states differ between processors in float32's last digits, and weakly penalised fits follow them.
private let lossTolerance = 1e-4
/// A sequence between two classes may fall to either side: one of 32.
private let shareTolerance = 0.04

/// One row of `linear_probe`.
struct LinearProbeRecord: Sendable {
    let label: String
    let revision: Revision
    let layer: HiddenLayer
    let pooling: Pooling
    let width: Int
    let classes: Int
    let training: Int
    let heldOut: Int
    /// `nil` where hidden states are not finite.
    let outcome: ClassificationOutcome?
    let baseline: ClassificationScores

    /// A line, where there are no scores.
    var doubt: String? {
        guard outcome == nil else { return nil }
        return
            "\(label): hidden states of layer '\(layer.name)' (\(pooling.rawValue)) hold NaN or infinities; their scores "
            + "are left empty"
    }

    /// Columns of the table for readers.
    static let brief = [
        "revision", "states", "layer", "loss", "accuracy", "accuracy_low", "accuracy_high", "f1", "auc",
        "control_accuracy",
    ]

    static let columns: [TypedColumn<LinearProbeRecord>] =
        subject + setting + scores + besides

    /// The columns that tell which states a row is about.
    static let subject: [TypedColumn<LinearProbeRecord>] =
        [.string("revision", "The checkpoint.") { $0.label }]
        + revisionColumns.map { $0.of(\.revision) } + HiddenLayer.columns.map { $0.of(\.layer) } + [
            .string(
                "states", "What of a sequence's hidden states is classified: their 'mean', or that of the 'last' token."
            ) {
                $0.pooling.rawValue
            }
        ]

    private static let setting: [TypedColumn<LinearProbeRecord>] = [
        .integer("features", "Width of a hidden state.") { $0.width },
        .integer("classes", "Classes to tell apart.") { $0.classes },
        .integer("training_sequences", "Sequences trained on.") { $0.training },
        .integer("held_out_sequences", "Sequences held out, which the scores are of.") { $0.heldOut },
        .number(
            "inverse_strength",
            "C of the penalty, as scikit-learn counts it, of least loss in cross-validation on the training sequences."
        ) { $0.outcome?.inverseStrength },
        .number(
            "validation_loss", unit: "nats", tolerance: lossTolerance, "Mean cross-entropy in that cross-validation."
        ) { $0.outcome?.validationLoss },
        .number(
            "training_loss", unit: "nats", tolerance: lossTolerance, "Mean cross-entropy on the training sequences."
        ) { $0.outcome?.training.loss },
        .number("training_accuracy", tolerance: shareTolerance, "Share of training sequences classified rightly.") {
            $0.outcome?.training.accuracy
        },
    ]

    private static let scores =
        score("loss", unit: "nats", "Probe loss: mean cross-entropy on the sequences held out", \.loss, \.loss)
        + score("accuracy", "Share of the sequences held out that are classified rightly", \.accuracy, \.accuracy)
        + score(
            "precision",
            "Mean over classes of the share of a class' predictions that are right, 0 for one never predicted",
            \.precision, \.precision)
        + score("recall", "Mean over classes of the share of a class' sequences that are found", \.recall, \.recall)
        + score("f1", "Mean over classes of the harmonic mean of precision and recall", \.f1, \.f1)
        + score("auc", "Mean over classes of the one-vs-rest area under the ROC curve", \.auc, \.auc)

    /// A score and the ends of its interval.
    private static func score(
        _ name: String, unit: String? = nil, _ meaning: String,
        _ value: @escaping @Sendable (ClassificationScores) -> Double?,
        _ interval: @escaping @Sendable (ScoreInterval) -> ClosedRange<Double>?
    ) -> [TypedColumn<LinearProbeRecord>] {
        let tolerance = unit == nil ? shareTolerance : lossTolerance
        return [
            .number(
                name, unit: unit, uncertainty: .interval(low: "\(name)_low", high: "\(name)_high"),
                tolerance: tolerance, "\(meaning)."
            ) {
                $0.outcome.flatMap { value($0.heldOut) }
            },
            .number(
                "\(name)_low", unit: unit, tolerance: tolerance,
                "Lower end of its bootstrap 95% interval over the sequences held out, drawn within each class."
            ) { $0.outcome.flatMap { interval($0.interval)?.lowerBound } },
            .number("\(name)_high", unit: unit, tolerance: tolerance, "Upper end of that interval.") {
                $0.outcome.flatMap { interval($0.interval)?.upperBound }
            },
        ]
    }

    private static let besides: [TypedColumn<LinearProbeRecord>] = [
        .number("baseline_loss", unit: "nats", "Loss of predicting the classes' frequencies in training.") {
            $0.baseline.loss
        },
        .number("baseline_accuracy", "Accuracy of always predicting the most frequent class in training.") {
            $0.baseline.accuracy
        },
        .number(
            "control_loss", unit: "nats", tolerance: lossTolerance,
            "Loss of the same procedure on shuffled labels, mean over the shuffles; missing without any."
        ) { $0.outcome?.controlLoss },
        .number("control_accuracy", tolerance: shareTolerance, "Accuracy of the same.") {
            $0.outcome?.controlAccuracy
        },
        .number("selectivity", tolerance: 2 * shareTolerance, "accuracy less control_accuracy.") { record in
            record.outcome.flatMap { outcome in outcome.controlAccuracy.map { outcome.heldOut.accuracy - $0 } }
        },
        .boolean("converged", "Whether no derivative of the fitted loss is above 1e-5 where the search ended.") {
            $0.outcome?.hasConverged
        },
    ]
}

/// One row of `predictions`.
struct PredictionRecord: Sendable {
    let probe: LinearProbeRecord
    let domain: String
    let sequence: Int
    let label: String
    let prediction: String
    let labelProbability: Double

    static let columns: [TypedColumn<PredictionRecord>] =
        LinearProbeRecord.subject.map { $0.of(\.probe) } + [
            .string("domain", "The sequence's part of the probe set.") { $0.domain },
            .integer("sequence", "Its number in the domain, from 0.") { $0.sequence },
            .string("label", "Its class.") { $0.label },
            .string("prediction", "The likeliest class.") { $0.prediction },
            .number("label_probability", tolerance: lossTolerance, "Probability given to its class.") {
                $0.labelProbability
            },
        ]
}
