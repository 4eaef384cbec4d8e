import Base
import Foundation

/// The formulas that a claim may name: a closed set, so that no text of a file is ever evaluated.
///
/// Each is monotone in every input by itself over the inputs' domain (positive numbers; exponents and coefficients of any
/// sign), so that its extremes over a box of inputs lie at corners.
enum ClaimFormula: String, CaseIterable, Codable, Sendable {
    case perplexity
    case perplexityBase2 = "perplexity_base_2"
    case meanOfExponentials = "mean_of_exponentials"
    case loss
    case lossBase2 = "loss_base_2"
    case meanOfLogarithms = "mean_of_logarithms"
    case powerLaw = "power_law"
    case ratio
    case shareOfSum = "share_of_sum"
    case ratioToRest = "ratio_to_rest"
    case product
    case optimalCompute = "optimal_compute"
    case optimalTokens = "optimal_tokens"
    case tokensOfCompute = "tokens_of_compute"
    case transferredTokens = "transferred_tokens"
    case trainingCompute = "training_compute"
    case modelUtilisation = "model_utilisation"
    case gpuHours = "gpu_hours"
    case energy
    case emissions
    case olmo2Parameters = "olmo2_parameters"
    case olmo2ParametersWithoutEmbedding = "olmo2_parameters_without_embedding"

    /// How a formula's value stands to the quantity it is compared with.
    enum Relation: Sendable {
        /// It is the quantity.
        case equal
        /// The quantity is at least this, by Jensen's inequality, and has no upper bound.
        case atLeast
        /// The quantity is at most this.
        case atMost
    }

    /// The formula, the names of its inputs, and what it is mistaken for.
    private struct Definition {
        let expression: String
        let inputs: [String]
        var relation = Relation.equal
        var siblings: [ClaimFormula] = []
        let value: @Sendable ([Double]) -> Double
    }

    /// The formula as text.
    var expression: String { definition.expression }
    /// Names of its inputs, in order.
    var inputs: [String] { definition.inputs }
    /// How the value is compared.
    var relation: Relation { definition.relation }
    /// Formulas of the same inputs which it is mistaken for.
    var siblings: [ClaimFormula] { definition.siblings }

    /// The value at these inputs, in the order of `inputs`; `nil` where none exists.
    func value(_ inputs: [Double]) -> Double? {
        precondition(inputs.count == self.inputs.count)
        let value = definition.value(inputs)
        return value.isFinite ? value : nil
    }

    /// The smallest and the largest value over a box of inputs; `nil` where a corner has none.
    func range(over box: [ClosedRange<Double>]) -> ClosedRange<Double>? {
        var (low, high) = (Double.infinity, -Double.infinity)
        for corner in 0..<(1 << box.count) {
            let point = box.enumerated().map { corner >> $0 & 1 == 0 ? $1.lowerBound : $1.upperBound }
            guard let value = value(point) else { return nil }
            (low, high) = (min(low, value), max(high, value))
        }
        return low...high
    }

