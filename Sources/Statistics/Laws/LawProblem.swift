import Foundation

/// The sum of Huber losses of a law over runs, as a function of its parameters, with the gradient.
///
/// Variables are divided by their geometric mean, so that a coefficient is its term's share of the loss in the middle of the
/// data: of the order of one, and hardly correlated with the exponents. The parameters here are these *centred*
/// coefficients (≥ 0), then the exponents; `raw` and `centred` translate.
struct LawProblem: Sendable {
    private(set) var form: LawForm
    let data: LawData
    let options: LawFit.Options
    /// Centred log x, a row a variable.
    let logs: [[Double]]
    /// ln of the geometric mean of each variable.
    let centres: [Double]
    let logLosses: [Double]
    /// How often each run counts; a bootstrap's resample is such weights.
    let weights: [Double]
    /// ln of a term's factors at a run: `offset` + Σ `slopes`[k] θ_k, plus its bends.
    private let terms: [TermDesign]

    private struct TermDesign: Sendable {
        var offset: [Double]
        /// A row for each exponent that the term has.
        var slopes: [(exponent: Int, values: [Double])]
        var bends: [(variable: Int, at: Int, by: Int, width: Double)]
        /// The factors themselves, where no exponent changes them.
        var fixed: [Double]?
        /// What the centring takes out: ln(centred/raw coefficient) = `shift` + Σ `shifts`[k] θ_k.
        var shift: Double
        var shifts: [Double]
    }

    init(_ form: LawForm, _ data: LawData, _ options: LawFit.Options, weights: [Double]? = nil) {
        precondition(form.variableCount == data.variables.count)
        self.form = form
        self.data = data
        self.options = options
        self.weights = weights ?? [Double](repeating: 1, count: data.count)
        let centres = data.variables.map { values in values.reduce(0) { $0 + log($1) } / Double(values.count) }
        let logs = zip(data.variables, centres).map { values, centre in values.map { log($0) - centre } }
        self.centres = centres
        self.logs = logs
        logLosses = data.losses.map { log($0) }
        terms = form.terms.map { LawProblem.design($0, form, logs, centres, data.count) }
    }

    /// The problem with other weights.
    init(_ problem: LawProblem, weights: [Double]) {
        // Runs that a resample left out cost nothing.
        let kept = problem.data.losses.indices.filter { weights[$0] != 0 }
        form = problem.form
        options = problem.options
        data = problem.data.only(kept)
        logs = problem.logs.map { values in kept.map { values[$0] } }
        centres = problem.centres
        logLosses = kept.map { problem.logLosses[$0] }
        self.weights = kept.map { weights[$0] }
        terms = problem.terms.map { term in
            var term = term
            term.offset = kept.map { [offset = term.offset] in offset[$0] }
            term.fixed = term.fixed.map { fixed in kept.map { fixed[$0] } }
            term.slopes = term.slopes.map { slope in (slope.exponent, kept.map { slope.values[$0] }) }
            return term
        }
    }

    /// The problem with the coefficient of a term held at a value, in the units of the data.
    func pinning(_ term: Int, at value: Double) -> LawProblem {
        var problem = self
        var terms = form.terms
        terms[term] = LawForm.Term(terms[term].coefficient, terms[term].factors, pinned: value)
        problem.form = LawForm(
            form.name, variableCount: form.variableCount, terms: terms, exponents: form.exponents)
        return problem
    }

