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
        let places = try ["two are alike", "<h2>Figures", "<h2>Summary", "<h2>Tables", "<h2>Inputs", "<h2>Settings"].map
        {
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
        #expect(none.contains("No files: what it reads is in the settings.") && !none.contains("id=\"inputs\""))
        #expect(
            IndexPage([.init(folder: "a", run: RunRecord(["inputs": [file, file]]))]).html.contains("data-v=\"2\">2<"))
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
}
