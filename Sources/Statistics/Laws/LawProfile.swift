import Base
import Foundation

/// Where a parameter may lie by its profile; an end is `nil` where the data do not bound it.
package struct ProfileInterval: Sendable, Equatable {
    /// The lower end.
    package let low: Double?
    /// The upper end.
    package let high: Double?
    /// Whether the data bound the parameter on both sides: otherwise they do not identify it.
    package var isIdentified: Bool { low != nil && high != nil }
}

extension LawFit {
    /// How the objective is turned into a test statistic, (sum of Huber losses − minimum) · `scale` ~ F(1, n − p).
    ///
    /// Huber's objective is no likelihood of the residuals at hand: differences are scaled by 2 E[ψ′]/E[ψ²] (Ronchetti's τ test;
    /// Hampel et al., "Robust statistics", 1986, section 7.2). E[ψ′], the share of residuals within δ, is taken from a
    /// kernel density, since few or none may lie there; E[ψ²] is divided by n − p. For least squares this is the F test.
    /// `nil` where the law fits exactly.
    var deviationScale: Double? {
        let huber = HuberLoss(delta: problem.options.delta)
        let residuals = residuals
        let freedom = Double(data.count - form.parameterCount)
        let spread = residuals.reduce(0) { $0 + huber.slope($1) * huber.slope($1) } / freedom
        let size = (residuals.reduce(0) { $0 + $1 * $1 } / Double(data.count)).squareRoot()
        guard size > 1e-11, spread > 0 else { return nil }
        return 2 * share(of: residuals, within: problem.options.delta) / spread
    }

    private func share(of residuals: [Double], within delta: Double) -> Double {
        guard delta.isFinite else { return 1 }
        let sorted = residuals.sorted()
        let count = Double(residuals.count)
        let mean = residuals.reduce(0, +) / count
        let deviation = (residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        let quartiles = Bootstrap.quantile(0.75, ofSorted: sorted) - Bootstrap.quantile(0.25, ofSorted: sorted)
        // Silverman's rule; the quartiles vanish where most points are fitted exactly.
        let width = 0.9 * (quartiles > 0 ? min(deviation, quartiles / 1.34) : deviation) * pow(count, -0.2)
        return residuals.reduce(0) { sum, residual in
            sum + NormalDistribution.cumulative((delta - residual) / width)
                - NormalDistribution.cumulative((-delta - residual) / width)
        } / count
    }

    /// The values of a parameter that the data do not reject: the objective is minimised over all others for each.
    /// - Parameter parameter: its place in `LawForm.parameterNames`.
    package func profile(_ parameter: Int) -> ProfileInterval {
        let value = parameters[parameter]
        guard let scale = deviationScale else { return ProfileInterval(low: value, high: value) }
        let freedom = data.count - form.parameterCount
        let limit = StudentT.twoSidedQuantile(confidence: problem.options.confidence, degreesOfFreedom: freedom)
        var search = ProfileSearch(fit: self, parameter: parameter, scale: scale, limit: limit)
        if parameter < problem.coefficientCount {
            return ProfileInterval(low: search.lowCoefficient(), high: search.highCoefficient())
        }
        let index = parameter - problem.coefficientCount
        let range = problem.exponentRanges[index]
        let low = search.end(towards: range.lowerBound)
        let high = search.end(towards: range.upperBound)
        guard case .location(let variable) = form.exponents[index].kind else {
            return ProfileInterval(low: low, high: high)
        }
        let centre = problem.centres[variable]
        return ProfileInterval(low: low.map { exp($0 + centre) }, high: high.map { exp($0 + centre) })
    }

    /// The profiles of all parameters.
    package func profiles(_ threads: Threads = .one) -> [ProfileInterval] {
        threads.map(form.parameterCount) { profile($0) }
    }
}

/// Looks for the ends of one profile.
private struct ProfileSearch {
    let fit: LawFit
    let parameter: Int
    let scale: Double
    /// Where the signed root of the deviation ends the interval.
    let limit: Double
    /// The minimum at the value tried last: the next one starts there.
    private var last: [Double]

    init(fit: LawFit, parameter: Int, scale: Double, limit: Double) {
        (self.fit, self.parameter, self.scale, self.limit) = (fit, parameter, scale, limit)
        last = fit.centred
    }

