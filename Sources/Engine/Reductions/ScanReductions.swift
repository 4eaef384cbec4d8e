import Checkpoints
import Tensors

extension TensorScan: ReductionSummary {}
extension RowContents: ReductionSummary {}
extension AverageSums: ReductionSummary {}

/// A tensor's range, special values and random projection.
package struct ScanReduction: Reduction {
    /// See `TensorScanAccumulator`.
    package static let kernel = "scan/1"
    /// The tensor.
    let input: TensorReference
    /// Of the projection.
    let seed: Int

    /// Makes one of its parts; see the properties.
    package init(input: TensorReference, seed: Int) {
        self.input = input
        self.seed = seed
    }

    package var parameters: String { "seed=\(seed)" }
    package var inputs: [TensorReference] { [input] }
    package typealias Summary = TensorScan

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(TensorScanAccumulator(types[0], seed: UInt64(bitPattern: Int64(seed)))) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.scan
        }
    }
}

/// The content of some rows of a matrix.
package struct RowsReduction: Reduction {
    /// See `RowContentsAccumulator`.
    package static let kernel = "rows/1"
    /// The matrix.
    let input: TensorReference
    /// Elements of a row, above 0.
    let rowLength: Int
    /// Ascending indices of the rows.
    let rows: [Int]

    /// Makes one of its parts; see the properties.
    package init(input: TensorReference, rowLength: Int, rows: [Int]) {
        self.input = input
        self.rowLength = rowLength
        self.rows = rows
    }

    package var parameters: String { "rows=\(rows)" }
    package var inputs: [TensorReference] { [input] }
    package typealias Summary = RowContents

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(RowContentsAccumulator(types[0], rowLength: rowLength, rows: rows)) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.contents
        }
    }
}

/// How far a tensor lies from the mean of others, element by element.
package struct AverageReduction: Reduction {
    /// See `AverageAccumulator`.
    package static let kernel = "average/1"
    /// The tensor that is held against the mean of those after it.
    package let inputs: [TensorReference]

    /// Makes one of its parts; see the properties.
    package init(inputs: [TensorReference]) {
        self.inputs = inputs
    }

    package var parameters: String { "" }
    package typealias Summary = AverageSums

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(AverageAccumulator(types, capacity: capacity)) {
            $0.add($1, count: $3)
        } summarizing: {
            $0.sums
        }
    }
}
