import Foundation

/// A parabola by least squares, y = value at the vertex + curvature (x − vertex)²: where a curve has its minimum.
public struct QuadraticFit: Sendable, Equatable {
    /// Where the slope is zero; `nil` where the curve is straight.
    public let vertex: Double?
    /// y there.
    public let valueAtVertex: Double?
    /// The factor of x²: positive where the vertex is a minimum.
    public let curvature: Double
    /// Number of points.
    public let count: Int

    /// - Returns: `nil` for fewer than three distinct x.
    public init?(x: [Double], y: [Double]) {
        precondition(x.count == y.count)
        let n = Double(x.count)
        guard Set(x).count >= 3 else { return nil }
        let centre = x.reduce(0, +) / n
        let width = x.map { abs($0 - centre) }.max() ?? 1
        let powers = x.map { [1, ($0 - centre) / width, ($0 - centre) * ($0 - centre) / (width * width)] }
        let gram = (0..<3).map { i in (0..<3).map { j in powers.reduce(0) { $0 + $1[i] * $1[j] } } }
        guard let factor = CholeskyFactor(gram) else { return nil }
        let c = factor.solve((0..<3).map { i in zip(powers, y).reduce(0) { $0 + $1.0[i] * $1.1 } })
        curvature = c[2] / (width * width)
        vertex = c[2] == 0 ? nil : centre - width * c[1] / (2 * c[2])
        valueAtVertex = c[2] == 0 ? nil : c[0] - c[1] * c[1] / (4 * c[2])
        count = x.count
    }
}
