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
        let n = degreesOfFreedom
        let angle = atan2(t, Double(n).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        var term = n % 2 == 1 ? cosine : 1
        var sum = n == 1 ? 0 : term
        var k = n % 2 == 1 ? 3 : 2
        while k <= n - 2 + (n % 2 == 1 ? 0 : 0) {
            term *= cosine * cosine * Double(k - 1) / Double(k)
            sum += term
            k += 2
        }
        return n % 2 == 1 ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    }
}
