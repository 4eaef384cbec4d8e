import Base
import Foundation

/// A scaling law fitted to runs.
///
/// Variable projection (Golub and Pereyra, 1973) finds where to start: for every point of a grid over the exponents the best
/// non-negative coefficients are a linear problem. Each of the best of these is refined with the objective itself, the
/// *sum* of Huber losses of residuals (Hoffmann et al., "Training compute-optimal large language models", 2022, section
/// D.2), by sequential quadratic programming, which meets bounds exactly: E = 0 is a possible answer.
package struct LawFit: Sendable {
    /// How to fit.
    package struct Options: Sendable, Equatable {
        /// What the residuals are of.
        package enum Residual: String, Sendable, Codable, CaseIterable {
            /// ln L − ln L̂: relative errors.
            case log
            /// L − L̂, in nats.
            case linear
        }

        /// Where Huber's loss turns from squares to absolute values; infinity is least squares.
        package var delta = 1e-3
        /// What the residuals are of.
        package var residual = Residual.log
        /// How many points of the grid are refined.
        package var starts = 64
        /// How many of them each resample of a bootstrap is started from, besides the fit itself.
        package var bootstrapStarts = 1
        /// How intervals are read off resamples.
        package var bootstrapInterval = Bootstrap.Interval.biasCorrected
        /// Confidence of intervals.
        package var confidence = 0.95

        /// The defaults.
        package init() {}
    }

    /// The law.
    package let form: LawForm
    /// What it was fitted to.
    package let data: LawData
    /// Values in the order of `LawForm.parameterNames`, in the units of the data.
    package let parameters: [Double]
    /// The sum of Huber losses at the minimum.
    package let objective: Double
    /// How many starts were refined.
    package let startCount: Int
    /// How many of them came within one part in 10⁴ of the best objective.
    package let agreeingStarts: Int
    /// Whether the best met a tolerance, rather than the limit of evaluations.
    package let hasConverged: Bool

    let problem: LawProblem
    /// The minimum in `LawProblem`'s coordinates.
    let centred: [Double]
    /// The points that were refined, best first.
    let startPoints: [[Double]]

    /// Fits.
    /// - Parameter threads: what the starts are shared out by.
    /// - Returns: `nil` for fewer runs than parameters and one, or where no start has a finite objective.
    package init?(_ form: LawForm, to data: LawData, _ options: Options = Options(), _ threads: Threads = .one) {
        guard data.count > form.parameterCount else { return nil }
        let problem = LawProblem(form, data, options)
        let starts = problem.gridStarts(most: options.starts)
        let minima = threads.map(starts.count) { problem.refine(from: starts[$0]) }.compactMap { $0 }
        guard let best = minima.min(by: { $0.value < $1.value }) else { return nil }
        self.form = form
        self.data = data
        self.problem = problem
        centred = best.point
        parameters = problem.raw(best.point)
        objective = best.value
        startCount = starts.count
        agreeingStarts = minima.count { $0.value <= best.value * (1 + 1e-4) + .leastNormalMagnitude }
        hasConverged = best.hasConverged
        startPoints = starts
    }

    /// The loss that the law gives, for one value of each variable.
    package func loss(_ variables: [Double]) -> Double { form.loss(variables, parameters: parameters) }

    /// Residuals at the runs, as the options have them.
    package var residuals: [Double] { problem.residuals(centred) }

    /// The fitted loss of every run.
    package var fitted: [Double] { problem.fitted(centred) }

    /// The points that were refined, best first, in the units of the data.
    package var starts: [[Double]] { startPoints.map { problem.raw($0) } }

    /// Parameters of refits to resamples of the runs, one each; `nil` where a refit failed.
    package func bootstrap(_ bootstrap: Bootstrap, _ threads: Threads = .one) -> [[Double]?] {
        let starts = [centred] + startPoints.prefix(problem.options.bootstrapStarts)
        return threads.map(bootstrap.resamples) { resample in
            var weights = [Double](repeating: 0, count: data.count)
            for index in bootstrap.indices(of: resample, count: data.count) { weights[index] += 1 }
            let problem = LawProblem(self.problem, weights: weights)
            // Fewer distinct runs than parameters leave the resample without a minimum of its own.
            guard problem.data.count > form.parameterCount else { return nil }
            return starts.compactMap { problem.refine(from: $0) }.min { $0.value < $1.value }.map {
                problem.raw($0.point)
            }
        }
    }
}

extension LawForm {
    /// The loss for one value of each variable, with parameters in the order of `parameterNames`.
    package func loss(_ variables: [Double], parameters: [Double]) -> Double {
        precondition(variables.count == variableCount && parameters.count == parameterCount)
        let exponents = parameters[freeTerms.count...]
        let first = exponents.startIndex
        var next = 0
        return terms.reduce(0) { sum, term in
            var logarithm = 0.0
            for factor in term.factors {
                switch factor {
                case .power(let base, let power, let times):
                    let value: Double
                    switch base {
                    case .variable(let index): value = variables[index]
                    case .constant(let number): value = number
                    }
                    switch power {
                    case .fixed(let number): logarithm += times * number * log(value)
                    case .exponent(let index): logarithm += times * exponents[first + index] * log(value)
                    }
                case .bend(let variable, let at, let by, let width):
                    let z = log(variables[variable] / exponents[first + at]) / width
                    logarithm += width * exponents[first + by] * (z > 30 ? z : log1p(exp(z)))
                }
            }
            if let pinned = term.pinned { return sum + pinned * exp(logarithm) }
            next += 1
            return sum + parameters[next - 1] * exp(logarithm)
        }
    }
}
