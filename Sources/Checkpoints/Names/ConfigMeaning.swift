import Base
import Foundation

/// What a Hugging Face config makes of a model besides the shapes of its tensors, whatever way it is written: rotary
/// settings in the form of before transformers 5 (`rope_theta`, `rope_scaling`) or after (`rope_parameters`, for all layers
/// or for each type of them), defaults stated or not, layer types one by one or by a pattern.
///
/// Defaults are those of transformers' `configuration_olmo.py`, `_olmo2.py`, `_olmo3.py`, `_llama.py`, `_gpt_neox.py` and
/// `modeling_rope_utils.py`.
package struct ConfigMeaning: Sendable, Equatable {
    /// Values by what they are, as text that is equal where they are: `1e5` and `100000.0` are.
    package let values: [String: String]

    /// `nil` when the text is no JSON object.
    package init?(config: String) {
        guard let read = try? JSONDecoder().decode(JSON.self, from: Data(config.utf8)), case .object = read else {
            return nil
        }
        let members = read.stated
        let family = ConfigMeaning.family(members)
        let isNeoX = family == "gpt_neox"
        var values: [String: String] = ["model_type": family]
        func put(_ name: String, _ value: JSON?, default standard: String? = nil) {
            values[name] = value.map(ConfigMeaning.text) ?? standard ?? "none"
        }
        let heads = members["num_attention_heads"]
        put("num_attention_heads", heads)
        put("num_key_value_heads", isNeoX ? heads : members["num_key_value_heads"] ?? heads)
        let width = heads.flatMap(\.number).flatMap { heads in
            members["hidden_size"]?.number.map { ConfigMeaning.text(.number(($0 / heads).rounded(.down))) }
        }
        put("head_dim", members["head_dim"], default: width)
        put("hidden_act", members["hidden_act"], default: isNeoX ? "gelu" : "silu")
        let epsilon = ["rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"].lazy.compactMap { members[$0] }.first
        put("norm_eps", epsilon, default: family == "llama" ? "1e-06" : "1e-05")
        put("clip_qkv", members["clip_qkv"])
        put("use_parallel_residual", members["use_parallel_residual"], default: isNeoX ? "true" : "false")
        put("attention_bias", members["attention_bias"], default: isNeoX ? "true" : "false")
        for scale in [
            "logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier", "attention_multiplier",
            "final_logit_softcapping", "attn_logit_softcapping", "query_pre_attn_scalar",
        ] {
            if let value = members[scale] { put(scale, value) }
        }
        let layers = ConfigMeaning.layers(members, family)
        ConfigMeaning.putLayers(layers, members, family, into: &values)
        for type in Set(layers + (layers.isEmpty ? ["full_attention"] : [])).sorted() {
            let rotary = ConfigMeaning.rotary(members, family, layers: type)
            // Where all layers are alike, their type says nothing.
            let mark = Set(layers).count > 1 ? " of \(type)" : ""
            for (name, value) in rotary { values[name + mark] = value }
        }
        self.values = values
    }

    private static func family(_ members: [String: JSON]) -> String {
        if let type = members["model_type"] { return text(type) }
        guard case .array(let classes)? = members["architectures"], let first = classes.first else { return "none" }
        let known = [
            "OlmoForCausalLM": "olmo", "Olmo2ForCausalLM": "olmo2", "Olmo3ForCausalLM": "olmo3",
            "LlamaForCausalLM": "llama", "GPTNeoXForCausalLM": "gpt_neox",
        ]
        return known[text(first)] ?? text(first)
    }

    /// What rotates the queries and keys of the layers of one type.
    private static func rotary(
        _ members: [String: JSON], _ family: String, layers type: String
    ) -> [String: String] {
        let isNeoX = family == "gpt_neox"
        let new = members["rope_parameters"]?.stated ?? [:]
        // For each type of layers its own, or one for all.
        var stated = new[type]?.stated ?? (new.values.contains { !$0.stated.isEmpty } ? [:] : new)
        // OLMo 3 stretches the full layers only: of the old form, and of one in the new form for all.
        let isStretched = family != "olmo3" || type == "full_attention"
        if isStretched, let old = members["rope_scaling"]?.stated {
            stated.merge(old) { stated, _ in stated }
        }
        var values: [String: String] = [:]
        let theta = stated["rope_theta"] ?? members["rope_theta"] ?? members["rotary_emb_base"]
        values["rope_theta"] = theta.map(text) ?? (family == "olmo3" ? "500000" : "10000")
        let part = stated["partial_rotary_factor"] ?? members["partial_rotary_factor"] ?? members["rotary_pct"]
        values["rope_partial_rotary_factor"] = part.map(text) ?? (isNeoX ? "0.25" : "1")
        let kind = (stated["rope_type"] ?? stated["type"]).map(text) ?? "default"
        values["rope_type"] = kind
        guard kind != "default" else { return values }
        let known: Set<String> = ["rope_theta", "partial_rotary_factor", "rope_type", "type"]
        for (key, value) in stated where !known.contains(key) {
            values[key.hasPrefix("rope_") ? key : "rope_" + key] = text(value)
        }
        func complete(_ name: String, _ standard: String?) { if values[name] == nil { values[name] = standard } }
        // The length that is stretched from; by default that of the model.
        complete("rope_original_max_position_embeddings", members["max_position_embeddings"].map(text))
        guard kind == "yarn" else { return values }
        complete("rope_beta_fast", "32")
        complete("rope_beta_slow", "1")
        let hasScales = stated["mscale"] != nil || stated["mscale_all_dim"] != nil
        if !hasScales, let factor = stated["factor"]?.number {
            complete("rope_attention_factor", text(.number(factor <= 1 ? 1 : 0.1 * log(factor) + 1)))
        }
        complete("rope_truncate", "true")
        return values
    }

    /// The type of each layer.
    private static func layers(_ members: [String: JSON], _ family: String) -> [String] {
        if case .array(let types)? = members["layer_types"] { return types.map(text) }
        let count = members["num_hidden_layers"]?.whole ?? 0
        guard (0...4096).contains(count) else { return [] }
        if family == "olmo3" || members["sliding_window_pattern"] != nil {
            let pattern = family == "olmo3" ? 4 : max(1, members["sliding_window_pattern"]?.whole ?? 4)
            return (0..<count).map { ($0 + 1).isMultiple(of: pattern) ? "full_attention" : "sliding_attention" }
        }
        let isOff = members["use_sliding_window"].map(text) == "false" || members["sliding_window"] == nil
        // Llama, OLMo, OLMo 2 and GPT-NeoX have no window, whatever their config says.
        let hasNone = ["llama", "olmo", "olmo2", "gpt_neox"].contains(family)
        return Array(repeating: isOff || hasNone ? "full_attention" : "sliding_attention", count: count)
    }

    private static func putLayers(
        _ layers: [String], _ members: [String: JSON], _ family: String, into values: inout [String: String]
    ) {
        let window = members["sliding_window"].map(text)
        let slides = layers.contains("sliding_attention")
        values["sliding_window"] = slides ? window ?? (family == "olmo3" ? "4096" : "none") : "none"
        // Runs of one type, so that a line shows where they differ.
        var runs: [(type: String, count: Int)] = []
        for layer in layers {
            if runs.last?.type == layer { runs[runs.count - 1].count += 1 } else { runs.append((layer, 1)) }
        }
        values["layer_types"] = runs.map { "\($0.count) \($0.type)" }.joined(separator: ", ")
    }

    /// Numbers by value, texts as they are, everything else as JSON.
    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .integer(let whole): String(whole)
        // Whole numbers alike whether or not they have a point.
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        default: value.compact
        }
    }
}

extension JSON {
    /// The members of an object that are not null.
    fileprivate var stated: [String: JSON] {
        guard case .object(let members) = self else { return [:] }
        let stated = members.filter { if case .null = $0.value { false } else { true } }
        return Dictionary(stated.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    fileprivate var whole: Int? { if case .integer(let value) = self { value } else { nil } }

    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
