import Foundation
import Statistics
import TestSupport
import Testing

@testable import Base
@testable import Experiments
@testable import Settings

/// Runs an experiment that reads no checkpoint; its settings are a text, or the default file.
@discardableResult
func runFacts(
    _ name: String, in folder: ScratchFolder, settings: String? = nil, _ overrides: String...
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: [name], jobs: 1)
    options.settingsFile =
        try settings.map { try folder.write("\(name).yaml", $0) } ?? "\(packageRoot)/experiments/\(name).yaml"
    options.overrides = try overrides.map { try SettingsOverride($0) }
    options.output = "\(folder.path)/out"
    return try ExperimentRun(options).run()
}

@Suite struct ClaimsTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// 1e-13: powers and exponentials in doubles against 40 digits; the largest exponent multiplies rounding by 60.
    @Test func `every claim computes to what Python's decimal module finds`() throws {
        try runFacts("claims", in: folder)
        let golden = try CSVRows(file: "\(packageRoot)/Tests/Fixtures/claims/verdicts.csv")
        let readings = try table("readings", of: folder)
        let rows = readings.index(by: "claim", "reading")
        for row in golden.rows.indices {
            let key = "\(golden["claim"][row]) \(golden["reading"][row])"
            let place = try #require(rows[key], "no reading \(key)")
            for column in ["claimed", "computed", "computed_low", "computed_high"] {
                let (found, expected) = (readings.number(place, column), golden.number(row, column))
                #expect(abs((found ?? .nan) - (expected ?? .nan)) <= 1e-13 * abs(expected ?? 0), "\(column) of \(key)")
            }
            #expect(readings["verdict"][place] == golden["verdict"][row], "\(key)")
        }
        // Every claim of the default file is there.
        #expect(Set(golden["claim"]) == Set(try table("verdicts", of: folder)["claim"]))
        #expect(golden["reading"].count { $0 == "as_printed" } == golden["claim"].distinctCount)
    }

    @Test func `what does not hold says which reading would`() throws {
        try runFacts("claims", in: folder)
        let verdicts = try table("verdicts", of: folder)
        let rows = verdicts.index(by: "claim")
        func holdsAs(_ claim: String) throws -> String { verdicts["holds_as"][try #require(rows[claim])] }
        #expect(try holdsAs("olmo-1b-perplexity") == "mean_of_exponentials")
        #expect(try holdsAs("transferred-share") == "share_of_all_tokens")
        #expect(try holdsAs("transferred-tokens") == "all_in_powers_of_1024")
        #expect(try holdsAs("mlm-compute-85m") == "inputs_in_powers_of_1024")
        #expect(try holdsAs("olmo2-7b-stage1-tokens") == "rounded_up")
        #expect(try holdsAs("compute-exponent") == "rounded_down")
        #expect(try holdsAs("olmo2-1b-stage1-steps") == "")
        #expect(
            try holdsAs("olmo2-13b-name")
                == "claim_in_powers_of_1024; olmo2_parameters_without_embedding; rounded_down")
        let readings = try table("readings", of: folder)
        let mean = try #require(readings.index(by: "claim", "reading")["olmo-1b-perplexity mean_of_exponentials"])
        #expect(readings["verdict"][mean] == "possible" && readings["gap"][mean] == "")
        // √(2 ln(10.815/exp(2.376))) = √(2 · (2.380934 − 2.376)) = 0.0993
        #expect(
            readings["condition"][mean]
                == "if the averaged losses are normal with a standard deviation of 0.10 nats")
    }

    private static let one = """
        claims:
          - {name: a, statement: s, source: t, claimed: 1.5, formula: ratio, inputs: {part: 3, whole: 2}}
          - {name: b, statement: s, source: t, claimed: 1.3, formula: ratio, inputs: {part: 3, whole: 2.0}}
          - {name: c, statement: s, source: t, claimed: 1.47, formula: ratio, inputs: {part: 3, whole: 2.0}}
          - {name: d, statement: s, source: t, claimed: 1, formula: loss, inputs: {perplexity: -1}}

        """

    @Test func `the table for reading is this one`() throws {
        try runFacts("claims", in: folder, settings: Self.one)
        #expect(
            try folder.text("out/verdicts.md") == """
                | claim | printed | computed | computed low | computed high | deviation | verdict               | holds as |
                | ----- | ------- | -------: | -----------: | ------------: | --------: | --------------------- | -------- |
                | a     | 1.5     |  1.50000 |      1.50000 |       1.50000 |         0 | holds                 | --       |
                | b     | 1.3     |  1.50000 |      1.46341 |       1.53846 |    0.1538 | does_not_hold         | --       |
                | c     | 1.47    |  1.50000 |      1.46341 |       1.53846 |   0.02041 | holds_within_rounding | --       |
                | d     | 1       |       -- |           -- |            -- |        -- | undefined             | --       |

                """)
        // From 1.35 to 60/41 (3 over 2.05), over 1.3.
        let gap = try table("verdicts", of: folder).number(1, "gap") ?? .nan
        #expect(abs(gap - (60.0 / 41 - 1.35) / 1.3) < 1e-12)
    }

    @Test func `strict makes findings of what does not hold`() throws {
        let outcome = try runFacts("claims", in: folder, settings: Self.one, "strict=true")
        #expect(
            outcome.findings == [
                "claim 'b' does not hold: 1.3 computes to 1.5", "claim 'd' does not hold: 1 has no value",
            ])
    }

    @Test func `digits tell how far zeros at the end were printed`() throws {
        let claim =
            "{name: a, statement: s, source: t, claimed: 1500000, formula: product, inputs: {count: 3, size: 493000}"
        try runFacts("claims", in: folder, settings: "claims: [\(claim)}]\n")
        #expect(try table("verdicts", of: folder)["verdict"] == ["does_not_hold"])
        try runFacts("claims", in: folder, settings: "claims: [\(claim), digits: 2}]\n")
        let verdicts = try table("verdicts", of: folder)
        #expect(verdicts["verdict"] == ["holds"])
        #expect(verdicts["claimed_low"] == ["1450000.0"] && verdicts["claimed_high"] == ["1550000.0"])
    }

    @Test func `claims that cannot be computed are all named`() throws {
        let settings = """
            claims:
              - {name: a, statement: s, source: t, claimed: 1, formula: ratio, inputs: {part: 3, total: 2}}
              - {name: a, statement: s, source: t, claimed: 1, formula: perplexity, inputs: {loss: 3}, digits: 0}
              - name: b
                statement: s
                source: t
                claimed: 1
                formula: perplexity
                inputs: {loss: 3}
                readings: [{name: rounded_up, formula: ratio}]

            """
        #expect(
            try problems { try runFacts("claims", in: folder, settings: settings) } == [
                "claim 'a': the input 'whole' is missing; ratio takes part, whole",
                "claim 'a': 'total' is no input; ratio takes part, whole",
                "claim 'a': digits is 0, not a number of significant digits, 1 to 17",
                "claim 'b', reading 'rounded_up': the input 'part' is missing; ratio takes part, whole",
                "claim 'b', reading 'rounded_up': the input 'whole' is missing; ratio takes part, whole",
                "there are two claims 'a'",
                "claim 'b': there are two readings 'rounded_up'",
            ])
        #expect(
            try problems { try runFacts("claims", in: folder, settings: "claims: []\n") }
                == ["there are no claims; state them under 'claims:', as experiments/claims.yaml does"])
    }

    @Test(arguments: ["abc", "1.2.3", "0x10", "nan", "1e999", "8.57 billion", "", "1e", "--1"])
    func `a text that is no printed number is refused`(_ text: String) {
        #expect(PrintedNumber(text) == nil)
    }

    @Test func `printed numbers mean what they say`() throws {
        func interval(_ text: String, _ units: PrintedNumber.Units = .decimal) throws -> [Double] {
            let interval = try #require(PrintedNumber(text)).interval(units)
            return [interval.lowerBound, interval.upperBound]
        }
        #expect(try interval("2.5") == [2.45, 2.55])
        #expect(try interval("-0.5") == [-0.55, -0.45])
        #expect(try interval("3") == [3, 3])
        #expect(try interval("3e1") == [25, 35])
        #expect(try interval("1e21 exactly") == [1e21, 1e21])
        #expect(try interval("7B") == [6.5e9, 7.5e9])
        #expect(try interval("2M", .binary) == [1.5 * 0x1p20, 2.5 * 0x1p20])
        #expect(try interval("2Ki") == [1536, 2560])
        #expect(try interval("50%", .binary) == [0.495, 0.505])
        #expect(try #require(PrintedNumber("8.57B")).value(.decimal) == 8.57e9)
        #expect(
            try [#require(PrintedNumber("85M")).isAmbiguous, #require(PrintedNumber("85Mi")).isAmbiguous] == [
                true, false,
            ])
    }

    /// Corners hold the extremes only if each formula is monotone in each input.
    @Test(arguments: ClaimFormula.allCases)
    func `no inner point leaves the range of the corners`(_ formula: ClaimFormula) throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<200 {
            let box = formula.inputs.map { name -> ClosedRange<Double> in
                // Exponents as laws have them; all else positive.
                let sign = name == "exponent" && formula == .powerLaw ? -1.0 : 1
                let ends = [random.unit(), random.unit()].map { sign * (0.05 + 3 * $0) }.sorted()
                return ends[0]...ends[1]
            }
            let range = try #require(formula.range(over: box))
            let inner = box.map { $0.lowerBound + random.unit() * ($0.upperBound - $0.lowerBound) }
            let value = try #require(formula.value(inner))
            let slack = 1e-12 * abs(value)
            #expect(range.lowerBound - slack <= value && value <= range.upperBound + slack, "\(formula) at \(inner)")
        }
    }
}

extension [String] {
    fileprivate var distinctCount: Int { Set(self).count }
}
