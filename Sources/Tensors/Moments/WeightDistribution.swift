/// How large the weights of a tensor, or of several together, are, and how they are distributed. Definitions and
/// sources: `docs/metrics.md`.
///
/// A quantity that does not exist, or that a NaN or infinity has spoiled, is `nil`.
package struct WeightDistribution: Sendable {
    private var sums: TensorSums
    private var moments: TensorMoments

    /// Makes the distribution of one tensor, whose moments are sealed.
    package init(sums: TensorSums, moments: TensorMoments) {
        (self.sums, self.moments) = (sums, moments)
    }

    /// Adds another tensor's elements.
    package mutating func add(_ other: WeightDistribution) {
        sums.append(other.sums)
        moments.add(tensor: other.moments)
    }

    /// Number n of elements.
    package var count: Int { sums.count }
    /// ‖x‖₁.
    package var l1: Double? { finite(moments.absoluteSum) }
    /// ‖x‖₂.
    package var l2: Double? { finite(sums.squareSum.squareRoot()) }
    /// √(Σx²/n).
    package var rms: Double? { count == 0 ? nil : finite((sums.squareSum / Double(count)).squareRoot()) }
    /// max |x|.
    package var maximumMagnitude: Double? { count == 0 ? nil : finite(sums.maximumMagnitude) }
    /// min x.
    package var minimum: Double? { finite(moments.values?.smallest) }
    /// max x.
    package var maximum: Double? { finite(moments.values?.largest) }
    /// Σx/n.
    package var mean: Double? { count == 0 ? nil : finite(moments.central.mean) }
    /// √(Σ(x−mean)²/n).
    package var standardDeviation: Double? { finite(moments.standardDeviation) }
    /// Σ(x−mean)³/n over the deviation's cube.
    package var skewness: Double? { finite(moments.skewness) }
    /// Σ(x−mean)⁴/n over the variance's square, less 3.
    package var excessKurtosis: Double? { finite(moments.excessKurtosis) }
    /// Fraction of ±0.
    package var zeros: Double? { fraction(moments.zeroCount) }
    /// Fraction of nonzero elements below the smallest normal number.
    package var denormals: Double? { fraction(moments.denormalCount) }
    /// Elements that are NaN or infinite.
    package var nonFiniteCount: Int { sums.nonFiniteCount }
    /// Fraction of elements far from the mean of their tensor.
    package var outliers: Double? {
        guard nonFiniteCount == 0, let count = moments.outlierCount else { return nil }
        return fraction(count)
    }
    /// The smallest and the largest ‖row‖₂ of the matrices.
    package var rowNorms: (smallest: Double?, largest: Double?) { norms(moments.rows) }
    /// The smallest and the largest ‖column‖₂.
    package var columnNorms: (smallest: Double?, largest: Double?) { norms(moments.columns) }

    private func norms(_ squares: Extremes?) -> (smallest: Double?, largest: Double?) {
        (finite(squares?.smallest.squareRoot()), finite(squares?.largest.squareRoot()))
    }

    private func fraction(_ part: Int) -> Double? { count == 0 ? nil : Double(part) / Double(count) }

    /// Nothing is told of values among which one is not finite.
    private func finite(_ value: Double?) -> Double? {
        guard nonFiniteCount == 0, let value, value.isFinite else { return nil }
        return value
    }
}
