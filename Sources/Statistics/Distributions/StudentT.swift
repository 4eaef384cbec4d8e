import Foundation

/// Student's t distribution.
enum StudentT {
    /// The t with `P(|T| <= t) = confidence`, for a whole number of degrees of freedom.
    static func twoSidedQuantile(confidence: Double, degreesOfFreedom: Int) -> Double {
        precondition(confidence > 0 && confidence < 1 && degreesOfFreedom > 0)
        var low = 0.0
        var high = 1.0
        while probability(within: high, degreesOfFreedom) < confidence { high *= 2 }
        // Halving ends where the two are neighbours.
        while true {
            let middle = low + (high - low) / 2
            guard middle > low && middle < high else { return high }
            if probability(within: middle, degreesOfFreedom) < confidence { low = middle } else { high = middle }
        }
    }

    /// `P(|T| <= t)` by the finite sums for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).
    static func probability(within t: Double, _ degreesOfFreedom: Int) -> Double {
        let angle = atan2(t, Double(degreesOfFreedom).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        let odd = degreesOfFreedom % 2 == 1
        var term = odd ? cosine : 1
        var sum = degreesOfFreedom == 1 ? 0 : term
        for k in stride(from: odd ? 3 : 2, through: degreesOfFreedom - 2, by: 2) {
            term *= cosine * cosine * Double(k - 1) / Double(k)
            sum += term
        }
        return odd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    }
}
