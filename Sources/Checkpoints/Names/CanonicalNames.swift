import Tensors

/// Finds the Hugging Face names of a checkpoint's tensors, and which rows of a fused tensor are which.
///
/// The facts are those of the public conversions: transformers' `convert_olmo_weights_to_hf.py` and
/// `convert_olmo2_weights_to_hf.py` (row order of `att_proj`: query, key, value; of `ff_proj`: up, then gate; norms),
/// OLMo-core's `src/olmo_core/nn/hf/convert.py` (`w1` gate, `w2` down, `w3` up; norms) and transformers'
/// `modeling_gpt_neox.py` (each head's query, key and value rows stand together).
struct CanonicalNames {
    /// One tensor that a stored one holds.
    struct Target: Equatable {
        var name: String
        /// Which rows; `nil` for the whole.
        var rows: Blocks?
    }

    /// The scheme; `nil` when tensors are read under their own names.
    let scheme: NamingScheme?
    private let shapes: [String: [Int]]
    private let facts: NamingFacts

    /// Recognises the scheme by the names of blocks.
    init(_ tensors: [TensorInfo], config: String?) {
        let stored = tensors.map { StoredName($0.name) }
        scheme = stored.lazy.compactMap(\.scheme).first
        shapes = Dictionary(tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        var facts = NamingFacts(config: scheme == nil ? nil : config)
        let hasQueryNorm = stored.contains { ["q_norm", "attention.q_norm"].contains($0.role) }
        // In the published models the two came together: OLMo 2 has both, OLMo and Llama neither.
        facts.normAfter = facts.normAfter ?? hasQueryNorm
        self.facts = facts
    }

    /// What a stored tensor holds; `nil` when it keeps its name.
    func targets(of tensor: TensorInfo) -> [Target]? {
        let stored = StoredName(tensor.name)
        guard let scheme else { return nil }
        if scheme == .gptNeoX { return stored.scheme == .gptNeoX ? interleaved(tensor, stored) : nil }
        guard let kind = stored.kind else { return nil }
        guard let layer = stored.layer else {
            return CanonicalNames.outside[scheme]?[stored.role].map { [Target(name: "\($0).\(kind)")] }
        }
        func name(_ role: String) -> String { "model.layers.\(layer).\(role).\(kind)" }
        if scheme == .olmo, stored.role == "att_proj" || stored.role == "ff_proj" {
            guard let parts = fusedParts(tensor, stored) else { return nil }
            return parts.map { Target(name: name($0.role), rows: $0.rows) }
        }
        let norms = facts.normAfter == true ? CanonicalNames.normsAfter : CanonicalNames.normsBefore
        return (norms[stored.role] ?? CanonicalNames.inBlocks[scheme]?[stored.role]).map { [Target(name: name($0))] }
    }

    private static let outside: [NamingScheme: [String: String]] = [
        .olmo: ["wte": "model.embed_tokens", "ln_f": "model.norm", "ff_out": "lm_head"],
        .olmoCore: ["embeddings": "model.embed_tokens", "lm_head.norm": "model.norm", "lm_head.w_out": "lm_head"],
    ]

    private static let inBlocks: [NamingScheme: [String: String]] = [
        .olmo: [
            "attn_out": "self_attn.o_proj", "ff_out": "mlp.down_proj", "q_norm": "self_attn.q_norm",
            "k_norm": "self_attn.k_norm",
            // Blocks of the type `llama` have three projections.
            "q_proj": "self_attn.q_proj", "k_proj": "self_attn.k_proj", "v_proj": "self_attn.v_proj",
        ],
        .olmoCore: [
            "attention.w_q": "self_attn.q_proj", "attention.w_k": "self_attn.k_proj",
            "attention.w_v": "self_attn.v_proj", "attention.w_out": "self_attn.o_proj",
            "attention.q_norm": "self_attn.q_norm", "attention.k_norm": "self_attn.k_norm",
            "feed_forward.w1": "mlp.gate_proj", "feed_forward.w2": "mlp.down_proj", "feed_forward.w3": "mlp.up_proj",
        ],
    ]

    /// OLMo 2 norms what a block's halves give, OLMo and Llama what they take; the trainers' names do not tell.
    private static let normsAfter = [
        "attn_norm": "post_attention_layernorm", "ff_norm": "post_feedforward_layernorm",
        "attention_norm": "post_attention_layernorm", "feed_forward_norm": "post_feedforward_layernorm",
    ]
    private static let normsBefore = [
        "attn_norm": "input_layernorm", "ff_norm": "post_attention_layernorm",
        "attention_norm": "input_layernorm", "feed_forward_norm": "post_attention_layernorm",
    ]

    /// The parts of `att_proj` and `ff_proj`. The shapes tell their sizes: OLMo's query is as wide as the model, key and
    /// value share the rest; `ff_proj` has twice as many rows as `ff_out` has columns where it holds a gate.
    private func fusedParts(_ tensor: TensorInfo, _ stored: StoredName) -> [(role: String, rows: Blocks?)]? {
        guard let rows = tensor.shape.first, let weight = shapes[stored.sibling(stored.role, "weight")],
            weight.count == 2, weight[0] == rows
        else { return nil }
        if stored.role == "att_proj" {
            let (width, rest) = (weight[1], rows - weight[1])
            guard width > 0, rest > 0, rest.isMultiple(of: 2) else { return nil }
            return [
                ("self_attn.q_proj", Blocks(0..<width)),
                ("self_attn.k_proj", Blocks(width..<width + rest / 2)),
                ("self_attn.v_proj", Blocks(width + rest / 2..<rows)),
            ]
        }
        guard let down = shapes[stored.sibling("ff_out", "weight")], down.count == 2, down[1] > 0 else { return nil }
        if rows == down[1] { return [("mlp.up_proj", nil)] }
        guard rows.isMultiple(of: 2), rows / 2 == down[1] else { return nil }
        return [
            ("mlp.up_proj", Blocks(0..<down[1])), ("mlp.gate_proj", Blocks(down[1]..<rows)),
        ]
    }

    /// GPT-NeoX: of each head's rows, a third each. Without the number of heads the tensor stays whole.
    private func interleaved(_ tensor: TensorInfo, _ stored: StoredName) -> [Target]? {
        guard let heads = facts.heads, let rows = tensor.shape.first, rows > 0, rows.isMultiple(of: 3 * heads) else {
            return nil
        }
        let run = rows / (3 * heads)
        return ["query", "key", "value"].enumerated().map { place, part in
            Target(
                name: stored.name.replacing("query_key_value", with: part),
                rows: Blocks(first: place * run, run: run, period: 3 * run, count: heads))
        }
    }
}

/// A stored name taken apart.
private struct StoredName {
    let name: String
    /// What stands before the part that schemes give.
    private var prefix = ""
    /// Of the scheme that blocks of that name belong to; outside blocks, and for other names, `nil`.
    private(set) var scheme: NamingScheme?
    /// Index of the block, as it is written.
    private(set) var layer: String?
    /// Without prefix, block and kind: `att_proj`, `attention.w_q`, `wte`.
    private(set) var role = ""
    /// `weight` or `bias`.
    private(set) var kind: String?

    init(_ name: String) {
        self.name = name
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.popLast(), last == "weight" || last == "bias" else { return }
        kind = last
        if parts.suffix(2) == ["attention", "query_key_value"] {
            scheme = .gptNeoX
            return
        }
        // The model is a member of what is trained, in state dictionaries of OLMo on the Hub and of OLMo-core.
        if parts.count > 1, parts[0] == "model", ["transformer", "blocks", "embeddings", "lm_head"].contains(parts[1]) {
            prefix = "model."
            parts.removeFirst()
        }
        let isOLMo = parts.first == "transformer"
        if isOLMo {
            prefix += "transformer."
            parts.removeFirst()
        }
        if parts.count > 2, parts[0] == "blocks", !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            layer = parts[1]
            role = parts[2...].joined(separator: ".")
            if isOLMo {
                scheme = .olmo
            } else if role.hasPrefix("attention.w_") || role.hasPrefix("feed_forward.w") {
                scheme = .olmoCore
            }
        } else {
            role = parts.joined(separator: ".")
        }
    }

    /// The stored name of another tensor of the block.
    func sibling(_ role: String, _ kind: String) -> String { "\(prefix)blocks.\(layer ?? "").\(role).\(kind)" }
}
