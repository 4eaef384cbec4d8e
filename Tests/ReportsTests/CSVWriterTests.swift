import Base
import Reports
import Testing

@Suite struct CSVWriterTests {
    @Test func `hostile names and extreme numbers are written whole`() {
        let expected = """
            tensor,step,relative_drift,is_changed
            model.layers.0.self_attn.q_proj.weight,1000,0.012345,true
            "a,b",-1,1.7976931348623157e+308,true
            "say ""hi\""",9223372036854775807,5e-324,true
            "two\r
            lines",,,false
            <script>alert(1)</script>,0,,true
            μ_层|∑,0,-0.5,
            "",0,1.0,true
            ,0,0.0,true

            """
        #expect(Array(CSVWriter().text(Sample.table(Sample.hostile)).utf8) == Array(expected.utf8))
    }

    @Test func `an empty table is its header`() {
        #expect(CSVWriter().text(Sample.table([])) == "tensor,step,relative_drift,is_changed\n")
    }

    @Test func `a quote that carries a combining accent is doubled`() {
        let table = Sample.table([Sample(tensor: "a\"\u{301}b", drift: nil)])
        #expect(CSVWriter().text(table).contains("\"a\"\"\u{301}b\",0,,true\n"))
    }

    @Test func `a missing cell alone in its row is not a blank line`() {
        let table = Table(
            "one", title: "One column", columns: [Column("x", .number, meaning: "A number.")], rows: [[.missing]])
        #expect(CSVWriter().text(table) == "x\n\"\"\n")
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (-0.0, "-0.0"), (100, "100.0"), (0.0001, "0.0001"), (0.00001, "1e-05"), (1.5e-7, "1.5e-07"),
            (9_007_199_254_740_994, "9007199254740994.0"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
            (1.2345678901234567e16, "1.2345678901234568e+16"), (-1e-100, "-1e-100"), (0.1 + 0.2, "0.30000000000000004"),
            (123456.789, "123456.789"), (2.2250738585072014e-308, "2.2250738585072014e-308"),
        ])
    func `numbers are laid out as Python's repr lays them out`(value: Double, text: String) {
        let table = Table(
            "one", title: "One column", columns: [Column("x", .number, meaning: "A number.")], rows: [[.number(value)]])
        #expect(CSVWriter().text(table) == "x\n\(text)\n")
    }

    /// Names come back fit to be shown, whatever a table holds.
    @Test func `what the writer writes reads back`() throws {
        let written = CSVWriter().text(Sample.table(Sample.hostile))
        let read = try CSVReader().parse(Array(written.utf8), file: "t.csv")
        #expect(try read.texts("tensor") == Sample.hostile.map { $0.tensor.map { printable($0, limit: .max) } })
        #expect(
            try read.numbers("relative_drift") == Sample.hostile.map { $0.drift.flatMap { $0.isFinite ? $0 : nil } })
    }
}
