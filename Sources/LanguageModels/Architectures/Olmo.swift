import Checkpoints

/// OLMo (Groeneveld et al., 2024): LayerNorm without parameters before attention and feed-forward; queries, keys and values
/// limited in magnitude where `clip_qkv` says so.
struct Olmo: Architecture {
    static let modelType = "olmo"

    let shape: ModelShape
    private let clip: Float?
    let rotaries: [RotaryEmbedding]
    let unembedding: [String]

    /// Fixed in the family.
    private static let epsilon: Float = 1e-5

    init(_ config: ModelConfig) throws(ModelConfig.Problem) {
        shape = try ModelShape(config)
        try config.refuse("attention_bias")
        try config.require("hidden_act", ["silu"], default: "silu")
        clip = config.has("clip_qkv") ? Float(try config.number("clip_qkv")) : nil
        rotaries = [try RotaryEmbedding(config, width: shape.headWidth, context: shape.context)]
        unembedding = try transformerUnembedding(config)
    }

    let embedding = "model.embed_tokens.weight"
    func prefix(ofLayer layer: Int) -> String { "model.layers.\(layer)." }
    let finalWeights: [WeightShape] = []
    var layerWeights: [WeightShape] { shape.attentionWeights + shape.gatedWeights }

    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws {
        let normed = normed(x, weights, compute)
        let projected = try ["q", "k", "v"].map {
            try compute.linear(normed, weights.matrix("self_attn.\($0)_proj.weight"))
        }
        if let clip { for part in projected { compute.clamp(part, limit: clip) } }
        let heads = projected.map { Heads($0, width: shape.headWidth) }
        compute.rotate(heads[0], tables[0])
        compute.rotate(heads[1], tables[0])
        let mixed = try compute.attention(q: heads[0], k: heads[1], v: heads[2])
        compute.add(try compute.linear(mixed, weights.matrix("self_attn.o_proj.weight")), to: x)
        compute.add(try compute.gatedFeedForward(self.normed(x, weights, compute), weights), to: x)
    }

    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation {
        compute.layerNormed(x, gain: nil, bias: nil, epsilon: Olmo.epsilon)
    }
}
