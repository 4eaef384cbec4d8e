import Checkpoints

/// GPT-NeoX (Black et al., 2022) and with it Pythia: LayerNorm with parameters, biases everywhere, a part of each head
/// turns; attention and feed-forward start from the same state where the residual is parallel. Queries, keys and values are
/// stored in one matrix, head by head; `CanonicalNames` hands them over apart.
struct GPTNeoX: Architecture {
    static let modelType = "gpt_neox"

    let shape: ModelShape
    private let epsilon: Float
    private let isParallel: Bool
    private let attentionBias: Bool
    let rotaries: [RotaryEmbedding]
    let unembedding: [String]

    init(_ config: ModelConfig) throws(ModelConfig.Problem) {
        shape = try ModelShape(config)
        guard shape.keyHeads == shape.heads else {
            throw ModelConfig.Problem(
                "its config has num_key_value_heads \(shape.keyHeads); in GPT-NeoX every head has its own keys")
        }
        try config.require("hidden_act", ["gelu"], default: "gelu")
        epsilon = Float(try config.number("layer_norm_eps", default: 1e-5))
        isParallel = try config.flag("use_parallel_residual", default: true)
        attentionBias = try config.flag("attention_bias", default: true)
        let parameters = try config.section("rope_parameters", "rope_scaling")
        let base = try config.number("rotary_emb_base", default: config.number("rope_theta", default: 10_000))
        let share = try config.number("rotary_pct", default: config.number("partial_rotary_factor", default: 0.25))
        let theta = try parameters?.number("rope_theta", default: base) ?? base
        let turning = try parameters?.number("partial_rotary_factor", default: share) ?? share
        let width = Int(Double(shape.headWidth) * min(max(turning, 0), 1))
        guard width > 0, width.isMultiple(of: 2), turning <= 1 else {
            throw ModelConfig.Problem(
                "its config has rotary_pct \(turning), which does not make pairs of heads of \(shape.headWidth)")
        }
        rotaries = [try RotaryEmbedding(parameters, theta: theta, width: width, context: shape.context)]
        unembedding =
            try config.flag("tie_word_embeddings", default: false)
            ? ["gpt_neox.embed_in.weight"] : ["embed_out.weight", "lm_head.weight"]
    }

    let embedding = "gpt_neox.embed_in.weight"
    func prefix(ofLayer layer: Int) -> String { "gpt_neox.layers.\(layer)." }

    var finalWeights: [WeightShape] { norm("gpt_neox.final_layer_norm") }

    private func norm(_ name: String) -> [WeightShape] {
        [WeightShape(name + ".weight", shape.width), WeightShape(name + ".bias", shape.width)]
    }

    var layerWeights: [WeightShape] {
        let inner = shape.heads * shape.headWidth
        return [
            WeightShape("attention.query.weight", inner, shape.width),
            WeightShape("attention.key.weight", inner, shape.width),
            WeightShape("attention.value.weight", inner, shape.width),
            WeightShape("attention.dense.weight", shape.width, inner),
            WeightShape("mlp.dense_h_to_4h.weight", shape.intermediate, shape.width),
            WeightShape("mlp.dense_h_to_4h.bias", shape.intermediate),
            WeightShape("mlp.dense_4h_to_h.weight", shape.width, shape.intermediate),
            WeightShape("mlp.dense_4h_to_h.bias", shape.width),
        ] + norm("input_layernorm") + norm("post_attention_layernorm")
            + (attentionBias
                ? [
                    WeightShape("attention.query.bias", inner),
                    WeightShape("attention.key.bias", inner),
                    WeightShape("attention.value.bias", inner),
                    WeightShape("attention.dense.bias", shape.width),
                ] : [])
    }

    func apply(
        _ layer: Int, to x: Activation, _ weights: LayerWeights, _ tables: [RotaryTable], _ compute: LayerComputation
    ) throws {
        func linear(_ x: Activation, _ name: String, biased: Bool = true) throws -> Activation {
            try compute.linear(
                x, weights.matrix(name + ".weight"), bias: biased ? weights.vector(name + ".bias") : nil)
        }
        func normed(_ name: String) -> Activation { self.normed(x, name, weights, compute) }

        let start = normed("input_layernorm")
        let heads = try ["query", "key", "value"].map {
            Heads(try linear(start, "attention.\($0)", biased: attentionBias), width: shape.headWidth)
        }
        compute.rotate(heads[0], tables[0])
        compute.rotate(heads[1], tables[0])
        let mixed = try compute.attention(q: heads[0], k: heads[1], v: heads[2])
        let attended = try linear(mixed, "attention.dense", biased: attentionBias)
        if !isParallel { compute.add(attended, to: x) }
        let inner = try linear(normed("post_attention_layernorm"), "mlp.dense_h_to_4h")
        compute.gelu(inner)
        let fed = try linear(inner, "mlp.dense_4h_to_h")
        if isParallel { compute.add(attended, to: x) }
        compute.add(fed, to: x)
    }

    func normed(_ x: Activation, _ weights: LayerWeights, _ compute: LayerComputation) -> Activation {
        normed(x, "gpt_neox.final_layer_norm", weights, compute)
    }

    private func normed(
        _ x: Activation, _ name: String, _ weights: LayerWeights, _ compute: LayerComputation
    ) -> Activation {
        compute.layerNormed(
            x, gain: weights.vector(name + ".weight"), bias: weights.vector(name + ".bias"), epsilon: epsilon)
    }
}