    private var definition: Definition {
        switch self {
        case .perplexity:
            Definition(
                expression: "exp(loss)", inputs: ["loss"], siblings: [.perplexityBase2, .meanOfExponentials]
            ) { exp($0[0]) }
        case .perplexityBase2:
            Definition(expression: "2^loss", inputs: ["loss"]) { exp2($0[0]) }
        case .meanOfExponentials:
            Definition(expression: "mean of exp(loss) ≥ exp(mean loss)", inputs: ["loss"], relation: .atLeast) {
                exp($0[0])
            }
        case .loss:
            Definition(
                expression: "ln(perplexity)", inputs: ["perplexity"], siblings: [.lossBase2, .meanOfLogarithms]
            ) { log($0[0]) }
        case .lossBase2:
            Definition(expression: "log2(perplexity)", inputs: ["perplexity"]) { log2($0[0]) }
        case .meanOfLogarithms:
            Definition(
                expression: "mean of ln(perplexity) ≤ ln(mean perplexity)", inputs: ["perplexity"], relation: .atMost
            ) { log($0[0]) }
        case .powerLaw:
            Definition(
                expression: "coefficient·compute^exponent", inputs: ["coefficient", "compute", "exponent"]
            ) { $0[0] * pow($0[1], $0[2]) }
        case .ratio:
            Definition(expression: "part/whole", inputs: ["part", "whole"]) { $0[0] / $0[1] }
        case .shareOfSum:
            Definition(expression: "part/(part + rest)", inputs: ["part", "rest"], siblings: [.ratioToRest]) {
                $0[0] / ($0[0] + $0[1])
            }
        case .ratioToRest:
            Definition(expression: "part/rest", inputs: ["part", "rest"]) { $0[0] / $0[1] }
        case .product:
            Definition(expression: "count·size", inputs: ["count", "size"]) { $0[0] * $0[1] }
        case .optimalCompute:
            Definition(
                expression: "(parameters/coefficient)^(1/exponent)",
                inputs: ["parameters", "coefficient", "exponent"]
            ) { pow($0[0] / $0[1], 1 / $0[2]) }
        case .optimalTokens:
            Definition(
                expression: "(parameters/coefficient)^(1/exponent)/(6·parameters)",
                inputs: ["parameters", "coefficient", "exponent"]
            ) { pow($0[0] / $0[1], 1 / $0[2]) / (6 * $0[0]) }
        case .tokensOfCompute:
            Definition(expression: "compute/(6·parameters)", inputs: ["compute", "parameters"]) { $0[0] / (6 * $0[1]) }
        case .transferredTokens:
            Definition(
                expression: "coefficient·fine_tuning_tokens^tokens_exponent·parameters^parameters_exponent",
                inputs: [
                    "coefficient", "fine_tuning_tokens", "tokens_exponent", "parameters", "parameters_exponent",
                ]
            ) { $0[0] * pow($0[1], $0[2]) * pow($0[3], $0[4]) }
        case .trainingCompute:
            Definition(expression: "6·parameters·tokens", inputs: ["parameters", "tokens"]) { 6 * $0[0] * $0[1] }
        case .modelUtilisation:
            Definition(
                expression: "6·parameters·tokens/(gpu_hours·3600·peak)",
                inputs: ["parameters", "tokens", "gpu_hours", "peak"]
            ) { 6 * $0[0] * $0[1] / ($0[2] * 3600 * $0[3]) }
        case .gpuHours:
            Definition(expression: "24·gpus·days", inputs: ["gpus", "days"]) { 24 * $0[0] * $0[1] }
        case .energy:
            Definition(
                expression: "gpu_hours·watts·pue/10^6", inputs: ["gpu_hours", "watts", "pue"]
            ) { $0[0] * $0[1] * $0[2] / 1e6 }
        case .emissions:
            Definition(
                expression: "energy·intensity", inputs: ["energy", "intensity"]
            ) { $0[0] * $0[1] }
        case .olmo2Parameters:
            Definition(
                expression: "2·v·d + l·(2·d² + 2·d·k + 3·d·f + 3·d + k) + d",
                inputs: ["layers", "width", "key_value_width", "feed_forward", "vocabulary"],
                siblings: [.olmo2ParametersWithoutEmbedding]
            ) { ClaimFormula.olmo2Body($0) + 2 * $0[4] * $0[1] }
        case .olmo2ParametersWithoutEmbedding:
            Definition(
                expression: "v·d + l·(2·d² + 2·d·k + 3·d·f + 3·d + k) + d",
                inputs: ["layers", "width", "key_value_width", "feed_forward", "vocabulary"]
            ) { ClaimFormula.olmo2Body($0) + $0[4] * $0[1] }
        }
    }

    /// Blocks and final norm of an OLMo 2: query and output d·d, key and value d·k, three of the feed-forward d·f; norms of
    /// queries (d), keys (k) and after both sublayers (d each); no biases.
    private static func olmo2Body(_ inputs: [Double]) -> Double {
        let (layers, d, k, f) = (inputs[0], inputs[1], inputs[2], inputs[3])
        return layers * (2 * d * d + 2 * d * k + 3 * d * f + 3 * d + k) + d
    }
}
