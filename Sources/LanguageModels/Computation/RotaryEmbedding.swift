import Checkpoints
import Foundation

/// Rotary position embedding (Su et al., 2021): each pair of a head's elements turns by an angle that grows with the
/// position.
struct RotaryEmbedding: Sendable {
    /// Radians a position, for each pair. Rounded to float32 where transformers does.
    let frequencies: [Float]
    /// What cosines and sines are multiplied with (YaRN's attention factor).
    let scale: Float

    /// The frequencies that a config asks for.
    /// - Parameters:
    ///   - parameters: the section `rope_parameters` or `rope_scaling`, or the config itself, where they stand.
    ///   - theta: the base of the frequencies.
    ///   - width: elements of a head that turn.
    ///   - context: `max_position_embeddings`.
    init(
        _ parameters: ModelConfig?, theta: Double, width: Int, context: Int
    ) throws(ModelConfig.Problem) {
        let plain = RotaryEmbedding.plain(theta: theta, width: width)
        guard let parameters else {
            (frequencies, scale) = (plain, 1)
            return
        }
        switch try parameters.text("rope_type", "type") ?? "default" {
        case "default": (frequencies, scale) = (plain, 1)
        case "linear":
            let factor = Float(try parameters.number("factor"))
            (frequencies, scale) = (plain.map { $0 / factor }, 1)
        case "llama3": (frequencies, scale) = (try RotaryEmbedding.llama3(plain, parameters, context), 1)
        case "yarn":
            frequencies = try RotaryEmbedding.yarn(parameters, theta: theta, width: width, context)
            scale = Float(try RotaryEmbedding.attentionFactor(parameters, context))
        case let other:
            throw ModelConfig.Problem(
                "its config asks for rope scaling '\(other)'; implemented are default, linear, llama3 and yarn")
        }
    }

    /// 1 / θ^(2i/width).
    private static func plain(theta: Double, width: Int) -> [Float] {
        stride(from: 0, to: width, by: 2).map { 1 / Float(pow(theta, Double(Float($0) / Float(width)))) }
    }

    /// Llama 3.1: long waves are slowed down by `factor`, short ones kept, and those between blended.
    private static func llama3(
        _ plain: [Float], _ parameters: ModelConfig, _ context: Int
    ) throws(ModelConfig.Problem) -> [Float] {
        let factor = try parameters.number("factor")
        let low = try parameters.number("low_freq_factor")
        let high = try parameters.number("high_freq_factor")
        let trained = Double(try parameters.count("original_max_position_embeddings", default: context))
        return plain.map { frequency in
            let turns = trained * Double(frequency) / (2 * .pi)
            if turns < low { return Float(Double(frequency) / factor) }
            if turns > high { return frequency }
            let share = (turns - low) / (high - low)
            return Float((1 - share) * Double(frequency) / factor + share * Double(frequency))
        }
    }

    /// YaRN (Peng et al., 2023): waves that turn at least `beta_fast` times within the trained context are kept, those that
    /// turn less than `beta_slow` times are slowed down by `factor`, with a ramp between.
    private static func yarn(
        _ parameters: ModelConfig, theta: Double, width: Int, _ context: Int
    ) throws(ModelConfig.Problem) -> [Float] {
        let trained = try parameters.count("original_max_position_embeddings", default: context)
        let factor = try factor(parameters, context)
        func dimension(_ rotations: Double) -> Double {
            Double(width) * log(Double(trained) / (rotations * 2 * .pi)) / (2 * log(theta))
        }
        var low = dimension(try parameters.number("beta_fast", default: 32))
        var high = dimension(try parameters.number("beta_slow", default: 1))
        if try parameters.flag("truncate", default: true) { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        (low, high) = (max(low, 0), min(high, Double(width - 1)))
        if low == high { high += 0.001 }
        return plain(theta: theta, width: width).enumerated().map { pair, frequency in
            let slowed = min(max((Double(pair) - low) / (high - low), 0), 1)
            return Float(Double(frequency) / factor * slowed + Double(frequency) * (1 - slowed))
        }
    }

    private static func factor(_ parameters: ModelConfig, _ context: Int) throws(ModelConfig.Problem) -> Double {
        if parameters.has("factor") { return try parameters.number("factor") }
        return Double(context) / Double(try parameters.count("original_max_position_embeddings", default: context))
    }

    /// What YaRN multiplies cosines and sines with.
    private static func attentionFactor(
        _ parameters: ModelConfig, _ context: Int
    ) throws(ModelConfig.Problem) -> Double {
        if parameters.has("attention_factor") { return try parameters.number("attention_factor") }
        let factor = try factor(parameters, context)
        func mscale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
        let (weight, whole) = (
            try parameters.number("mscale", default: 0), try parameters.number("mscale_all_dim", default: 0)
        )
        return weight != 0 && whole != 0 ? mscale(weight) / mscale(whole) : mscale(1)
    }

    /// Cosines and sines of positions `0..<length`, one position after another.
    func table(length: Int) -> RotaryTable {
        var cosines: [Float] = []
        var sines: [Float] = []
        for position in 0..<length {
            for frequency in frequencies {
                let angle = Double(Float(position) * frequency)
                cosines.append(Float(cos(angle)) * scale)
                sines.append(Float(sin(angle)) * scale)
            }
        }
        return RotaryTable(pairs: frequencies.count, cosines: cosines, sines: sines)
    }
}

/// Cosines and sines by position and pair.
struct RotaryTable: Sendable {
    let pairs: Int
    let cosines: [Float]
    let sines: [Float]
}
