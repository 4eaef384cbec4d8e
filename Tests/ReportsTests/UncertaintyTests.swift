import Testing

@testable import Reports

@Suite struct UncertaintyTests {
    private func rows(_ rows: [[Cell]]) -> [[String?]] {
        Table(
            "fits", title: "Fits.",
            columns: [
                Column("slope", .number, uncertainty: .interval(low: "low", high: "high"), meaning: "Slope."),
                Column("low", .number, meaning: "Low."), Column("high", .number, meaning: "High."),
                Column("mean", .number, uncertainty: .error("error"), meaning: "Mean."),
                Column("error", .number, meaning: "Its standard error."),
            ], rows: rows
        ).readableRows
    }

    @Test func `a number and its interval end at the second digit of the interval's half width`() {
        let shown = rows([[.number(0.17417), .number(0.13013), .number(0.21821), .number(1234.56), .number(2.345)]])
        #expect(shown == [["0.174", "0.130", "0.218", "1234.6", "2.3"]])
    }

    @Test func `uncertainties of tens and of tiny fractions, and those that round up`() {
        let shown = rows([
            [.number(12345), .number(12000), .number(12690), .number(1.5e-9), .number(2.5e-11)],
            [.number(-0.0004), .number(-0.05), .number(0.05), .number(1), .number(0.0996)],
        ])
        // Half of 690 is 345: tens. 0.0996 is 0.10.
        #expect(shown[0] == ["12350", "12000", "12690", "1.500e-9", "2.5e-11"])
        #expect(shown[1] == ["0.000", "-0.050", "0.050", "1.00", "0.10"])
    }

    @Test func `without a known uncertainty a number has the digits of its column`() {
        let shown = rows([[.number(0.174171), .missing, .number(0.2), .number(1.23456), .number(0)]])
        #expect(shown == [["0.1742", nil, "0.2000", "1.235", "0"]])
    }
}
