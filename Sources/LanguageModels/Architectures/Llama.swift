import Checkpoints

/// Llama (Touvron et al., 2023; Grattafiori et al., 2024) and the open series of its shape: RMSNorm before attention and
/// before the feed-forward, optional biases.
struct Llama: Architecture {
    static let modelType = "llama"

    let shape: ModelShape
    private let epsilon: Float
    private let attentionBias: Bool
    private let feedForwardBias: Bool
    let rotaries: [RotaryEmbedding]
    let unembedding: [String]

    init(_ config: ModelConfig) throws(ModelConfig.Problem) {
        shape = try ModelShape(config)
        try config.require("hidden_act", ["silu"], default: "silu")
        epsilon = Float(try config.number("rms_norm_eps", default: 1e-6))
        attentionBias = try config.flag("attention_bias", default: false)
        feedForwardBias = try config.flag("mlp_bias", default: false)
        rotaries = [try RotaryEmbedding(config, width: shape.headWidth, context: shape.context)]
        unembedding = try transformerUnembedding(config)
    }

    let embedding = "model.embed_tokens.weight"
    func prefix(ofLayer layer: Int) -> String { "model.layers.\(layer)." }
    var finalWeights: [WeightShape] { [WeightShape("model.norm.weight", shape.width)] }

    var layerWeights: [WeightShape] {
        let biased = (attentionBias ? shape.attentionWeights : []) + (feedForwardBias ? shape.gatedWeights : [])
        return shape.attentionWeights + shape.gatedWeights
            + biased.map { WeightShape(bias(of: $0.name), $0.shape[0]) } + [
                WeightShape("input_layernorm.weight", shape.width),
                WeightShape("post_attention_layernorm.weight", shape.width),
            ]
    }

    private func bias(of weight: String) -> String { weight.replacing(".weight", with: ".bias") }

    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws {
        func project(_ x: Activation, _ part: String) throws -> Activation {
            let name = "self_attn.\(part)_proj"
            return try compute.linear(
                x, weights.matrix(name + ".weight"), bias: attentionBias ? weights.vector(name + ".bias") : nil)
        }
        let normed = compute.rmsNormed(x, gain: weights.vector("input_layernorm.weight"), epsilon: epsilon)
        let heads = try ["q", "k", "v"].map { Heads(try project(normed, $0), width: shape.headWidth) }
        compute.rotate(heads[0], tables[0])
        compute.rotate(heads[1], tables[0])
        let mixed = try compute.attention(q: heads[0], k: heads[1], v: heads[2])
        compute.add(try project(mixed, "o"), to: x)
        let again = compute.rmsNormed(x, gain: weights.vector("post_attention_layernorm.weight"), epsilon: epsilon)
        let fed = try compute.gatedFeedForward(again, weights) { feedForwardBias ? weights.vector($0) : nil }
        compute.add(fed, to: x)
    }

    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation {
        compute.rmsNormed(x, gain: weights.vector("model.norm.weight"), epsilon: epsilon)
    }
}
