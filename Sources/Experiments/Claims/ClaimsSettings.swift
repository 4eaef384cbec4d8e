import Settings

/// What `experiments/claims.yaml` may say.
struct ClaimsSettings: ExperimentSettings {
    @Setting("The claims, in the order of the table.")
    var claims: [Claim] = []
    @Setting("Whether claims that do not hold are findings (exit code 4).")
    var strict = false
}

/// A published number, and what it should follow from.
struct Claim: SettingsSection {
    @Setting("A short name, unique.")
    var name: String
    @Setting("What is claimed, in words.")
    var statement: String
    @Setting("Where it is published.")
    var source: String
    @Setting("The number, as printed.")
    var claimed: PrintedNumber
    @Setting("Significant digits of the claimed number, where printing does not show them (zeros at its end).")
    var digits: Int?
    @Setting("What it should follow from.")
    var formula: ClaimFormula
    @Setting("The formula's inputs, as printed.")
    var inputs: [String: PrintedNumber]
    @Setting("Other readings to try besides those that are tried of themselves.")
    var readings: [StatedReading]?
}

/// A reading that a claim's author may have had in mind.
struct StatedReading: SettingsSection {
    @Setting("A short name, unique in its claim.")
    var name: String
    @Setting("The formula.", unset: "the claim's own")
    var formula: ClaimFormula?
    @Setting("Inputs.", unset: "the claim's own")
    var inputs: [String: PrintedNumber]?
}

extension PrintedNumber: SettingValue {
    static let expected = "a number as printed, such as 2.376, 8.57B, 14.28% or 1e21 exactly"
}
