import Checkpoints

/// A family of models: which weights it has, and how a layer is put together from them.
///
/// A new one is a file with a type that conforms, its line in `architectures`, and goldens.
protocol Architecture: Sendable {
    /// The config's `model_type`.
    static var modelType: String { get }

    /// Reads the config. Whatever would change the result and is not implemented is a problem.
    init(_ config: ModelConfig) throws(ModelConfig.Problem)

    /// Sizes that all families have.
    var shape: ModelShape { get }
    /// Token vectors [vocabulary, width].
    var embedding: String { get }
    /// Output vectors [vocabulary, width], by the names they may have: the first that is there is taken.
    var unembedding: [String] { get }
    /// Weights of a layer, without the layer's prefix.
    var layerWeights: [WeightShape] { get }
    /// The prefix of a layer's names.
    func prefix(ofLayer layer: Int) -> String
    /// Weights of the norm before the unembedding.
    var finalWeights: [WeightShape] { get }
    /// The angles that layers turn queries and keys by.
    var rotaries: [RotaryEmbedding] { get }

    /// Turns the hidden states before a layer into those after it, in place.
    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws
    /// The norm before the unembedding.
    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation
}

/// Sizes of a model.
struct ModelShape: Sendable {
    let layers: Int
    let width: Int
    let heads: Int
    let keyHeads: Int
    let headWidth: Int
    let intermediate: Int
    let vocabulary: Int
    /// `max_position_embeddings`.
    let context: Int

    /// Far more than any model has; lists of them are made before a checkpoint shows how many there are.
    private static let layerLimit = 1 << 16

    /// Reads the entries that OLMo, Llama and GPT-NeoX share.
    init(_ config: ModelConfig, defaultContext: Int = 2048) throws(ModelConfig.Problem) {
        layers = try config.count("num_hidden_layers")
        width = try config.count("hidden_size")
        heads = try config.count("num_attention_heads")
        keyHeads = try config.count("num_key_value_heads", default: heads)
        headWidth = try config.count("head_dim", default: max(1, width / heads))
        intermediate = try config.count("intermediate_size")
        vocabulary = try config.count("vocab_size")
        context = try config.count("max_position_embeddings", default: defaultContext)
        guard layers <= ModelShape.layerLimit else {
            throw ModelConfig.Problem(
                "its config has num_hidden_layers \(layers), not a number up to \(ModelShape.layerLimit)")
        }
        guard config.has("head_dim") || width % heads == 0 else {
            throw ModelConfig.Problem("its config has hidden_size \(width), no multiple of \(heads) heads")
        }
        guard heads % keyHeads == 0 else {
            throw ModelConfig.Problem("its config has \(heads) heads, no multiple of num_key_value_heads \(keyHeads)")
        }
        guard headWidth % 2 == 0 else {
            throw ModelConfig.Problem("its config has heads of \(headWidth) elements, which do not make pairs")
        }
    }
}

/// A weight that a config calls for.
struct WeightShape: Sendable {
    let name: String
    let shape: [Int]

    init(_ name: String, _ shape: Int...) { (self.name, self.shape) = (name, shape) }
}

/// The weights of one layer: matrices as stored, vectors as float32, without the layer's prefix.
struct LayerWeights: Sendable {
    let matrices: [String: StoredWeights]
    let vectors: [String: [Float]]

    func matrix(_ name: String) -> StoredWeights {
        guard let matrix = matrices[name] else { preconditionFailure("'\(name)' is no weight of the layer") }
        return matrix
    }

    func vector(_ name: String) -> [Float] {
        guard let vector = vectors[name] else { preconditionFailure("'\(name)' is no weight of the layer") }
        return vector
    }
}

/// The families there are.
let architectures: [any Architecture.Type] = [Olmo.self, Olmo2.self, Olmo3.self, Llama.self, GPTNeoX.self]
