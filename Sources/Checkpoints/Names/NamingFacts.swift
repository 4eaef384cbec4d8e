import Foundation

/// What a configuration tells of how tensors are to be read: Hugging Face's `config.json`, also that of OLMo's own class
/// on the Hub, which has the trainer's keys.
struct NamingFacts: Sendable, Equatable {
    /// Attention heads of queries.
    var heads: Int?
    /// Whether norms follow attention and feed-forward (OLMo 2) or come before them.
    var normAfter: Bool?

    init(config: String?) {
        guard let config, let members = try? JSONSerialization.jsonObject(with: Data(config.utf8)) as? [String: Any]
        else { return }
        let heads = (members["num_attention_heads"] ?? members["n_heads"]) as? Int
        // Far above any model; what multiplies it later cannot overflow.
        self.heads = heads.flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        normAfter = members["norm_after"] as? Bool
        switch members["model_type"] as? String {
        case "olmo2", "olmo3": normAfter = normAfter ?? true
        case "olmo", "llama": normAfter = normAfter ?? false
        default: break
        }
    }
}
