import Checkpoints
import Tensors

/// A tensor's moments, extremes and counts.
struct MomentsReduction: Reduction {
    /// See `MomentsAccumulator`.
    static let kernel = "moments/1"
    /// The tensor.
    let input: TensorReference
    /// Elements of a row, for a matrix.
    let rowLength: Int?
    /// Deviations from the mean beyond which an element is an outlier.
    let outlierThreshold: Double

    /// Asks for the moments of a tensor of that shape.
    init(_ input: TensorReference, shape: [Int], outlierThreshold: Double) {
        self.input = input
        self.outlierThreshold = outlierThreshold
        rowLength = shape.count == 2 ? shape[1] : nil
    }

    var parameters: String { "outlier_threshold=\(outlierThreshold)" }
    var inputs: [TensorReference] { [input] }
    typealias Summary = TensorMoments

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(MomentsAccumulator(types[0], rowLength: rowLength, outlierThreshold: outlierThreshold)) {
            $0.add($1[0], first: $2, count: $3)
        } summarizing: {
            $0.moments
        }
    }
}

/// How many elements of a tensor lie outside given limits: asked for where one reading could not tell.
struct OutlierReduction: Reduction {
    /// See `OutlierCounter`.
    static let kernel = "outliers/1"
    /// The tensor.
    let input: TensorReference
    /// Elements below the one or above the other count.
    let limits: (low: Double, high: Double)

    /// Asks for the number of elements outside.
    init(_ input: TensorReference, limits: (low: Double, high: Double)) {
        self.input = input
        self.limits = limits
    }

    var parameters: String { "low=\(limits.low) high=\(limits.high)" }
    var inputs: [TensorReference] { [input] }

    /// A number of elements.
    struct Summary: ReductionSummary {
        var count = 0

        mutating func append(_ next: Summary) { count += next.count }
    }

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(OutlierCounter(types[0], limits: limits)) {
            $0.add($1[0], count: $3)
        } summarizing: {
            Summary(count: $0.count)
        }
    }
}
