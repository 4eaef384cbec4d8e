import Base
import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct ArchitectureTests {
    private func config(_ type: String, _ more: String = "") -> String {
        """
        {"model_type":"\(type)","hidden_size":8,"intermediate_size":12,"num_hidden_layers":2,"num_attention_heads":4,\
        "num_key_value_heads":2,"vocab_size":10\(more)}
        """
    }

    /// Counts published with the models: https://huggingface.co/allenai/OLMo-2-1124-7B and .../OLMo-2-0425-1B (sum of
    /// the safetensors' shapes), https://huggingface.co/EleutherAI/pythia-70m (total parameters).
    @Test(arguments: [
        ("olmo2", 4096, 11008, 32, 32, 32, 100352, 7_298_617_344),
        ("olmo2", 2048, 8192, 16, 16, 16, 100352, 1_484_916_736),
        ("olmo2", 5120, 27648, 64, 40, 8, 100352, 32_234_279_936), ("gpt_neox", 512, 2048, 6, 8, 8, 50304, 70_426_624),
    ])
    func `parameters of published sizes are counted as published`(
        type: String, hidden: Int, feed: Int, layers: Int, heads: Int, keyHeads: Int, vocabulary: Int, published: Int
    ) throws {
        let text = """
            {"model_type":"\(type)","hidden_size":\(hidden),"intermediate_size":\(feed),"num_hidden_layers":\(layers),
            "num_attention_heads":\(heads),"num_key_value_heads":\(keyHeads),"vocab_size":\(vocabulary)}
            """
        #expect(try Architecture(config: text).parameterCount == published)
    }

    @Test func `an OLMo 2 has query and key norms, an OLMo no norm weights, a tied one no head`() throws {
        let olmo2 = try Architecture(config: config("olmo2"))
        func shape(_ name: String) -> [Int]? { olmo2.tensors.first { $0.name == name }?.shape }
        #expect(shape("model.layers.1.self_attn.q_norm.weight") == [8])
        #expect(shape("model.layers.1.self_attn.k_norm.weight") == [4])
        #expect(shape("model.layers.0.self_attn.k_proj.weight") == [4, 8])
        #expect(shape("model.layers.0.mlp.down_proj.weight") == [8, 12])
        #expect(olmo2.tensors.count == 3 + 2 * 11)
        #expect(try Architecture(config: config("olmo")).tensors.allSatisfy { !$0.name.contains("norm") })
        let tied = try Architecture(config: config("llama", ",\"tie_word_embeddings\":true"))
        #expect(!tied.tensors.contains { $0.name == "lm_head.weight" })
        #expect(tied.tensors.count == 2 + 2 * 9)
        let neox = try Architecture(config: config("gpt_neox"))
        #expect(
            neox.tensors.contains { $0.name == "gpt_neox.layers.1.attention.key.bias" && $0.shape == [8] })
    }

    @Test func `the committed series has the tensors of its config`() throws {
        let checkpoint = try Checkpoint(
            opening: CheckpointLocation(path: "\(packageRoot)/experiments/data/tiny-olmo2/main.h5"),
            options: ReadOptions(workerExecutable: builtDynamics))
        let architecture = try Architecture(config: #require(checkpoint.contents.config))
        #expect(architecture.tensors.map(\.name) == checkpoint.tensors.map(\.name))
        #expect(architecture.tensors.map(\.shape) == checkpoint.tensors.map(\.shape))
        #expect(architecture.parameterCount == 677_200 && architecture.paddingToken == 1)
    }

    @Test func `a config that leaves it open says what is missing`() {
        func problem(_ text: String) -> String? {
            do {
                _ = try Architecture(config: text)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            problem(#"{"model_type":"olmo2","hidden_size":8}"#)
                == "its config says nothing about intermediate_size, expected a size from 1 to 2^24")
        #expect(problem(config("olmo2", ",\"head_dim\":-1"))?.contains("head_dim = -1") == true)
        #expect(
            problem(#"{"model_type":"mamba"}"#)
                == "its config names the architecture 'mamba', known are olmo, olmo2, olmo3, llama, gpt_neox")
        #expect(problem("[]")?.contains("is not a JSON object") == true)
    }
}
