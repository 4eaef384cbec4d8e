import Foundation

/// Two straight lines that meet, by least squares: where a trend turns.
package struct HingeFit: Sendable, Equatable {
    /// The x where the lines meet.
    package let breakpoint: Double
    /// Slope to the left of the breakpoint.
    package let slopeBefore: Double
    /// Slope to its right.
    package let slopeAfter: Double
    /// y at the breakpoint.
    package let valueAtBreak: Double
    /// Sum of squared residuals.
    package let residualSumOfSquares: Double
    /// Share of y's variance explained; `nil` where y is constant.
    package let rSquared: Double?
    /// Bayesian information criterion of a single line less that of the hinge, which pays for two more parameters.
    /// Above 0 the turn is worth them; above 10 it is hardly in doubt (Raftery, 1995). `nil` where the hinge fits
    /// exactly.
    package let advantage: Double?
    /// Number of points.
    package let count: Int

    /// Fits `y = valueAtBreak + slope (x - breakpoint)` with one slope on each side.
    ///
    /// The global optimum (Hudson, 1966): between two neighbouring x the best breakpoint is where the two separate lines
    /// meet, if they meet there, and otherwise at one of the x. Both sides keep at least two distinct x.
    ///
    /// - Parameters: as many x as y; pairs with a NaN or infinity are left out.
    /// - Returns: `nil` for fewer than five points or four distinct x: a hinge has four parameters.
    /// - Complexity: quadratic in the number of points.
    package init?(x: [Double], y: [Double]) {
        precondition(x.count == y.count)
        let points = zip(x, y).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
        let knots = Array(Set(points.map(\.0))).sorted()
        guard points.count >= 5, knots.count >= 4, let line = LinearFit(x: points.map(\.0), y: points.map(\.1))
        else { return nil }

        var best: Candidate?
        for index in 1..<(knots.count - 2) {
            // The breakpoint lies between knots[index] and its neighbour.
            if let meeting = Self.meeting(points, after: knots[index]),
                (knots[index]...knots[index + 1]).contains(meeting),
                let candidate = Candidate(points, breakpoint: meeting), candidate.residual < best?.residual ?? .infinity
            {
                best = candidate
            }
        }
        for knot in knots[1..<(knots.count - 1)] {
            if let candidate = Candidate(points, breakpoint: knot), candidate.residual < best?.residual ?? .infinity {
                best = candidate
            }
        }
        guard let best else { return nil }
        breakpoint = best.breakpoint
        valueAtBreak = best.value
        slopeBefore = best.before
        slopeAfter = best.after
        residualSumOfSquares = best.residual
        let n = Double(points.count)
        let meanY = points.reduce(0) { $0 + $1.1 } / n
        let total = points.reduce(0) { $0 + ($1.1 - meanY) * ($1.1 - meanY) }
        rSquared = total > 0 ? 1 - best.residual / total : nil
        advantage = best.residual > 0 ? n * log(line.residualSumOfSquares / best.residual) - 2 * log(n) : nil
        count = points.count
    }

    /// The fit for one breakpoint.
    private struct Candidate {
        let breakpoint: Double
        let value: Double
        let before: Double
        let after: Double
        let residual: Double

        /// Least squares on 1, min(x - t, 0), max(x - t, 0).
        init?(_ points: [(Double, Double)], breakpoint: Double) {
            var normal = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 3)
            for (x, y) in points {
                let basis = [1, min(x - breakpoint, 0), max(x - breakpoint, 0)]
                for row in 0..<3 {
                    for column in 0..<3 { normal[row][column] += basis[row] * basis[column] }
                    normal[row][3] += basis[row] * y
                }
            }
            guard let solution = Self.solve(normal) else { return nil }
            self.breakpoint = breakpoint
            (value, before, after) = (solution[0], solution[1], solution[2])
            residual = points.reduce(0) { sum, point in
                let offset = point.0 - breakpoint
                let error = point.1 - solution[0] - (offset < 0 ? solution[1] : solution[2]) * offset
                return sum + error * error
            }
        }

        /// Gaussian elimination with pivoting on 3 equations; `nil` where they are dependent.
        private static func solve(_ system: [[Double]]) -> [Double]? {
            var rows = system
            for column in 0..<3 {
                guard let pivot = (column..<3).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                    rows[pivot][column] != 0
                else { return nil }
                rows.swapAt(column, pivot)
                for row in 0..<3 where row != column {
                    let factor = rows[row][column] / rows[column][column]
                    for entry in column..<4 { rows[row][entry] -= factor * rows[column][entry] }
                }
            }
            return (0..<3).map { rows[$0][3] / rows[$0][$0] }
        }
    }

    /// Where the separate lines through the points up to `knot` and beyond it meet.
    private static func meeting(_ points: [(Double, Double)], after knot: Double) -> Double? {
        let left = points.filter { $0.0 <= knot }
        let right = points.filter { $0.0 > knot }
        guard let before = LinearFit(x: left.map(\.0), y: left.map(\.1)),
            let after = LinearFit(x: right.map(\.0), y: right.map(\.1)), before.slope != after.slope
        else { return nil }
        return (after.intercept - before.intercept) / (before.slope - after.slope)
    }
}
