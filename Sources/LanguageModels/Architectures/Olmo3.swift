import Checkpoints

/// OLMo 3: OLMo 2, of whose layers most look back over a window only; those that see everything may have YaRN's angles.
struct Olmo3: Architecture {
    static let modelType = "olmo3"

    private enum Attention: String {
        case sliding = "sliding_attention"
        case full = "full_attention"
    }

    private let layer: Olmo2
    private let kinds: [Attention]
    private let window: Int
    /// Of sliding layers, and of full ones.
    let rotaries: [RotaryEmbedding]

    init(_ config: ModelConfig) throws(ModelConfig.Problem) {
        layer = try Olmo2(config)
        window = try config.count("sliding_window", default: 4096)
        let count = layer.shape.layers
        // Every fourth layer is full, unless the config says otherwise.
        let names =
            try config.texts("layer_types")
            ?? (0..<count).map { (($0 + 1) % 4 == 0 ? Attention.full : .sliding).rawValue }
        guard names.count == count else {
            throw ModelConfig.Problem("its config has \(names.count) layer_types for \(count) layers")
        }
        kinds = try names.map { (name) throws(ModelConfig.Problem) in
            guard let kind = Attention(rawValue: name) else {
                throw ModelConfig.Problem("its config has the layer type '\(name)', which is not implemented")
            }
            return kind
        }
        rotaries = [
            try Olmo3.rotary(config, .sliding, layer.shape), try Olmo3.rotary(config, .full, layer.shape),
        ]
    }

    /// `rope_parameters` has a section for each kind of layer; before transformers 5, `rope_scaling` was that of the full
    /// ones.
    private static func rotary(
        _ config: ModelConfig, _ kind: Attention, _ shape: ModelShape
    ) throws(ModelConfig.Problem) -> RotaryEmbedding {
        let theta = try config.number("rope_theta", default: 500_000)
        let parameters: ModelConfig?
        if let all = try config.section("rope_parameters") {
            // One section for all layers is transformers' form for a single kind.
            parameters = all.has("rope_theta") || all.has("rope_type") ? all : try all.section(kind.rawValue)
        } else {
            parameters = kind == .full ? try config.section("rope_scaling") : nil
        }
        return try RotaryEmbedding(
            parameters, theta: try parameters?.number("rope_theta", default: theta) ?? theta, width: shape.headWidth,
            context: shape.context)
    }

    var shape: ModelShape { layer.shape }
    var embedding: String { layer.embedding }
    var unembedding: [String] { layer.unembedding }
    var layerWeights: [WeightShape] { layer.layerWeights }
    var finalWeights: [WeightShape] { layer.finalWeights }
    func prefix(ofLayer layer: Int) -> String { self.layer.prefix(ofLayer: layer) }

    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws {
        switch kinds[layer] {
        case .sliding: try self.layer.apply(to: x, weights, tables[0], window: window, compute)
        case .full: try self.layer.apply(to: x, weights, tables[1], window: nil, compute)
        }
    }

    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation {
        layer.normed(x, weights, compute)
    }
}
