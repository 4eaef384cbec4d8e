import Settings

/// What `experiments/claims.yaml` may say.
struct ClaimsSettings: ExperimentSettings {
    /// The claims, in the order of the table.
    var claims: [Claim] = []
    /// Whether claims that do not hold are findings (exit code 4).
    var strict = false

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case claims, strict
    }
}

/// A published number, and what it should follow from.
struct Claim: Codable, Equatable, Sendable {
    /// A short name, unique.
    let name: String
    /// What is claimed, in words.
    let statement: String
    /// Where it is published.
    let source: String
    /// The number, as printed.
    let claimed: PrintedNumber
    /// Significant digits of the claimed number, where printing does not show them (zeros at its end).
    let digits: Int?
    /// What it should follow from.
    let formula: ClaimFormula
    /// The formula's inputs, as printed.
    let inputs: [String: PrintedNumber]
    /// Other readings to try besides those that are tried of themselves.
    let readings: [StatedReading]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, statement, source, claimed, digits, formula, inputs, readings
    }
}

/// A reading that a claim's author may have had in mind.
struct StatedReading: Codable, Equatable, Sendable {
    /// A short name, unique in its claim.
    let name: String
    /// The formula; the claim's own when not given.
    let formula: ClaimFormula?
    /// Inputs; those that are not given are the claim's own.
    let inputs: [String: PrintedNumber]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, formula, inputs
    }
}