    private static func design(
        _ term: LawForm.Term, _ form: LawForm, _ logs: [[Double]], _ centres: [Double], _ count: Int
    ) -> TermDesign {
        var offset = [Double](repeating: 0, count: count)
        var slopes = [[Double]?](repeating: nil, count: form.exponents.count)
        var bends: [(variable: Int, at: Int, by: Int, width: Double)] = []
        var shift = 0.0
        var shifts = [Double](repeating: 0, count: form.exponents.count)
        for factor in term.factors {
            switch factor {
            case .power(let base, let power, let times):
                let values: [Double]?
                let centre: Double
                switch base {
                case .variable(let index): (values, centre) = (logs[index], centres[index])
                case .constant(let number): (values, centre) = (nil, log(number))
                }
                switch power {
                case .fixed(let number):
                    shift += times * number * centre
                    if let values { for i in 0..<count { offset[i] += times * number * values[i] } }
                case .exponent(let index):
                    shifts[index] += times * centre
                    if let values {
                        var slope = slopes[index] ?? [Double](repeating: 0, count: count)
                        for i in 0..<count { slope[i] += times * values[i] }
                        slopes[index] = slope
                    }
                }
            case .bend(let variable, let at, let by, let width): bends.append((variable, at, by, width))
            }
        }
        let used = slopes.enumerated().compactMap { index, values in values.map { (exponent: index, values: $0) } }
        let fixed = used.isEmpty && bends.isEmpty ? offset.map { exp($0) } : nil
        return TermDesign(
            offset: offset, slopes: used, bends: bends, fixed: fixed, shift: shift, shifts: shifts)
    }

    var coefficientCount: Int { form.freeTerms.count }

    /// Ranges of the exponents, locations in centred logarithms.
    var exponentRanges: [ClosedRange<Double>] {
        form.exponents.map { exponent in
            switch exponent.kind {
            case .within(let range): return range
            case .location(let variable):
                let values = logs[variable]
                return (values.min() ?? 0)...(values.max() ?? 0)
            }
        }
    }

    /// ln(centred coefficient / raw coefficient) of a term.
    func shift(_ term: Int, _ exponents: ArraySlice<Double>) -> Double {
        zip(terms[term].shifts, exponents).reduce(terms[term].shift) { $0 + $1.0 * $1.1 }
    }

    /// How that changes with an exponent.
    func shiftSlope(_ term: Int, _ exponent: Int) -> Double { terms[term].shifts[exponent] }

    /// Parameters in the units of the data, in the order of `LawForm.parameterNames`.
    func raw(_ centred: [Double]) -> [Double] { translate(centred, sign: -1) }

    /// The inverse of `raw`.
    func centred(_ raw: [Double]) -> [Double] { translate(raw, sign: 1) }

    private func translate(_ parameters: [Double], sign: Double) -> [Double] {
        let count = coefficientCount
        var result = parameters
        var exponents = parameters[count...]
        for (index, exponent) in form.exponents.enumerated() {
            guard case .location(let variable) = exponent.kind else { continue }
            let value = parameters[count + index]
            result[count + index] = sign < 0 ? exp(value + centres[variable]) : log(value) - centres[variable]
            if sign > 0 { exponents[exponents.startIndex + index] = result[count + index] }
        }
        for (index, term) in form.freeTerms.enumerated() {
            result[index] = parameters[index] * exp(sign * shift(term, exponents))
        }
        return result
    }

    /// The factors of every term at every run, without coefficients: a row a term.
    func bases(_ exponents: ArraySlice<Double>) -> [[Double]] {
        let count = data.count
        let first = exponents.startIndex
        return terms.map { term in
            if let fixed = term.fixed { return fixed }
            var values = term.offset
            for slope in term.slopes {
                let exponent = exponents[first + slope.exponent]
                for i in 0..<count { values[i] += exponent * slope.values[i] }
            }
            for bend in term.bends {
                let (at, by) = (exponents[first + bend.at], exponents[first + bend.by])
                let logs = self.logs[bend.variable]
                for i in 0..<count { values[i] += by * bend.width * softplus((logs[i] - at) / bend.width) }
            }
            for i in 0..<count { values[i] = exp(values[i]) }
            return values
        }
    }

