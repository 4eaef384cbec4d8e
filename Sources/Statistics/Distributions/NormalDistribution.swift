import Foundation

/// The standard normal distribution.
enum NormalDistribution {
    /// P(Z ≤ z).
    static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// The z with P(Z ≤ z) = `share`, for a share within (0, 1).
    static func quantile(_ share: Double) -> Double {
        precondition(share > 0 && share < 1)
        // Beyond ±38 the smallest positive number is all that is left.
        var (low, high) = (-38.0, 38.0)
        // Halving ends where the two are neighbours.
        while true {
            let middle = low + (high - low) / 2
            guard middle > low && middle < high else { return high }
            if cumulative(middle) < share { low = middle } else { high = middle }
        }
    }
}
