import CKernels

/// Sums over one tensor's elements.
package struct TensorSums: Codable, Sendable, Equatable {
    /// Number of elements.
    package var count = 0
    /// Σx².
    package var squareSum = 0.0
    /// Σ ulp(x)², ulp(x) = 2^(⌊log₂|x|⌋ − fraction bits) of the storage type; zeros and subnormals add nothing (subnormal
    /// float16, and subnormal and zero 8-bit floats without a scale: the type's smallest spacing).
    package var spacingSquareSum = 0.0
    /// max |x| over finite elements.
    package var maximumMagnitude = 0.0
    /// Elements that are NaN or infinite; when there are any, the sums are not finite and mean nothing.
    package var nonFiniteCount = 0
    /// Row-major index of the first of them.
    package var firstNonFinite: Int?

    /// Sums over no elements.
    package init() {}

    /// Adds the sums of the elements that follow.
    package mutating func append(_ next: TensorSums) {
        if firstNonFinite == nil, let first = next.firstNonFinite { firstNonFinite = count + first }
        count += next.count
        squareSum += next.squareSum
        spacingSquareSum += next.spacingSquareSum
        maximumMagnitude = max(maximumMagnitude, next.maximumMagnitude)
        nonFiniteCount += next.nonFiniteCount
    }
}

/// Accumulates `TensorSums` from blocks of raw elements, in order. The result does not depend on the block size as
/// long as every block but the last holds a multiple of 512 elements.
package struct TensorSumsAccumulator: Sendable {
    private var state = ck_unary()
    private let type: ck_type
    private let fractionBits: Int
    /// The exponent of the smallest normal number of an 8-bit float; `nil` for other types, and where a scale moves it.
    private let leastExponent: Int?
    private var zeroCount = 0

    /// Precondition: `type.hasStatistics`.
    package init(_ type: ElementType) {
        guard let kernelType = type.kernelType, let fractionBits = type.fractionBits else {
            preconditionFailure("no statistics on \(type)")
        }
        self.type = kernelType
        self.fractionBits = fractionBits
        leastExponent = type.leastExponent
        ck_unary_init(&state)
    }

    /// Adds `count` little-endian elements.
    package mutating func add(_ elements: UnsafeRawPointer, count: Int) {
        if let leastExponent {
            zeroCount += Int(ck_unary_add_float8(elements, count, Int32(leastExponent), &state))
        } else {
            ck_unary_add(type, elements, count, &state)
        }
    }

    /// The sums of all elements added so far.
    package var sums: TensorSums {
        var sums = TensorSums()
        sums.count = Int(state.count)
        sums.squareSum = laneSum(state.square)
        let zeros = Double(zeroCount) * Double(sign: .plus, exponent: 2 * (leastExponent ?? 0), significand: 1)
        sums.spacingSquareSum =
            (laneSum(state.spacing) + zeros) * Double(sign: .plus, exponent: -2 * fractionBits, significand: 1)
        sums.maximumMagnitude = state.maximum
        sums.nonFiniteCount = Int(state.nonfinite)
        sums.firstNonFinite = state.first_nonfinite < 0 ? nil : Int(state.first_nonfinite)
        return sums
    }
}

/// The sum of a kernel's sixteen lanes, in fixed order.
func laneSum<Lanes>(_ lanes: Lanes) -> Double {
    withUnsafeBytes(of: lanes) { ck_lane_sum($0.baseAddress?.assumingMemoryBound(to: Double.self)) }
}
