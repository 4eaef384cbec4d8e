import Checkpoints
import Reports
import Tensors

/// Hidden states differ between processors in float32's last digits.
private let alignmentTolerance = 1e-5
/// Small singular values, which ranks count by their logarithms, differ more.
private let rankTolerance = 1e-4

/// One row of `checkpoints` or `layers`: two sets of hidden states of the same sequences.
struct AlignmentRecord: Sendable {
    let comparison: Comparison.Kind
    let from: String
    let to: String
    /// Facts of the checkpoint `to`.
    let revision: Revision
    let layers: (from: HiddenLayer, to: HiddenLayer)
    let pooling: Pooling
    let sequences: Int
    let alignment: Double?
    let unbiasedAlignment: Double?

    init(
        comparison: Comparison.Kind, from: String, to: String, revision: Revision,
        layers: (from: HiddenLayer, to: HiddenLayer), pooling: Pooling, grams: (from: CenteredGram, to: CenteredGram)
    ) {
        (self.comparison, self.from, self.to, self.revision) = (comparison, from, to, revision)
        (self.layers, self.pooling) = (layers, pooling)
        sequences = grams.from.order
        alignment = grams.from.alignment(with: grams.to)
        unbiasedAlignment = grams.from.unbiasedAlignment(with: grams.to)
    }

    static let betweenCheckpoints: [TypedColumn<AlignmentRecord>] =
        [
            .string(
                "comparison",
                "Why the two are compared: reference, predecessor (the checkpoint it was trained on from), branch_point (the last of stage 1), ingredients (their finals with each other)."
            ) { $0.comparison.rawValue },
            .string("from", "The one checkpoint.") { $0.from },
            .string("to", "The other, which the facts are of.") { $0.to },
        ] + revisionColumns.map { $0.of(\.revision) } + HiddenLayer.columns.map { $0.of(\.layers.to) } + alignments

    static let betweenLayers: [TypedColumn<AlignmentRecord>] =
        [.string("revision", "The checkpoint.") { $0.to }] + revisionColumns.map { $0.of(\.revision) } + [
            .string("layer_from", "The one layer: 'embedding', the index of a block, or 'final_norm'.") {
                $0.layers.from.name
            },
            .integer("depth_from", "Number of blocks behind its states, and one more for the final norm.") {
                $0.layers.from.depth
            },
            .string("layer_to", "The other layer.") { $0.layers.to.name },
            .integer("depth_to", "Its depth.") { $0.layers.to.depth },
        ] + alignments

    private static let alignments: [TypedColumn<AlignmentRecord>] = [
        .string("states", "What of a sequence's hidden states is compared: their 'mean', or that of the 'last' token.")
        {
            $0.pooling.rawValue
        },
        .integer("sequences", "Sequences n that are compared.") { $0.sequences },
        .number(
            "cka", tolerance: alignmentTolerance,
            "Linear centred kernel alignment ‖YᵀX‖²/(‖XᵀX‖‖YᵀY‖) of centred states, 0 to 1; it leans upwards where n is small against the width. Missing where all states are equal, or one is not finite."
        ) { $0.alignment },
        .number(
            "unbiased_cka", tolerance: alignmentTolerance,
            "The same with the unbiased estimator of each product, about 0 for unrelated states; missing for n < 4 as well."
        ) { $0.unbiasedAlignment },
    ]
}

/// One row of `rank`.
struct RankRecord: Sendable {
    let label: String
    let revision: Revision
    let layer: HiddenLayer
    let states: String
    let width: Int
    let spread: RepresentationRequest.Spread

    /// A line a checkpoint, where there is no rank: what is not finite in one layer is so in those behind it.
    static func doubts(_ records: [RankRecord]) -> [String] {
        var layers: [(label: String, names: [String], states: [String])] = []
        for record in records where record.spread.rank == nil {
            if layers.last?.label != record.label { layers.append((record.label, [], [])) }
            let last = layers.count - 1
            if !layers[last].names.contains(record.layer.name) { layers[last].names.append(record.layer.name) }
            if !layers[last].states.contains(record.states) { layers[last].states.append(record.states) }
        }
        return layers.map { label, names, states in
            let of = names.count == 1 ? "layer '\(names[0])'" : "layers \(names.joined(separator: ", "))"
            return
                "\(label): hidden states of \(of) (\(states.joined(separator: ", "))) are all zero, or hold NaN or infinities; "
                + "their likeness and rank are left empty"
        }
    }

    static let columns: [TypedColumn<RankRecord>] =
        [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of(\.revision) }
        + HiddenLayer.columns.map { $0.of(\.layer) } + [
            .string(
                "states",
                "Which states: the 'mean' of each sequence's, that of its 'last' token, or those of 'tokens' evenly spaced."
            ) { $0.states },
            .integer("samples", "Number of states.") { $0.spread.samples },
            .integer("width", "Elements of a state.") { $0.width },
            .number(
                "rankme", tolerance: rankTolerance,
                "exp(−Σ p ln p), p = σ/Σσ + 1e-7, over the singular values σ of the states; at most the smaller of samples and width."
            ) { $0.spread.rank?.rankMe },
            .number(
                "effective_rank", tolerance: rankTolerance,
                "exp(entropy of σ/Σσ) of the states less their mean; missing where all are equal."
            ) { $0.spread.rank?.effectiveRank },
            .number(
                "participation_ratio", tolerance: rankTolerance,
                "(Σλ)²/Σλ² over the eigenvalues λ of the states' covariance; missing where all are equal."
            ) { $0.spread.rank?.participationRatio },
        ]
}

/// One row of `summary`.
struct SimilaritySummary: Sendable {
    let label: String
    let revision: Revision
    let reference: Double?
    let predecessor: Double?
    let rank: RepresentationRank?

    static let columns: [TypedColumn<SimilaritySummary>] = [
        .string("revision", "The checkpoint.") { $0.label },
        .integer("step", "Optimiser steps since its stage began.") { $0.revision.step },
        .number("cka_reference", tolerance: alignmentTolerance, "unbiased_cka with the reference.") { $0.reference },
        .number("cka_predecessor", tolerance: alignmentTolerance, "unbiased_cka with the predecessor.") {
            $0.predecessor
        },
        .number("rankme", tolerance: rankTolerance, "rankme of the states of tokens.") { $0.rank?.rankMe },
        .number("effective_rank", tolerance: rankTolerance, "effective_rank of the same.") { $0.rank?.effectiveRank },
        .number("participation_ratio", tolerance: rankTolerance, "participation_ratio of the same.") {
            $0.rank?.participationRatio
        },
    ]
}
