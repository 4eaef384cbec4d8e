import Reports
import TestSupport
import Testing

@testable import Experiments

/// The sentences that answer an experiment's question, on the committed results and on tables that say otherwise.
@Suite struct AnswerTests {
    private func saved(_ name: String) throws -> [Table] {
        try SavedTables(folder: "\(packageRoot)/results/\(name)").tables
    }

    private func texts(_ sentences: [Sentence]) -> [String] { sentences.map(\.text) }

    /// A table of the cells that a test needs; columns are typed by their first value.
    private func table(_ name: String, _ columns: [String], _ rows: [[Cell]]) -> Table {
        Table(
            name, title: "Of a test.",
            columns: columns.enumerated().map { index, column in
                let kind: Column.Kind =
                    switch rows.lazy.map({ $0[index] }).first(where: { $0 != .missing }) {
                    case .integer: .integer
                    case .number: .number
                    case .boolean: .boolean
                    default: .string
                    }
                return Column(column, kind, meaning: "Of a test.")
            }, rows: rows)
    }

    @Test func `every committed run has an answer of two to five sentences that name their rows`() throws {
        for name in Registry.list.map(\.name) {
            let tables = try saved(name)
            let experiment = try #require(Registry.experiment(named: name))
            let sentences = experiment.answer(tables)
            #expect((2...5).contains(sentences.count), "\(name): \(texts(sentences))")
            for sentence in sentences {
                #expect(sentence.text.hasSuffix(".") && !sentence.text.contains("nan"), "\(sentence.text)")
                #expect(!sentence.sources.isEmpty)
                for source in sentence.sources {
                    let table = try #require(tables.named(source.table))
                    #expect((1...table.rows.count).contains(source.row))
                }
            }
        }
    }

