import Statistics

/// What laws are functions of.
enum LawVariable: String, CaseIterable, Sendable {
    /// N.
    case parameters
    /// D.
    case tokens
    /// C, in floating-point operations.
    case compute
    /// D/N.
    case tokensPerParameter = "tokens_per_parameter"
}

/// A law over variables with names.
struct NamedLaw: Sendable {
    /// Which runs a law is fitted to.
    enum Runs: String, Codable, CaseIterable, Sendable {
        case all, frontier
    }

    /// What its rows are called.
    let name: String
    /// The law; its variables are `variables`, in that order.
    let form: LawForm
    let variables: [LawVariable]
    let runs: Runs

    /// The law at a point; `nil` where the point lacks one of the law's variables.
    func arguments(_ point: LawPoint) -> [Double]? {
        let values = variables.compactMap { point[$0] }
        return values.count == variables.count ? values : nil
    }
}

/// A model and its training, as far as they are known: from two of N, D and C follows the third, C = 6ND.
struct LawPoint: Sendable, Equatable {
    let parameters: Double?
    let tokens: Double?
    let compute: Double?

    init(parameters: Double? = nil, tokens: Double? = nil, compute: Double? = nil) {
        self.parameters = parameters ?? tokens.flatMap { tokens in compute.map { $0 / (6 * tokens) } }
        self.tokens = tokens ?? parameters.flatMap { parameters in compute.map { $0 / (6 * parameters) } }
        self.compute = compute ?? parameters.flatMap { parameters in tokens.map { 6 * parameters * $0 } }
    }

    subscript(variable: LawVariable) -> Double? {
        switch variable {
        case .parameters: parameters
        case .tokens: tokens
        case .compute: compute
        case .tokensPerParameter: parameters.flatMap { parameters in tokens.map { $0 / parameters } }
        }
    }
}

/// Laws that the settings name.
enum StandardLaw: String, Codable, CaseIterable, Sendable {
    /// L = a C^alpha.
    case powerLaw = "power_law"
    /// L = E + a C^alpha.
    case powerLawWithOffset = "power_law_with_offset"
    /// L = E + A/N^alpha + B/D^beta.
    case chinchilla
    /// L = a C^alpha (1 + (C/C_break)^(1/w))^(w gamma).
    case oneBreak = "one_break"

    /// - Parameters:
    ///   - pinned: values of coefficients that are not fitted, by name.
    ///   - computeRuns: which runs the laws of compute alone are fitted to.
    func law(pinned: [String: Double], computeRuns: NamedLaw.Runs) -> NamedLaw {
        let irreducible = LawForm.Term("E", pinned: pinned["E"])
        let ofCompute = LawForm.Term(
            "a", [.power(.variable(0), .exponent(0), times: 1)], pinned: pinned["a"])
        let falling = LawForm.Exponent("alpha", .within(-2...0))
        switch self {
        case .powerLaw:
            return NamedLaw(
                name: rawValue, form: LawForm(rawValue, variableCount: 1, terms: [ofCompute], exponents: [falling]),
                variables: [.compute], runs: computeRuns)
        case .powerLawWithOffset:
            return NamedLaw(
                name: rawValue,
                form: LawForm(rawValue, variableCount: 1, terms: [irreducible, ofCompute], exponents: [falling]),
                variables: [.compute], runs: computeRuns)
        case .chinchilla:
            let terms = [
                irreducible,
                LawForm.Term("A", [.power(.variable(0), .exponent(0), times: -1)], pinned: pinned["A"]),
                LawForm.Term("B", [.power(.variable(1), .exponent(1), times: -1)], pinned: pinned["B"]),
            ]
            let exponents = [LawForm.Exponent("alpha", .within(0...2)), LawForm.Exponent("beta", .within(0...2))]
            return NamedLaw(
                name: rawValue, form: LawForm(rawValue, variableCount: 2, terms: terms, exponents: exponents),
                variables: [.parameters, .tokens], runs: .all)
        case .oneBreak:
            let factors: [LawForm.Factor] = [
                .power(.variable(0), .exponent(0), times: 1), .bend(of: 0, at: 2, by: 1, width: 0.25),
            ]
            let exponents = [
                falling, LawForm.Exponent("gamma", .within(-2...2)), LawForm.Exponent("C_break", .location(of: 0)),
            ]
            return NamedLaw(
                name: rawValue,
                form: LawForm(
                    rawValue, variableCount: 1, terms: [LawForm.Term("a", factors, pinned: pinned["a"])],
                    exponents: exponents),
                variables: [.compute], runs: computeRuns)
        }
    }
}
