import Foundation

/// What a configuration tells of how tensors are to be read: Hugging Face's `config.json`, also that of OLMo's own class
/// on the Hub, which has the trainer's keys.
struct NamingFacts: Sendable, Equatable {
    /// Attention heads of queries.
    var heads: Int?
    /// Whether norms follow attention and feed-forward (OLMo 2) or come before them.
    var normAfter: Bool?

    /// The entries that matter, each where it is of its type: of others no tree is made.
    private struct Entries: Decodable {
        let heads: Int?
        let normAfter: Bool?
        let modelType: String?

        private enum Key: String, CodingKey {
            case num_attention_heads, n_heads, norm_after, model_type
        }

        init(from decoder: any Decoder) throws {
            let entries = try decoder.container(keyedBy: Key.self)
            let key = entries.contains(.num_attention_heads) ? Key.num_attention_heads : .n_heads
            heads = try? entries.decode(Int.self, forKey: key)
            normAfter = try? entries.decode(Bool.self, forKey: .norm_after)
            modelType = try? entries.decode(String.self, forKey: .model_type)
        }
    }

    init(config: String?) {
        guard let config, let entries = try? JSONDecoder().decode(Entries.self, from: Data(config.utf8)) else { return }
        let heads = entries.heads
        // Far above any model; what multiplies it later cannot overflow.
        self.heads = heads.flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        normAfter = entries.normAfter
        switch entries.modelType {
        case "olmo2", "olmo3": normAfter = normAfter ?? true
        case "olmo", "llama": normAfter = normAfter ?? false
        default: break
        }
    }
}
