import Engine
import Reports

/// Whether published numbers follow from the published numbers they are said to follow from.
struct Claims: Experiment {
    static let name = "claims"
    static let question = "Do published numbers follow from the numbers they are said to follow from?"
    static let inputsName = "inputs"

    let settings: ClaimsSettings

    /// Checks that every claim can be computed.
    /// - Throws: `InputError`, a line for each claim that cannot.
    init(_ settings: ClaimsSettings, _ context: RunContext) throws {
        self.settings = settings
        guard !settings.claims.isEmpty else {
            throw InputError("there are no claims; state them under 'claims:', as experiments/claims.yaml does")
        }
        let problems = settings.claims.flatMap(Claims.problems) + Claims.duplicates(settings.claims)
        guard problems.isEmpty else { throw InputError(problems) }
    }

    static var tables: [Table] { [ClaimTables.verdicts([]), ClaimTables.readings([])] }

    var requests: [any Request] { [] }

    func report(_ results: ReductionResults) throws -> Report {
        let records = settings.claims.map { ClaimRecord(claim: $0, readings: $0.allReadings) }
        let failing = records.filter { $0.asPrinted.verdict == .doesNotHold || $0.asPrinted.verdict == .undefined }
        let verdicts = ClaimTables.verdicts(records)
        return Report(
            tables: [verdicts, ClaimTables.readings(records)],
            readable: [verdicts.view(ClaimTables.brief, title: "Claims as printed, a row each.")],
            findings: settings.strict ? failing.map(\.finding) : [], inputs: .array([]))
    }

    private static func problems(_ claim: Claim) -> [String] {
        var problems = check(claim.inputs, for: claim.formula, of: "claim '\(claim.name)'")
        if let digits = claim.digits, !(1...17).contains(digits) {
            problems.append("claim '\(claim.name)': digits is \(digits), not a number of significant digits, 1 to 17")
        }
        for stated in claim.readings ?? [] {
            problems += check(
                claim.inputs.merging(stated.inputs ?? [:]) { $1 }, for: stated.formula ?? claim.formula,
                of: "claim '\(claim.name)', reading '\(stated.name)'", allowing: Set(claim.inputs.keys))
        }
        return problems
    }

    private static func check(
        _ inputs: [String: PrintedNumber], for formula: ClaimFormula, of place: String, allowing: Set<String> = []
    ) -> [String] {
        let needed = "\(formula.rawValue) takes \(formula.inputs.joined(separator: ", "))"
        let missing = formula.inputs.filter { inputs[$0] == nil }.map {
            "\(place): the input '\($0)' is missing; \(needed)"
        }
        let unknown = inputs.keys.sorted().filter { !formula.inputs.contains($0) && !allowing.contains($0) }
            .map { "\(place): '\($0)' is no input; \(needed)" }
        return missing + unknown
    }

    /// A name is a row's key: two of one name could not be told apart.
    private static func duplicates(_ claims: [Claim]) -> [String] {
        var seen: Set<String> = []
        var problems = claims.filter { !seen.insert($0.name).inserted }.map { "there are two claims '\($0.name)'" }
        for claim in claims {
            var names: Set<String> = []
            problems += claim.allReadingNames.filter { !names.insert($0).inserted }
                .map { "claim '\(claim.name)': there are two readings '\($0)'" }
        }
        return problems
    }
}

extension Claim {
    /// Names of readings, known before their inputs are.
    fileprivate var allReadingNames: [String] {
        ["as_printed", "claim_in_powers_of_1024", "inputs_in_powers_of_1024", "all_in_powers_of_1024"]
            + formula.siblings.map(\.rawValue) + ["rounded_up", "rounded_down"]
            + (readings ?? []).flatMap { [$0.name, "\($0.name)_in_powers_of_1024"] }
    }
}
