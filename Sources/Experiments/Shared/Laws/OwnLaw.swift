import Reports
import Settings
import Statistics

/// A law of the user's own: a sum of terms from a closed set, c · Π base^(times · power).
///
/// ```yaml
/// own_forms:
///   - name: overtraining          # E + a N^eta + b 6^(eta/2) (M N)^eta
///     exponents: {eta: [-1, 0]}
///     terms:
///       - coefficient: E
///       - {coefficient: a, factors: [{of: parameters, power: eta}]}
/// ```
struct OwnLaw: SettingsSection {
    @Setting("What its rows are called.")
    var name: String
    @Setting("The runs it is fitted to.", unset: "all")
    var runs: NamedLaw.Runs?
    @Setting("Range of each exponent, by name.")
    var exponents: [String: [Double]]?
    @Setting("Where a law bends: the variable of each such parameter, by name.")
    var breaks: [String: String]?
    @Setting("The terms.")
    var terms: [Term]

    struct Term: SettingsSection {
        @Setting("The coefficient's name.")
        var coefficient: String
        @Setting("What it is multiplied with; without factors, a constant.")
        var factors: [Factor]?
    }

    /// base^(times · power), or with `bend_at` a break, (1 + (x/bend_at)^(1/width))^(width · power).
    struct Factor: SettingsSection {
        @Setting("A variable or a positive number.")
        var of: String
        @Setting("An exponent or a number.")
        var power: String
        @Setting("What the exponent is multiplied with.", unset: "1")
        var times: Double?
        @Setting("A break's place.")
        var bendAt: String?
        @Setting("How many e-folds a break takes.", unset: "0.25")
        var width: Double?
    }

    /// The law that this says.
    /// - Throws: `InputError` for a name that is neither a variable, an exponent nor a number, and for too much of either.
    func law(pinned: [String: Double]) throws(InputError) -> NamedLaw {
        let context = "own_forms '\(name)'"
        var variables: [LawVariable] = []
        func index(_ variable: LawVariable) -> Int {
            if let index = variables.firstIndex(of: variable) { return index }
            variables.append(variable)
            return variables.count - 1
        }
        func variable(_ text: String) throws(InputError) -> LawVariable {
            if let variable = LawVariable(rawValue: text) { return variable }
            let known = LawVariable.allCases.map(\.rawValue)
            let remedy = nearest(to: text, among: known).map { "did you mean '\($0)'?" }
            throw InputError(
                "\(context): '\(text)' is no variable; \(remedy ?? "these are \(known.joined(separator: ", "))")")
        }

        var exponentList: [LawForm.Exponent] = []
        for (name, range) in (exponents ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard range.count == 2, range[0] < range[1] else {
                throw InputError(
                    "\(context): the range of '\(name)' is two numbers, the lower one first, as in [-1, 0]")
            }
            exponentList.append(LawForm.Exponent(name, .within(range[0]...range[1])))
        }
        for (name, text) in (breaks ?? [:]).sorted(by: { $0.key < $1.key }) {
            exponentList.append(LawForm.Exponent(name, .location(of: index(try variable(text)))))
        }
        guard (1...6).contains(terms.count), exponentList.count <= 4 else {
            throw InputError(
                "\(context): expected 1 to 6 terms and at most 4 exponents, found \(terms.count) and \(exponentList.count)"
            )
        }
        let names = exponentList.map(\.name) + terms.map(\.coefficient)
        guard Set(names).count == names.count else { throw InputError("\(context): two parameters have one name") }

        func exponent(_ text: String) throws(InputError) -> Int {
            if let index = exponentList.firstIndex(where: { $0.name == text }) { return index }
            throw InputError(
                "\(context): '\(text)' is no exponent; name it with its range under exponents, or write a number")
        }
        var termList: [LawForm.Term] = []
        for term in terms {
            var factors: [LawForm.Factor] = []
            for factor in term.factors ?? [] {
                if let at = factor.bendAt {
                    let width = factor.width ?? 0.25
                    guard width > 0 else { throw InputError("\(context): a break's width is above 0, found \(width)") }
                    let bent = index(try variable(factor.of))
                    let by = try exponent(factor.power)
                    factors.append(.bend(of: bent, at: try exponent(at), by: by, width: width))
                    continue
                }
                let base: LawForm.Base
                if let number = Double(factor.of) {
                    guard number > 0, number.isFinite else {
                        throw InputError("\(context): a power is taken of a positive number, found \(factor.of)")
                    }
                    base = .constant(number)
                } else {
                    base = .variable(index(try variable(factor.of)))
                }
                let power: LawForm.Power
                if let number = Double(factor.power), number.isFinite {
                    power = .fixed(number)
                } else {
                    power = .exponent(try exponent(factor.power))
                }
                factors.append(.power(base, power, times: factor.times ?? 1))
            }
            termList.append(LawForm.Term(term.coefficient, factors, pinned: pinned[term.coefficient]))
        }
        let form = LawForm(name, variableCount: variables.count, terms: termList, exponents: exponentList)
        guard form.parameterCount > 0 else { throw InputError("\(context): every parameter is pinned") }
        return NamedLaw(name: name, form: form, variables: variables, runs: runs ?? .all)
    }
}
