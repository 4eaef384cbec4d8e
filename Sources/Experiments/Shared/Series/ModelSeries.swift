import Base
import Checkpoints
import Engine
import LanguageModels
import Reports
import Tensors

/// A series that is run over a probe set: what experiments on hidden states start from.
struct ModelSeries: Sendable {
    let series: CheckpointSeries
    /// Places of the series' checkpoints in the run.
    let places: [Int]
    let probe: ProbeSet
    /// Of the probe set.
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
        (series, places) = try input.series.open(in: context, branchPoint: branchPoint)
        contents = SeriesContents(series, places: places, fingerprints: fingerprints)
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
        let standing = series.checkpoints.indices.filter(hasSummary)
        guard !standing.isEmpty else {
            throw InputError(results.failures.sorted { $0.key < $1.key }.map(\.value.description))
        }
        return standing
    }
}

extension LayerSelection {
    /// Notes which layers' hidden states the tables hold.
    /// - Throws: `InputError` for a layer that no model of the series has.
    func note(in context: RunContext, _ series: CheckpointSeries) throws(InputError) {
        let layers = series.checkpoints.flatMap { $0.tensors.map { ParameterName($0.name).layer } }
        let problems = self.layers.problems(among: layers, "layers", "tensor", "block")
        guard problems.isEmpty else { throw InputError(problems) }
        var record = SelectionRecord()
        record.note(layers: self.layers)
        context.note(record)
    }
}

/// Hidden states by how far they have come: 0 for the embedding, i for what block i − 1 leaves, then the final norm.
struct HiddenLayer: Sendable, Hashable {
    let depth: Int
    /// Of the model.
    let layerCount: Int

    /// Index of the block that left them; `nil` for the embedding and the final norm.
    var block: Int? { (1...max(1, layerCount)).contains(depth) && depth <= layerCount ? depth - 1 : nil }

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
}
