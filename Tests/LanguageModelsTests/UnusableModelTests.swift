import Checkpoints
import Foundation
import Tensors
import Testing

@testable import Base
@testable import LanguageModels

/// Models that cannot be run, or not without changing the result: one clear error each.
@Suite struct UnusableModelTests {
    private func problem(_ body: () throws(CheckpointError) -> Void) -> String? {
        do throws(CheckpointError) {
            try body()
            return nil
        } catch {
            return error.problem
        }
    }

    @Test(arguments: [
        (
            "olmo2", #"{"model_type": "mamba"}"#,
            "its config has model_type 'mamba'; implemented are olmo, olmo2, olmo3, llama, gpt_neox"
        ),
        (
            "olmo2", #"{"model_type": null}"#,
            "its config has no model_type; implemented are olmo, olmo2, olmo3, llama, gpt_neox"
        ),
        ("olmo2", #"{"hidden_act": "relu"}"#, "its config has hidden_act 'relu', not 'silu'"),
        ("gpt_neox", #"{"hidden_act": "gelu_new"}"#, "its config has hidden_act 'gelu_new', not 'gelu'"),
        ("olmo2", #"{"attention_bias": true}"#, "its config has attention_bias true, which is not implemented"),
        (
            "llama", #"{"quantization_config": {"bits": 4}}"#,
            "its config has quantization_config a section, which is not implemented"
        ),
        (
            "llama", #"{"rope_parameters": {"rope_type": "longrope"}}"#,
            "its config asks for rope scaling 'longrope'; implemented are default, linear, llama3 and yarn"
        ),
        ("llama", #"{"rope_parameters": {"rope_type": "llama3"}}"#, "its config has no rope_parameters.factor"),
        ("llama", #"{"hidden_size": "many"}"#, "its config has hidden_size 'many', not a whole number above 0"),
        ("llama", #"{"num_hidden_layers": null}"#, "its config has no num_hidden_layers"),
        ("llama", #"{"num_key_value_heads": 3}"#, "its config has 4 heads, no multiple of num_key_value_heads 3"),
        ("llama", #"{"tie_word_embeddings": "yes"}"#, "its config has tie_word_embeddings 'yes', not true or false"),
        (
            "olmo3", #"{"layer_types": ["full_attention", "linear_attention", "full_attention", "full_attention"]}"#,
            "its config has the layer type 'linear_attention', which is not implemented"
        ),
        ("olmo3", #"{"layer_types": ["full_attention"]}"#, "its config has 1 layer_types for 4 layers"),
        (
            "llama", #"{"partial_rotary_factor": 0.5}"#,
            "its config has a partial_rotary_factor, which is implemented for gpt_neox only"
        ),
        (
            "gpt_neox", #"{"rope_parameters": null, "rotary_pct": 0.4}"#,
            "its config has rotary_pct 0.4, which does not make pairs of heads of 8"
        ),
        (
            "olmo2", #"{"vocab_size": 100}"#,
            "'model.embed_tokens.weight' is bfloat16 [61, 24], but its config calls for floating-point [100, 24]"
        ),
        (
            "olmo2", #"{"num_key_value_heads": 4}"#,
            "'model.layers.0.self_attn.k_proj.weight' is bfloat16 [12, 24], but its config calls for floating-point [24, 24]"
        ),
        (
            "olmo2", #"{"num_hidden_layers": 3}"#,
            "it has no tensor 'model.layers.2.self_attn.q_proj.weight', which its config calls for"
        ),
        (
            "olmo_tied", #"{"tie_word_embeddings": false}"#,
            "it has no tensor 'lm_head.weight', which its config calls for"
        ),
    ])
    func `a config that cannot be followed is an error`(name: String, edits: String, expected: String) throws {
        let changes = try JSONSerialization.jsonObject(with: Data(edits.utf8)) as? [String: Any] ?? [:]
        let checkpoint = try GoldenModel(name).with(config: changes)
        #expect(problem { () throws(CheckpointError) in _ = try LanguageModel(checkpoint) } == expected)
    }

    @Test func `a checkpoint without a config, or with a broken one, cannot be run`() throws {
        let golden = try GoldenModel("olmo2")
        #expect(
            problem { () throws(CheckpointError) in _ = try LanguageModel(golden.changed(config: nil)) }
                == "it carries no config, which tells how to run the model")
        #expect(
            problem { () throws(CheckpointError) in _ = try LanguageModel(golden.changed(config: "{")) }
                == "its config is not a JSON object")
    }

    @Test func `token ids outside the vocabulary and sequences beyond the context are errors`() throws {
        let model = try LanguageModel(try GoldenModel("olmo2").checkpoint)
        func check(_ tokens: [Int32]) -> String? {
            let probe = ProbeSet(
                domains: ["a", "b"],
                sequences: [
                    ProbeSet.Sequence(domain: 0, number: 0, tokens: [1, 2]),
                    ProbeSet.Sequence(domain: 1, number: 5, tokens: tokens),
                ])
            return problem { () throws(CheckpointError) in try model.check(probe) }
        }
        #expect(check([0, 60]) == nil && check(Array(repeating: 1, count: 64)) == nil)
        #expect(check([0, 61]) == "sequence 5 of 'b' has token id 61, outside the vocabulary of 61")
        #expect(check([0, -1]) == "sequence 5 of 'b' has token id -1, outside the vocabulary of 61")
        #expect(
            check(Array(repeating: 1, count: 65))
                == "sequence 5 of 'b' has 65 tokens, but the model's context is 64")
    }
}
