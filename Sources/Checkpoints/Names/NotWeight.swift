import Tensors

/// Why a tensor of a checkpoint is no weight of the model: one list for alignment, statistics and audit. What libraries
/// save beside the weights would otherwise be counted among them.
package enum NotWeight: String, Sendable, Codable, CaseIterable {
    /// transformers' and GPT-NeoX' `rotary_emb.inv_freq`, and tables made of it.
    case rotary = "rotary frequencies"
    /// The number that masked attention scores are set to: `masked_bias` of GPT-2 and GPT-NeoX.
    case maskValue = "value of masked attention scores"
    /// The triangle that GPT-2 and GPT-NeoX call `attention.bias`, its kin, and all truth values.
    case mask = "attention mask"
    /// `position_ids` and the like.
    case indices = "indices"
    /// BatchNorm's `num_batches_tracked`, steps, states of random generators, other integers that stand alone or in a row.
    case counter = "counter"
    /// Moments and other slots of torch's and Keras' optimizers.
    case optimizer = "optimizer state"
    /// A moving average kept beside the weights.
    case average = "moving average of the weights"
    /// What 8-bit weights are multiplied by, and what activations are: see `ScaledElements`.
    case scale = "scale of quantised values"
    /// MATLAB's `#refs#` and `#subsystem#`, where the parts of its cells and objects lie.
    case matlab = "MATLAB's own store"
    /// A dimension of netCDF, which HDF5 calls a scale.
    case dimension = "dimension scale"

    /// Last parts of names.
    private static let byLast: [String: NotWeight] = [
        "inv_freq": .rotary, "original_inv_freq": .rotary, "cos_cached": .rotary, "sin_cached": .rotary,
        "_cos_cached": .rotary, "_sin_cached": .rotary, "freqs_cis": .rotary,
        "masked_bias": .maskValue,
        "causal_mask": .mask, "attn_mask": .mask, "attention_mask": .mask, "tril": .mask,
        "position_ids": .indices, "token_type_ids": .indices, "relative_position_index": .indices, "g_idx": .indices,
        "num_batches_tracked": .counter, "seed_generator_state": .counter, "rng_state": .counter,
        "n_averaged": .counter,
        "exp_avg": .optimizer, "exp_avg_sq": .optimizer, "max_exp_avg_sq": .optimizer, "momentum_buffer": .optimizer,
        "exp_inf": .optimizer, "square_avg": .optimizer, "acc_delta": .optimizer, "grad_avg": .optimizer,
    ]

    /// Single numbers that activations and caches are quantised by; the scales of weights are found by the weights they
    /// belong to.
    private static let activationScales: Set<String> = [
        "input_scale", "output_scale", "k_scale", "v_scale", "q_scale", "prob_scale", "activation_scale", "act_scale",
    ]

    /// Parts that stand for a whole optimizer wherever they are.
    private static let optimizers: Set<String> = [
        "optimizer_weights", "optimizer_state", "optimizer_states", "optimizer_state_dict", "optim_state_dict",
        "opt_state", "opt_state_dict", "lr_scheduler", "lr_schedulers", "grad_scaler",
    ]
    /// Parts that do so where a file's parts begin: a module may be called so, too.
    private static let leadingOptimizers: Set<String> = ["optimizer", "optim", "_optimizer", "optimizers", "opt"]
    private static let averages: Set<String> = [
        "ema", "model_ema", "ema_model", "state_dict_ema", "ema_state_dict", "ema_params", "params_ema",
        "shadow_params",
        "averaged_model", "ema_weights", "swa_model",
    ]
    private static let attentions: Set<String> = ["attention", "attn", "self_attn", "self_attention"]

    /// For each tensor, why it is no weight; `nil` for a weight.
    ///
    /// A moving average is one only beside weights: a file that holds nothing else is read for it. The same goes for an
    /// optimizer's state, which somebody may have chosen by `FILE:/optimizer`.
    package static func reasons(_ tensors: [TensorInfo]) -> [NotWeight?] {
        let found = tensors.map(reason)
        func hasWeights(_ found: [NotWeight?]) -> Bool {
            zip(tensors, found).contains { $0.elementType.hasStatistics && $1 == nil }
        }
        if hasWeights(found) { return found }
        let averages = found.map { $0 == .average ? nil : $0 }
        return hasWeights(averages) ? averages : found.map { $0 == .optimizer ? nil : $0 }
    }

    /// Why whatever has that name is no weight, as far as the name tells.
    static func reason(named name: String) -> NotWeight? {
        let parts = name.split(separator: ".").map(String.init)
        guard let last = parts.last else { return nil }
        let owners = parts.dropLast()
        if parts[0] == "#refs#" || parts[0] == "#subsystem#" { return .matlab }
        if owners.contains(where: optimizers.contains) || isOptimizer(owners.prefix(2)) { return .optimizer }
        if owners.prefix(2).contains(where: averages.contains) { return .average }
        if last == "freqs", owners.last == "rope" { return .rotary }
        return byLast[last]
    }

    /// `optimizer`, `optimizer_g`, `optimizers`: at the top, or below the one dictionary that holds all.
    private static func isOptimizer(_ leading: ArraySlice<String>) -> Bool {
        leading.contains { leadingOptimizers.contains($0) || $0.hasPrefix("optimizer_") || $0.hasPrefix("optim_") }
    }

    private static func reason(_ tensor: TensorInfo) -> NotWeight? {
        if let stated = tensor.notWeight { return stated }
        let name = tensor.origin?.name ?? tensor.name
        if let known = reason(named: name) { return known }
        // No library keeps weights in single integers, or in a row of 32 or 64 bits each.
        switch tensor.elementType {
        case .bool: return .mask
        case .int32, .int64, .uint32, .uint64: if tensor.shape.count < 2 { return .counter }
        case .int8, .uint8, .int16, .uint16: if tensor.elementCount == 1 { return .counter }
        default: break
        }
        let parts = name.split(separator: ".").map(String.init)
        if tensor.elementCount == 1, parts.last.map(activationScales.contains) ?? false { return .scale }
        guard let last = parts.last, last == "bias" || last == "mask", let owner = parts.dropLast().last,
            attentions.contains(owner)
        else { return nil }
        // A projection's bias has one dimension; the mask is n x n for all heads of all sequences.
        let isSquare = tensor.shape.count > 2 && tensor.shape.suffix(2).first == tensor.shape.last
        let isForAll = tensor.shape.dropLast(2).allSatisfy { $0 == 1 }
        return tensor.elementType == .uint8 || isSquare && isForAll ? .mask : nil
    }
}
