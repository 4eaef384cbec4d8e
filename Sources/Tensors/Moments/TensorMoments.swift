/// Moments, extremes and counts of one tensor, or of several together. With a NaN or an infinity among the elements only
/// the counts mean anything.
package struct TensorMoments: Codable, Sendable, Equatable {
    /// Mean and moments about it.
    package internal(set) var central = CentralMoments()
    /// Σ|x|.
    package internal(set) var absoluteSum = 0.0
    /// The smallest and the largest element; `nil` when there is none.
    package internal(set) var values: Extremes?
    /// Elements that are +0 or −0.
    package internal(set) var zeroCount = 0
    /// Elements that are not zero and smaller than the smallest normal number of their type.
    package internal(set) var denormalCount = 0
    /// Elements further than `outlierThreshold` standard deviations of their tensor from its mean; `nil` when another
    /// reading must tell: see `outlierLimits`.
    package internal(set) var outlierCount: Int?
    /// Σx² of the rows of a matrix; `nil` for other tensors and for matrices without elements.
    package internal(set) var rows: Extremes?
    /// Σx² of its columns.
    package internal(set) var columns: Extremes?

    var tail: TensorTail? = TensorTail()
    var axes: AxisSums?
    /// Deviations from the mean beyond which an element is an outlier.
    package let outlierThreshold: Double

    /// The moments of no elements.
    package init(outlierThreshold: Double) { self.outlierThreshold = outlierThreshold }

    /// Adds the segment of the same tensor that follows. Precondition: neither is sealed.
    package mutating func append(_ next: TensorMoments) {
        guard let nextTail = next.tail, tail != nil else { preconditionFailure("a sealed summary has no next segment") }
        add(next)
        tail?.append(nextTail)
        if let nextAxes = next.axes {
            if axes == nil { axes = nextAxes } else { axes?.append(nextAxes) }
        }
    }

    /// What is left once all of the tensor was added: rows, columns and outliers are counted, and their material dropped.
    package func sealed() -> TensorMoments {
        var sealed = self
        (sealed.rows, sealed.columns) = axes?.extremes ?? (nil, nil)
        sealed.outlierCount = isConstant ? 0 : outlierLimits.flatMap { tail?.count(outside: $0) }
        sealed.axes = nil
        sealed.tail = nil
        return sealed
    }

    /// Adds another tensor, each with its own outliers. Precondition: both are sealed.
    package mutating func add(tensor next: TensorMoments) {
        precondition(next.tail == nil)
        tail = nil
        let outliers = central.count == 0 ? 0 : outlierCount
        add(next)
        outlierCount = outliers.flatMap { own in next.outlierCount.map { own + $0 } }
        rows = Extremes.joined(rows, next.rows)
        columns = Extremes.joined(columns, next.columns)
    }

    private mutating func add(_ next: TensorMoments) {
        central.append(next.central)
        absoluteSum += next.absoluteSum
        values = Extremes.joined(values, next.values)
        zeroCount += next.zeroCount
        denormalCount += next.denormalCount
    }

    /// These moments with the outliers that another reading counted.
    package func with(outliers: Int?) -> TensorMoments {
        var moments = self
        if moments.outlierCount == nil { moments.outlierCount = outliers }
        return moments
    }

    /// Whether all elements are equal, or there is none: rounding may leave such a tensor a tiny deviation that it does not have.
    package var isConstant: Bool { values.map { $0.smallest == $0.largest } ?? true }

    /// Elements outside are outliers: mean ± threshold · deviation; `nil` when these are not finite.
    package var outlierLimits: (low: Double, high: Double)? {
        guard let deviation = central.standardDeviation else { return nil }
        let reach = outlierThreshold * deviation
        let limits = (low: central.mean - reach, high: central.mean + reach)
        return limits.low.isFinite && limits.high.isFinite ? limits : nil
    }

    /// The standard deviation of the elements as a whole population; `nil` when there is none.
    package var standardDeviation: Double? { values == nil ? nil : isConstant ? 0 : central.standardDeviation }
    /// See `CentralMoments`; `nil` when all elements are equal.
    package var skewness: Double? { isConstant ? nil : central.skewness }
    /// See `CentralMoments`; `nil` when all elements are equal.
    package var excessKurtosis: Double? { isConstant ? nil : central.excessKurtosis }
}
