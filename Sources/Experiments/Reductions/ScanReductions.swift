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
        Accumulating(TensorScanAccumulator(types[0], seed: UInt64(bitPattern: Int64(seed)))) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.scan
        }
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
        Accumulating(RowContentsAccumulator(types[0], rowLength: rowLength, rows: rows)) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.contents
        }
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
        Accumulating(AverageAccumulator(types, capacity: capacity)) {
            $0.add($1, count: $3)
        } summarizing: {
            $0.sums
        }
    }
}