    @Test func `drift says what moved since the end of stage 1`() throws {
        let sentences = Drift.answer(try saved("drift"))
        #expect(
            texts(sentences).prefix(2) == [
                "From the end of stage 1 (stage1-step2500-tokens1B) to main the weights moved by 0.119 of their norm, most in "
                    + "unembedding (0.157) and attention.q (0.150), least in attention.norm (0.0150).",
                "The 3 ingredients moved by 0.123 to 0.124 from there, in like directions (cosine 0.89).",
            ])
        // The row of the CSV file that the first number stands in.
        let summary = try #require(try saved("drift").named("summary"))
        let row = summary.records[sentences[0].sources[0].row - 1]
        #expect(row.text("comparison") == "branch_point" && row.text("to") == "main")
    }

    private let drifts = [
        "comparison", "from", "to", "ingredient", "step", "drift", "relative_drift", "exceeds_rounding",
        "rounding_drift", "coverage",
    ]

    @Test func `a pair without movement did not move`() {
        let summary = table(
            "summary", drifts,
            [
                [
                    .string("pair"), .string("a"), .string("b"), .missing, .missing, .number(0), .number(0),
                    .boolean(false), .number(0.1), .number(1),
                ]
            ])
        #expect(texts(Drift.answer([summary])) == ["From a to b no weight moved."])
    }

    @Test func `a drift of a part of the weights is said to be of that part`() {
        func summary(_ drift: Double) -> Table {
            table(
                "summary", drifts,
                [
                    [
                        .string("pair"), .string("a"), .string("b"), .missing, .missing, .number(drift), .number(drift),
                        .boolean(true), .number(0), .number(0.00175),
                    ]
                ])
        }
        #expect(
            texts(Drift.answer([summary(0.0126)])) == [
                "From a to b the 0.175 % of the weights that can be compared moved by 0.0126 of their norm."
            ])
        #expect(
            texts(Drift.answer([summary(0)])) == [
                "From a to b none of the 0.175 % of the weights that can be compared moved."
            ])
    }

    @Test func `what rounding explains is said to be rounding`() {
        let summary = table(
            "summary", drifts,
            [
                [
                    .string("pair"), .string("a"), .string("b"), .missing, .missing, .number(0.5), .number(0.01),
                    .boolean(false), .number(0.6), .number(1),
                ]
            ])
        #expect(
            texts(Drift.answer([summary])) == [
                "From a to b the weights moved by 0.0100 of their norm.",
                "That is no more than rounding to the stored precision explains (0.500 against 0.600).",
            ])
    }

    @Test func `ingredients that went different ways are said to`() {
        let row = { (to: String, ingredient: Cell, step: Cell, drift: Double) -> [Cell] in
            [
                .string("branch_point"), .string("b"), .string(to), ingredient, step, .number(drift), .number(drift),
                .boolean(true), .number(0), .number(1),
            ]
        }
        let summary = table(
            "summary", drifts,
            [
                row("i1", .integer(1), .integer(5), 0.25), row("i1late", .integer(1), .integer(10), 0.5),
                row("i2", .integer(2), .integer(10), 0.75), row("main", .missing, .missing, 0.125),
            ])
        let updates = table(
            "ingredient_updates", ["level", "cosine"],
            [[.string("model"), .number(0.125)], [.string("module"), .number(0.9)]])
        #expect(
            texts(Drift.answer([summary, updates])).last
                == "The 2 ingredients moved by 0.500 to 0.750 from there, in different directions (cosine 0.13).")
    }

    @Test func `an audit without findings says what it vouches for`() throws {
        #expect(
            texts(Audit.answer(try saved("audit"))) == [
                "18 checkpoints, 25 MB: whole, in order, no copies.",
                "main is the mean of 3 ingredients within rounding (residual 0.194 of 0.198).",
            ])
    }

    @Test func `an audit with findings counts them and names the kinds`() {
        let files = table(
            "files", ["revision", "read", "bytes"],
            [[.string("a"), .boolean(true), .integer(1500)], [.string("b"), .boolean(false), .integer(500)]])
        let findings = table(
            "findings", ["severity", "finding", "revision"],
            [
                [.string("error"), .string("same_weights"), .string("b")],
                [.string("warning"), .string("no_config"), .string("a")],
            ])
        #expect(
            texts(Audit.answer([files, findings])) == [
                "2 checkpoints, 2 kB: 1 error, 1 warning and 1 checkpoint not read whole.", "Errors: same weights (b).",
            ])
    }

    @Test func `a soup that is a copy of one ingredient is not called their mean`() {
        let files = table("files", ["revision", "read", "bytes"], [[.string("main"), .boolean(true), .integer(10)]])
        let soup = table(
            "soup", ["soup", "explanation", "ingredient", "residual", "rounding"],
            [
                [.string("main"), .string("mean"), .string("i1"), .number(3), .number(0.5)],
                [.string("main"), .string("mean"), .string("i2"), .number(3), .number(0.5)],
                [.string("main"), .string("single"), .string("i1"), .number(4), .number(0.5)],
                [.string("main"), .string("single"), .string("i2"), .number(0), .number(0.5)],
            ])
        #expect(
            texts(Audit.answer([files, soup])).last
                == "main is not the mean of its 2 ingredients but i2 within rounding (residual 3 of 0.500).")
    }

    @Test func `a loss whose intervals overlap is not called the best alone`() {
        let columns = ["revision", "domain", "cross_entropy", "cross_entropy_low", "cross_entropy_high"]
        let row = { (name: String, loss: Double, half: Double) -> [Cell] in
            [.string(name), .string("all"), .number(loss), .number(loss - half), .number(loss + half)]
        }
        let apart = table("loss", columns, [row("a", 4, 0.125), row("b", 3, 0.125), row("c", 2, 0.125)])
        let alike = table("loss", columns, [row("a", 4, 0.125), row("b", 2.125, 0.125), row("c", 2, 0.125)])
        func best(_ loss: Table) -> String {
            Probe.answer([loss.adding([.string("previous", "None.") { _ in nil }])])[1].text
        }
        #expect(best(apart) == "c has the lowest loss, 2 nats, below the intervals of all others.")
        #expect(best(alike) == "c has the lowest loss, 2 nats; its interval overlaps those of 1 other.")
    }

    @Test func `claims that all hold have no second sentence`() {
        let verdicts = table(
            "verdicts", ["claim", "printed", "computed", "verdict", "holds_as"],
            [[.string("a"), .string("1.0"), .number(1), .string("holds"), .missing]])
        #expect(texts(Claims.answer([verdicts])) == ["Of 1 claim, 1 holds."])
    }

    @Test func `a correlation whose interval holds zero decides nothing`() {
        let correlations = table(
            "correlations", ["run", "domain", "x", "y", "spearman", "spearman_low", "spearman_high"],
            [
                [
                    .string("all"), .string("all"), .string("drift"), .string("loss"), .number(-0.5), .number(-0.9),
                    .number(0.25),
                ]
            ])
        #expect(
            texts(DriftAndLoss.answer([correlations])) == [
                "The data do not tell whether it follows drift (-0.50 [-0.90, 0.25])."
            ])
    }

    @Test func `numbers keep three digits, and whole ones are whole`() {
        #expect(Prose.number(0.11914) == "0.119" && Prose.number(40) == "40" && Prose.number(477.83) == "478")
        #expect(
            Prose.number(2143.4) == "2143" && Prose.number(1.5e9) == "1.50e9"
                && Prose.number(.infinity) == "an unknown number")
        #expect(Prose.range([0.1231, 0.1229]) == "0.123" && Prose.range([]) == "nothing")
        #expect(
            Prose.list(["a", "b", "c"]) == "a, b and c" && Prose.list(["a", "b"]) == "a and b" && Prose.list([]).isEmpty
        )
    }
}
