import Base
import Foundation

extension PowerLawFit {
    /// Whether the tail may be a power law: at least ``fewestTailValues`` values, and not rejected at the 10% level by the
    /// Kolmogorov-Smirnov test for a distribution whose parameter was fitted.
    ///
    /// The logarithm of a power law is exponential, so Stephens' test for the exponential with fitted mean applies:
    /// `(D - 0.2/n)(√n + 0.26 + 0.5/√n)` at most 0.990, with D taken on both sides of each step (Stephens, 1974,
    /// "EDF statistics for goodness of fit"). That xMin was chosen to make D small is not allowed for, so this accepts
    /// too often rather than too rarely; ``bootstrapPValue(replicates:seed:)`` allows for it.
    package var isPlausible: Bool {
        let n = Double(tailCount)
        let statistic = (twoSidedDistance - 0.2 / n) * (n.squareRoot() + 0.26 + 0.5 / n.squareRoot())
        return tailCount >= Self.fewestTailValues && statistic <= 0.990
    }

    /// Below this a tail is too short to be told from anything.
    package static let fewestTailValues = 10

    /// The Kolmogorov-Smirnov distance proper: the larger of both sides of each step of the empirical distribution.
    var twoSidedDistance: Double {
        let n = Double(tailCount)
        var largest = 0.0
        for (index, value) in tail.enumerated() {
            let model = -expm1((1 - alpha) * log(value / xMin))
            largest = max(largest, abs(model - Double(index) / n), abs(model - Double(index + 1) / n))
        }
        return largest
    }

    /// The share of synthetic samples that lie at least as far from their own fit as this one from its fit; a power law
    /// is implausible below 0.1 (Clauset, Shalizi and Newman, 2009, section 4.1).
    ///
    /// A synthetic value comes from the fitted law with probability `tailCount / sampleCount`, and otherwise is one of
    /// the values below xMin; every synthetic sample is fitted anew, xMin included.
    ///
    /// - Parameters:
    ///   - replicates: the p-value is good to `0.5 / √replicates`; 2500 for two digits.
    ///   - seed: of the resampling.
    /// - Complexity: `replicates` fits.
    package func bootstrapPValue(replicates: Int, seed: UInt64) -> Double {
        precondition(replicates > 0)
        var random = SplitMix64(seed: seed)
        var farther = 0
        for _ in 0..<replicates {
            let sample = (0..<sampleCount).map { _ in
                if body.isEmpty || random.index(below: sampleCount) < tailCount {
                    return xMin * pow(1 - random.unit(), -1 / (alpha - 1))
                }
                return body[random.index(below: body.count)]
            }
            // A sample that cannot be fitted is as far from a power law as can be.
            if PowerLawFit(ascending: sample.sorted())?.distance ?? 1 >= distance { farther += 1 }
        }
        return Double(farther) / Double(replicates)
    }
}
