import Base
import Checkpoints
import Tensors

/// A checkpoint that can be run: its config is understood, and every weight that the config calls for is there in the right
/// shape. Weights stay in the file until a forward pass needs them.
package struct LanguageModel: Sendable {
    /// The checkpoint.
    package let checkpoint: Checkpoint
    private let architecture: any Architecture

    /// Tokens that go through a layer together: memory holds what a layer makes of so many.
    private static let groupTokens = 2048

    /// Number of blocks.
    package var layerCount: Int { architecture.shape.layers }
    /// Elements of a hidden state.
    package var width: Int { architecture.shape.width }
    /// Token ids are below this.
    package var vocabulary: Int { architecture.shape.vocabulary }
    /// Tokens of the longest sequence it was made for.
    package var context: Int { architecture.shape.context }
    /// The steps whose hidden states a forward pass shows: the embedding, each block, and the final norm.
    package var stepCount: Int { layerCount + 2 }

    /// Reads the config and compares it with the tensors.
    /// - Throws: `.unsupported` for a model or a setting of it that is not implemented, `.malformed` for a config or a
    ///   tensor that is missing or contradicts the other.
    package init(_ checkpoint: Checkpoint) throws(CheckpointError) {
        self.checkpoint = checkpoint
        let place = checkpoint.location.description
        guard let text = checkpoint.contents.config else {
            throw CheckpointError(
                .malformed, checkpoint: place, problem: "it carries no config, which tells how to run the model",
                remedy:
                    "put the model's config.json into \(isDirectory(checkpoint.location.path) ? "it" : "its folder")")
        }
        do throws(ModelConfig.Problem) {
            architecture = try LanguageModel.architecture(ModelConfig(text))
        } catch {
            throw CheckpointError(.unsupported, checkpoint: place, problem: error.text)
        }
        try check()
    }

    private static func architecture(_ config: ModelConfig) throws(ModelConfig.Problem) -> any Architecture {
        let known = architectures.map { $0.modelType }
        guard let name = try config.text("model_type") else {
            throw ModelConfig.Problem("its config has no model_type; implemented are \(known.joined(separator: ", "))")
        }
        guard let type = architectures.first(where: { $0.modelType == name }) else {
            throw ModelConfig.Problem(
                "its config has model_type '\(name)'; implemented are \(known.joined(separator: ", "))")
        }
        for key in ["quantization_config", "is_encoder_decoder", "add_cross_attention"] { try config.refuse(key) }
        return try type.init(config)
    }

    private func check() throws(CheckpointError) {
        let shapes = Dictionary(
            checkpoint.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let outside = [
            WeightShape(architecture.embedding, vocabulary, width),
            WeightShape(name: unembedding, [vocabulary, width]),
        ]
        // A layer at a time: a config may claim any number of them, and the first that is not there ends it.
        let layers = (0..<layerCount).lazy.flatMap { layer in
            architecture.layerWeights.map { WeightShape(name: architecture.prefix(ofLayer: layer) + $0.name, $0.shape) }
        }
        for weight in outside + architecture.finalWeights { try check(weight, shapes) }
        for weight in layers { try check(weight, shapes) }
    }

    private func check(_ weight: WeightShape, _ shapes: [String: TensorInfo]) throws(CheckpointError) {
        guard let found = shapes[weight.name] else {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint.location.description,
                problem: "it has no tensor '\(weight.name)', which its config calls for")
        }
        guard found.shape == weight.shape, found.elementType.hasStatistics else {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint.location.description,
                problem:
                    "'\(weight.name)' is \(found.elementType.rawValue) \(found.shape), but its config calls for "
                    + "floating-point \(weight.shape)")
        }
    }

    /// Name of the tensor that logits are made with.
    var unembedding: String {
        let names = architecture.unembedding
        return names.first { name in checkpoint.tensors.contains { $0.name == name } } ?? names[0]
    }

    /// Refuses a probe set that the model cannot run.
    /// - Throws: `.unsupported`, naming the sequence.
    package func check(_ probe: ProbeSet) throws(CheckpointError) {
        for sequence in probe.sequences {
            if sequence.tokens.count > context {
                throw CheckpointError(
                    .unsupported, checkpoint: checkpoint.location.description,
                    problem:
                        "\(probe.name(of: sequence)) has \(sequence.tokens.count) tokens, but the model's context is "
                        + "\(context)",
                    remedy: "set the probe set's length to at most \(context)")
            }
            if let id = sequence.tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
                throw CheckpointError(
                    .unsupported, checkpoint: checkpoint.location.description,
                    problem: "\(probe.name(of: sequence)) has token id \(id), outside the vocabulary of \(vocabulary)")
            }
        }
    }

    /// Runs the model over a whole probe set, layer by layer, so that each weight is read once.
    ///
    /// Memory: the states of all tokens in float32, what a layer makes of 2048 tokens or of the longest sequence, one layer
    /// as stored.
    /// - Parameters:
    ///   - visit: called after each of the ``stepCount`` steps with its number and the states: 0 for the embedding, i for
    ///     block i, and ``layerCount`` + 1 for the final norm. The states are overwritten when it returns.
    /// - Returns: the states after the final norm.
    /// - Throws: `CheckpointError`; what `visit` or the execution's check throws.
    @discardableResult
    package func forward(
        _ probe: ProbeSet, _ execution: Execution, visit: (Int, HiddenStates) throws -> Void = { _, _ in }
    ) throws -> HiddenStates {
        try check(probe)
        let reader = WeightReader(checkpoint, execution)
        let pool = ActivationPool()
        let states = HiddenStates(matrix: pool.take(probe.tokenCount, width), bounds: probe.bounds)
        try embed(probe, into: states.matrix, reader)
        try visit(0, states)
        let groups = LanguageModel.groups(probe.bounds)
        let longest = zip(probe.bounds, probe.bounds.dropFirst()).map { $1 - $0 }.max() ?? 0
        let tables = architecture.rotaries.map { $0.table(length: longest) }
        func eachGroup(_ body: (Activation, LayerComputation) throws -> Void) rethrows {
            for group in groups {
                let first = probe.bounds[group.lowerBound]
                let rows = Activation(states.matrix, rows: first..<probe.bounds[group.upperBound])
                let bounds = probe.bounds[group.lowerBound...group.upperBound].map { $0 - first }
                try body(rows, LayerComputation(bounds: bounds, pool: pool, execution: execution))
            }
        }
        for layer in 0..<layerCount {
            let weights = try load(architecture.layerWeights, prefix: architecture.prefix(ofLayer: layer), reader)
            try eachGroup { try architecture.apply(layer, to: $0, weights, tables, $1) }
            try visit(layer + 1, states)
        }
        let weights = try load(architecture.finalWeights, prefix: "", reader)
        eachGroup { rows, compute in
            let normed = architecture.normed(rows, weights, compute)
            rows.base.update(from: normed.base, count: rows.rows * rows.columns)
        }
        try visit(layerCount + 1, states)
        return states
    }

    /// Runs of sequences, each of at most `groupTokens` tokens or a single sequence.
    private static func groups(_ bounds: [Int]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        while start < bounds.count - 1 {
            var end = start + 1
            while end < bounds.count - 1, bounds[end + 1] - bounds[start] <= groupTokens { end += 1 }
            groups.append(start..<end)
            start = end
        }
        return groups
    }

    /// Of the embedding only the rows that occur are read.
    private func embed(_ probe: ProbeSet, into states: Activation, _ reader: WeightReader) throws {
        let tokens = probe.sequences.flatMap(\.tokens).map(Int.init)
        let wanted = Set(tokens).sorted()
        let places = Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, $0) })
        let table = ActivationPool().take(wanted.count, width)
        try reader.rows(architecture.embedding, wanted) { table.row(places[$0] ?? 0) }
        for (place, token) in tokens.enumerated() {
            states.row(place).update(from: table.row(places[token] ?? 0), count: width)
        }
    }

    private func load(_ shapes: [WeightShape], prefix: String, _ reader: WeightReader) throws -> LayerWeights {
        var matrices: [String: StoredWeights] = [:]
        var vectors: [String: [Float]] = [:]
        for shape in shapes {
            let weights = try reader.load(prefix + shape.name)
            if shape.shape.count == 2 { matrices[shape.name] = weights } else { vectors[shape.name] = weights.floats }
        }
        return LayerWeights(matrices: matrices, vectors: vectors)
    }
}

extension WeightShape {
    init(name: String, _ shape: [Int]) { (self.name, self.shape) = (name, shape) }
}
