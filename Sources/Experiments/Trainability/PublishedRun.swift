import Base
import Reports

/// A published training run: the facts, and what follows from them. Missing is `nil`, and so is all that needs it.
struct PublishedRun: Sendable {
    let model: String
    /// Parameters in all, and those that a token passes through where not all are.
    let parameters: Double?
    let activeParameters: Double?
    /// Training tokens D.
    let tokens: Double?
    let reportedFLOPs: Double?
    /// `model`, `hardware` (with recomputation) or `unstated`.
    let reportedFLOPsKind: String?
    let gpu: String?
    let gpus: Int?
    let gpuHours: Double?
    let gpuHoursBasis: String?
    let tokensPerSecondPerGPU: Double?
    let hardwareTFLOPsPerGPU: Double?
    let reportedUtilisation: Double?
    let statedPeakTFLOPs: Double?
    let statedPower: Double?
    /// MWh, t CO₂eq, days, US dollars: as published.
    let energy: Double?
    let emissions: Double?
    let wallDays: Double?
    let reportedCost: Double?
    let layers: Double?
    let width: Double?
    let context: Double?
    let source: String?
    let notes: String?
    /// What its GPU can do; `nil` where it is not in the table.
    let hardware: GPU?
    /// The peak that GPU-hours are normalised to, in FLOP/s.
    let referencePeak: Double?
    /// What an hour of its GPU costs.
    let price: Double?

    static let columns = [
        "model", "parameters", "active_parameters", "tokens", "flops_reported", "flops_kind", "gpu", "gpus",
        "gpu_hours", "gpu_hours_basis", "tokens_per_second_per_gpu", "hardware_tflops_per_gpu",
        "mfu_reported_percent", "peak_tflops", "gpu_power_watts", "energy_mwh", "emissions_t", "wall_days",
        "cost_usd", "layers", "width", "context", "shape_source", "source", "where_in_source", "source_class", "notes",
    ]
    static let required = ["model", "parameters", "tokens", "gpu", "gpu_hours"]

    init(
        _ table: InputTable, _ row: Int, gpus hardware: [String: GPU], referencePeak: Double?,
        prices: [String: Double]
    ) throws(InputError) {
        model = try table.requiredText(row, "model")
        parameters = try table.positive(row, "parameters")
        activeParameters = try table.positive(row, "active_parameters")
        tokens = try table.positive(row, "tokens")
        reportedFLOPs = try table.positive(row, "flops_reported")
        reportedFLOPsKind = table.text(row, "flops_kind")
        gpu = table.text(row, "gpu")
        gpus = try table.count(row, "gpus")
        gpuHours = try table.positive(row, "gpu_hours")
        gpuHoursBasis = table.text(row, "gpu_hours_basis")
        tokensPerSecondPerGPU = try table.positive(row, "tokens_per_second_per_gpu")
        hardwareTFLOPsPerGPU = try table.positive(row, "hardware_tflops_per_gpu")
        reportedUtilisation = try table.positive(row, "mfu_reported_percent").map { $0 / 100 }
        statedPeakTFLOPs = try table.positive(row, "peak_tflops")
        statedPower = try table.positive(row, "gpu_power_watts")
        energy = try table.positive(row, "energy_mwh")
        emissions = try table.positive(row, "emissions_t")
        wallDays = try table.positive(row, "wall_days")
        reportedCost = try table.positive(row, "cost_usd")
        layers = try table.positive(row, "layers")
        width = try table.positive(row, "width")
        context = try table.positive(row, "context")
        source = table.text(row, "source")
        notes = table.text(row, "notes")
        self.hardware = gpu.flatMap { hardware[$0] }
        self.referencePeak = referencePeak
        price = gpu.flatMap { prices[$0] }
        let kinds = ["model", "hardware", "unstated"]
        if let reportedFLOPsKind, !kinds.contains(reportedFLOPsKind) {
            throw table.failure(
                row, "flops_kind",
                "expected one of \(kinds.joined(separator: ", ")), found '\(reportedFLOPsKind.prefix(40))'")
        }
        if let active = activeParameters, let all = parameters, active > all {
            throw table.failure(row, "active_parameters", "\(active) are more than the \(all) in all")
        }
    }
}

/// What a GPU can do at most.
struct GPU: Sendable {
    /// Dense bfloat16 FLOP/s; `nil` for one that is listed as unknown.
    let peak: Double?
    /// Thermal design power, in W.
    let power: Double?

    static let columns = ["gpu", "peak_tflops", "power_watts", "source"]

