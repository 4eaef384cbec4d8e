import Base
import Checkpoints
import Engine
import LanguageModels
import Reports
import Tensors

/// Matrix products in float32 differ between processors by so much of a loss.
let crossEntropyTolerance = 1e-5

/// A series that is run over a probe set: what experiments on hidden states start from.
struct ModelSeries: Sendable {
    let series: CheckpointSeries
    /// Indices of the series' checkpoints in the run.
    let runIndices: [RunIndex]
    let probe: ProbeSet
    /// The probe set's fingerprint.
    let fingerprint: Fingerprint
    let contents: SeriesContents
    /// The probe set's files and fingerprint, for `run.json`.
    let probeFacts: JSON
    private let fingerprints: Bool

    /// Reads the probe set and opens the series.
    /// - Parameter branchPoint: the one that the settings state.
    /// - Throws: `InputError` when no checkpoint can be run over the probe set.
    init(_ input: ModelInput, _ context: RunContext, branchPoint: String? = nil) throws {
        let probeSet = input.probeSet
        let fingerprints = input.hashing.fingerprints
        probe = try probeSet.open(in: context)
        fingerprint = probe.fingerprint
        probeFacts = [
            "label": "probe set", "fingerprint": .string("\(fingerprint)"), "location": .string(probeSet.location),
        ]
        (series, runIndices) = try input.series.open(in: context, branchPoint: branchPoint)
        contents = SeriesContents(series, runIndices: runIndices, fingerprints: fingerprints)
        self.fingerprints = fingerprints
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

    /// The content of every tensor: what work is known by, and what is not finite.
    var requests: [any Request] { fingerprints ? contents.requests : [] }

    /// The checkpoints that have a summary, in order.
    /// - Throws: `InputError` with what became of the others, where there is none.
    func standing(_ results: ReductionResults, _ hasSummary: (Int) -> Bool) throws -> [Int] {
        try contents.standing(results, hasSummary)
    }
}

/// Hidden states by how far they have come: 0 for the embedding, i for what block i − 1 leaves, then the final norm.
struct HiddenLayer: Sendable, Hashable {
    let depth: Int
    /// The number of the model's blocks.
    let layerCount: Int

    /// `embedding`, the index of the block, or `final_norm`.
    var name: String {
        switch depth {
        case 0: "embedding"
        case layerCount + 1: "final_norm"
        default: String(depth - 1)
        }
    }

    static let columns: [TypedColumn<HiddenLayer>] = [
        .string(
            "layer",
            "What left the hidden states: 'embedding', the index of a block, or 'final_norm', which the unembedding sees."
        ) { $0.name },
        .integer("depth", "Number of blocks behind the states, and one more for the final norm.") { $0.depth },
    ]

    /// The columns of tables that hold two layers against each other.
    static let pairColumns: [TypedColumn<(from: HiddenLayer, to: HiddenLayer)>] = [
        .string("layer_from", "The one layer: 'embedding', the index of a block, or 'final_norm'.") { $0.from.name },
        .integer("depth_from", "Number of blocks behind its states, and one more for the final norm.") {
            $0.from.depth
        },
        .string("layer_to", "The other layer.") { $0.to.name },
        .integer("depth_to", "Its depth.") { $0.to.depth },
    ]
}

/// The measures of rank of hidden states, with what each means in a table. Small singular values, which ranks count by
/// their logarithms, differ more between processors than the states do.
func rankColumns(_ rankMe: String, _ effective: String, _ ratio: String) -> [TypedColumn<RepresentationRank?>] {
    [
        .number("rankme", tolerance: 1e-4, rankMe) { $0?.rankMe },
        .number("effective_rank", tolerance: 1e-4, effective) { $0?.effectiveRank },
        .number("participation_ratio", tolerance: 1e-4, ratio) { $0?.participationRatio },
    ]
}
