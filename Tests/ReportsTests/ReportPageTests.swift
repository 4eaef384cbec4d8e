import Foundation
import Testing

@testable import Base
@testable import Reports

@Suite struct ReportPageTests {
    private func page(_ name: String, findings: [String] = []) -> String {
        let table = Table(
            "tensors", title: "Tensors \(name)",
            columns: [Column("tensor", .string, unit: name, meaning: "Name \(name)")],
            rows: [[.string(name)]])
        let figure = Figure(
            "shown", title: "Figure \(name)", data: table, lines: [],
            panels: [.chart(Chart(x: Axis("tensor", ""), y: Axis("tensor", "")))])
        return ReportPage(
            run: RunRecord([
                "experiment": "drift", "question": .string(name), "version": .string(name),
                "findings": .array(findings.map(JSON.string)), "refused": .array([]),
                "settings": .object([(name, .string(name))]),
                "checkpoints": .array([["label": .string(name), "location": .string(name), "tensors": .integer(3)]]),
            ]), readable: [table], tables: [table], pictures: [ReportPage.Picture(figure, svg: "<svg>\(name)</svg>")]
        ).html
    }

    /// Everything that the page does not itself contain: no tag and no attribute comes from a value.
    @Test(arguments: [
        "<script>alert(1)</script>", "\" onload=\"alert(1)", "' x='", "\"\u{301} onload=1 <\u{301}b>", "</title>",
    ])
    func `no value becomes markup`(name: String) {
        let (plain, hostile) = (page("x"), page(name, findings: [name]))
        for mark in ["<", ">", "\"", "'"] {
            func count(_ text: String) -> Int { text.unicodeScalars.filter { String($0) == mark }.count }
            let own = mark == "<" || mark == ">" ? page("x", findings: ["x"]) : page("x", findings: ["x"])
            #expect(count(hostile) == count(own), "\(mark)")
        }
        #expect(plain.contains("No warnings."))
        #expect(!hostile.contains("No warnings."))
    }

    @Test func `warnings stand before figures, figures before tables, tables before inputs`() throws {
        let html = page("x", findings: ["two are alike"])
        let places = try [
            "two are alike", ">Figures</h2>", ">Summary</h2>", ">Tables</h2>", ">Inputs</h2>", ">Settings</h2>",
        ].map {
            try #require(html.range(of: $0)).lowerBound
        }
        #expect(places == places.sorted())
    }

    @Test func `a picture is data, and what was not drawn is told`() {
        #expect(
            page("x").contains(
                "<img alt=\"Figure x\" src=\"data:image/svg+xml;base64,\(Data("<svg>x</svg>".utf8).base64EncodedString())\">"
            ))
    }

    @Test func `a long table is cut, and says where the rest is`() {
        let rows = (0..<(ReportPage.mostRows + 1)).map { [Cell.integer($0)] }
        let table = Table("long", title: "Long", columns: [Column("n", .integer, meaning: "N.")], rows: rows)
        let html = ReportPage(run: RunRecord(["experiment": "drift"]), readable: [], tables: [table], pictures: []).html
        #expect(
            html.contains(
                "The first 200 of 201 rows, and only these are sorted; <a href=\"long.csv\">long.csv</a> has all."))
        #expect(html.contains(">199<") && !html.contains(">200<"))
    }

    @Test func `inputs are shown whatever the experiment calls them, and a probe set after checkpoints`() throws {
        func page(_ run: JSON) -> String {
            ReportPage(run: RunRecord(run), readable: [], tables: [], pictures: []).html
        }
        let file: JSON = ["file": "runs.csv", "fingerprint": "f0"]
        #expect(page(["inputs": [file]]).contains("<td>runs.csv</td><td>f0</td>"))
        let html = page([
            "checkpoints": [["label": "step1", "fingerprint": "f1"]],
            "probe_set": ["label": "probe set", "fingerprint": "f2"],
        ])
        let places = try ["<td>step1</td><td>f1</td>", "<td>probe set</td><td>f2</td>"].map {
            try #require(html.range(of: $0)).lowerBound
        }
        #expect(places == places.sorted())
        let none = page(["inputs": []])
        #expect(none.contains("No files: what it reads is in the settings.") && !none.contains("<section><div"))
        #expect(
            IndexPage([.init(folder: "a", run: RunRecord(["inputs": [file, file]]))]).html.contains(
                "inputs: 2, version"))
    }

    @Test func `cells say what they are: numbers, missing ones, prose`() {
        let columns = [Column("n", .integer, meaning: "The number."), Column("why", .string, meaning: "The reason.")]
        let prose = "a reason that takes more than the forty letters of a name"
        let table = Table(
            "some", title: "Some", columns: columns, rows: [[.missing, .string(prose)], [.integer(1), .missing]])
        let html = ReportPage(run: RunRecord([]), readable: [table], tables: [], pictures: []).html
        #expect(html.contains("<tr><td class=\"n m\">–</td><td class=\"t\">\(prose)</td></tr>"))
        #expect(html.contains("<tr><td class=\"n\" data-v=\"1.0\">1</td><td class=\"m\">–</td></tr>"))
        #expect(html.contains("<dt>n</dt><dd>The number.</dd>"))
    }

    @Test func `a table without rows says so`() {
        let table = Table("none", title: "None", columns: [Column("n", .integer, meaning: "N.")], rows: [])
        let html = ReportPage(run: RunRecord([]), readable: [table], tables: [], pictures: []).html
        #expect(html.contains("<p class=\"note\">No rows.</p>") && !html.contains("<th scope=\"col\""))
    }

    @Test func `settings with parts of parts take several lines`() {
        let html = ReportPage(
            run: RunRecord(["settings": ["flat": .array([.number(1.5), .integer(2)]), "deep": [["a": "b"]]]]),
            readable: [],
            tables: [], pictures: []
        ).html
        #expect(
            html.contains("<td>[1.5,2]</td>")
                && html.contains("<td>[\n  {\n    &quot;a&quot;: &quot;b&quot;\n  }\n]</td>"))
    }

    @Test func `links of the index stay in the folder of results`() {
        let html = IndexPage([IndexPage.Entry(folder: "drift/javascript:a b--c\"", run: RunRecord(["question": "q"]))])
            .html
        #expect(html.contains("href=\"./drift/javascript%3Aa%20b--c%22/index.html\""))
    }

    @Test func `the index shows headline, date, warnings and a picture of each run, as text and data`() {
        let run: JSON = [
            "question": "what moved?", "version": "1", "answer": [["text": "It <moved>."], ["text": "More."]],
            "findings": ["a", "b"], "refused": ["c"],
        ]
        let html = IndexPage([
            IndexPage.Entry(folder: "drift", run: RunRecord(run), date: "2026-01-31", thumbnail: "<svg/>"),
            IndexPage.Entry(folder: "norms", run: RunRecord(["question": "q"])),
        ]).html
        #expect(html.contains("<p>It &lt;moved&gt;.</p>") && !html.contains("More."))
        #expect(html.contains("2026-01-31, inputs: 0, version 1, <span class=\"warned\">warnings: 3</span>"))
        #expect(html.contains("src=\"data:image/svg+xml;base64,PHN2Zy8+\""))
        // What is not there leaves nothing behind.
        let norms = html[(html.range(of: "./norms/")?.lowerBound ?? html.startIndex)...]
        #expect(!norms.contains("<img") && !norms.contains("warnings:") && norms.contains("inputs: 0, version "))
    }

    @Test func `contents link to every figure, table and part`() {
        let html = page("x")
        for target in ["figure-shown", "summary-tensors", "table-tensors", "figures", "summary", "inputs", "settings"] {
            #expect(html.contains("<a href=\"#\(target)\">") && html.contains(" id=\"\(target)\""), "\(target)")
        }
    }
}

