import Base
import Testing

@testable import Reports

@Suite struct TableCutTests {
    private static let columns = [
        Column("module", .string, meaning: "A module."), Column("step", .integer, meaning: "A step."),
        Column(
            "loss", .number, unit: "nats", uncertainty: .interval(low: "loss_low", high: "loss_high"),
            meaning: "A loss."),
        Column("loss_low", .number, meaning: "Its lower end."), Column("loss_high", .number, meaning: "Its upper end."),
        Column("rate", .number, uncertainty: .error("rate_error"), meaning: "A rate."),
        Column("rate_error", .number, meaning: "Its standard error."),
        Column("kept", .boolean, meaning: "Whether it is kept."),
    ]

    private let table: Table = {
        func row(_ name: String, _ step: Int?, _ loss: Double?, _ kept: Bool) -> [Cell] {
            let number = { (value: Double?) in value.map(Cell.number) ?? Cell.missing }
            return [
                .string(name), step.map(Cell.integer) ?? .missing, number(loss), number(loss.map { $0 - 0.134 }),
                number(loss.map { $0 + 0.126 }), number(477.8), number(73.59), .boolean(kept),
            ]
        }
        let rows = [
            row("attention.q", 10, 1.2345, true), row("attention.k", 200, 3, false), row("mlp.up", nil, nil, true),
            row("norm", 10, 2, false),
        ]
        return Table("parts", title: "Parts.", columns: columns, rows: rows)
    }()

    private func cut(_ change: (inout TableCut) -> Void) throws -> TableCut.Part {
        var cut = TableCut()
        change(&cut)
        return try cut.part(of: table, usual: ["module", "step"])
    }

    private func modules(_ conditions: [String], sort: [(String, Bool)] = []) throws -> [String] {
        let part = try cut { cut in
            cut.conditions = conditions.compactMap { RowCondition($0) }
            cut.order = sort.map { (column: $0.0, isDescending: $0.1) }
            cut.columns = ["module"]
        }
        return part.readable.rows.compactMap { $0[0] }
    }

    private static let asked: [([String], [String])] = [
        (["module=attention.*"], ["attention.q", "attention.k"]),
        (["module=norm,mlp.?p"], ["mlp.up", "norm"]),
        (["module!=attention.*,norm"], ["mlp.up"]),
        (["step=10"], ["attention.q", "norm"]), (["step="], ["mlp.up"]),
        (["step!="], ["attention.q", "attention.k", "norm"]),
        (["step>10"], ["attention.k"]), (["step>=10", "loss<=2"], ["attention.q", "norm"]),
        (["loss < 2"], ["attention.q"]), (["kept=true", "module=*.*"], ["attention.q", "mlp.up"]),
    ]

    @Test(arguments: asked)
    func `conditions keep the rows that fulfil them all`(conditions: [String], rows: [String]) throws {
        #expect(try modules(conditions) == rows)
    }

    @Test func `rows are sorted by several columns, missing ones last`() throws {
        #expect(try modules([], sort: [("loss", true)]) == ["attention.k", "norm", "attention.q", "mlp.up"])
        #expect(
            try modules([], sort: [("step", false), ("module", true)]) == [
                "norm", "attention.q", "attention.k", "mlp.up",
            ])
    }

    @Test func `an interval stands in the cell of its number, by its digits`() throws {
        let readable = try cut { $0.columns = ["module", "loss", "rate"] }.readable
        #expect(readable.columns.map(\.heading) == ["module", "loss (nats)", "rate"])
        #expect(readable.columns.map(\.kind) == [.text, .estimate, .estimate])
        // Half the interval is 0.13, so that two decimals are known; of 73.59, units.
        #expect(readable.rows[0] == ["attention.q", "1.23 [1.10, 1.36]", "478 ± 74"])
        #expect(readable.rows[2] == ["mlp.up", nil, "478 ± 74"])
    }

    @Test func `intervals may be columns, or not be shown`() throws {
        let columns = try cut {
            $0.columns = ["loss"]
            $0.intervals = .columns
        }.readable
        #expect(columns.columns.map(\.heading) == ["loss (nats)", "loss low", "loss high"])
        #expect(columns.rows[0] == ["1.23", "1.10", "1.36"])
        let none = try cut {
            $0.columns = ["loss"]
            $0.intervals = .none
        }.readable
        #expect(none.rows[0] == ["1.23"])
        // One that is asked for by name stands where it was asked for.
        #expect(try cut { $0.columns = ["loss_low", "loss"] }.readable.rows[0] == ["1.10", "1.23"])
    }

    @Test func `headings are those asked for, in every format`() throws {
        let part = try cut {
            $0.columns = ["loss", "module"]
            $0.headings = [("loss", "Loss, \"held out\""), ("module", "Part")]
            $0.limit = 2
        }
        #expect(part.csv == "\"Loss, \"\"held out\"\"\",Part\n1.2345,attention.q\n3.0,attention.k\n")
        #expect(
            part.json.compact
                == #"[{"Loss, \"held out\"":1.2345,"Part":"attention.q"},{"Loss, \"held out\"":3,"Part":"attention.k"}]"#
        )
        #expect(part.readable.columns.map(\.heading) == ["Loss, \"held out\"", "Part"])
    }

    private static let problems: [([String], String)] = [
        (["modul=x"], "the table 'parts' has no column 'modul'; did you mean module?"),
        (
            ["drift=1"],
            "the table 'parts' has no column 'drift'; there are module, step, loss, loss_low, loss_high, rate, rate_error, kept"
        ),
        (
            ["module=mlp"],
            "no row of 'parts' has module=mlp; 'module' is there attention.q, attention.k, mlp.up, norm"
        ),
        (
            ["step=10", "module=mlp.up"],
            "no row of 'parts' that fulfils the conditions before has module=mlp.up; 'module' is there attention.q, norm"
        ),
        (["step>=ten"], "'step>=ten': the column 'step' holds numbers, and 'ten' is none"),
        (
            ["module>a"],
            "'module>a': the column 'module' holds no numbers, which alone are more or less; = and != are left"
        ),
        (["kept=yes"], "'kept=yes': the column 'kept' holds true and false, not 'yes'"),
    ]

    @Test(arguments: problems)
    func `what cannot be cut is told with what there is`(conditions: [String], message: String) {
        #expect { try modules(conditions) } throws: { "\($0)" == message }
    }

    @Test(arguments: ["module", "=x", "", "module x"])
    func `a condition needs a column and a relation`(text: String) { #expect(RowCondition(text) == nil) }
}

@Suite struct PaperWidthTests {
    private static let lengths: [(String, Double, Bool)] = [
        ("3.25in", 234.8775, false), ("icml", 234.8775, false), ("neurips", 397.485, true), ("5.5in", 397.485, true),
        ("85mm", 241.846, false), ("8.5cm", 241.846, false), ("234pt", 234, false), ("article", 345, true),
        ("icml-two", 487.8225, false),
    ]

    @Test(arguments: lengths)
    func `lengths and names of columns are points of TeX`(text: String, points: Double, isWholePage: Bool) throws {
        let width = try #require(PaperWidth(text))
        #expect(abs(width.points - points) < 0.001 && width.isWholePage == isWholePage)
    }

    @Test(arguments: ["", "in", "3.25", "3,25in", "-3in", "0.5in", "30in", "nips", "1e2pt", "infin", "+3in"])
    func `anything else is no width`(text: String) { #expect(PaperWidth(text) == nil) }
}
