import Checkpoints
import Reports

/// A near tie may fall to either side: one token of a thousand.
private let shareTolerance = 2e-3
/// The tolerance of shares in a single sequence, of which one token makes a tenth.
private let sequenceShareTolerance = 0.1

/// One row of `loss`.
struct LossRecord: Sendable {
    let label: String
    let revision: Revision
    let domain: String
    let metrics: LossMetrics
    let interval: ClosedRange<Double>?
    let meanBatchPerplexity: Double
    let previous: String?
    let change: LossMetrics.Change?

    /// Columns of the table for readers.
    static let brief = [
        "revision", "domain", "cross_entropy", "standard_error", "perplexity", "bits_per_token", "top1_accuracy",
        "calibration_error", "divergence", "change",
    ]

    static let columns: [TypedColumn<LossRecord>] =
        [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of(\.revision) } + [
            .string("domain", "Part of the probe set; 'all' for the whole.") { $0.domain },
            .integer("sequences", "Sequences of the domain.") { $0.metrics.sequences.count },
            .integer("targets", "Tokens that are predicted: all but the first of each sequence.") {
                $0.metrics.targets
            },
        ] + loss + behaviour

    private static let loss: [TypedColumn<LossRecord>] = [
        .number(
            "cross_entropy", unit: "nats", uncertainty: .interval(low: "cross_entropy_low", high: "cross_entropy_high"),
            tolerance: crossEntropyTolerance, "Mean of −ln p over the predicted tokens."
        ) { $0.metrics.crossEntropy },
        .number(
            "standard_error", unit: "nats", digits: 2, tolerance: crossEntropyTolerance,
            "Standard error of cross_entropy, sequences being what is sampled; missing for one sequence."
        ) { $0.metrics.standardError },
        .number(
            "cross_entropy_low", unit: "nats", tolerance: crossEntropyTolerance,
            "Lower end of its bootstrap 95% interval over sequences; missing for one sequence."
        ) { $0.interval?.lowerBound },
        .number("cross_entropy_high", unit: "nats", tolerance: crossEntropyTolerance, "Upper end of that interval.") {
            $0.interval?.upperBound
        },
        .number("perplexity", tolerance: 10 * crossEntropyTolerance, "exp(cross_entropy).") { $0.metrics.perplexity },
        .number(
            "mean_batch_perplexity", tolerance: 10 * crossEntropyTolerance,
            "Mean over batches of exp(mean loss of the batch): at least perplexity, and another quantity."
        ) { $0.meanBatchPerplexity },
        .number("bits_per_token", unit: "bits", tolerance: crossEntropyTolerance, "cross_entropy / ln 2.") {
            $0.metrics.bitsPerToken
        },
        .number(
            "bits_per_byte", unit: "bits", tolerance: crossEntropyTolerance,
            "Bits of all predicted tokens over the bytes of their text; missing where the probe set has no byte counts."
        ) { $0.metrics.bitsPerByte },
    ]

    private static let behaviour: [TypedColumn<LossRecord>] = [
        .number("top1_accuracy", tolerance: shareTolerance, "Share of tokens that were the most probable one.") {
            $0.metrics.top1
        },
        .number("top5_accuracy", tolerance: shareTolerance, "Share of tokens with fewer than five more probable.") {
            $0.metrics.top5
        },
        .number(
            "entropy", unit: "nats", tolerance: crossEntropyTolerance, "Mean entropy of the predicted distributions."
        ) {
            $0.metrics.entropy
        },
        .number(
            "calibration_error", digits: 3, tolerance: shareTolerance,
            "Expected calibration error of the most probable token, over 15 equal bins of its probability."
        ) { $0.metrics.calibrationError },
        .number(
            "divergence", unit: "nats", tolerance: crossEntropyTolerance,
            "Mean KL(reference ‖ checkpoint) over predicted tokens; missing for the reference."
        ) { $0.metrics.divergence },
        .number(
            "top1_agreement", tolerance: shareTolerance,
            "Share of predicted tokens where reference and checkpoint hold the same token most probable; missing for the reference."
        ) { $0.metrics.agreement },
        .string("previous", "The checkpoint that this one was trained on from; missing for the first.") {
            $0.previous
        },
        .number(
            "change", unit: "nats", tolerance: crossEntropyTolerance,
            "cross_entropy less that of the previous checkpoint."
        ) { $0.change?.value },
        .number(
            "change_low", unit: "nats", tolerance: crossEntropyTolerance,
            "Lower end of its bootstrap 95% interval, the same sequences drawn of both checkpoints."
        ) { $0.change?.interval?.lowerBound },
        .number("change_high", unit: "nats", tolerance: crossEntropyTolerance, "Upper end of that interval.") {
            $0.change?.interval?.upperBound
        },
    ]
}

