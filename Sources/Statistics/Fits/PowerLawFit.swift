import Foundation

/// The tail of a sample as a power law, `p(x) ~ x^-alpha` for `x >= xMin`.
///
/// Exponent by maximum likelihood, `alpha = 1 + n / sum(log(x / xMin))`; xMin by the smallest Kolmogorov-Smirnov distance
/// over all sample values (Clauset, Shalizi and Newman, 2009, doi:10.1137/070710111). The distance follows WeightWatcher
/// (and `powerlaw`), so that numbers compare: the empirical distribution is `i / n` at the i-th tail value from zero.
package struct PowerLawFit: Sendable, Equatable {
    /// The exponent, dimensionless.
    package let alpha: Double
    /// Its standard error, `(alpha - 1) / sqrt(n)`.
    package let standardError: Double
    /// Where the tail begins, in the sample's unit.
    package let xMin: Double
    /// Kolmogorov-Smirnov distance of the tail to the fit, 0 to 1.
    package let distance: Double
    /// Number of values in the tail.
    package let tailCount: Int
    /// Number of values the fit was given, after ``init(_:floor:)`` dropped those at or below its floor.
    package let sampleCount: Int
    /// The tail, ascending.
    let tail: [Double]
    /// The values below the tail, ascending.
    let body: [Double]

    /// Fits the tail of a sample.
    ///
    /// - Parameters:
    ///   - sample: such as the eigenvalues of WᵀW, in any order.
    ///   - floor: values at or below it are left out; WeightWatcher's 1e-5 by default, which is meant for eigenvalues of
    ///     weight matrices. Values that are not positive and finite are left out in any case.
    /// - Returns: `nil` for fewer than ``smallestSample`` values, or where no two differ.
    /// - Complexity: quadratic in the sample.
    package init?(_ sample: [Double], floor: Double = 1e-5) {
        self.init(ascending: sample.filter { $0 > max(0, floor) && $0.isFinite }.sorted())
    }

    /// WeightWatcher switches to another, small-sample estimator below 20; such exponents mean little, and are not given.
    package static let smallestSample = 20

    init?(ascending sorted: [Double]) {
        let count = sorted.count
        guard count >= Self.smallestSample else { return nil }
        let logs = sorted.map { log($0) }
        // Sum of the logarithms of the tail, grown from its end.
        var tailSum = logs[count - 1]
        var best: (distance: Double, alpha: Double, start: Int)?
        for start in stride(from: count - 2, through: 0, by: -1) {
            tailSum += logs[start]
            let n = Double(count - start)
            let excess = tailSum - n * logs[start]
            // Equal values have no excess, but their sum may round to one.
            guard logs[count - 1] > logs[start], excess > 0 else { continue }
            let alpha = 1 + n / excess
            let distance = Self.distance(logs, from: start, alpha: alpha, limit: best?.distance ?? 1)
            // Of equal distances the longest tail, which WeightWatcher meets first.
            if distance <= best?.distance ?? 1 { best = (distance, alpha, start) }
        }
        guard let best else { return nil }
        alpha = best.alpha
        distance = best.distance
        xMin = sorted[best.start]
        tailCount = count - best.start
        standardError = (best.alpha - 1) / Double(count - best.start).squareRoot()
        sampleCount = count
        tail = Array(sorted[best.start...])
        body = Array(sorted[..<best.start])
    }

    /// Largest distance between `1 - (x / xMin)^(1 - alpha)` and `i / n`; stops where it exceeds `limit`.
    private static func distance(
        _ logs: [Double], from start: Int, alpha: Double, limit: Double
    ) -> Double {
        let n = Double(logs.count - start)
        var largest = 0.0
        for index in start..<logs.count {
            let model = -expm1((1 - alpha) * (logs[index] - logs[start]))
            largest = max(largest, abs(model - Double(index - start) / n))
            if largest > limit { break }
        }
        return largest
    }
}