/// What the page's script is told of a picture.
@Suite struct PictureKeyTests {
    private let data = Table(
        "losses", title: "Losses.",
        columns: [
            Column("domain", .string, meaning: "D."), Column("step", .integer, meaning: "S."),
            Column("loss", .number, meaning: "L."), Column("low", .number, meaning: "Lower."),
            Column("high", .number, meaning: "Upper."),
        ],
        rows: [
            [.string("news"), .integer(0), .number(2), .number(1.5), .number(2.5)],
            [.string("news"), .integer(10), .number(1), .number(0.5), .number(1.5)],
            [.string("code"), .integer(10), .number(3), .missing, .missing],
        ])

    @Test func `names, elements in the order of the plot command, and values where they stand`() throws {
        var chart = Chart(
            x: Axis("step", "step"), y: Axis("loss", "loss"), band: (low: "low", high: "high"), color: "domain")
        chart.labels = .none
        let figure = Figure("f", title: "F.", data: data, lines: ["domain"], panels: [.chart(chart)])
        let script = GnuplotScript(figure, width: .one)
        let key = script.key
        #expect(key.names.map(\.text) == ["news", "code"])
        // Two bands, then two lines, as the script has them.
        #expect(key.elements.map(\.name) == [0, 1, 0, 1])
        let plots = script.text.split(separator: "\n").filter { $0.contains("'f.csv' using") }
        #expect(plots.count == 4 && plots[0].contains("filledcurves") && plots[2].contains("linespoints"))
        #expect(
            key.spots.map(\.text) == [
                "news, step 0: loss 2.000 [1.500, 2.500]", "news, step 10: loss 1.000 [0.5000, 1.500]",
                "code, step 10: loss 3.000",
            ])
        #expect(key.spots.map(\.element) == [2, 2, 3])
        // To the right and downwards, in pixels of a picture of 321.
        let spots = key.spots
        #expect(spots[0].x < spots[1].x && spots[1].x == spots[2].x && spots[1].x < 321)
        #expect(spots[2].y < spots[0].y && spots[0].y < spots[1].y)
        // Equal steps of the loss are equal distances.
        #expect(abs((spots[1].y - spots[0].y) - (spots[0].y - spots[2].y)) < 1e-9)
    }

    @Test func `the cells of a heat map, each in the middle`() throws {
        let cells = Table(
            "cells", title: "Cells.",
            columns: [
                Column("row", .string, meaning: "R."), Column("column", .string, meaning: "C."),
                Column("value", .number, meaning: "V."),
            ],
            rows: [
                [.string("a"), .string("x"), .number(1)], [.string("a"), .string("y"), .number(2)],
                [.string("b"), .string("x"), .number(3)], [.string("b"), .string("y"), .missing],
            ])
        let map = HeatMap(row: "row", column: "column", value: "value", labels: (row: "", column: "", value: "v"))
        let figure = Figure("m", title: "M.", data: cells, lines: [], panels: [.heatMap(map)])
        let key = GnuplotScript(figure, width: .one).key
        #expect(key.names.isEmpty && key.elements == [PictureKey.Element(name: nil, isDrawn: true)])
        #expect(key.spots.map(\.text) == ["a, x: value 1.000", "a, y: value 2.000", "b, x: value 3.000"])
        #expect(key.spots[0].y == key.spots[1].y && key.spots[0].x == key.spots[2].x)
        #expect(key.spots[0].x < key.spots[1].x && key.spots[0].y < key.spots[2].y)
    }
}