    private var coefficientCount: Int { fit.problem.coefficientCount }
    private var isCoefficient: Bool { parameter < coefficientCount }

    /// Root of the deviation where the parameter (an exponent in centred coordinates) is held at a value, less the limit.
    private mutating func excess(at value: Double) -> Double {
        var best: Minimizer.Minimum?
        for start in [last, fit.centred] {
            let found: Minimizer.Minimum?
            if isCoefficient {
                let problem = fit.problem.pinning(fit.form.freeTerms[parameter], at: value)
                var rest = start
                rest.remove(at: parameter)
                found = problem.refine(from: rest)
            } else {
                var held = start
                held[parameter] = value
                found = fit.problem.refine(from: held, fixed: parameter - coefficientCount)
            }
            if let found, found.value < best?.value ?? .infinity { best = found }
        }
        guard let best else { return .infinity }
        last = best.point
        if isCoefficient { last.insert(fit.centred[parameter], at: parameter) }
        return (max(0, best.value - fit.objective) * scale).squareRoot() - limit
    }

    /// The lower end of a coefficient, looked for in its logarithm; `nil` where 0 is not rejected.
    mutating func lowCoefficient() -> Double? {
        let value = fit.parameters[parameter]
        guard value > 0, excess(at: 0) > 0 else { return nil }
        last = fit.centred
        var inside = log(value)
        var step = 0.05
        for _ in 0..<40 {
            let outside = inside - step
            let found = excess(at: exp(outside))
            if found > 0 { return exp(root(inside, outside, found)) }
            inside = outside
            step *= 1.7
        }
        return nil
    }

    /// The upper end of a coefficient; `nil` where none is rejected.
    mutating func highCoefficient() -> Double? {
        last = fit.centred
        let value = fit.parameters[parameter]
        // From zero the first step has no size of its own: a thousandth of a loss, in the middle of the data.
        let start =
            value > 0 ? value : 1e-3 * (fit.data.losses.min() ?? 1) * fit.problem.rawOverCentred(parameter, fit.centred)
        var inside = log(start)
        if value <= 0 {
            let found = excess(at: start)
            if found > 0 { return start }
        }
        var step = 0.05
        for _ in 0..<40 {
            let outside = inside + step
            let found = excess(at: exp(outside))
            if found > 0 { return exp(root(inside, outside, found)) }
            inside = outside
            step *= 1.7
        }
        return nil
    }

    /// The end of an exponent's interval on the side of a bound; `nil` where the bound is not rejected.
    mutating func end(towards bound: Double) -> Double? {
        last = fit.centred
        let sign = bound < fit.centred[parameter] ? -1.0 : 1.0
        var inside = fit.centred[parameter]
        var step = 0.01
        while (bound - inside) * sign > 0 {
            let outside = (bound - inside) * sign <= step ? bound : inside + sign * step
            let found = excess(at: outside)
            if found > 0 { return root(inside, outside, found) }
            inside = outside
            step *= 1.7
        }
        return nil
    }

    /// Between a value that is not rejected and one that is, by false position with Illinois' correction.
    private mutating func root(_ inside: Double, _ outside: Double, _ excessOutside: Double) -> Double {
        var (a, b) = (inside, outside)
        var fa = excess(at: convert(a))
        var fb = excessOutside
        guard fa < 0 else { return a }
        if !fb.isFinite { fb = limit }
        for _ in 0..<40 {
            let middle = (a * fb - b * fa) / (fb - fa)
            let found = excess(at: convert(middle))
            if abs(found) < 1e-7 * limit || abs(b - a) < 1e-9 * max(1, abs(a)) { return middle }
            if (found > 0) == (fb > 0) {
                (b, fb) = (middle, found)
                fa *= 0.5
            } else {
                (a, fa) = (middle, found)
                fb *= 0.5
            }
        }
        return 0.5 * (a + b)
    }

    /// Coefficients are looked for in their logarithm.
    private func convert(_ coordinate: Double) -> Double { isCoefficient ? exp(coordinate) : coordinate }
}

extension LawProblem {
    /// How much larger a coefficient is in the units of the data than in the middle of them.
    func rawOverCentred(_ parameter: Int, _ centred: [Double]) -> Double {
        exp(-shift(form.freeTerms[parameter], centred[coefficientCount...]))
    }
}
