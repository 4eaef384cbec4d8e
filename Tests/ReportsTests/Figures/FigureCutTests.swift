import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct FigureCutTests {
    private static let columns = [
        Column("module", .string, meaning: "A module."), Column("kind", .string, meaning: "A panel."),
        Column("x", .number, meaning: "X."), Column("y", .number, meaning: "Y."),
    ]

    private let figure: Figure = {
        let rows = ["a", "b"].flatMap { kind in
            ["attention.q", "attention.k", "mlp.up"].flatMap { name in
                (1...3).map { step -> [Cell] in
                    [.string(name), .string(kind), .number(Double(step)), .number(Double(step * step * step * step))]
                }
            }
        }
        let panels = ["a", "b"].map { kind in
            var chart = Chart(
                title: "Panel \(kind)", x: Axis("x", "x"), y: Axis("y", "y", scale: .linear), color: "module")
            chart.layers = [Chart.Layer([RowFilter("kind", kind)])]
            return Figure.Panel.chart(chart)
        }
        return Figure(
            "parts", title: "Parts.", data: Table("parts", title: "Parts.", columns: columns, rows: rows),
            lines: ["module", "kind"], panels: panels)
    }()

    private func cut(_ change: (inout FigureCut) -> Void) throws -> Figure {
        var cut = FigureCut()
        change(&cut)
        return try figure.cut(cut)
    }

    @Test func `rows, panel, axis, title and name are as asked for`() throws {
        let part = try cut {
            $0.conditions = [RowCondition("module=attention.*"), RowCondition("x>1")].compactMap { $0 }
            $0.panel = 2
            $0.logarithmic = [.y]
            ($0.title, $0.name) = ("Only attention", "attention")
        }
        #expect(part.name == "attention" && part.title == "Only attention" && part.panels.count == 1)
        #expect(Set(part.data.records.compactMap { $0.text("module") }) == ["attention.q", "attention.k"])
        #expect(part.data.columns.map(\.name) == ["line", "module", "kind", "x", "y"])
        let script = GnuplotScript(part, width: .one).text
        #expect(script.contains("set logscale y") && script.contains("set label 'Only attention'"))
        #expect(script.contains("data = 'attention.csv'") && !script.contains("Panel a"))
    }

    @Test func `lines keep the colours of the whole figure`() throws {
        let part = try cut { $0.conditions = [RowCondition("module=mlp.up")].compactMap { $0 } }
        let script = GnuplotScript(part, width: .one).text
        // The third of the whole figure's three.
        #expect(script.contains("linecolor rgb '\(Palette.color(2, of: 3, isOrdered: false))'"))
        #expect(!script.contains("linecolor rgb '\(Palette.color(0, of: 3, isOrdered: false))'"))
    }

    @Test func `what leaves nothing, or is not there, is told`() throws {
        func problem(_ change: (inout FigureCut) -> Void) -> String? {
            do { _ = try cut(change) } catch { return "\(error)" }
            return nil
        }
        #expect(
            problem { $0.conditions = [RowCondition("module=norm")].compactMap { $0 } }
                == "no row of 'parts' has module=norm; 'module' is there attention.q, attention.k, mlp.up")
        #expect(problem { $0.panel = 3 } == "'parts' has 2 panel(s), and no panel 3")
        #expect(
            problem {
                $0.conditions = [RowCondition("kind=a")].compactMap { $0 }
                $0.panel = 2
            } == "no panel of 'parts' has a row left")
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
    func `a script survives being renamed, and cut to one panel`() throws {
        let folder = try ScratchFolder()
        let script = GnuplotScript(figure, width: .one).text
        let parts = script.components(separatedBy: "\n# Panel ")
        #expect(parts.count == 3)
        try folder.write("parts.csv", CSVWriter().text(figure.data))
        try folder.write("renamed.gp", parts[0] + "\n# Panel " + parts[2])
        #expect(
            try run(
                "/bin/sh", "-c",
                "cd '\(folder.path)' && gnuplot -d renamed.gp 2>&1 | tee messages >&2 && test ! -s messages") == 0)
        let svg = try folder.text("renamed.svg")
        #expect(svg.contains("Panel b") && !svg.contains("Panel a"))
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/renamed.pdf"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/parts.svg"))
    }

    private func map(_ values: [Double]) -> String {
        let table = Table(
            "map", title: "Map.",
            columns: [
                Column("row", .string, meaning: "R."), Column("column", .string, meaning: "C."),
                Column("value", .number, meaning: "V."),
            ],
            rows: values.enumerated().map { [.string("r"), .string("c\($0)"), .number($1)] })
        var map = HeatMap(row: "row", column: "column", value: "value", labels: ("", "", "value"))
        map.scale = .linear
        let figure = Figure("map", title: "Map.", data: table, lines: [], panels: [.heatMap(map)])
        return GnuplotScript(figure, width: .one).text
    }

    @Test func `equal printed numbers have one shade`() {
        // Both are written as .892: what decides the shade is rounded alike.
        #expect(map([0.8921, 0.8924, 0.5]).contains("floor(cell('value')*1e3+0.5)/1e3"))
    }

    @Test func `zeros have a scale from 0 to 1, and are written as 0`() {
        let text = map([0, 0, 0])
        #expect(text.contains("set cbrange [0:1]") && text.contains("set label '0' at first 1"))
    }

    @Test func `a loss is never drawn from 0, what has a 0 to compare with is`() {
        func range(_ axis: Axis) -> ClosedRange<Double> {
            AxisScale(axis, values: [2, 2.1, 6], maximumTicks: 7, showsZero: false).range
        }
        #expect(range(.loss("y", "loss")).lowerBound > 1.8)
        #expect(range(Axis("y", "drift", scale: .linear)).lowerBound == 0)
    }

    @Test func `a colour of the palette stays, whatever else is drawn`() {
        func color(of name: String, among names: [String]) -> Substring? {
            let rows = names.map { [Cell.string($0), .number(1), .number(2)] }
            let data = Table(
                "one", title: "One.", columns: [Self.columns[0], Self.columns[2], Self.columns[3]], rows: rows)
            var chart = Chart(x: Axis("x", "x"), y: Axis("y", "y"), color: "module")
            (chart.palette, chart.labels) = (["q", "k", "v"], .none)
            let script = GnuplotScript(
                Figure("one", title: "One.", data: data, lines: ["module"], panels: [.chart(chart)]), width: .one
            ).text
            let line = (names.firstIndex(of: name) ?? 0) + 1
            return script.firstMatch(of: try! Regex("of\\(\(line), .*linecolor rgb '(#[0-9A-F]+)'"))?.output[1]
                .substring
        }
        #expect(color(of: "v", among: ["v"]) == color(of: "v", among: ["q", "k", "v", "other"]))
        #expect(color(of: "v", among: ["k", "v"]).map { $0 != color(of: "k", among: ["k", "v"]) } == true)
    }
}
