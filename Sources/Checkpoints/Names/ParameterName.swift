/// What a tensor's name tells: its block and its role.
package struct ParameterName: Sendable, Hashable, Codable {
    /// Hugging Face's name, for example `model.layers.3.self_attn.q_proj.weight`.
    package let name: String
    /// Index of the transformer block, from 0; `nil` outside the blocks.
    package let layer: Int?
    /// The role.
    package let module: Module

    /// Reads a Hugging Face name of the OLMo, OLMo 2, OLMo 3, Llama and GPT-NeoX families. Any other name has the
    /// module `other`.
    package init(_ name: String) {
        self.name = name
        let components = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        layer = ParameterName.layer(in: components)
        module = ParameterName.module(of: components)
    }

    /// A tensor's role in a transformer, named alike in all architectures. The order is that of a forward pass, and of
    /// the rows in tables.
    package enum Module: String, Sendable, Codable, CaseIterable {
        case embedding
        case attentionQ = "attention.q"
        case attentionK = "attention.k"
        case attentionV = "attention.v"
        /// Query, key and value in one tensor, as GPT-NeoX stores them, where nothing tells how many heads share it.
        case attentionQKV = "attention.qkv"
        case attentionO = "attention.o"
        /// Gains of the norms on queries and keys.
        case attentionNorm = "attention.norm"
        case mlpGate = "mlp.gate"
        case mlpUp = "mlp.up"
        case mlpDown = "mlp.down"
        /// Gains (and biases) of the norms around blocks and before the unembedding.
        case norm
        case unembedding
        case other
    }

    /// The last components of a name, without `weight` or `bias`, and the role they stand for. To teach the harness
    /// another family, add its rows.
    private static let modules: [String: Module] = [
        // OLMo, OLMo 2, OLMo 3, Llama
        "embed_tokens": .embedding,
        "self_attn.q_proj": .attentionQ,
        "self_attn.k_proj": .attentionK,
        "self_attn.v_proj": .attentionV,
        "self_attn.o_proj": .attentionO,
        "self_attn.q_norm": .attentionNorm,
        "self_attn.k_norm": .attentionNorm,
        "mlp.gate_proj": .mlpGate,
        "mlp.up_proj": .mlpUp,
        "mlp.down_proj": .mlpDown,
        "input_layernorm": .norm,
        "post_attention_layernorm": .norm,
        "post_feedforward_layernorm": .norm,
        "model.norm": .norm,
        "lm_head": .unembedding,
        // GPT-2, BLOOM and Falcon, Llama's own
        "wte": .embedding,
        "transformer.word_embeddings": .embedding,
        "tok_embeddings": .embedding,
        // GPT-NeoX (Pythia)
        "embed_in": .embedding,
        "attention.query_key_value": .attentionQKV,
        "attention.query": .attentionQ,
        "attention.key": .attentionK,
        "attention.value": .attentionV,
        "attention.dense": .attentionO,
        "mlp.dense_h_to_4h": .mlpUp,
        "mlp.dense_4h_to_h": .mlpDown,
        "final_layer_norm": .norm,
        "embed_out": .unembedding,
    ]

    /// Lists of blocks; the component after one is the block's index.
    private static let blockLists: Set<String> = ["layers", "h", "blocks"]

    private static func layer(in components: [String]) -> Int? {
        for (list, index) in zip(components, components.dropFirst()) where blockLists.contains(list) {
            // Digits only: Int would take "+3" for a block as well.
            if index.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let layer = Int(index) { return layer }
        }
        return nil
    }

    private static func module(of components: [String]) -> Module {
        guard let kind = components.last, kind == "weight" || kind == "bias" else { return .other }
        let path = components.dropLast()
        return modules[path.suffix(2).joined(separator: ".")] ?? modules[path.suffix(1).joined()] ?? .other
    }
}
