import Checkpoints
import Tensors

/// A tensor's moments, extremes and counts.
package struct MomentsReduction: Reduction {
    /// See `MomentsAccumulator`.
    package static let kernel = "moments/1"
    /// The tensor.
    let input: TensorReference
    /// Elements of a row, for a matrix.
    let rowLength: Int?
    /// Deviations from the mean beyond which an element is an outlier.
    let outlierThreshold: Double

    /// Of a matrix with more columns, rows and columns are not summed: a thread holds a sum a column, and no vocabulary is
    /// as large.
    private static let mostColumns = 1 << 20

    /// Asks for the moments of a tensor of that shape.
    package init(_ input: TensorReference, shape: [Int], outlierThreshold: Double) {
        self.input = input
        self.outlierThreshold = outlierThreshold
        rowLength = shape.count == 2 && shape[1] <= MomentsReduction.mostColumns ? shape[1] : nil
    }

    package var parameters: String { "outlier_threshold=\(outlierThreshold)" }
    package var inputs: [TensorReference] { [input] }
    package typealias Summary = TensorMoments

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(MomentsAccumulator(types[0], rowLength: rowLength, outlierThreshold: outlierThreshold)) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.moments
        }
    }

    /// The second reading that counts the tensor's outliers, where the first did not keep enough of the tail.
    package func recount(after found: TensorMoments) -> OutlierReduction? {
        guard found.outlierCount == nil, let limits = found.outlierLimits else { return nil }
        return OutlierReduction(input, limits: limits)
    }
}

/// How many elements of a tensor lie outside given limits: asked for where one reading could not tell.
package struct OutlierReduction: Reduction {
    /// See `OutlierCounter`.
    package static let kernel = "outliers/1"
    /// The tensor.
    let input: TensorReference
    /// Elements below the one or above the other count.
    let limits: (low: Double, high: Double)

    /// Asks for the number of elements outside.
    package init(_ input: TensorReference, limits: (low: Double, high: Double)) {
        self.input = input
        self.limits = limits
    }

    package var parameters: String { "low=\(limits.low) high=\(limits.high)" }
    package var inputs: [TensorReference] { [input] }

    /// A number of elements.
    package struct Summary: ReductionSummary {
        package var count = 0

        package mutating func append(_ next: Summary) { count += next.count }
    }

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(OutlierCounter(types[0], limits: limits)) {
            $0.add($1[0], count: $3)
        } summarizing: {
            Summary(count: $0.count)
        }
    }
}
