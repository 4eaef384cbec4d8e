import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct FigureTests {
    private static let columns = [
        Column("module", .string, meaning: "Module."), Column("stage", .integer, meaning: "Stage."),
        Column("ingredient", .integer, meaning: "Ingredient."), Column("step", .integer, meaning: "Step."),
        Column("drift", .number, unit: "rad", tolerance: 1e-3, meaning: "Drift."),
    ]

    private func table(_ names: [String] = ["q", "k"]) -> Table {
        let steps: [(Int, Int?, Int?)] = [(1, nil, 25), (1, nil, 2500), (2, 1, 100), (2, 2, 100), (2, nil, nil)]
        // By checkpoint, as experiments' tables are: a figure has to sort the lines.
        let rows = steps.enumerated().flatMap { index, place in
            names.enumerated().map { number, name -> [Cell] in
                [
                    .string(name), .integer(place.0), place.1.map(Cell.integer) ?? .missing,
                    place.2.map(Cell.integer) ?? .missing, .number(Double(index + 1) * Double(number + 1)),
                ]
            }
        }
        return Table("parts", title: "Parts.", columns: Self.columns, rows: rows)
    }

    private func figure(_ names: [String] = ["q", "k"]) throws -> Figure {
        let training = try #require(TrainingAxis(table(names)))
        var chart = Chart(x: training.axis, y: Axis("drift", "drift"), color: "module")
        chart.marks = training.marks
        chart.shape = "branch"
        return Figure(
            "drift", title: "Drift.", data: training.rows(of: table(names), lines: ["module"]),
            lines: ["module", "branch"],
            panels: [.chart(chart)])
    }

    @Test func `a stage starts from the last checkpoint of the one before, in each ingredient`() throws {
        let rows = try figure().data.records.filter { $0.text("module") == "q" }
        #expect(rows.map { $0.integer("line") } == [1, 1, 3, 3, 5, 5, 7])
        let branches = ["stage 1", "stage 1", "ingredient 1", "ingredient 1", "ingredient 2", "ingredient 2", "end"]
        #expect(rows.map { $0.text("branch") } == branches)
        #expect(rows.map { $0.number("drift") } == [1, 2, 2, 3, 2, 4, 5])
        let places = rows.map { $0.number("position") }
        #expect(places[0] == 0 && places[1] == places[2] && places[2] == places[4] && places[3] == places[5])
        #expect(places[6] == 1)
    }

    @Test func `the figure's data keep the description of their columns`() throws {
        let column = try figure().data.column("drift")
        #expect(column == Self.columns[4])
    }

    @Test func `a run without steps has no axis of training`() {
        let rows: [[Cell]] = [[.string("q"), .integer(2), .missing, .missing, .number(1)]]
        #expect(TrainingAxis(Table("parts", title: "Parts.", columns: Self.columns, rows: rows)) == nil)
    }

    @Test func `a heat map numbers its cells from the top left`() {
        let map = HeatMap(row: "stage", column: "module", value: "drift", labels: ("stage", "", "drift"))
        let figure = Figure("map", title: "Map.", data: table(), lines: [], panels: [.heatMap(map)])
        let places = figure.data.records.map { [$0.integer("column_place"), $0.integer("row_place")] }
        #expect(places.prefix(2) == [[1, 1], [2, 1]] && places.suffix(2) == [[1, 2], [2, 2]])
    }

    @Test func `panels with a shared axis have the same ends`() throws {
        func ends(isShared: Bool) -> [Substring] {
            let panels = ["q", "k"].map { name in
                var chart = Chart(x: Axis("step", "step"), y: Axis("drift", "drift"))
                chart.y.isShared = isShared
                chart.layers = [Chart.Layer([RowFilter("module", name)])]
                return Figure.Panel.chart(chart)
            }
            let figure = Figure("drift", title: "Drift.", data: table(), lines: ["module"], panels: panels)
            return GnuplotScript(figure, width: .one).text.split(separator: "\n").filter { $0.hasPrefix("set yrange") }
        }
        let (shared, own) = (ends(isShared: true), ends(isShared: false))
        #expect(shared.count == 2 && shared[0] == shared[1])
        #expect(own.count == 2 && own[0] != own[1])
    }

    @Test func `the name of an axis stays on the page however wide its ticks`() throws {
        let data = Table(
            "wide", title: "Wide.",
            columns: [Column("x", .number, meaning: "X."), Column("y", .number, meaning: "Y.")],
            rows: [[.number(1), .number(1e-4)], [.number(2), .number(0.1)]])
        let chart = Chart(x: Axis("x", "x"), y: Axis("y", "name"))
        let script = GnuplotScript(
            Figure("wide", title: "Wide.", data: data, lines: [], panels: [.chart(chart)]), width: .one
        ).text
        // The middle of its letters seven points from the left edge of 241.
        #expect(script.contains("set label 'name' at screen \(number(7.0 / 241)), graph 0.5 center rotate by 90"))
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"), arguments: GnuplotScript.Width.allCases)
    func `gnuplot draws what names from checkpoints cannot steer`(width: GnuplotScript.Width) throws {
        let folder = try ScratchFolder()
        let hostile = [
            "a'; system('touch stolen') #", "a'\u{301}; system('\u{301}touch stolen'\u{301}) #", "`touch stolen`",
            "\" . system(\"touch stolen\") . \"", "{/Symbol a}_b^c",
            "line\nset output 'stolen'\n", "$(touch stolen)", "\\", "@x", "a,b", "]", "%s%n", "",
        ]
        let figure = try figure(hostile)
        let script = GnuplotScript(figure, width: width)
        try folder.write(script.fileName, script.text)
        try folder.write("drift.csv", CSVWriter().text(figure.data))
        #expect(
            try run(
                "/bin/sh", "-c",
                "cd '\(folder.path)' && gnuplot -d drift.gp 2>&1 | tee messages >&2 && test ! -s messages") == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["drift.csv", "drift.gp", "drift.pdf", "drift.svg", "messages"])
        let svg = try folder.text("drift.svg")
        #expect(svg.contains("`touch stolen`") && svg.contains("a&apos;; system") || svg.contains("a'; system"))
        // Text stays text in the vector picture: one label a name that is not empty, and it can be searched.
        #expect(svg.contains("{/Symbol a}_b^c"))
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
    func `a missing value is a gap in its line`() throws {
        let columns = [Column("x", .number, meaning: "X."), Column("y", .number, meaning: "Y.")]
        func picture(_ middle: Cell) throws -> String {
            let folder = try ScratchFolder()
            let rows: [[Cell]] = [
                [.number(1), .number(1)], [.number(2), .number(2)], [.number(3), middle], [.number(4), .number(3)],
                [.number(5), .number(1)],
            ]
            let data = Table("gap", title: "Gap.", columns: columns, rows: rows)
            var chart = Chart(x: Axis("x", "x"), y: Axis("y", "y", range: 0...4))
            chart.layers = [Chart.Layer(style: .lines)]
            let figure = Figure("gap", title: "Gap.", data: data, lines: [], panels: [.chart(chart)])
            let script = GnuplotScript(figure, width: .one)
            try folder.write(script.fileName, script.text)
            try folder.write("gap.csv", CSVWriter().text(figure.data))
            #expect(try run("/bin/sh", "-c", "cd '\(folder.path)' && gnuplot -d gap.gp") == 0)
            return try folder.text("gap.svg")
        }
        func strokes(_ svg: String) -> Int {
            svg.split(separator: "gnuplot_plot_1").last?.matches(of: /M[0-9.]+,[0-9.]+ L/).count ?? 0
        }
        let (whole, broken) = (try picture(.number(2)), try picture(.missing))
        #expect(strokes(broken) == strokes(whole) + 1)
    }

    @Test(arguments: [1e-160, -1e150, 1e308, .leastNonzeroMagnitude])
    func `a number that no axis reaches is why a figure is not drawn`(value: Double) {
        let data = Table(
            "one", title: "One.", columns: [Column("x", .number, meaning: "X."), Column("y", .number, meaning: "Y.")],
            rows: [[.number(1), .number(2)], [.number(2), .number(value)]])
        let chart = Chart(x: Axis("x", "x"), y: Axis("y", "y"))
        let figure = Figure("one", title: "One.", data: data, lines: [], panels: [.chart(chart)])
        #expect(figure.problem?.hasPrefix("'y' holds ") == true)
        let map = HeatMap(row: "x", column: "x", value: "y", labels: ("", "", ""))
        #expect(Figure("two", title: "Two.", data: data, lines: [], panels: [.heatMap(map)]).problem != nil)
        // Writing it all the same must not trap.
        #expect(!GnuplotScript(figure, width: .one).text.isEmpty)
    }

    @Test func `a figure of ordinary numbers can be drawn`() throws {
        #expect(try figure().problem == nil)
    }
}
