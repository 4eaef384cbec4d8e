import Foundation

extension LawFit {
    /// Share of the variance of ln L that the law explains, at most 1; `nil` where all losses are the same.
    package var rSquared: Double? {
        let logs = data.losses.map { log($0) }
        let mean = logs.reduce(0, +) / Double(logs.count)
        let total = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return total > 0 ? 1 - logErrors.reduce(0) { $0 + $1 * $1 } / total : nil
    }

    /// Root mean square of ln L − ln L̂.
    package var rootMeanSquareLogError: Double {
        (logErrors.reduce(0) { $0 + $1 * $1 } / Double(data.count)).squareRoot()
    }

    /// The largest |L̂/L − 1|.
    package var largestRelativeError: Double { zip(fitted, data.losses).map { abs($0 / $1 - 1) }.max() ?? 0 }

    private var logErrors: [Double] { zip(fitted, data.losses).map { log($1) - log($0) } }

    /// Akaike's criterion with the correction for few data (Hurvich and Tsai, 1989), −2 ln ℓ + 2k + 2k(k+1)/(n−k−1).
    ///
    /// ℓ is the likelihood of Huber's density, exp(−ρ(r)/s)/Z(s), at its best scale s, which is one of the k parameters:
    /// comparable between laws that were fitted to the same runs with the same δ. `nil` where n ≤ k + 1.
    package var akaike: Double? {
        let n = Double(data.count)
        let k = Double(form.parameterCount + 1)
        guard n > k + 1, objective > 0 else { return nil }
        return minusTwoLogLikelihood + 2 * k + 2 * k * (k + 1) / (n - k - 1)
    }

    private var minusTwoLogLikelihood: Double {
        let n = Double(data.count)
        let delta = problem.options.delta
        func value(_ logScale: Double) -> Double {
            let s = exp(logScale)
            // ∫ exp(−ρ(r)/s) dr: a normal middle and exponential tails.
            let middle = (2 * .pi * s).squareRoot() * (delta.isFinite ? erf(delta / (2 * s).squareRoot()) : 1)
            let tails = delta.isFinite ? 2 * s / delta * exp(-delta * delta / (2 * s)) : 0
            return 2 * n * log(middle + tails) + 2 * objective / s
        }
        // Unimodal in ln s: golden section around the mean Huber loss, which s is close to.
        let golden = (5.0.squareRoot() - 1) / 2
        var (low, high) = (log(objective / n) - 6, log(objective / n) + 6)
        var (a, b) = (high - golden * (high - low), low + golden * (high - low))
        for _ in 0..<60 {
            if value(a) < value(b) { high = b } else { low = a }
            (a, b) = (high - golden * (high - low), low + golden * (high - low))
        }
        return value(0.5 * (low + high))
    }

    /// The covariance of the parameters at the minimum, in the units of the data, E[ψ²]/E[ψ′]² (JᵀJ)⁻¹ (Huber, 1981,
    /// section 7.6), J being the slopes of residuals. A row a parameter; `nil` for those at a bound, and for all where the
    /// law fits exactly or the parameters cannot be told apart.
    package var covariance: [[Double?]]? {
        guard let deviationScale else { return nil }
        let inner = parameters.indices.filter { !isAtBound($0) }
        let slopes = residualSlopes(inner)
        let sizes = slopes.map { column in column.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        guard sizes.allSatisfy({ $0 > 0 && $0.isFinite }), let factor = CholeskyFactor(correlations(slopes, sizes))
        else { return nil }
        let huber = HuberLoss(delta: problem.options.delta)
        let freedom = Double(data.count - form.parameterCount)
        let spread = residuals.reduce(0) { $0 + huber.slope($1) * huber.slope($1) } / freedom
        let share = deviationScale * spread / 2
        let inverse = factor.inverse
        var result = [[Double?]](repeating: [Double?](repeating: nil, count: parameters.count), count: parameters.count)
        for (row, i) in inner.enumerated() {
            for (column, j) in inner.enumerated() {
                result[i][j] = spread / (share * share) * inverse[row][column] / (sizes[row] * sizes[column])
            }
        }
        return result
    }

    /// Condition number of J with columns scaled to length one: how nearly some parameters can stand for others. `nil` where
    /// a parameter has no influence at all.
    package var conditionNumber: Double? {
        let slopes = residualSlopes(Array(parameters.indices))
        let sizes = slopes.map { column in column.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        guard sizes.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        let values = symmetricEigenvalues(correlations(slopes, sizes))
        guard let least = values.first, let most = values.last, least > 1e-15 * most else { return nil }
        return (most / least).squareRoot()
    }

    /// Whether a coefficient is 0, or an exponent at an end of its range.
    package func isAtBound(_ parameter: Int) -> Bool {
        let count = problem.coefficientCount
        if parameter < count { return centred[parameter] <= 1e-9 * (data.losses.min() ?? 1) }
        let range = problem.exponentRanges[parameter - count]
        let margin = 1e-9 * (range.upperBound - range.lowerBound)
        return centred[parameter] <= range.lowerBound + margin || centred[parameter] >= range.upperBound - margin
    }

    private func correlations(_ slopes: [[Double]], _ sizes: [Double]) -> [[Double]] {
        slopes.indices.map { i in
            slopes.indices.map { j in zip(slopes[i], slopes[j]).reduce(0) { $0 + $1.0 * $1.1 } / (sizes[i] * sizes[j]) }
        }
    }

    /// Slopes of the residuals in each parameter, by central differences: a row a parameter.
    private func residualSlopes(_ indices: [Int]) -> [[Double]] {
        indices.map { index in
            let step = 1e-5 * (parameters[index] == 0 ? 1 : abs(parameters[index]))
            func residuals(_ sign: Double) -> [Double] {
                var moved = parameters
                moved[index] += sign * step
                return data.losses.indices.map { run in
                    let fitted = form.loss(data.point(run), parameters: moved)
                    return problem.options.residual == .log ? -log(fitted) : -fitted
                }
            }
            return zip(residuals(1), residuals(-1)).map { ($0 - $1) / (2 * step) }
        }
    }
}
