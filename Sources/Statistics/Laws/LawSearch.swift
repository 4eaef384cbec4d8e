import Base
import Foundation

extension LawProblem {
    /// Where to start: points of a grid over the exponents with the best coefficients for each, best first.
    func gridStarts(most count: Int) -> [[Double]] {
        let ranges = exponentRanges
        // About 150 points in all, whatever the number of exponents.
        let steps = [1, 48, 14, 6, 4][ranges.count]
        var grid: [[Double]] = [[]]
        for (index, range) in ranges.enumerated() {
            let values = LawProblem.gridValues(form.exponents[index].kind, range, steps)
            grid = grid.flatMap { point in values.map { point + [$0] } }
        }
        var starts: [(point: [Double], value: Double)] = []
        for exponents in grid {
            let point = project(exponents) + exponents
            let value = objective(point)
            if value.isFinite { starts.append((point, value)) }
        }
        return starts.sorted { $0.value < $1.value }.prefix(count).map(\.point)
    }

    /// Dense where laws of losses have their exponents: geometric between 0.05 and 1 in magnitude.
    private static func gridValues(_ kind: LawForm.Exponent.Kind, _ range: ClosedRange<Double>, _ steps: Int)
        -> [Double]
    {
        let width = range.upperBound - range.lowerBound
        let even = (0..<steps).map { range.lowerBound + width * (Double($0) + 0.5) / Double(steps) }
        guard case .within = kind, range.lowerBound >= 0 || range.upperBound <= 0 else { return even }
        let sign = range.lowerBound >= 0 ? 1.0 : -1.0
        let magnitudes = [abs(range.lowerBound), abs(range.upperBound)].sorted()
        let (low, high) = (max(magnitudes[0], 0.02), min(magnitudes[1], 1.2))
        guard low < high else { return even }
        return (0..<steps).map { sign * low * pow(high / low, (Double($0) + 0.5) / Double(steps)) }
    }

    /// The best coefficients for exponents, by least squares of relative (or plain) errors.
    private func project(_ exponents: [Double]) -> [Double] {
        let bases = bases(exponents[...])
        let scale = options.residual == .log ? data.losses.map { 1 / $0 } : data.losses.map { _ in 1 }
        var rest = zip(data.losses, scale).map { $0 * $1 }
        var columns: [[Double]] = []
        for (index, term) in form.terms.enumerated() {
            let column = zip(bases[index], scale).map { $0 * $1 }
            if let pinned = term.pinned {
                let coefficient = pinned * exp(shift(index, exponents[...]))
                for i in rest.indices { rest[i] -= coefficient * column[i] }
            } else {
                columns.append(column)
            }
        }
        guard !columns.isEmpty else { return [] }
        func product(_ a: [Double], _ b: [Double]) -> Double {
            var sum = 0.0
            for i in a.indices { sum += weights[i] * a[i] * b[i] }
            return sum
        }
        return NonNegativeLeastSquares.solve(
            gram: columns.map { row in columns.map { product(row, $0) } }, projection: columns.map { product($0, rest) }
        ).solution
    }

    /// The minimum that a start leads to; `nil` where the objective is not finite there.
    /// - Parameter fixed: an exponent that is held where the start has it.
    func refine(from start: [Double], fixed: Int? = nil) -> Minimizer.Minimum? {
        let ranges = exponentRanges
        var lower = [Double](repeating: 0, count: coefficientCount) + ranges.map(\.lowerBound)
        var upper = [Double](repeating: .infinity, count: coefficientCount) + ranges.map(\.upperBound)
        if let fixed {
            lower[coefficientCount + fixed] = start[coefficientCount + fixed]
            upper[coefficientCount + fixed] = start[coefficientCount + fixed]
        }
        let inside = zip(start, zip(lower, upper)).map { min(max($0, $1.0), $1.1) }
        guard !inside.isEmpty else {
            return Minimizer.Minimum(point: [], value: objective([]), hasConverged: true, evaluations: 1)
        }
        // Values and slopes of the order of one, which the first steps of the search assume.
        let size = min(options.delta, 1)
        let scale = 1 / (size * weights.reduce(0, +))
        var minimizer = Minimizer(.slsqp)
        minimizer.valueTolerance = 1e-12
        minimizer.parameterTolerance = 1e-10
        minimizer.maximumEvaluations = 500
        let found = minimizer.minimize(from: inside, lower: lower, upper: upper) { point, gradient in
            let value = objective(point, gradient: gradient)
            for index in gradient.indices { gradient[index] *= scale }
            return value * scale
        }
        return found.map { found in
            // At the bound but for rounding is at the bound.
            var point = found.point
            for index in 0..<coefficientCount where point[index] < 1e-12 * (data.losses.min() ?? 1) { point[index] = 0 }
            return Minimizer.Minimum(
                point: point, value: found.value / scale, hasConverged: found.hasConverged,
                evaluations: found.evaluations)
        }
    }
}
