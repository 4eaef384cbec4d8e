import Base
import Foundation
import HDF5
import Yams

/// OLMo's training configuration, `config.yaml`, as the `config.json` that Hugging Face's conversion of the checkpoint
/// would have (transformers' `convert_olmo_weights_to_hf.py` and `convert_olmo2_weights_to_hf.py`).
enum OLMoConfig {
    private static let name = "config.yaml"
    /// Longer text than this is no configuration, in bytes.
    private static let lengthLimit = 1 << 20
    private static let lineLimit = 200

    /// The translation of the file in a directory; `nil` when there is none.
    static func translated(in directory: String) throws(CheckpointError) -> String? {
        let path = directory + "/" + name
        guard entryExists(path) else { return nil }
        let bytes = try ByteSources.contents(of: path, limit: lengthLimit, checkpoint: directory)
        func fail(_ problem: String) -> CheckpointError {
            CheckpointError(
                .malformed, checkpoint: directory, problem: "'\(path)' \(problem)",
                remedy: "OLMo's trainer writes it beside model.pt: fetch it again")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fail("is not UTF-8") }
        let block = modelBlock(of: text)
        guard let node = try? Yams.compose(yaml: block), let members = node.mapping else {
            throw fail("has no readable section 'model'")
        }
        let model = OLMoModel(members)
        do throws(OLMoModel.Unusable) {
            return try model.huggingFace()
        } catch {
            throw fail("has no \(error.expected) for \(error.key) in its section 'model'")
        }
    }

    /// The members of the section `model` that take one line, without their indentation: parsing deeper structure of a
    /// file from elsewhere, which nothing here needs, could exhaust the stack.
    private static func modelBlock(of text: String) -> String {
        var lines: [Substring] = []
        var indentation: Int?
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let depth = line.prefix { $0 == " " }.count
            if depth == 0 {
                isInside = line.hasPrefix("model:")
                continue
            }
            guard isInside, line.count <= lineLimit else { continue }
            indentation = indentation ?? depth
            if depth == indentation { lines.append(line.dropFirst(depth)) }
        }
        return lines.joined(separator: "\n")
    }
}

/// The keys of OLMo's `ModelConfig` that a conversion reads, with its defaults where a file leaves them out.
private struct OLMoModel {
    private let members: Node.Mapping

    /// A key that must be there and is not, or that says something else than it can.
    struct Unusable: Error {
        let key: String
        let expected: String
    }

    init(_ members: Node.Mapping) { self.members = members }

    /// `nil` where the file does not say, or says null.
    private func stated<Value>(
        _ key: String, _ expected: String, _ read: (Node) -> Value?
    ) throws(Unusable) -> Value? {
        guard let node = members[key], node.null == nil else { return nil }
        guard let value = read(node) else { throw Unusable(key: key, expected: expected) }
        return value
    }

    private func truth(_ key: String, _ standard: Bool) throws(Unusable) -> Bool {
        try stated(key, "true or false") { $0.bool } ?? standard
    }

    private func number(_ key: String) throws(Unusable) -> Int? {
        try stated(key, "whole number") { node in node.int.flatMap { (-1...1 << 32).contains($0) ? $0 : nil } }
    }

    private func real(_ key: String) throws(Unusable) -> Double? {
        // JSON has no number for what YAML calls .nan and .inf.
        try stated(key, "finite number") { node in node.float.flatMap { $0.isFinite ? $0 : nil } }
    }

    private func needed(_ key: String) throws(Unusable) -> Int {
        guard let value = try number(key), value > 0 else { throw Unusable(key: key, expected: "whole number") }
        return value
    }

    func huggingFace() throws(Unusable) -> String {
        let width = try needed("d_model")
        let heads = try needed("n_heads")
        let layers = try needed("n_layers")
        let embeddingRows = try needed(number("embedding_size") == nil ? "vocab_size" : "embedding_size")
        let isMultiQuery = try truth("multi_query_attention", false)
        let normAfter = try truth("norm_after", false)
        let hiddenSize = try number("mlp_hidden_size")
        let ratio = try number("mlp_ratio") ?? 4
        var config: [String: Any] = [
            "hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers,
            "num_key_value_heads": try number("n_kv_heads") ?? (isMultiQuery ? 1 : heads),
            "intermediate_size": (hiddenSize ?? width * min(ratio, 1 << 20)) / 2,
            "vocab_size": embeddingRows,
            "max_position_embeddings": try number("max_sequence_length") ?? 1024,
            "rope_theta": try real("rope_theta") ?? 10000, "hidden_act": "silu",
            "attention_bias": try truth("include_bias", true), "tie_word_embeddings": try truth("weight_tying", true),
            "norm_after": normAfter,
        ]
        for key in ["eos_token_id", "pad_token_id"] { config[key] = try number(key) }
        if normAfter, try truth("attention_layer_norm", false) {
            config["model_type"] = "olmo2"
            config["architectures"] = ["Olmo2ForCausalLM"]
            config["rms_norm_eps"] = try real("layer_norm_eps") ?? 1e-5
        } else if !normAfter, try !truth("layer_norm_with_affine", true) {
            // Hugging Face's OLMo has norms without weights.
            config["model_type"] = "olmo"
            config["architectures"] = ["OlmoForCausalLM"]
            config["clip_qkv"] = try real("clip_qkv")
        }
        // Sorted, so that the same source gives the same text.
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted]
        guard let data = try? JSONSerialization.data(withJSONObject: config, options: options) else {
            preconditionFailure("a configuration of texts, truth values and finite numbers has no JSON")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
