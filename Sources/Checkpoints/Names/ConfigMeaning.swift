import Base
import Foundation

/// What a Hugging Face config makes of a model besides the shapes of its tensors, whatever way it is written: rotary
/// settings in the form of before transformers 5 (`rope_theta`, `rope_scaling`) or after (`rope_parameters`), defaults
/// stated or not, layer types one by one or by a pattern.
///
/// Defaults are those of transformers' `configuration_olmo.py`, `_olmo2.py`, `_olmo3.py`, `_llama.py`, `_gpt_neox.py`.
package struct ConfigMeaning: Sendable, Equatable {
    /// Values by what they are, as text that is equal where they are: `1e5` and `100000.0` are.
    package let values: [String: String]

    /// `nil` when the text is no JSON object.
    package init?(config: String) {
        guard let read = try? JSONDecoder().decode(JSON.self, from: Data(config.utf8)), case .object = read else {
            return nil
        }
        let members = read.stated
        let family = members["model_type"].map(ConfigMeaning.text) ?? ""
        let isNeoX = family == "gpt_neox"
        var values: [String: String] = ["model_type": family]
        func put(_ name: String, _ value: JSON?, default standard: String? = nil) {
            values[name] = value.map(ConfigMeaning.text) ?? standard ?? "none"
        }
        let heads = members["num_attention_heads"]
        put("num_attention_heads", heads)
        put("num_key_value_heads", members["num_key_value_heads"] ?? heads)
        put("hidden_act", members["hidden_act"], default: isNeoX ? "gelu" : "silu")
        let epsilon = ["rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon"].lazy.compactMap { members[$0] }.first
        let standard = ["olmo2": "1e-05", "olmo3": "1e-05", "olmo": "1e-05", "llama": "1e-06", "gpt_neox": "1e-05"]
        put("norm_eps", epsilon, default: standard[family])
        put("clip_qkv", members["clip_qkv"])
        put("use_parallel_residual", members["use_parallel_residual"], default: isNeoX ? "true" : "false")
        put("attention_bias", members["attention_bias"], default: isNeoX ? "true" : "false")
        for scale in ["logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier", "attention_multiplier"] {
            if let value = members[scale] { put(scale, value) }
        }
        ConfigMeaning.putRotary(members, isNeoX: isNeoX, into: &values)
        ConfigMeaning.putLayers(members, family, into: &values)
        self.values = values
    }

    private static func putRotary(_ members: [String: JSON], isNeoX: Bool, into values: inout [String: String]) {
        var rotary = members["rope_scaling"]?.stated ?? [:]
        for (key, value) in members["rope_parameters"]?.stated ?? [:] { rotary[key] = value }
        let theta = rotary["rope_theta"] ?? members["rope_theta"] ?? members["rotary_emb_base"]
        values["rope_theta"] = theta.map(text) ?? "10000"
        let part = rotary["partial_rotary_factor"] ?? members["partial_rotary_factor"] ?? members["rotary_pct"]
        values["rope_partial_rotary_factor"] = part.map(text) ?? (isNeoX ? "0.25" : "1")
        let kind = rotary["rope_type"] ?? rotary["type"]
        values["rope_type"] = kind.map(text) ?? "default"
        let known: Set<String> = ["rope_theta", "partial_rotary_factor", "rope_type", "type"]
        for (key, value) in rotary where !known.contains(key) {
            let name = key.hasPrefix("rope_") ? key : "rope_" + key
            values[name] = text(value)
        }
        // The length that is stretched from; by default that of the model.
        if values["rope_type"] != "default", values["rope_original_max_position_embeddings"] == nil {
            values["rope_original_max_position_embeddings"] = members["max_position_embeddings"].map(text)
        }
    }

    private static func putLayers(_ members: [String: JSON], _ family: String, into values: inout [String: String]) {
        let count = members["num_hidden_layers"]?.whole ?? 0
        guard (0...4096).contains(count) else { return }
        let window = members["sliding_window"].map(text)
        var types = members["layer_types"].flatMap { stated -> [String]? in
            if case .array(let types) = stated { types.map(text) } else { nil }
        }
        if types == nil, family == "olmo3" || members["sliding_window_pattern"] != nil {
            let pattern = max(1, members["sliding_window_pattern"]?.whole ?? 4)
            types = (0..<count).map { ($0 + 1).isMultiple(of: pattern) ? "full_attention" : "sliding_attention" }
        }
        let isOff = members["use_sliding_window"].map(text) == "false"
        let layers = types ?? Array(repeating: window == nil || isOff ? "full_attention" : "sliding_attention", count: count)
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
        // Whole numbers alike whether or not they have a point.
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
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
}
