import Testing

@testable import Checkpoints

@Suite struct ConfigMeaningTests {
    private func differing(_ a: String, _ b: String) throws -> [String] {
        let (a, b) = (try #require(ConfigMeaning(config: a)).values, try #require(ConfigMeaning(config: b)).values)
        return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
    }

    @Test(arguments: [
        (
            #"{"model_type": "llama", "rope_theta": 5e5}"#,
            #"{"model_type": "llama", "rope_parameters": {"rope_theta": 500000, "rope_type": "default"}}"#
        ),
        (
            #"{"model_type": "olmo2"}"#,
            #"{"model_type": "olmo2", "rope_theta": 10000.0, "rms_norm_eps": 0.00001, "hidden_act": "silu", "rope_scaling": null}"#
        ),
        (
            #"{"model_type": "gpt_neox"}"#,
            #"{"model_type": "gpt_neox", "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": true}"#
        ),
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "sliding_window": 4096}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]}"#
        ),
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "rope_theta": 5e5, "max_position_embeddings": 65536, "rope_scaling": {"rope_type": "yarn", "factor": 8, "original_max_position_embeddings": 8192, "attention_factor": 1.2079441541679836, "beta_fast": 32, "beta_slow": 1}}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "max_position_embeddings": 65536, "rope_parameters": {"sliding_attention": {"rope_type": "default", "rope_theta": 500000.0}, "full_attention": {"rope_type": "yarn", "factor": 8.0, "rope_theta": 500000.0, "original_max_position_embeddings": 8192}}}"#
        ),
        (
            #"{"model_type": "llama", "rope_scaling": {"type": "linear", "factor": 2}, "max_position_embeddings": 4096}"#,
            #"{"model_type": "llama", "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000}, "max_position_embeddings": 4096}"#
        ),
        (
            #"{"model_type": "llama", "hidden_size": 64, "num_attention_heads": 8, "sliding_window": null}"#,
            #"{"model_type": "llama", "hidden_size": 64, "num_attention_heads": 8, "head_dim": 8, "torch_dtype": "float16"}"#
        ),
        (#"{"architectures": ["Olmo2ForCausalLM"]}"#, #"{"model_type": "olmo2", "use_cache": false}"#),
        (
            #"{"model_type": "llama", "num_attention_heads": 8}"#,
            #"{"model_type": "llama", "num_attention_heads": 8, "num_key_value_heads": 8}"#
        ),
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
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "rope_scaling": {"rope_type": "yarn", "factor": 8}}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "rope_scaling": {"rope_type": "yarn", "factor": 4}}"#,
            "rope_factor of full_attention"
        ),
        (
            #"{"model_type": "olmo3", "num_hidden_layers": 4}"#,
            #"{"model_type": "olmo3", "num_hidden_layers": 4, "sliding_window": 1024}"#, "sliding_window"
        ),
        (
            #"{"model_type": "gpt_neox"}"#, #"{"model_type": "gpt_neox", "rotary_pct": 1.0}"#,
            "rope_partial_rotary_factor"
        ),
        (
            #"{"model_type": "llama", "attention_bias": false}"#, #"{"model_type": "llama", "attention_bias": true}"#,
            "attention_bias"
        ),
        (
            #"{"num_attention_heads": 8, "head_dim": 64}"#, #"{"num_attention_heads": 16, "head_dim": 32}"#,
            "num_attention_heads"
        ),
    ])
    func `what computes otherwise differs`(_ a: String, _ b: String, _ key: String) throws {
        #expect(try differing(a, b).contains(key))
    }
}
