import Checkpoints
import Engine
import Reports
import Tensors

/// One row of `checkpoints` or `layers`: two sets of hidden states of the same sequences.
struct StateAlignment: Sendable {
    let comparison: Comparison.Kind
    let from: Checkpoint
    let to: Checkpoint
    let layers: (from: HiddenLayer, to: HiddenLayer)
    /// How a sequence's states become one.
    let states: String
    let grams: (from: CenteredGram, to: CenteredGram)

    static func checkpoints(_ records: [StateAlignment]) -> Table {
        let columns: [TypedColumn<StateAlignment>] = [
            .string(
                "comparison",
                "Why the two are compared: reference, predecessor (the checkpoint it was trained on from), branch_point (the last of stage 1), ingredients (their finals with each other)."
            ) { $0.comparison.rawValue },
            .string("from", "The one checkpoint.") { $0.from.label },
            .string("to", "The other, which the facts are of.") { $0.to.label },
        ]
        return Table(
            "checkpoints", title: "Likeness of hidden states between checkpoints, layer by layer.",
            columns: columns + revisionColumns.map { $0.of(\.to.revision) }
                + HiddenLayer.columns.map { $0.of(\.layers.to) }
                + measures, primaryKey: ["comparison", "from", "to", "depth", "states"], records: records)
    }

    static func layers(_ records: [StateAlignment]) -> Table {
        Table(
            "layers", title: "Likeness of hidden states between the layers of a checkpoint.",
            columns: checkpointColumns.map { $0.of(\.to) } + HiddenLayer.pairColumns.map { $0.of(\.layers) } + measures,
            primaryKey: ["revision", "depth_from", "depth_to", "states"], records: records)
    }

    /// Hidden states differ between processors in float32's last digits.
    static let tolerance = 1e-5

    private static let measures: [TypedColumn<StateAlignment>] = [
        .string("states", "What of a sequence's hidden states is compared: their 'mean', or that of the 'last' token.")
        {
            $0.states
        },
        .integer("sequences", "Sequences n that are compared.") { $0.grams.from.order },
        .number(
            "cka", tolerance: tolerance,
            "Linear centred kernel alignment ‖YᵀX‖²/(‖XᵀX‖‖YᵀY‖) of centred states, 0 to 1; it leans upwards where n is small against the width. Missing where all states are equal, or one is not finite."
        ) { $0.grams.from.alignment(with: $0.grams.to) },
        .number(
            "unbiased_cka", tolerance: tolerance,
            "The same with the unbiased estimator of each product, about 0 for unrelated states; missing for n < 4 as well."
        ) { $0.grams.from.unbiasedAlignment(with: $0.grams.to) },
    ]
}

/// One row of `rank`.
struct StateSpread: Sendable {
    let checkpoint: Checkpoint
    let layer: HiddenLayer
    let states: String
    let width: Int
    let spread: RepresentationRequest.Spread

    /// The rows of a checkpoint; `names` are those of the kinds of states, in order.
    static func of(
        _ checkpoint: Checkpoint, _ summary: RepresentationRequest.Summary, _ names: [String]
    ) -> [StateSpread] {
        summary.layers.enumerated().flatMap { depth, layer in
            zip(names, layer.spreads).map {
                StateSpread(
                    checkpoint: checkpoint, layer: HiddenLayer(depth: depth, layerCount: summary.layerCount),
                    states: $0,
                    width: summary.width, spread: $1)
            }
        }
    }

    /// A line a checkpoint, where there is no rank: what is not finite in one layer is so in those behind it.
    static func doubts(_ records: [StateSpread]) -> [String] {
        let empty = records.filter { $0.spread.rank == nil }
        return empty.map(\.checkpoint.label).distinct.map { label in
            let own = empty.filter { $0.checkpoint.label == label }
            let (names, states) = (own.map(\.layer.name).distinct, own.map(\.states).distinct.joined(separator: ", "))
            let of = names.count == 1 ? "layer '\(names[0])'" : "layers \(names.joined(separator: ", "))"
            return
                "\(label): hidden states of \(of) (\(states)) are all zero, or hold NaN or infinities; their likeness "
                + "and rank are left empty"
        }
    }

    static func table(_ records: [StateSpread]) -> Table {
        let samples: [TypedColumn<StateSpread>] = [
            .string(
                "states",
                "Which states: the 'mean' of each sequence's, that of its 'last' token, or those of 'tokens' evenly spaced."
            ) { $0.states },
            .integer("samples", "Number of states.") { $0.spread.samples },
            .integer("width", "Elements of a state.") { $0.width },
        ]
        let ranks = rankColumns(
            "exp(−Σ p ln p), p = σ/Σσ + 1e-7, over the singular values σ of the states; at most the smaller of samples and width.",
            "exp(entropy of σ/Σσ) of the states less their mean; missing where all are equal.",
            "(Σλ)²/Σλ² over the eigenvalues λ of the states' covariance; missing where all are equal.")
        return Table(
            "rank", title: "Over how many dimensions hidden states spread.",
            columns: checkpointColumns.map { $0.of(\.checkpoint) } + HiddenLayer.columns.map { $0.of(\.layer) }
                + samples
                + ranks.map { $0.of(\.spread.rank) }, primaryKey: ["revision", "depth", "states"], records: records)
    }
}

/// One row of `summary`: the final norm's states, which the predictions are made of.
struct SimilaritySummary: Sendable {
    let checkpoint: Checkpoint
    let alignments: [StateAlignment]
    let rank: RepresentationRank?

    init(_ checkpoint: Checkpoint, _ alignments: [StateAlignment], _ spreads: [StateSpread]) {
        self.checkpoint = checkpoint
        self.alignments = alignments.filter { $0.to.label == checkpoint.label && $0.layers.to.name == "final_norm" }
        rank = spreads.last { $0.checkpoint.label == checkpoint.label && $0.layer.name == "final_norm" }?.spread.rank
    }

    private func likeness(_ kind: Comparison.Kind) -> Double? {
        alignments.first { $0.comparison == kind }.flatMap { $0.grams.from.unbiasedAlignment(with: $0.grams.to) }
    }

    static func table(_ records: [SimilaritySummary]) -> Table {
        let columns: [TypedColumn<SimilaritySummary>] = [
            .string("revision", "The checkpoint.") { $0.checkpoint.label },
            .integer("step", "Optimiser steps since its stage began.") { $0.checkpoint.revision.step },
            .number("cka_reference", tolerance: StateAlignment.tolerance, "unbiased_cka with the reference.") {
                $0.likeness(.reference)
            },
            .number("cka_predecessor", tolerance: StateAlignment.tolerance, "unbiased_cka with the predecessor.") {
                $0.likeness(.predecessor)
            },
        ]
        let ranks = rankColumns(
            "rankme of the states of tokens.", "effective_rank of the same.", "participation_ratio of the same.")
        return Table(
            "summary", title: "Hidden states after the final norm, a row for each checkpoint.",
            columns: columns + ranks.map { $0.of(\.rank) }, primaryKey: ["revision"], records: records)
    }
}
