import Reports

/// A claim with all its readings, the one as printed first.
struct ClaimRecord: Sendable {
    let claim: Claim
    let readings: [ClaimReading]

    var asPrinted: ClaimReading { readings[0] }

    /// The readings under which a claim holds that does not hold as printed, the best ones only.
    var holdsAs: String? {
        guard asPrinted.verdict != .holds else { return nil }
        let others = readings.dropFirst()
        for wanted in [ClaimReading.Verdict.holds, .holdsWithinRounding, .possible] {
            // A reading that holds no better than the claim as printed explains nothing.
            if wanted == asPrinted.verdict { return nil }
            let found = others.filter { $0.verdict == wanted }
            if !found.isEmpty { return found.map(\.name).joined(separator: "; ") }
        }
        return nil
    }

    /// One line for stderr.
    var finding: String {
        let computed = asPrinted.computed.map { "computes to \($0)" } ?? "has no value"
        let remedy = holdsAs.map { "; it would hold as \($0)" } ?? ""
        return "claim '\(claim.name)' does not hold: \(claim.claimed.text) \(computed)\(remedy)"
    }
}

/// Every reading of every claim, a row each.
private struct ReadingRecord: Sendable {
    let claim: Claim
    let reading: ClaimReading
}

enum ClaimTables {
    /// Powers and exponentials of C libraries differ in their last digit.
    private static let tolerance = 1e-12

    static func verdicts(_ records: [ClaimRecord]) -> Table {
        let columns: [TypedColumn<ClaimRecord>] =
            [
                name, verdict,
                .string("statement", "What is claimed.") { $0.claim.statement },
                .string("source", "Where.") { $0.claim.source },
                .string("formula", "What the number should follow from.") { $0.claim.formula.rawValue },
                .string("expression", "The formula.") { $0.claim.formula.expression },
                .string("inputs", "Its inputs as printed.") { record in
                    record.claim.formula.inputs.map { "\($0) \(record.claim.inputs[$0]?.text ?? "")" }
                        .joined(separator: ", ")
                },
                printed,
            ] + numbers.map { $0.of { $0.asPrinted } } + [holdsAs]
        return Table(
            "verdicts", title: "Claims as printed, a row each.", columns: columns, primaryKey: ["claim"],
            records: records)
    }

    /// The columns that fit a page.
    static func brief(_ records: [ClaimRecord]) -> Table {
        let wanted = ["computed", "computed_low", "computed_high", "deviation"]
        let columns: [TypedColumn<ClaimRecord>] =
            [name, verdict, printed]
            + numbers.filter { wanted.contains($0.column.name) }.map { $0.of { $0.asPrinted } } + [holdsAs]
        return Table(
            "verdicts", title: "Claims as printed, a row each.", columns: columns, primaryKey: ["claim"],
            records: records)
    }

    static func readings(_ records: [ClaimRecord]) -> Table {
        let columns: [TypedColumn<ReadingRecord>] =
            [
                .string("claim", "The claim.") { $0.claim.name },
                .string(
                    "reading",
                    "How it is read: as_printed; K, M, B and T as powers of 1024 in the claim, the inputs or all; another formula; printed by rounding up or down; or a reading stated with the claim."
                ) { $0.reading.name },
                .string("expression", "The formula of this reading.") { $0.reading.formula.expression },
            ] + numbers.map { $0.of { $0.reading } } + [
                .string("verdict", "The verdict under this reading.") { $0.reading.verdict.rawValue },
                .string("condition", "What else would have to be so; of possible readings only.") {
                    $0.reading.condition
                },
            ]
        return Table(
            "readings", title: "Every reading of every claim.", columns: columns, primaryKey: ["claim", "reading"],
            records: records.flatMap { record in
                record.readings.map { ReadingRecord(claim: record.claim, reading: $0) }
            })
    }

    private static let name = TypedColumn<ClaimRecord>.string("claim", "The claim.") { $0.claim.name }
    private static let printed = TypedColumn<ClaimRecord>.string("printed", "The claimed number as printed.") {
        $0.claim.claimed.text
    }
    private static let verdict = TypedColumn<ClaimRecord>.string(
        "verdict",
        "holds: the inputs as printed give a number that is printed so; holds_within_rounding: some inputs that are printed so do; does_not_hold: none do; undefined: the formula has no value."
    ) { $0.asPrinted.verdict.rawValue }
    private static let holdsAs = TypedColumn<ClaimRecord>.string(
        "holds_as", "The readings that fit better, the best ones only; missing when it holds, or none fits better."
    ) { $0.holdsAs }

    private static let numbers: [TypedColumn<ClaimReading>] = [
        .number("claimed", digits: 6, tolerance: tolerance, "The claimed number.") { $0.claimed },
        .number("claimed_low", digits: 6, tolerance: tolerance, "The smallest number that is printed so.") {
            $0.claimedInterval.lowerBound
        },
        .number("claimed_high", digits: 6, tolerance: tolerance, "The largest number that is printed so.") {
            $0.claimedInterval.upperBound
        },
        .number("computed", digits: 6, tolerance: tolerance, "The formula's value at the inputs as printed.") {
            $0.computed
        },
        .number(
            "computed_low", digits: 6, tolerance: tolerance, "Its smallest value over all inputs that are printed so."
        ) { $0.computedInterval?.lowerBound },
        .number(
            "computed_high", digits: 6, tolerance: tolerance,
            "Its largest value over all inputs that are printed so; of an inequality no bound."
        ) { $0.computedInterval?.upperBound },
        .number("deviation", tolerance: tolerance, "(computed − claimed)/|claimed|; missing when the claim is 0.") {
            $0.deviation
        },
        .number(
            "gap", tolerance: tolerance,
            "Distance between the two intervals over |claimed|, signed as deviation; missing where they meet."
        ) { $0.gap },
    ]
}
