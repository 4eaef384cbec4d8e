import Tensors

/// Why a tensor of a checkpoint is no weight of the model: one list for alignment, statistics and audit. What libraries
/// save beside the weights would otherwise be counted among them.
package enum NotWeight: String, Sendable, CaseIterable {
    /// transformers' and GPT-NeoX' `rotary_emb.inv_freq`, and tables made of it.
    case rotary = "rotary frequencies"
    /// The number that masked attention scores are set to: `masked_bias` of GPT-2 and GPT-NeoX.
    case maskValue = "value of masked attention scores"
    /// The triangle that GPT-2 and GPT-NeoX call `attention.bias`, and its kin.
    case mask = "attention mask"
    /// `position_ids` and the like.
    case indices = "indices"
    /// BatchNorm's `num_batches_tracked`, steps, states of random generators, other integers that stand alone.
    case counter = "counter"
    /// Moments and other slots of torch's and Keras' optimizers.
    case optimizer = "optimizer state"
    /// A moving average kept beside the weights.
    case average = "moving average of the weights"
    /// MATLAB's `#refs#` and `#subsystem#`, where the parts of its cells and objects lie.
    case matlab = "MATLAB's own store"

    private static let byLast: [String: NotWeight] = [
        "inv_freq": .rotary, "original_inv_freq": .rotary, "cos_cached": .rotary, "sin_cached": .rotary,
        "freqs_cis": .rotary,
        "masked_bias": .maskValue,
        "causal_mask": .mask, "attn_mask": .mask, "attention_mask": .mask, "tril": .mask,
        "position_ids": .indices, "token_type_ids": .indices, "relative_position_index": .indices,
        "num_batches_tracked": .counter, "seed_generator_state": .counter, "rng_state": .counter,
        "exp_avg": .optimizer, "exp_avg_sq": .optimizer, "max_exp_avg_sq": .optimizer, "momentum_buffer": .optimizer,
    ]

    private static let optimizers: Set<String> = [
        "optimizer", "optim", "_optimizer", "optimizers", "optimizer_weights", "optimizer_state", "optimizer_states",
        "optimizer_state_dict", "optim_state_dict", "lr_scheduler", "lr_schedulers",
    ]
    private static let averages: Set<String> = [
        "ema", "model_ema", "ema_model", "state_dict_ema", "ema_state_dict", "ema_params", "params_ema", "shadow_params",
        "averaged_model",
    ]

    /// For each tensor, why it is no weight; `nil` for a weight.
    ///
    /// A moving average is one only beside weights: a file that holds nothing else is read for it.
    package static func reasons(_ tensors: [TensorInfo]) -> [NotWeight?] {
        let found = tensors.map(reason)
        let hasWeights = zip(tensors, found).contains { $0.elementType.hasStatistics && $1 == nil }
        return hasWeights ? found : found.map { $0 == .average ? nil : $0 }
    }

    /// Why whatever has that name is no weight, as far as the name tells.
    static func reason(named name: String) -> NotWeight? {
        let parts = name.split(separator: ".").map(String.init)
        guard let last = parts.last else { return nil }
        // Only where a file's parts begin: a module may be called ema, too.
        let leading = parts.dropLast().prefix(2)
        if parts[0] == "#refs#" || parts[0] == "#subsystem#" { return .matlab }
        if leading.contains(where: optimizers.contains) { return .optimizer }
        if leading.contains(where: averages.contains) { return .average }
        return byLast[last]
    }

    private static func reason(_ tensor: TensorInfo) -> NotWeight? {
        let name = tensor.origin?.name ?? tensor.name
        if let known = reason(named: name) { return known }
        // No library keeps weights in single integers, or in a row of 32 or 64 bits each.
        switch tensor.elementType {
        case .int32, .int64, .uint32, .uint64, .bool: if tensor.shape.count < 2 { return .counter }
        case .int8, .uint8, .int16, .uint16: if tensor.elementCount == 1 { return .counter }
        default: break
        }
        let parts = name.split(separator: ".")
        guard parts.last == "bias", let owner = parts.dropLast().last, ["attention", "attn", "self_attn"].contains(owner)
        else { return nil }
        // A projection's bias has one dimension; the mask is boolean, or n x n for all heads of all sequences.
        let isMask = [.bool, .uint8].contains(tensor.elementType) || tensor.shape.count == 4
        return isMask ? .mask : nil
    }
}
