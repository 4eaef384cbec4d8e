/// What a configuration tells of how tensors are to be read: Hugging Face's `config.json`, also that of OLMo's own class
/// on the Hub, which has the trainer's keys.
struct NamingFacts: Sendable, Equatable {
    /// Attention heads of queries.
    var heads: Int?
    /// Whether norms follow attention and feed-forward (OLMo 2) or come before them.
    var normAfter: Bool?

    init(config: String?) {
        guard let config, let config = try? ModelConfig(config) else { return }
        // Far above any model; what multiplies it later cannot overflow.
        heads = (config["num_attention_heads"] ?? config["n_heads"])?.integer.flatMap {
            (1...1_000_000).contains($0) ? $0 : nil
        }
        if case .boolean(let isAfter)? = config["norm_after"] { normAfter = isAfter }
        switch config["model_type"]?.text {
        case "olmo2", "olmo3": normAfter = normAfter ?? true
        case "olmo", "llama": normAfter = normAfter ?? false
        default: break
        }
    }
}
