import Foundation

/// Growth by a power law, y = c·xᵖ: a straight line in logarithms by least squares, and two that meet, where the exponent
/// turns.
package struct PowerGrowth: Sendable {
    /// Fewer points say nothing of an exponent and its interval.
    package static let fewestPoints = 4
    /// With fewer, AICc does not exist for two lines (four parameters and the variance), so that nothing tells whether
    /// the turn they show is one.
    package static let fewestTurnPoints = 7

    /// One line of ln y against ln x; `nil` for too few points.
    package let line: LinearFit?
    /// Two lines that meet; `nil` for too few points.
    package let hinge: HingeFit?

    /// Fits points whose coordinates are above 0.
    package init(x: [Double], y: [Double]) {
        let (x, y) = (x.map { log($0) }, y.map { log($0) })
        line = x.count >= PowerGrowth.fewestPoints ? LinearFit(x: x, y: y) : nil
        hinge = x.count >= PowerGrowth.fewestTurnPoints ? HingeFit(x: x, y: y) : nil
    }

    /// AICc of one line less that of two: above 0, the turn is worth its two parameters.
    ///
    /// Hurvich and Tsai (1989): n ln(RSS/n) + 2k + 2k(k+1)/(n−k−1).
    package var turnAdvantage: Double? {
        guard let line, let hinge, hinge.residualSumOfSquares > 0 else { return nil }
        let n = Double(line.count)
        func penalty(_ k: Double) -> Double { 2 * k + 2 * k * (k + 1) / (n - k - 1) }
        return n * log(line.residualSumOfSquares / hinge.residualSumOfSquares) + penalty(3) - penalty(5)
    }
}
