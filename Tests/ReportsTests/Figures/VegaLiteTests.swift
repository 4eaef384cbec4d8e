import Base
import Foundation
import TestSupport
import Testing

@testable import Reports

/// Specifications of Vega-Lite, held against its schema and drawn by vl-convert, which is a program of others.
@Suite struct VegaLiteTests {
    private let figure: Figure = {
        let columns = [
            Column("module", .string, meaning: "A module."), Column("stage", .integer, meaning: "A stage."),
            Column("ingredient", .integer, meaning: "An ingredient."), Column("step", .integer, meaning: "A step."),
            Column("loss", .number, unit: "nats", meaning: "A loss."), Column("low", .number, meaning: "Low."),
            Column("high", .number, meaning: "High."),
        ]
        let steps: [(Int, Int?, Int?)] = [(1, nil, 25), (1, nil, 2500), (2, 1, 100), (2, nil, nil)]
        let rows = ["it's", "k\"<b>"].flatMap { name in
            steps.enumerated().map { index, place -> [Cell] in
                [
                    .string(name), .integer(place.0), place.1.map(Cell.integer) ?? .missing,
                    place.2.map(Cell.integer) ?? .missing, .number(Double(index) + 2), .number(Double(index) + 1.5),
                    .number(Double(index) + 2.5),
                ]
            }
        }
        let table = Table("parts", title: "Parts.", columns: columns, rows: rows)
        guard let training = TrainingAxis(table) else { preconditionFailure("there are steps") }
        var chart = Chart(
            x: training.axis, y: .loss("loss", "loss"), band: (low: "low", high: "high"), color: "module")
        chart.marks = training.marks
        chart.shape = "branch"
        let map = HeatMap(title: "Map", row: "module", column: "branch", value: "loss", labels: ("module", "", "loss"))
        return Figure(
            "parts", title: "Parts.", data: training.rows(of: table, lines: ["module"]), lines: ["module", "branch"],
            panels: [.chart(chart), .heatMap(map)])
    }()

    private func text(_ figure: Figure) -> String {
        var text = ""
        VegaLiteSpec(figure).json.write(to: &text)
        return text
    }

    @Test func `a specification holds the figure's rows, axes and colours`() throws {
        let spec = VegaLiteSpec(figure).json
        #expect(spec["data"]?["values"]?.elements?.count == figure.data.rows.count)
        let panels = try #require(spec["vconcat"]?.elements)
        #expect(panels.count == 2)
        let line = try #require(panels[0]["layer"]?.elements?.first { $0["mark"]?["type"]?.text == "line" })
        #expect(line["encoding"]?["y"]?["scale"]?["type"]?.text == "linear")
        #expect(line["encoding"]?["color"]?["scale"]?["range"]?.compact == "[\"#0072B2\",\"#D55E00\"]")
        #expect(line["encoding"]?["x"]?["axis"]?["labelExpr"]?.text?.contains("? '+100' :") == true)
    }

    /// What a Python with these packages says of the specification; skipped without them.
    private static let python: String? = testPython.flatMap { path in
        (try? run("/bin/sh", "-c", "'\(path)' -c 'import altair, jsonschema, vl_convert' 2> /dev/null")) == 0
            ? path : nil
    }

    @Test(.enabled(if: python != nil, "no Python with altair and vl-convert-python"))
    func `it is valid by the schema, and vl-convert draws it`() throws {
        let folder = try ScratchFolder()
        try folder.write("spec.json", text(figure))
        try folder.write(
            "draw.py",
            """
            import json, pathlib, altair, jsonschema, vl_convert
            spec = json.load(open('spec.json'))
            schema = pathlib.Path(altair.__file__).parent / 'vegalite/v5/schema/vega-lite-schema.json'
            jsonschema.Draft7Validator(json.load(open(schema))).validate(spec)
            svg = vl_convert.vegalite_to_svg(spec, vl_version='5.20')
            open('picture.svg', 'w').write(svg)
            """)
        let status = try run(
            "/bin/sh", "-c",
            "cd '\(folder.path)' && '\(Self.python ?? "")' draw.py 2> messages || { cat messages >&2; false; }")
        #expect(status == 0)
        let svg = try folder.text("picture.svg")
        #expect(svg.contains("it&#39;s") || svg.contains("it's"))
        #expect(svg.contains("#0072B2") || svg.contains("#0072b2"))
        #expect(svg.contains("loss (nats)"))
    }
}
