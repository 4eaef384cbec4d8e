import CKernels

/// Sums over the differences d = b − a of two tensors' elements.
package struct DifferenceSums: Codable, Sendable, Equatable {
    /// Number of elements.
    package var count = 0
    /// Σd².
    package var squareSum = 0.0
    /// Σd.
    package var sum = 0.0
    /// Σ|d|.
    package var absoluteSum = 0.0
    /// max |d|; not finite when some d is not.
    package var maximumMagnitude = 0.0
    /// Elements whose bit patterns differ (after exact widening, where the storage types differ).
    package var changedBitsCount = 0
    /// Elements whose values differ: +0 and −0 are equal.
    package var changedCount = 0
    /// Elements with |d| above the threshold.
    package var movedCount = 0
    /// Elements with a < 0 < b or b < 0 < a.
    package var signFlipCount = 0

    /// Sums over no elements.
    package init() {}

    /// Adds the sums of the elements that follow.
    package mutating func append(_ next: DifferenceSums) {
        count += next.count
        squareSum += next.squareSum
        sum += next.sum
        absoluteSum += next.absoluteSum
        // A NaN must enter and stay, which `max` does not promise.
        if !maximumMagnitude.isNaN, !(next.maximumMagnitude <= maximumMagnitude) {
            maximumMagnitude = next.maximumMagnitude
        }
        changedBitsCount += next.changedBitsCount
        changedCount += next.changedCount
        movedCount += next.movedCount
        signFlipCount += next.signFlipCount
    }

    /// The same sums for a and b exchanged.
    package var reversed: DifferenceSums {
        var reversed = self
        reversed.sum = -sum
        return reversed
    }
}

/// Accumulates `DifferenceSums` from blocks of raw elements, in order. Differences of 16-bit floats are taken in
/// float32, all others in double. The result does not depend on the block size as long as every block but the last
/// holds a multiple of 512 elements.
package struct DifferenceAccumulator: ~Copyable {
    private var state = ck_pair()
    private let types: (ElementType, ElementType)
    private let common: ElementType
    private let kernelType: ck_type
    private let threshold: Double
    private let scratch: UnsafeMutableRawBufferPointer
    private let capacity: Int

    /// Prepares for blocks of at most `capacity` elements; `threshold` is what |d| must exceed to count as moved.
    /// Precondition: both types have statistics.
    package init(_ a: ElementType, _ b: ElementType, threshold: Double, capacity: Int) {
        guard let common = a.widened(with: b), let kernelType = common.kernelType else {
            preconditionFailure("no statistics on \(a) and \(b)")
        }
        self.types = (a, b)
        self.common = common
        self.kernelType = kernelType
        self.threshold = threshold
        self.capacity = capacity
        scratch = .allocate(byteCount: a == b ? 0 : 2 * capacity * common.readByteCount, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Adds `count` little-endian elements of each tensor.
    package mutating func add(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, count: Int) {
        guard types.0 != types.1, let base = scratch.baseAddress else {
            ck_pair_add(kernelType, a, b, count, threshold, &state)
            return
        }
        precondition(count <= capacity)
        let wideA = widen(a, types.0, to: common, count: count, scratch: base)
        let wideB = widen(b, types.1, to: common, count: count, scratch: base + capacity * common.readByteCount)
        ck_pair_add(kernelType, wideA, wideB, count, threshold, &state)
    }

    /// The sums of all elements added so far.
    package var sums: DifferenceSums {
        var sums = DifferenceSums()
        sums.count = Int(state.count)
        sums.squareSum = laneSum(state.square)
        sums.sum = laneSum(state.sum)
        sums.absoluteSum = laneSum(state.absolute)
        sums.maximumMagnitude = state.maximum
        sums.changedBitsCount = Int(state.changed_bits)
        sums.changedCount = Int(state.changed)
        sums.movedCount = Int(state.moved)
        sums.signFlipCount = Int(state.sign_flips)
        return sums
    }
}