/// One row of `sequences`.
struct SequenceLossRecord: Sendable {
    let label: String
    let domain: String
    let number: Int
    let metrics: LossMetrics

    static let columns: [TypedColumn<SequenceLossRecord>] = [
        .string("revision", "The checkpoint.") { $0.label },
        .string("domain", "The sequence's part of the probe set.") { $0.domain },
        .integer("sequence", "Its number in the domain, from 0.") { $0.number },
        .integer("targets", "Tokens that are predicted.") { $0.metrics.targets },
        .number(
            "cross_entropy", unit: "nats", uncertainty: .interval(low: "cross_entropy_low", high: "cross_entropy_high"),
            tolerance: crossEntropyTolerance, "Mean of −ln p over them."
        ) {
            $0.metrics.crossEntropy
        },
        .number(
            "bits_per_byte", unit: "bits", tolerance: crossEntropyTolerance,
            "Their bits over the bytes of their text; missing where the probe set has no byte counts."
        ) { $0.metrics.bitsPerByte },
        .number("top1_accuracy", tolerance: sequenceShareTolerance, "Share that was the most probable token.") {
            $0.metrics.top1
        },
        .number("top5_accuracy", tolerance: sequenceShareTolerance, "Share with fewer than five more probable.") {
            $0.metrics.top5
        },
        .number(
            "entropy", unit: "nats", tolerance: crossEntropyTolerance, "Mean entropy of the predicted distributions."
        ) {
            $0.metrics.entropy
        },
        .number(
            "divergence", unit: "nats", tolerance: crossEntropyTolerance,
            "Mean KL(reference ‖ checkpoint); missing for the reference."
        ) { $0.metrics.divergence },
        .number(
            "top1_agreement", tolerance: sequenceShareTolerance,
            "Share where both hold the same token most probable; missing for the reference."
        ) { $0.metrics.agreement },
    ]
}

/// One row of `positions`.
struct PositionLossRecord: Sendable {
    let label: String
    let domain: String
    let bucket: Int
    let targets: Int
    let loss: Double
    let first: Int
    let standardError: Double?

    static let columns: [TypedColumn<PositionLossRecord>] = [
        .string("revision", "The checkpoint.") { $0.label },
        .string("domain", "Part of the probe set; 'all' for the whole.") { $0.domain },
        .integer("first_position", "First position of the predicted tokens: how many precede it in the sequence.") {
            1 << $0.bucket
        },
        .integer("last_position", "Last position; sequences that are shorter have fewer.") { 2 << $0.bucket - 1 },
        .integer("targets", "Tokens predicted there.") { $0.targets },
        .number(
            "cross_entropy", unit: "nats", uncertainty: .interval(low: "cross_entropy_low", high: "cross_entropy_high"),
            tolerance: crossEntropyTolerance, "Mean of −ln p over them."
        ) {
            $0.loss / Double($0.targets)
        },
        .number(
            "standard_error", unit: "nats", tolerance: crossEntropyTolerance,
            "Its standard error, sequences being what is sampled; missing for one sequence."
        ) { $0.standardError },
        .number("top1_accuracy", tolerance: 10 * shareTolerance, "Share that was the most probable token.") {
            Double($0.first) / Double($0.targets)
        },
    ]
}
