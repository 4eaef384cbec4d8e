import Foundation
import Reports

/// A law pair: the same task from scratch, L = a_s C^α_s, and by transfer, L = a_t C^α_t.
struct StatedPair: Sendable {
    let name: String
    let scratch: TransferSettings.Law
    let transfer: TransferSettings.Law

    /// a_s, α_s, a_t, α_t: the order of every function's arguments here.
    private var numbers: [StatedNumber] {
        [scratch.coefficient, scratch.exponent, transfer.coefficient, transfer.exponent]
    }

    /// A value from the stated numbers, with the interval that their rounding allows.
    struct Value: Sendable {
        let value: Double
        let interval: ClosedRange<Double>?
    }

    private func propagate(_ function: ([Double]) -> Double?) -> Value? {
        guard let value = function(numbers.map(\.value)), value.isFinite else { return nil }
        return Value(value: value, interval: cornerInterval(numbers, function))
    }

    /// α_s/α_t: transfer needs compute ∝ C_s^(α_s/α_t) for the same loss.
    var exponentRatio: Value? { propagate { $0[3] == 0 ? nil : $0[1] / $0[3] } }

    /// The compute where both give the same loss, (a_t/a_s)^(1/(α_s−α_t)). Its interval is missing when the rounding allows
    /// equal exponents, and with them no crossing at all.
    var crossover: Value? {
        guard let value = Self.crossover(numbers.map(\.value)) else { return nil }
        let gap = numbers[1].interval.lowerBound - numbers[3].interval.upperBound
        let other = numbers[1].interval.upperBound - numbers[3].interval.lowerBound
        return Value(value: value, interval: gap * other > 0 ? cornerInterval(numbers, Self.crossover) : nil)
    }

    static func crossover(_ values: [Double]) -> Double? {
        let compute = exp(log(values[2] / values[0]) / (values[1] - values[3]))
        return compute.isFinite && compute > 0 ? compute : nil
    }

    /// The loss at the crossover.
    var crossoverLoss: Double? { crossover.map { scratch.coefficient.value * pow($0.value, scratch.exponent.value) } }

    /// Which law is the lower one above the crossover.
    var betterAbove: String? {
        let (a, b) = (scratch.exponent.value, transfer.exponent.value)
        return a == b ? nil : a < b ? "scratch" : "transfer"
    }

    /// Compute by transfer for the loss that `compute` reaches from scratch, (a_s/a_t C^α_s)^(1/α_t).
    func equivalent(_ compute: Double) -> Value? {
        propagate { Self.equivalent($0, compute) }
    }

    static func equivalent(_ values: [Double], _ compute: Double) -> Double? {
        guard values[3] != 0 else { return nil }
        return exp((log(values[0] / values[2]) + values[1] * log(compute)) / values[3])
    }
}

extension TransferSettings.Law {
    private var numbers: [StatedNumber] { [coefficient, exponent] }

    /// c x^p.
    func value(at x: Double) -> StatedPair.Value {
        StatedPair.Value(
            value: coefficient.value * pow(x, exponent.value),
            interval: cornerInterval(numbers) { $0[0] * pow(x, $0[1]) })
    }

    /// The x with c x^p = y, (y/c)^(1/p).
    func argument(of y: Double) -> StatedPair.Value {
        StatedPair.Value(
            value: pow(y / coefficient.value, 1 / exponent.value),
            interval: cornerInterval(numbers) { pow(y / $0[0], 1 / $0[1]) })
    }
}

extension TransferSettings.TransferredTokens {
    private var numbers: [StatedNumber] { [coefficient, tokensExponent, parametersExponent] }

    private static func tokens(_ values: [Double], _ finetuning: Double, _ parameters: Double) -> Double {
        values[0] * pow(finetuning, values[1]) * pow(parameters, values[2])
    }

    /// D_t = k D_f^a N^b.
    func transferred(_ finetuning: Double, _ parameters: Double) -> StatedPair.Value {
        StatedPair.Value(
            value: Self.tokens(numbers.map(\.value), finetuning, parameters),
            interval: cornerInterval(numbers) { Self.tokens($0, finetuning, parameters) })
    }

    /// The D_f with D_f + D_t(D_f, N) = D: where pre-training gets as many tokens as it saves. `nil` where no such split
    /// exists.
    func finetuningTokens(total: Double, _ parameters: Double) -> StatedPair.Value? {
        func split(_ values: [Double]) -> Double? {
            // The sum rises with D_f for exponents of 0 and more.
            guard values[0] > 0, values[1] >= 0, Self.tokens(values, 1e-9 * total, parameters) < total else {
                return nil
            }
            var (low, high) = (1e-9 * total, total)
            for _ in 0..<200 {
                let middle = 0.5 * (low + high)
                guard middle > low, middle < high else { break }
                if middle + Self.tokens(values, middle, parameters) < total { low = middle } else { high = middle }
            }
            return 0.5 * (low + high)
        }
        guard let value = split(numbers.map(\.value)) else { return nil }
        return StatedPair.Value(value: value, interval: cornerInterval(numbers, split))
    }
}
