import Base
import Foundation

/// The size of a model and the tensors it must have, by its Hugging Face config. Names and shapes are those of the
/// transformers library's modules: https://github.com/huggingface/transformers, folders `models/olmo`, `models/olmo2`,
/// `models/olmo3`, `models/llama`, `models/gpt_neox`, whose fused `query_key_value` is read as three.
package struct Architecture: Sendable, Equatable {
    /// The families whose tensors are known.
    package enum Family: String, Sendable, CaseIterable {
        case olmo, olmo2, olmo3, llama
        case gptNeoX = "gpt_neox"
    }

    /// A tensor that a checkpoint of the architecture has.
    package struct Tensor: Sendable, Equatable {
        /// Name as Hugging Face gives it, and as checkpoints are read.
        package let name: String
        /// Extents, slowest first.
        package let shape: [Int]
    }

    /// Which family.
    package let family: Family
    /// Width of the residual stream, H.
    package let hiddenSize: Int
    /// Width within the feed-forward, F.
    package let intermediateSize: Int
    /// Number of blocks, L.
    package let layerCount: Int
    /// Query heads, A.
    package let headCount: Int
    /// Key and value heads, K.
    package let keyValueHeadCount: Int
    /// Width of a head, D.
    package let headSize: Int
    /// Rows of the embedding, V: with padding, where there is any.
    package let vocabularySize: Int
    /// Whether the output head is the embedding.
    package let isTied: Bool
    /// The token that pads sequences, whose row of the embedding is never trained.
    package let paddingToken: Int?
    /// Whether the projections of attention and of the feed-forward have biases.
    package let hasBias: (attention: Bool, feedForward: Bool)

    /// Reads a `config.json`.
    /// - Throws: `ArchitectureError` when it is not JSON, of an unknown family, or leaves a size open.
    package init(config: String) throws(ArchitectureError) {
        guard let keys = (try? ModelConfig(config)).flatMap(Keys.init) else {
            throw ArchitectureError(
                problem: "is not a JSON object with the keys of a Hugging Face config", isUnknown: false)
        }
        family = try Architecture.family(keys)
        func size(_ value: Int?, _ name: String, bits: Int = 24) throws(ArchitectureError) -> Int {
            // Limits far above any model's: two sizes multiplied fit 63 bits, and a name for each weight of each layer
            // some hundred megabytes.
            guard let value, value > 0, value <= 1 << bits else {
                throw ArchitectureError(
                    problem: "says \(value.map { "\(name) = \($0)" } ?? "nothing about \(name)"), expected a size "
                        + "from 1 to 2^\(bits)", isUnknown: false)
            }
            return value
        }
        hiddenSize = try size(keys.hidden_size, "hidden_size")
        intermediateSize = try size(keys.intermediate_size, "intermediate_size")
        layerCount = try size(keys.num_hidden_layers, "num_hidden_layers", bits: 16)
        headCount = try size(keys.num_attention_heads, "num_attention_heads")
        keyValueHeadCount = try size(keys.num_key_value_heads ?? keys.num_attention_heads, "num_key_value_heads")
        headSize = try size(keys.head_dim ?? hiddenSize / headCount, "head_dim")
        vocabularySize = try size(keys.vocab_size, "vocab_size")
        isTied = keys.tie_word_embeddings ?? false
        paddingToken = keys.pad_token_id
        hasBias = (keys.attention_bias ?? (family == .gptNeoX), keys.mlp_bias ?? (family == .gptNeoX))
    }

    /// Entries by the names that the config gives them.
    private struct Keys {
        let model_type: String?
        let architectures: [String]?
        let hidden_size, intermediate_size, num_hidden_layers, num_attention_heads, num_key_value_heads: Int?
        let head_dim, vocab_size, pad_token_id: Int?
        let tie_word_embeddings, attention_bias, mlp_bias: Bool?

        /// `nil` where an entry is of another kind.
        init?(_ config: ModelConfig) {
            var isSound = true
            func entry<Value>(_ key: String, _ value: (JSON) -> Value?) -> Value? {
                guard let stated = config[key] else { return nil }
                let found = value(stated)
                isSound = isSound && found != nil
                return found
            }
            func number(_ key: String) -> Int? { entry(key, \.integer) }
            func flag(_ key: String) -> Bool? { entry(key, \.truth) }
            model_type = entry("model_type", \.text)
            architectures = entry("architectures") { list in
                list.elements.flatMap { names in
                    let texts = names.compactMap(\.text)
                    return texts.count == names.count ? texts : nil
                }
            }
            hidden_size = number("hidden_size")
            intermediate_size = number("intermediate_size")
            num_hidden_layers = number("num_hidden_layers")
            num_attention_heads = number("num_attention_heads")
            num_key_value_heads = number("num_key_value_heads")
            (head_dim, vocab_size, pad_token_id) = (number("head_dim"), number("vocab_size"), number("pad_token_id"))
            tie_word_embeddings = flag("tie_word_embeddings")
            (attention_bias, mlp_bias) = (flag("attention_bias"), flag("mlp_bias"))
            guard isSound else { return nil }
        }
    }

    private static func family(_ keys: Keys) throws(ArchitectureError) -> Family {
        if let type = keys.model_type, let family = Family(rawValue: type) { return family }
        let classes: [String: Family] = [
            "OlmoForCausalLM": .olmo, "Olmo2ForCausalLM": .olmo2, "Olmo3ForCausalLM": .olmo3,
            "LlamaForCausalLM": .llama, "GPTNeoXForCausalLM": .gptNeoX,
        ]
        if keys.model_type == nil, let family = keys.architectures?.lazy.compactMap({ classes[$0] }).first {
            return family
        }
        let found = keys.model_type ?? keys.architectures?.first ?? "nothing"
        throw ArchitectureError(
            problem: "names the architecture '\(printable(found))', known are "
                + Family.allCases.map(\.rawValue).joined(separator: ", "), isUnknown: true)
    }

    /// Whether the same tensors are expected.
    package static func == (a: Architecture, b: Architecture) -> Bool { a.tensors == b.tensors && a.isTied == b.isTied }

    /// Every tensor of a checkpoint, in ascending order of name. A tied head is not one.
    package var tensors: [Tensor] {
        var tensors = outside
        for layer in 0..<layerCount {
            for (name, shape) in block {
                tensors.append(Tensor(name: "\(prefix).layers.\(layer).\(name)", shape: shape))
            }
        }
        return tensors.sorted { $0.name < $1.name }
    }

    /// Number of weights, a tied head counted once; the largest `Int` for sizes that make more.
    package var parameterCount: Int {
        tensors.reduce(0) { $0.addedClamping($1.shape.reduce(1) { $0.multipliedClamping(by: $1) }) }
    }

    /// Name of the input embedding.
    package var embeddingName: String { family == .gptNeoX ? "gpt_neox.embed_in.weight" : "model.embed_tokens.weight" }
    /// Name of the output head, where it is not tied.
    package var headName: String { family == .gptNeoX ? "embed_out.weight" : "lm_head.weight" }

    private var prefix: String { family == .gptNeoX ? "gpt_neox" : "model" }

    private var outside: [Tensor] {
        var tensors = [Tensor(name: embeddingName, shape: [vocabularySize, hiddenSize])]
        if !isTied { tensors.append(Tensor(name: headName, shape: [vocabularySize, hiddenSize])) }
        switch family {
        case .olmo: break  // its norms have no weights
        case .olmo2, .olmo3, .llama: tensors.append(Tensor(name: "model.norm.weight", shape: [hiddenSize]))
        case .gptNeoX:
            for part in ["weight", "bias"] {
                tensors.append(Tensor(name: "gpt_neox.final_layer_norm.\(part)", shape: [hiddenSize]))
            }
        }
        return tensors
    }

    /// Names within a block, with shapes.
    private var block: [(name: String, shape: [Int])] {
        let (h, f) = (hiddenSize, intermediateSize)
        let (q, k) = (headCount * headSize, keyValueHeadCount * headSize)
        var projections: [(String, out: Int, in: Int, bias: Bool)]
        if family == .gptNeoX {
            projections = [
                ("attention.query", h, h, hasBias.attention), ("attention.key", h, h, hasBias.attention),
                ("attention.value", h, h, hasBias.attention),
                ("attention.dense", h, h, hasBias.attention),
                ("mlp.dense_h_to_4h", f, h, hasBias.feedForward), ("mlp.dense_4h_to_h", h, f, hasBias.feedForward),
            ]
        } else {
            projections = [
                ("self_attn.q_proj", q, h, hasBias.attention), ("self_attn.k_proj", k, h, hasBias.attention),
                ("self_attn.v_proj", k, h, hasBias.attention), ("self_attn.o_proj", h, q, hasBias.attention),
                ("mlp.gate_proj", f, h, hasBias.feedForward), ("mlp.up_proj", f, h, hasBias.feedForward),
                ("mlp.down_proj", h, f, hasBias.feedForward),
            ]
        }
        var block = projections.flatMap { name, out, input, bias in
            [("\(name).weight", [out, input])] + (bias ? [("\(name).bias", [out])] : [])
        }
        switch family {
        case .olmo: break
        case .olmo2, .olmo3:
            block += [
                ("self_attn.q_norm.weight", [q]), ("self_attn.k_norm.weight", [k]),
                ("post_attention_layernorm.weight", [h]), ("post_feedforward_layernorm.weight", [h]),
            ]
        case .llama: block += [("input_layernorm.weight", [h]), ("post_attention_layernorm.weight", [h])]
        case .gptNeoX:
            for norm in ["input_layernorm", "post_attention_layernorm"] {
                block += [("\(norm).weight", [h]), ("\(norm).bias", [h])]
            }
        }
        return block
    }
}

/// Why a config does not tell which tensors a checkpoint must have.
package struct ArchitectureError: Error, Equatable, CustomStringConvertible {
    /// What the config says, and what was expected.
    package let problem: String
    /// Whether the config may be right, and only the architecture is not known here.
    package let isUnknown: Bool

    /// One sentence without the checkpoint.
    package var description: String { "its config \(problem)" }
}
