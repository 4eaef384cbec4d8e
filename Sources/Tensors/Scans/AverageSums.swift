import CKernels

/// How far a tensor m lies from the mean of others, a_1...a_n, element by element.
package struct AverageSums: Codable, Sendable, Equatable {
    /// Number of elements.
    package private(set) var count = 0
    /// Σ(m − mean)².
    package private(set) var squareSum = 0.0
    /// max |m − mean| in units in the last place: the spacing, in m's type, at the largest of |m|, |a_1|...|a_n|.
    package private(set) var maximumULPs = 0.0
    /// Elements for which |m − mean| is more than the rounding of m and of every a_j: ½ulp(m) + ½Σulp(a_j)/n.
    package private(set) var beyondCount = 0
    /// Elements for which it is more than the rounding of m, ½ulp(m).
    package private(set) var beyondOnceCount = 0

    /// Sums over no elements.
    package init() {}

    init(_ state: ck_average) {
        count = Int(state.count)
        squareSum = laneSum(state.square)
        maximumULPs = withUnsafeBytes(of: state.ulps) { $0.bindMemory(to: Double.self).max() ?? 0 }
        beyondCount = Int(state.beyond)
        beyondOnceCount = Int(state.beyond_once)
    }

    /// Adds the sums of the elements that follow.
    package mutating func append(_ next: AverageSums) {
        count += next.count
        squareSum += next.squareSum
        maximumULPs = max(maximumULPs, next.maximumULPs)
        beyondCount += next.beyondCount
        beyondOnceCount += next.beyondOnceCount
    }
}

/// Accumulates `AverageSums` from blocks of raw elements of aligned tensors, all in double precision. The result does not
/// depend on the block size as long as every block but the last holds a multiple of 512 elements.
package final class AverageAccumulator {
    private let inputs: WidenedInputs
    private let formats: [ck_format]
    private let scratch: UnsafeMutableBufferPointer<Double>
    private var state = ck_average()

    /// Prepares for blocks of at most `capacity` elements; `types[0]` is that of the tensor that is held against the mean
    /// of the others. Precondition: there are at least two, and all have statistics.
    package init(_ types: [ElementType], capacity: Int) {
        precondition(types.count > 1)
        inputs = WidenedInputs(types, capacity: capacity)
        formats = types.map(\.format)
        scratch = .allocate(capacity: (types.count + 3) * Int(CK_BLOCK))
    }

    deinit { scratch.deallocate() }

    /// Adds `count` elements of every tensor.
    package func add(_ blocks: UnsafeBufferPointer<UnsafeRawPointer>, count: Int) {
        ck_average_add(
            inputs.kernelType, inputs.widened(blocks, count: count), formats, formats.count, count, scratch.baseAddress,
            &state)
    }

    /// The sums of all elements added so far.
    package var sums: AverageSums { AverageSums(state) }
}

extension ElementType {
    /// Fraction bits, and the exponent of the smallest number.
    fileprivate var format: ck_format {
        switch self {
        case .bfloat16: ck_format(fraction_bits: 7, least_exponent: -133)
        case .float16: ck_format(fraction_bits: 10, least_exponent: -24)
        case .float32: ck_format(fraction_bits: 23, least_exponent: -149)
        case .float64: ck_format(fraction_bits: 52, least_exponent: -1074)
        default: preconditionFailure("no statistics on \(self)")
        }
    }
}
