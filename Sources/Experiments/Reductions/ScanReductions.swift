import Checkpoints
import Tensors

extension TensorScan: ReductionSummary {}
extension RowContents: ReductionSummary {}
extension AverageSums: ReductionSummary {}

/// A tensor's range, special values and random projection.
struct ScanReduction: Reduction {
    /// See `TensorScanAccumulator`.
    static let kernel = "scan/1"
    /// The tensor.
    let input: TensorReference
    /// Of the projection.
    let seed: Int

    var parameters: String { "seed=\(seed)" }
    var inputs: [TensorReference] { [input] }
    typealias Summary = TensorScan

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(TensorScanAccumulator(types[0], seed: UInt64(bitPattern: Int64(seed))))
    }

    private final class Accumulator: SegmentAccumulator {
        private var scan: TensorScanAccumulator

        init(_ scan: TensorScanAccumulator) { self.scan = scan }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) {
            scan.add(blocks[0], first: first, count: count)
        }

        var summary: any ReductionSummary { scan.scan }
    }
}

/// The content of some rows of a matrix.
struct RowsReduction: Reduction {
    /// See `RowContentsAccumulator`.
    static let kernel = "rows/1"
    /// The matrix.
    let input: TensorReference
    /// Elements of a row, above 0.
    let rowLength: Int
    /// Ascending indices of the rows.
    let rows: [Int]

    var parameters: String { "rows=\(rows)" }
    var inputs: [TensorReference] { [input] }
    typealias Summary = RowContents

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(RowContentsAccumulator(types[0], rowLength: rowLength, rows: rows))
    }

    private final class Accumulator: SegmentAccumulator {
        private var rows: RowContentsAccumulator

        init(_ rows: RowContentsAccumulator) { self.rows = rows }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) {
            rows.add(blocks[0], first: first, count: count)
        }

        var summary: any ReductionSummary { rows.contents }
    }
}

/// How far a tensor lies from the mean of others, element by element.
struct AverageReduction: Reduction {
    /// See `AverageAccumulator`.
    static let kernel = "average/1"
    /// The tensor that is held against the mean of those after it.
    let inputs: [TensorReference]

    var parameters: String { "" }
    typealias Summary = AverageSums

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(AverageAccumulator(types, capacity: capacity))
    }

    private final class Accumulator: SegmentAccumulator {
        private let average: AverageAccumulator

        init(_ average: AverageAccumulator) { self.average = average }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) { average.add(blocks, count: count) }

        var summary: any ReductionSummary { average.sums }
    }
}
