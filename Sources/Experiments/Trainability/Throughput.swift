/// A throughput of training at some number of GPUs, and what it says beside the smallest number.
struct ThroughputRecord: Sendable {
    let model: String
    let gpu: String
    let gpus: Int
    /// `weak`: as many tokens a GPU and step; `strong`: as many tokens a step.
    let scaling: String
    let batchTokens: Int
    let tokensPerSecond: Double
    let parameters: Double?
    let layers: Double?
    let width: Double?
    let context: Double?
    /// Whether activations are computed twice.
    let isRecomputing: Bool?
    let reportedUtilisation: Double?
    let reportedHardwareUtilisation: Double?
    let peak: Double?
    /// Where it was read, for messages.
    let location: String
    /// The run of the same kind on the fewest GPUs; `nil` until it is known, or where there is no other.
    var reference: Reference?

    struct Reference: Sendable {
        let gpus: Int
        let tokensPerSecond: Double
    }

    static let columns = [
        "model", "gpu", "gpus", "scaling", "batch_tokens", "tokens_per_second", "parameters", "layers", "width",
        "context", "recomputation", "mfu_reported_percent", "hfu_reported_percent", "source",
    ]
    static let required = ["model", "gpu", "gpus", "scaling", "batch_tokens", "tokens_per_second"]

    private init(_ table: InputTable, _ row: Int, _ hardware: [String: GPU]) throws(InputError) {
        model = try table.requiredText(row, "model")
        gpu = try table.requiredText(row, "gpu")
        gpus = try table.requiredCount(row, "gpus")
        scaling = try table.requiredText(row, "scaling")
        guard ["weak", "strong"].contains(scaling) else {
            throw table.failure(row, "scaling", "expected weak or strong, found '\(scaling.prefix(40))'")
        }
        batchTokens = try table.requiredCount(row, "batch_tokens")
        tokensPerSecond = try table.requiredPositive(row, "tokens_per_second")
        parameters = try table.positive(row, "parameters")
        layers = try table.positive(row, "layers")
        width = try table.positive(row, "width")
        context = try table.positive(row, "context")
        switch table.text(row, "recomputation") {
        case "true": isRecomputing = true
        case "false": isRecomputing = false
        case nil: isRecomputing = nil
        case let other?:
            throw table.failure(row, "recomputation", "expected true or false, found '\(other.prefix(40))'")
        }
        reportedUtilisation = try table.positive(row, "mfu_reported_percent").map { $0 / 100 }
        reportedHardwareUtilisation = try table.positive(row, "hfu_reported_percent").map { $0 / 100 }
        peak = hardware[gpu]?.peak
        location = table.location(row)
    }

    /// All rows, each with its reference: of one model, GPU and context, recomputing or not, and of one batch (strong) or
    /// one batch a GPU (weak).
    static func read(_ table: InputTable, gpus: [String: GPU]) throws(InputError) -> [ThroughputRecord] {
        var records: [ThroughputRecord] = []
        for row in table.rows { records.append(try ThroughputRecord(table, row, gpus)) }
        for index in records.indices {
            let group = records.filter { $0.group == records[index].group }
            if group.count(where: { $0.gpus == records[index].gpus }) > 1 {
                throw InputError(
                    "\(records[index].location): there are two rows for '\(records[index].model)' on "
                        + "\(records[index].gpus) GPUs with the same batch")
            }
            guard group.count > 1, let first = group.min(by: { $0.gpus < $1.gpus }) else { continue }
            records[index].reference = Reference(gpus: first.gpus, tokensPerSecond: first.tokensPerSecond)
        }
        return records
    }

    private var group: [String] {
        let batch = Double(batchTokens) / Double(scaling == "weak" ? gpus : 1)
        return [
            model, gpu, scaling, "\(batch)", "\(context ?? 0)", isRecomputing.map { "\($0)" } ?? "",
        ]
    }

    /// S(n) = T(n)/T(n₀).
    var speedup: Double? { reference.map { tokensPerSecond / $0.tokensPerSecond } }

    /// S·n₀/n.
    var efficiency: Double? {
        guard let speedup, let reference else { return nil }
        return speedup * Double(reference.gpus) / Double(gpus)
    }

    /// 6·N FLOP a token over the peak.
    var utilisation: Double? {
        guard let parameters, let peak else { return nil }
        return 6 * parameters * tokensPerSecond / (Double(gpus) * peak)
    }

    /// The same with the attention term 12·L·d·s.
    var utilisationWithAttention: Double? {
        guard let parameters, let layers, let width, let context, let peak else { return nil }
        return (6 * parameters + 12 * layers * width * context) * tokensPerSecond / (Double(gpus) * peak)
    }

    /// With attention, and with a second forward pass where activations are recomputed: 4/3 of it (Korthikanti et al.,
    /// arXiv:2205.05198).
    var hardwareUtilisation: Double? {
        guard let isRecomputing, let own = utilisationWithAttention else { return nil }
        return isRecomputing ? own * 4 / 3 : own
    }
}
