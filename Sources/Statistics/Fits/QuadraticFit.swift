import Foundation

/// A parabola by least squares, y = value at the vertex + curvature (x − vertex)²: where a curve has its minimum.
package struct QuadraticFit: Sendable, Equatable {
    /// Where the slope is zero; `nil` where the curve is straight.
    package let vertex: Double?
    /// y there.
    package let valueAtVertex: Double?
    /// The factor of x²: positive where the vertex is a minimum.
    package let curvature: Double
    /// Number of points.
    package let count: Int
    /// Coefficients of 1, u and u² in u = (x − centre)/width, and their covariance over the residuals' variance.
    private let coefficients: [Double]
    private let inverse: [[Double]]
    private let centre: Double
    private let width: Double
    private let sumOfSquares: Double

    /// - Returns: `nil` for fewer than three distinct x.
    package init?(x: [Double], y: [Double]) {
        precondition(x.count == y.count)
        let n = Double(x.count)
        guard Set(x).count >= 3 else { return nil }
        let centre = x.reduce(0, +) / n
        let width = x.map { abs($0 - centre) }.max() ?? 1
        let powers = x.map { [1, ($0 - centre) / width, ($0 - centre) * ($0 - centre) / (width * width)] }
        let gram = (0..<3).map { i in (0..<3).map { j in powers.reduce(0) { $0 + $1[i] * $1[j] } } }
        guard let factor = CholeskyFactor(gram) else { return nil }
        let c = factor.solve((0..<3).map { i in zip(powers, y).reduce(0) { $0 + $1.0[i] * $1.1 } })
        coefficients = c
        inverse = factor.inverse
        (self.centre, self.width) = (centre, width)
        sumOfSquares = zip(powers, y).reduce(0) { sum, point in
            let residual = point.1 - zip(c, point.0).reduce(0) { $0 + $1.0 * $1.1 }
            return sum + residual * residual
        }
        curvature = c[2] / (width * width)
        vertex = c[2] == 0 ? nil : centre - width * c[1] / (2 * c[2])
        valueAtVertex = c[2] == 0 ? nil : c[0] - c[1] * c[1] / (4 * c[2])
        count = x.count
    }

    /// Where the vertex may lie: the x at which the data do not reject a slope of zero, by Student's t (Fieller, 1954).
    /// - Returns: `nil` for three points, which leave nothing to tell the scatter from, and where the data do not bound the
    ///   vertex, since the curve may be straight.
    package func vertexInterval(confidence: Double) -> ClosedRange<Double>? {
        guard count > 3 else { return nil }
        let t = StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: count - 3)
        let scale = t * t * sumOfSquares / Double(count - 3)
        // (c₁ + 2c₂u)² ≤ t² its variance, as a u² + b u + c ≤ 0.
        let a = 4 * (coefficients[2] * coefficients[2] - scale * inverse[2][2])
        let b = 4 * (coefficients[1] * coefficients[2] - scale * inverse[1][2])
        let c = coefficients[1] * coefficients[1] - scale * inverse[1][1]
        guard a > 0 else { return nil }
        let root = max(0, b * b - 4 * a * c).squareRoot()
        return centre + width * (-b - root) / (2 * a)...centre + width * (-b + root) / (2 * a)
    }
}
