import Tensors

/// The drift between two tensors, or two sets of them, a → b. Definitions and sources: `docs/metrics.md`.
///
/// Built from sums over elements, so that a layer's, a module's or a model's drift is that of its elements together,
/// never a mean of ratios. A quantity that does not exist, or that a NaN or infinity has spoiled, is `nil`.
struct DriftMetrics: Sendable {
    /// Sums over a.
    private(set) var from = TensorSums()
    /// Sums over b.
    private(set) var to = TensorSums()
    /// Sums over b − a.
    private(set) var difference = DifferenceSums()
    private var sameTypes = true
    /// The largest ulp(a)² + ulp(b)² that an element may have.
    private var largestSpacingSquare = 0.0

    /// The drift of no elements.
    init() {}

    /// The drift of one tensor, whose sides are stored in these types.
    init(from: TensorSums, to: TensorSums, difference: DifferenceSums, types: (from: ElementType, to: ElementType)) {
        self.from = from
        self.to = to
        self.difference = difference
        sameTypes = types.from == types.to
        largestSpacingSquare =
            DriftMetrics.largestSpacingSquare(from, types.from) + DriftMetrics.largestSpacingSquare(to, types.to)
    }

    private static func largestSpacingSquare(_ sums: TensorSums, _ type: ElementType) -> Double {
        let least = type.leastExponent
        guard sums.count > 0, sums.maximumMagnitude > 0 || least != nil, let bits = type.fractionBits else { return 0 }
        let exponent = max(sums.maximumMagnitude > 0 ? Int(sums.maximumMagnitude.exponent) : .min, least ?? .min)
        return Double(sign: .plus, exponent: 2 * (exponent - bits), significand: 1)
    }

    /// Adds another tensor's elements.
    mutating func add(_ other: DriftMetrics) {
        from.append(other.from)
        to.append(other.to)
        difference.append(other.difference)
        sameTypes = sameTypes && other.sameTypes
        largestSpacingSquare = max(largestSpacingSquare, other.largestSpacingSquare)
    }

    /// Number n of elements.
    var count: Int { difference.count }
    /// ‖a‖₂.
    var normFrom: Double? { finite(from.squareSum.squareRoot()) }
    /// ‖b‖₂.
    var normTo: Double? { finite(to.squareSum.squareRoot()) }
    /// ‖b − a‖₂.
    var drift: Double? { finite(difference.squareSum.squareRoot()) }
    /// ‖b − a‖₂/‖a‖₂.
    var relativeDrift: Double? { ratio(drift, normFrom) }

    /// 1 − cos(a, b) = (‖b−a‖² − (‖b‖−‖a‖)²)/(2‖a‖‖b‖), from 0 to 2, without the cancellation of 1 − a·b/(‖a‖‖b‖).
    var rotation: Double? {
        guard let a = normFrom, let b = normTo, a > 0, b > 0, drift != nil else { return nil }
        let value = (difference.squareSum - (b - a) * (b - a)) / (2 * a * b)
        return finite(min(max(value, 0), 2))
    }

    /// cos(a, b).
    var cosine: Double? { rotation.map { 1 - $0 } }
    /// The angle between a and b in radians: 2·asin √(rotation/2), accurate for small angles.
    var angle: Double? { rotation.map { 2 * arcsine(($0 / 2).squareRoot()) } }

    /// √(Σ(b−a)²/n).
    var rmsChange: Double? { ratio(drift, Double(count).squareRoot()) }
    /// Σ(b−a)/n.
    var meanChange: Double? { ratio(finite(difference.sum), Double(count)) }
    /// Σ|b−a|/n.
    var meanAbsoluteChange: Double? { ratio(finite(difference.absoluteSum), Double(count)) }
    /// max |b−a|.
    var maximumAbsoluteChange: Double? { count == 0 ? nil : finite(difference.maximumMagnitude) }

    /// Fraction of elements whose bit patterns differ; `nil` when the two sides are stored in different types.
    var changedBits: Double? { sameTypes ? fraction(difference.changedBitsCount) : nil }
    /// Fraction with a ≠ b: +0 and −0 are equal.
    var changed: Double? { fraction(difference.changedCount) }
    /// Fraction with |b−a| above the threshold.
    var moved: Double? { fraction(difference.movedCount) }
    /// Fraction with a < 0 < b or b < 0 < a.
    var signFlips: Double? { fraction(difference.signFlipCount) }

    /// The drift that rounding both sides to their storage types would make alone: √(Σ(ulp(a)² + ulp(b)²)/12), the
    /// standard deviation of a uniform rounding error being ulp/√12.
    var roundingDrift: Double? {
        nonFinite ? nil : finite(((from.spacingSquareSum + to.spacingSquareSum) / 12).squareRoot())
    }
    /// The drift in units of what rounding alone would make; `nil` when rounding makes none.
    var roundingRatio: Double? { ratio(drift, roundingDrift) }
    /// Whether the drift is more than rounding explains: its ratio is above 1 by more than chance and a grid make it.
    ///
    /// Independent errors, uniform within half an ulp, have a ratio of 1 with a standard deviation of at most 0.45/√m,
    /// m = Σ(ulp(a)²+ulp(b)²) over its largest term: as if so many elements had the largest ulp and the others none. Where
    /// the wider type has one bit more than the narrower, half of the errors are 0 and half are half an ulp: the ratio is
    /// √(6/5) = 1.095, with more bits it is nearer to 1. No errors of at most half an ulp come to more than √6 < 2.45,
    /// whatever m: |b−a| ≤ (ulp(a)+ulp(b))/2 ≤ √((ulp(a)²+ulp(b)²)/2).
    var exceedsRounding: Bool? {
        guard let drift, let roundingDrift else { return nil }
        let spacings = from.spacingSquareSum + to.spacingSquareSum
        let effective = largestSpacingSquare > 0 ? spacings / largestSpacingSquare : 1
        let limit = effective > 0 ? min(1.1 + 2 / effective.squareRoot(), 2.45) : 1
        return drift > limit * roundingDrift
    }

    private var nonFinite: Bool { from.nonFiniteCount + to.nonFiniteCount > 0 }

    private func fraction(_ part: Int) -> Double? { count == 0 ? nil : Double(part) / Double(count) }

    private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

    private func ratio(_ numerator: Double?, _ denominator: Double?) -> Double? {
        guard let numerator, let denominator, denominator > 0 else { return nil }
        return finite(numerator / denominator)
    }
}

/// asin x for 0 ≤ x ≤ 1, to three units in the last place.
///
/// The system's differs in the last digit between C libraries and processors; this one, made of operations that IEEE 754
/// fixes, gives the same tables everywhere. Taylor's series Σ (2k)!/(4^k (k!)² (2k+1)) x^(2k+1), whose terms fall by
/// four each for x ≤ 1/2; above, asin x = π/2 − 2 asin √((1−x)/2).
func arcsine(_ x: Double) -> Double {
    guard x <= 0.5 else { return Double.pi / 2 - 2 * arcsine(((1 - x) / 2).squareRoot()) }
    let square = x * x
    // From the smallest term on: the rest of the series from term k, over that term's (2k)!/(4^k (k!)²) x^(2k), is
    // 1/(2k+1) + (2k+1)/(2k+2) x² times the rest from term k + 1.
    var rest = 0.0
    for k in stride(from: 27, through: 0, by: -1) {
        let odd = Double(2 * k + 1)
        rest = 1 / odd + odd / (odd + 1) * square * rest
    }
    return x * rest
}
