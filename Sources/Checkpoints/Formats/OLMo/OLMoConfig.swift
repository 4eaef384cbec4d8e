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
        let bytes = try SourceFile.contents(of: path, limit: lengthLimit, checkpoint: directory)
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
        do throws(OLMoModel.Missing) {
            return try model.huggingFace()
        } catch {
            throw fail("has no whole number for \(error.key) in its section 'model'")
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

    /// A number that must be there.
    struct Missing: Error {
        let key: String
    }

    init(_ members: Node.Mapping) { self.members = members }

    private func truth(_ key: String, _ standard: Bool) -> Bool { members[key]?.bool ?? standard }
    private func number(_ key: String) -> Int? { members[key]?.int }
    private func needed(_ key: String) throws(Missing) -> Int {
        guard let value = number(key), (1...1 << 32).contains(value) else { throw Missing(key: key) }
        return value
    }

    func huggingFace() throws(Missing) -> String {
        let width = try needed("d_model")
        let heads = try needed("n_heads")
        let layers = try needed("n_layers")
        let embeddingRows = try needed(number("embedding_size") == nil ? "vocab_size" : "embedding_size")
        let isMultiQuery = truth("multi_query_attention", false)
        let normAfter = truth("norm_after", false)
        var config: [String: Any] = [
            "hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers,
            "num_key_value_heads": number("n_kv_heads") ?? (isMultiQuery ? 1 : heads),
            "intermediate_size": (number("mlp_hidden_size") ?? width * min(number("mlp_ratio") ?? 4, 1 << 20)) / 2,
            "vocab_size": embeddingRows,
            "max_position_embeddings": number("max_sequence_length") ?? 1024,
            "rope_theta": members["rope_theta"]?.float ?? 10000, "hidden_act": "silu",
            "attention_bias": truth("include_bias", true), "tie_word_embeddings": truth("weight_tying", true),
            "norm_after": normAfter,
        ]
        for key in ["eos_token_id", "pad_token_id"] { config[key] = number(key) }
        if normAfter, truth("attention_layer_norm", false) {
            config["model_type"] = "olmo2"
            config["architectures"] = ["Olmo2ForCausalLM"]
            config["rms_norm_eps"] = members["layer_norm_eps"]?.float ?? 1e-5
        } else if !normAfter, !truth("layer_norm_with_affine", true) {
            // Hugging Face's OLMo has norms without weights.
            config["model_type"] = "olmo"
            config["architectures"] = ["OlmoForCausalLM"]
            config["clip_qkv"] = members["clip_qkv"]?.float
        }
        // Sorted, so that the same source gives the same text.
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted]
        let data = try? JSONSerialization.data(withJSONObject: config, options: options)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
