import Testing

@testable import Checkpoints

@Suite struct ConfigMeaningTests {
    private func differing(_ a: String, _ b: String) throws -> [String] {
        let (a, b) = (try #require(ConfigMeaning(config: a)).values, try #require(ConfigMeaning(config: b)).values)
        return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
    }

    @Test(arguments: [
        (#"{"model_type": "llama", "rope_theta": 5e5}"#, #"{"model_type": "llama", "rope_parameters": {"rope_theta": 500000, "rope_type": "default"}}"#),
        (#"{"model_type": "olmo2"}"#, #"{"model_type": "olmo2", "rope_theta": 10000.0, "rms_norm_eps": 0.00001, "hidden_act": "silu", "rope_scaling": null}"#),
        (#"{"model_type": "gpt_neox"}"#, #"{"model_type": "gpt_neox", "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true}"#),
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "sliding_window": 4096}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]}"#
        ),
        (#"{"model_type": "llama", "num_attention_heads": 8}"#, #"{"model_type": "llama", "num_attention_heads": 8, "num_key_value_heads": 8}"#),
    ])
    func `two ways of saying one thing are one`(_ a: String, _ b: String) throws {
        #expect(try differing(a, b) == [])
    }

    @Test(arguments: [
        (#"{"rope_theta": 10000}"#, #"{"rope_parameters": {"rope_theta": 500000}}"#, "rope_theta"),
        (#"{"rope_theta": 10000}"#, #"{"rope_scaling": {"type": "linear", "factor": 2}}"#, "rope_factor"),
        (#"{"model_type": "olmo2"}"#, #"{"model_type": "olmo2", "rms_norm_eps": 1e-6}"#, "norm_eps"),
        (#"{"hidden_act": "silu"}"#, #"{"hidden_act": "gelu"}"#, "hidden_act"),
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "layer_types": ["full_attention", "full_attention", "full_attention", "full_attention"]}"#,
            "layer_types"
        ),
        (#"{"num_attention_heads": 8, "head_dim": 64}"#, #"{"num_attention_heads": 16, "head_dim": 32}"#, "num_attention_heads"),
    ])
    func `what computes otherwise differs`(_ a: String, _ b: String, _ key: String) throws {
        #expect(try differing(a, b).contains(key))
    }
}
