import Foundation

/// A straight line through points by least squares, with the interval of its slope.
package struct LinearFit: Sendable, Equatable {
    /// Change of y per unit of x.
    package let slope: Double
    /// y at x = 0.
    package let intercept: Double
    /// Standard error of the slope; `nil` for two points, which leave no residual to judge by.
    package let standardError: Double?
    /// Student-t interval of the slope at the confidence asked for; `nil` for two points.
    package let slopeInterval: ClosedRange<Double>?
    /// Share of y's variance that the line explains, 0 to 1; `nil` where y is constant.
    package let rSquared: Double?
    /// Sum of squared residuals, in units of y squared.
    package let residualSumOfSquares: Double
    /// Number of points.
    package let count: Int

    /// Fits `y = intercept + slope x`.
    ///
    /// - Parameters:
    ///   - x, y: as many of one as of the other; pairs with a NaN or infinity are left out.
    ///   - confidence: of the slope's interval.
    /// - Returns: `nil` for fewer than two points or where all x are the same.
    package init?(x: [Double], y: [Double], confidence: Double = 0.95) {
        precondition(x.count == y.count)
        let points = zip(x, y).filter { $0.isFinite && $1.isFinite }
        let n = Double(points.count)
        guard points.count >= 2 else { return nil }
        let meanX = points.reduce(0) { $0 + $1.0 } / n
        let meanY = points.reduce(0) { $0 + $1.1 } / n
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for (x, y) in points {
            xx += (x - meanX) * (x - meanX)
            xy += (x - meanX) * (y - meanY)
            yy += (y - meanY) * (y - meanY)
        }
        guard xx > 0 else { return nil }
        let slope = xy / xx
        let intercept = meanY - slope * meanX
        // From the residuals themselves: yy - slope * xy cancels where the fit is good.
        let residual = points.reduce(0.0) { sum, point in
            let error = (point.1 - meanY) - slope * (point.0 - meanX)
            return sum + error * error
        }
        self.slope = slope
        self.intercept = intercept
        residualSumOfSquares = residual
        rSquared = yy > 0 ? 1 - residual / yy : nil
        count = points.count
        if points.count > 2 {
            let error = (residual / (n - 2) / xx).squareRoot()
            let t = StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: points.count - 2)
            standardError = error
            slopeInterval = slope - t * error...slope + t * error
        } else {
            standardError = nil
            slopeInterval = nil
        }
    }

    /// Fits `log y = intercept + slope log x`: the slope is the exponent of a power law `y ~ x^slope`.
    ///
    /// Natural logarithms; pairs where either is not positive are left out.
    package static func logLog(x: [Double], y: [Double], confidence: Double = 0.95) -> LinearFit? {
        let points = zip(x, y).filter { $0 > 0 && $1 > 0 }
        return LinearFit(x: points.map { log($0.0) }, y: points.map { log($0.1) }, confidence: confidence)
    }
}
