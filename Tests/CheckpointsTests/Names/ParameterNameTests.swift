import Checkpoints
import Testing

@Suite struct ParameterNameTests {
    @Test(
        arguments: [
            ("model.embed_tokens.weight", nil, .embedding),
            ("model.layers.0.self_attn.q_proj.weight", 0, .attentionQ),
            ("model.layers.11.self_attn.k_proj.bias", 11, .attentionK),
            ("model.layers.3.self_attn.v_proj.weight", 3, .attentionV),
            ("model.layers.3.self_attn.o_proj.weight", 3, .attentionO),
            ("model.layers.3.self_attn.q_norm.weight", 3, .attentionNorm),
            ("model.layers.3.self_attn.k_norm.weight", 3, .attentionNorm),
            ("model.layers.3.mlp.gate_proj.weight", 3, .mlpGate),
            ("model.layers.3.mlp.up_proj.weight", 3, .mlpUp),
            ("model.layers.3.mlp.down_proj.weight", 3, .mlpDown),
            ("model.layers.3.input_layernorm.weight", 3, .norm),
            ("model.layers.3.post_attention_layernorm.weight", 3, .norm),
            ("model.layers.3.post_feedforward_layernorm.weight", 3, .norm),
            ("model.norm.weight", nil, .norm),
            ("lm_head.weight", nil, .unembedding),
            ("gpt_neox.embed_in.weight", nil, .embedding),
            ("gpt_neox.layers.5.attention.query_key_value.bias", 5, .attentionQKV),
            ("gpt_neox.layers.5.attention.dense.weight", 5, .attentionO),
            ("gpt_neox.layers.5.mlp.dense_h_to_4h.weight", 5, .mlpUp),
            ("gpt_neox.layers.5.mlp.dense_4h_to_h.bias", 5, .mlpDown),
            ("gpt_neox.final_layer_norm.bias", nil, .norm),
            ("embed_out.weight", nil, .unembedding),
        ] as [(String, Int?, ParameterName.Module)])
    func `names of the known families tell block and role`(name: String, layer: Int?, module: ParameterName.Module) {
        let parameter = ParameterName(name)
        #expect(parameter.layer == layer)
        #expect(parameter.module == module)
    }

    @Test(
        arguments: [
            ("model_weights.dense_1.dense_1.kernel:0", nil),
            ("gpt_neox.layers.5.attention.bias", 5),
            ("gpt_neox.layers.5.attention.rotary_emb.inv_freq", 5),
            ("model.layers", nil),
            ("layers.-1.weight", nil),
            ("layers.+1.weight", nil),
            ("layers.99999999999999999999.weight", nil),
            ("weight", nil),
            ("", nil),
            ("...", nil),
        ] as [(String, Int?)])
    func `other names have no role`(name: String, layer: Int?) {
        #expect(ParameterName(name).module == .other)
        #expect(ParameterName(name).layer == layer)
    }
}
