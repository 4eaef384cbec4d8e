import Checkpoints

// What the OLMo and Llama families have in common: names of weights, the gated feed-forward, entries of the config.

extension ModelShape {
    /// Query, key, value and output projections.
    var attentionWeights: [WeightShape] {
        [
            WeightShape("self_attn.q_proj.weight", heads * headWidth, width),
            WeightShape("self_attn.k_proj.weight", keyHeads * headWidth, width),
            WeightShape("self_attn.v_proj.weight", keyHeads * headWidth, width),
            WeightShape("self_attn.o_proj.weight", width, heads * headWidth),
        ]
    }

    /// Gate, up and down projections.
    var gatedWeights: [WeightShape] {
        [
            WeightShape("mlp.gate_proj.weight", intermediate, width),
            WeightShape("mlp.up_proj.weight", intermediate, width),
            WeightShape("mlp.down_proj.weight", width, intermediate),
        ]
    }
}

extension LayerComputation {
    /// down(silu(gate(x)) · up(x)).
    func gatedFeedForward(
        _ x: Activation, _ weights: LayerWeights, bias: (String) -> [Float]? = { _ in nil }
    ) throws -> Activation {
        let gate = try linear(x, weights.matrix("mlp.gate_proj.weight"), bias: bias("mlp.gate_proj.bias"))
        let up = try linear(x, weights.matrix("mlp.up_proj.weight"), bias: bias("mlp.up_proj.bias"))
        swiglu(gate, up)
        return try linear(gate, weights.matrix("mlp.down_proj.weight"), bias: bias("mlp.down_proj.bias"))
    }
}

extension RotaryEmbedding {
    /// What a config with one kind of layer asks for: `rope_parameters` as transformers 5 writes them, or `rope_theta` and
    /// `rope_scaling` as before.
    init(_ config: ModelConfig, width: Int, context: Int) throws(ModelConfig.Problem) {
        let parameters = try config.section("rope_parameters", "rope_scaling")
        let theta = try config.number("rope_theta", default: 10_000)
        for section in [config, parameters ?? config] where try section.number("partial_rotary_factor", default: 1) != 1
        {
            throw ModelConfig.Problem("its config has a partial_rotary_factor, which is implemented for gpt_neox only")
        }
        try self.init(
            parameters, theta: try parameters?.number("rope_theta", default: theta) ?? theta, width: width,
            context: context)
    }
}

/// Where the OLMo and Llama families keep their output vectors.
func transformerUnembedding(_ config: ModelConfig) throws(ModelConfig.Problem) -> [String] {
    try config.flag("tie_word_embeddings", default: false) ? ["model.embed_tokens.weight"] : ["lm_head.weight"]
}
