import Reports
import Testing

@Suite struct TableTests {
    @Test func `NaN and infinities become missing`() {
        let column = Column("x", .number, meaning: "A number.")
        let table = Table(
            "one", title: "One", columns: [column],
            rows: [[.number(.nan)], [.number(.infinity)], [.number(-.infinity)], [.number(2)], [.missing]])
        #expect(table.rows == [[.missing], [.missing], [.missing], [.number(2)], [.missing]])
    }

    @Test func `columns of a part serve for the whole`() {
        struct Pair: Sendable { let sample: Sample, weight: Double }
        let columns =
            Sample.columns.prefix(2).map { $0.of { (pair: Pair) in pair.sample } }
            + [.number("weight", "Its weight.") { $0.weight }]
        let table = Table(
            "pairs", title: "Pairs", columns: columns,
            records: [Pair(sample: Sample(tensor: "w", step: 3), weight: 0.5)])
        #expect(table.columns.map(\.name) == ["tensor", "step", "weight"])
        #expect(table.rows == [[.string("w"), .integer(3), .number(0.5)]])
    }

    @Test func `a row of the wrong width stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Table("one", title: "One", columns: [Column("x", .number, meaning: "A number.")], rows: [[]])
        }
    }

    @Test func `a cell of the wrong type stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Table(
                "one", title: "One", columns: [Column("x", .number, meaning: "A number.")], rows: [[.integer(1)]])
        }
    }

    @Test(arguments: ["Drift", "a-b", "1st", "", "dérive", "a b"])
    func `names that are not snake_case stop the program`(name: String) async {
        await #expect(processExitsWith: .failure) { [name] in
            _ = Column(name, .number, meaning: "A number.")
        }
    }
}