    /// Centred coefficients of all terms: those at the head of the parameters, and the pinned ones.
    func coefficients(_ parameters: some RandomAccessCollection<Double>) -> [Double] {
        let values = Array(parameters)
        let exponents = values[coefficientCount...]
        var next = 0
        return form.terms.indices.map { index in
            if let pinned = form.terms[index].pinned { return pinned * exp(shift(index, exponents)) }
            next += 1
            return values[next - 1]
        }
    }

    /// The fitted loss of every run.
    func fitted(_ parameters: [Double]) -> [Double] {
        let bases = bases(parameters[coefficientCount...])
        let coefficients = coefficients(parameters)
        return data.losses.indices.map { i in
            zip(coefficients, bases).reduce(0) { $0 + $1.0 * $1.1[i] }
        }
    }

    /// What is made small at every run: ln L − ln L̂, or L − L̂.
    func residuals(_ parameters: [Double]) -> [Double] {
        zip(fitted(parameters), data.losses).map { fitted, loss in
            options.residual == .log ? log(loss) - log(fitted) : loss - fitted
        }
    }

    /// The objective: the sum, not the mean, of Huber losses.
    func objective(_ parameters: [Double]) -> Double {
        let huber = HuberLoss(delta: options.delta)
        return zip(residuals(parameters), weights).reduce(0) { $0 + $1.1 * huber.value($1.0) }
    }

    /// The objective and its gradient, which is added up in `gradient` unless that is empty.
    func objective(
        _ parameters: UnsafeBufferPointer<Double>, gradient: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let count = data.count
        let free = coefficientCount
        let exponents = Array(parameters[free...])
        let bases = bases(exponents[...])
        let coefficients = coefficients(parameters)
        let huber = HuberLoss(delta: options.delta)
        let isLog = options.residual == .log
        // Per run: weight · ψ(r) · dr/dL̂, which all derivatives share.
        var pull = [Double](repeating: 0, count: count)
        var sum = 0.0
        for (coefficient, base) in zip(coefficients, bases) {
            for i in 0..<count { pull[i] += coefficient * base[i] }
        }
        for i in 0..<count {
            let fitted = pull[i]
            let residual = isLog ? logLosses[i] - log(fitted) : data.losses[i] - fitted
            sum += weights[i] * huber.value(residual)
            pull[i] = -weights[i] * huber.slope(residual) / (isLog ? fitted : 1)
        }
        guard !gradient.isEmpty else { return sum }
        gradient.update(repeating: 0)
        var next = 0
        for (index, term) in terms.enumerated() {
            let base = bases[index]
            var total = 0.0
            for i in 0..<count { total += pull[i] * base[i] }
            let isFree = form.terms[index].pinned == nil
            if isFree {
                gradient[next] += total
                next += 1
            }
            let coefficient = coefficients[index]
            for slope in term.slopes {
                var along = 0.0
                for i in 0..<count { along += pull[i] * base[i] * slope.values[i] }
                gradient[free + slope.exponent] += coefficient * along
            }
            if !isFree {
                // A pinned coefficient is fixed in the data's units: centred, it moves with the exponents.
                for (exponent, slope) in term.shifts.enumerated() {
                    gradient[free + exponent] += coefficient * slope * total
                }
            }
            for bend in term.bends {
                let (at, by) = (exponents[bend.at], exponents[bend.by])
                let logs = self.logs[bend.variable]
                var (alongBy, alongAt) = (0.0, 0.0)
                for i in 0..<count {
                    let z = (logs[i] - at) / bend.width
                    alongBy += pull[i] * base[i] * bend.width * softplus(z)
                    alongAt -= pull[i] * base[i] * by / (1 + exp(-z))
                }
                gradient[free + bend.by] += coefficient * alongBy
                gradient[free + bend.at] += coefficient * alongAt
            }
        }
        return sum
    }
}

/// ln(1 + eᶻ) without overflow.
@inline(__always) private func softplus(_ z: Double) -> Double { z > 30 ? z : log1p(exp(z)) }
