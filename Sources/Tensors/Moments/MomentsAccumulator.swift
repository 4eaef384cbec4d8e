import CKernels

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Accumulates `TensorMoments` from blocks of raw elements, in order, over at most one segment of 2^20 elements. Blocks of
/// 1024 elements of 16-bit floats are summed in float32, where their range allows it, all else in double. The result
/// does not depend on the block size as long as every block but the last holds a multiple of 4096 elements.
package final class MomentsAccumulator {
    /// Elements far from the mean that are kept of a segment, of 32- and 64-bit types.
    private static let tailCapacity = 1 << 14
    /// Elements are kept from this share of the outliers' distance on: the more is kept, the more may the deviation of a
    /// segment exceed that of its tensor before the tensor has to be read again to count its outliers.
    private static let tailReach = 2.0 / 3

    private let type: ElementType
    private let kernelType: ck_type
    private let outlierThreshold: Double
    private var state = ck_moments()
    private var tail = ck_tail()
    private var axes = ck_axes()
    private var isAxesStarted = false
    private var startsRow = true
    private let width: Int?
    private let rows: UnsafeMutableBufferPointer<Double>
    private let columns: UnsafeMutableBufferPointer<Double>
    private let recent: UnsafeMutableBufferPointer<Float>

    /// Starts a segment.
    /// - Parameters:
    ///   - type: one with statistics.
    ///   - rowLength: elements of a row, for a matrix. Rows longer than a segment have no sums of their own, nor do their
    ///     columns: memory follows the segment, and not what a shape claims.
    ///   - outlierThreshold: deviations from the mean beyond which an element is an outlier.
    package init(_ type: ElementType, rowLength: Int?, outlierThreshold: Double) {
        guard let kernelType = type.kernelType else { preconditionFailure("no statistics on \(type)") }
        self.type = type
        self.kernelType = kernelType
        self.outlierThreshold = outlierThreshold
        ck_moments_init(&state, outlierThreshold * MomentsAccumulator.tailReach)
        tail.least = 0x7fff
        if type.byteCount == 2 {
            tail.counts = allocateZeros(UInt32.self, 1 << 16).baseAddress
        } else {
            tail.capacity = MomentsAccumulator.tailCapacity
            tail.values = allocateZeros(Double.self, tail.capacity).baseAddress
        }
        width = rowLength.flatMap { (1...Fingerprint.segmentElements).contains($0) ? $0 : nil }
        let length = width ?? 0
        columns = allocateZeros(Double.self, length)
        recent = allocateZeros(Float.self, type.byteCount == 2 && length % 32 == 0 ? length : 0)
        rows = allocateZeros(Double.self, length == 0 ? 0 : Fingerprint.segmentElements / length + 2)
    }

    deinit {
        free(tail.counts)
        free(tail.values)
        free(rows.baseAddress)
        free(columns.baseAddress)
        free(recent.baseAddress)
    }

    /// Adds `count` little-endian elements, the first of which has row-major index `first` in its tensor.
    package func add(_ elements: UnsafeRawPointer, first: Int, count: Int) {
        precondition(Int(state.count) + count <= Fingerprint.segmentElements)
        guard let width else {
            ck_moments_add(kernelType, elements, count, &state, &tail, nil)
            return
        }
        if !isAxesStarted {
            isAxesStarted = true
            startsRow = first % width == 0
            axes.width = width
            axes.column = first % width
            axes.row = rows.baseAddress
            axes.sums = columns.baseAddress
            axes.recent = recent.baseAddress
        }
        ck_moments_add(kernelType, elements, count, &state, &tail, &axes)
    }

    /// The moments of all elements added so far, not sealed.
    package var moments: TensorMoments {
        var moments = TensorMoments(outlierThreshold: outlierThreshold)
        guard state.count > 0 else { return moments }
        moments.central = CentralMoments(ck_moments_central(&state))
        moments.absoluteSum = state.absolute
        moments.values = Extremes([state.minimum, state.maximum])
        moments.zeroCount = Int(state.zeros)
        moments.denormalCount = Int(state.denormals)
        moments.tail = kept
        if isAxesStarted, let first = rows.baseAddress, let current = axes.row {
            ck_axes_finish(&axes)
            let touched = current - first + (axes.column > 0 ? 1 : 0)
            moments.axes = AxisSums(rows: Array(rows[..<touched])[...], startsRow: startsRow, columns: Array(columns))
        }
        return moments
    }

    private var kept: TensorTail {
        let inner = (low: state.inner_low, high: state.inner_high)
        guard let counts = tail.counts else {
            let values = Array(UnsafeBufferPointer(start: tail.values, count: min(tail.found, tail.capacity)))
            return TensorTail(
                values: values, counts: Array(repeating: 1, count: values.count), inner: inner,
                isWhole: tail.found <= tail.capacity)
        }
        var patterns: [UInt16] = []
        if tail.found > 0 {
            for sign: UInt16 in [0x8000, 0] {
                patterns += (tail.least...tail.most).lazy.map { sign | $0 }.filter { counts[Int($0)] > 0 }
            }
        }
        var values = [Double](repeating: 0, count: patterns.count)
        ck_widen(kernelType, CK_FLOAT64, patterns, &values, patterns.count)
        return TensorTail(values: values, counts: patterns.map { Int(counts[Int($0)]) }, inner: inner, isWhole: true)
    }
}

/// Memory from the system, which zeroes pages as they are touched: most of these buffers is not.
private func allocateZeros<Element: BitwiseCopyable>(
    _ type: Element.Type, _ count: Int
) -> UnsafeMutableBufferPointer<Element> {
    guard count > 0 else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
    guard let memory = calloc(count, MemoryLayout<Element>.stride) else { preconditionFailure("out of memory") }
    return UnsafeMutableBufferPointer(start: memory.bindMemory(to: type, capacity: count), count: count)
}

/// Counts the elements of a tensor that lie below or above given limits.
package struct OutlierCounter: Sendable {
    private let type: ck_type
    private let limits: (low: Double, high: Double)
    /// Elements outside the limits so far.
    package private(set) var count = 0

    /// Precondition: `type.hasStatistics`.
    package init(_ type: ElementType, limits: (low: Double, high: Double)) {
        guard let kernelType = type.kernelType else { preconditionFailure("no statistics on \(type)") }
        self.type = kernelType
        self.limits = limits
    }

    /// Adds `count` little-endian elements.
    package mutating func add(_ elements: UnsafeRawPointer, count: Int) {
        self.count += Int(ck_count_outside(type, elements, count, limits.low, limits.high))
    }
}
