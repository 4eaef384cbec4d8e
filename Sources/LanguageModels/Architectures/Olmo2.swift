import Checkpoints

/// OLMo 2 (OLMo et al., 2025): RMSNorm after attention and after the feed-forward, and on queries and keys as wholes,
/// before they are cut into heads.
struct Olmo2: Architecture {
    static let modelType = "olmo2"

    let shape: ModelShape
    private let epsilon: Float
    let rotaries: [RotaryEmbedding]
    let unembedding: [String]

    init(_ config: ModelConfig) throws(ModelConfig.Problem) {
        shape = try ModelShape(config)
        try config.refuse("attention_bias")
        try config.require("hidden_act", ["silu"], default: "silu")
        epsilon = Float(try config.number("rms_norm_eps", default: 1e-5))
        rotaries = [try RotaryEmbedding(config, width: shape.headWidth, context: shape.context)]
        unembedding = try transformerUnembedding(config)
    }

    let embedding = "model.embed_tokens.weight"
    func prefix(ofLayer layer: Int) -> String { "model.layers.\(layer)." }
    var finalWeights: [WeightShape] { [WeightShape("model.norm.weight", shape.width)] }

    var layerWeights: [WeightShape] {
        shape.attentionWeights + shape.gatedWeights + [
            WeightShape("self_attn.q_norm.weight", shape.heads * shape.headWidth),
            WeightShape("self_attn.k_norm.weight", shape.keyHeads * shape.headWidth),
            WeightShape("post_attention_layernorm.weight", shape.width),
            WeightShape("post_feedforward_layernorm.weight", shape.width),
        ]
    }

    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws {
        try apply(to: x, weights, tables[0], window: nil, compute)
    }

    /// One layer whose attention looks back `window` positions, or to the beginning.
    func apply(
        to x: Activation, _ weights: LayerWeights, _ table: RotaryTable, window: Int?, _ compute: LayerComputation
    ) throws {
        let q = try compute.linear(x, weights.matrix("self_attn.q_proj.weight"))
        let k = try compute.linear(x, weights.matrix("self_attn.k_proj.weight"))
        let v = try compute.linear(x, weights.matrix("self_attn.v_proj.weight"))
        compute.rmsNorm(q, gain: weights.vector("self_attn.q_norm.weight"), epsilon: epsilon)
        compute.rmsNorm(k, gain: weights.vector("self_attn.k_norm.weight"), epsilon: epsilon)
        let heads = [q, k, v].map { Heads($0, width: shape.headWidth) }
        compute.rotate(heads[0], table)
        compute.rotate(heads[1], table)
        let mixed = try compute.attention(q: heads[0], k: heads[1], v: heads[2], window: window)
        let attended = try compute.linear(mixed, weights.matrix("self_attn.o_proj.weight"))
        compute.rmsNorm(attended, gain: weights.vector("post_attention_layernorm.weight"), epsilon: epsilon)
        compute.add(attended, to: x)
        let fed = try compute.gatedFeedForward(x, weights)
        compute.rmsNorm(fed, gain: weights.vector("post_feedforward_layernorm.weight"), epsilon: epsilon)
        compute.add(fed, to: x)
    }

    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation {
        compute.rmsNormed(x, gain: weights.vector("model.norm.weight"), epsilon: epsilon)
    }
}