    /// The table by name.
    static func read(_ table: InputTable) throws(InputError) -> [String: GPU] {
        var gpus: [String: GPU] = [:]
        for row in table.rows {
            let name = try table.requiredText(row, "gpu")
            guard gpus[name] == nil else { throw table.failure(row, "gpu", "there are two rows for '\(name)'") }
            gpus[name] = GPU(
                peak: try table.positive(row, "peak_tflops").map { $0 * 1e12 },
                power: try table.positive(row, "power_watts"))
        }
        return gpus
    }
}

extension PublishedRun {
    /// Parameters that a token passes through: N.
    var computedParameters: Double? { activeParameters ?? parameters }

    /// 6·N·D, in FLOP: without the attention term (Kaplan et al., arXiv:2001.08361, section 2.1).
    var trainingFLOPs: Double? { product(6, computedParameters, tokens) }

    /// 12·L·d·s·D, in FLOP: scores and mixing of s tokens in L layers of width d, forward and backward, without a discount
    /// for the causal half (Chowdhery et al., arXiv:2204.02311, appendix B).
    var attentionFLOPs: Double? { product(12, layers, width, context, tokens) }

    /// Dense bfloat16 FLOP/s of one GPU: of the table, or as the row states it.
    var peak: Double? { hardware?.peak ?? statedPeakTFLOPs.map { $0 * 1e12 } }

    private var possibleFLOPs: Double? { product(gpuHours, 3600, peak) }

    /// 6·N·D/(GPU-seconds·peak): model FLOPs utilisation.
    var utilisation: Double? { ratio(trainingFLOPs, possibleFLOPs) }

    /// Model FLOPs utilisation with the attention term.
    var utilisationWithAttention: Double? {
        guard let trainingFLOPs, let attentionFLOPs else { return nil }
        return ratio(trainingFLOPs + attentionFLOPs, possibleFLOPs)
    }

    /// 6·N·(tokens per second per GPU)/peak: while it ran, so without restarts.
    var utilisationFromThroughput: Double? {
        ratio(product(6, computedParameters, tokensPerSecondPerGPU), peak)
    }

    /// Hardware FLOPs utilisation, recomputation counted: from FLOPs stated to include it, or the rate stated.
    var hardwareUtilisation: Double? {
        if reportedFLOPsKind == "hardware" { return ratio(reportedFLOPs, possibleFLOPs) }
        return ratio(hardwareTFLOPsPerGPU.map { $0 * 1e12 }, peak)
    }

    /// GPU-hours at the reference GPU's peak.
    var normalisedGPUHours: Double? { ratio(product(gpuHours, peak), referencePeak) }

    var gpuHoursPerBillionTokens: Double? { ratio(gpuHours, tokens.map { $0 / 1e9 }) }
    var normalisedGPUHoursPerBillionTokens: Double? { ratio(normalisedGPUHours, tokens.map { $0 / 1e9 }) }

    /// D/GPU-seconds: over the whole run.
    var meanTokensPerSecondPerGPU: Double? { ratio(tokens, gpuHours.map { $0 * 3600 }) }

    /// W of one GPU: as stated, or its thermal design power.
    var power: Double? { statedPower ?? hardware?.power }

    /// GPU-hours times power, in MWh: of the GPUs alone.
    var gpuEnergy: Double? { ratio(product(gpuHours, power), 1e6) }

    /// kg CO₂eq/kWh that the published emissions imply, over the published energy or else the GPUs'.
    var impliedIntensity: Double? { ratio(emissions, energy ?? gpuEnergy) }

    /// 6·N·D over the published energy.
    var flopsPerJoule: Double? { ratio(trainingFLOPs, energy.map { $0 * 3.6e9 }) }

    /// t CO₂eq for 10²¹ FLOP.
    var emissionsPerZettaFLOP: Double? { ratio(emissions, trainingFLOPs.map { $0 / 1e21 }) }

    /// GPU-hours times the price that the settings give.
    var cost: Double? { product(gpuHours, price) }
    var costPerZettaFLOP: Double? { ratio(cost, trainingFLOPs.map { $0 / 1e21 }) }

    private func product(_ factors: Double?...) -> Double? {
        factors.reduce(1) { result, factor in
            guard let result, let factor else { return nil }
            return result * factor
        }
    }

    private func ratio(_ part: Double?, _ whole: Double?) -> Double? {
        guard let part, let whole, whole != 0 else { return nil }
        return part / whole
    }
}
