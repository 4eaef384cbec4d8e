import Foundation
import Testing

/// What earlier runs left is input too: it may be damaged, and other runs may be writing it.
struct OwnFilesTests {
    private let place: Workplace
    private let pair: [String]

    init() throws {
        place = try Workplace()
        pair = [
            "--quiet", "--figures", "none", "--set",
            "series=[\(try place.checkpoint("stage1-step10.h5", smallModel)), "
                + "\(try place.checkpoint("stage1-step20.h5", movedModel))]",
        ]
    }

    @Test func `a digit flipped in the journal costs its line, and the tables are those of a fresh run`() throws {
        let run = ["run", "norms"] + pair + ["--journal", place / "journal", "--out"]
        #expect(try DynamicsProcess(run + [place / "fresh"]).wait().code == 0)
        let name = try #require(place.list("journal")?.first { $0.hasSuffix(".jsonl") })
        let whole = Array(try Data(contentsOf: URL(filePath: place / "journal/\(name)")))
        let marker = Array(#""squareSum":"#.utf8)
        let found = try #require(
            whole.indices.dropLast(marker.count).first { whole[$0..<$0 + marker.count].elementsEqual(marker) })
        var flipped = whole
        flipped[found + marker.count] ^= 1
        try place.write("journal/\(name)", Data(flipped))
        let finished = try DynamicsProcess(run + [place / "again"]).wait()
        #expect(finished.code == 0)
        #expect(finished.errors.contains("is damaged and not used"), "\(finished.errors)")
        #expect(try place.tables("again") == place.tables("fresh"))
    }

    @Test func `of two experiments into one folder at a time, one is told so, and nothing mixes`() throws {
        for attempt in 0..<4 {
            let folder = place / "mixed\(attempt)"
            let both = try ["drift", "norms"].map { name in
                try DynamicsProcess(
                    ["run", name] + pair + ["--journal", place / "journal\(attempt)", "--out", folder])
            }
            let finished = try both.map { try $0.wait() }
            #expect(finished.map(\.code).sorted() == [0, 2] || finished.map(\.code).sorted() == [0, 1])
            let isDrift = finished[0].code == 0
            #expect(place.list("mixed\(attempt)")?.contains("summary.csv") == isDrift)
            #expect(finished[isDrift ? 1 : 0].errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `a comparison spells out what controls the terminal`() throws {
        let package = """
            {"name": "t", "title": "T.", "resources": [{"name": "t", "title": "T.", "path": "t.csv", "schema": {"fields": [
                {"name": "name", "type": "string", "description": "N."},
                {"name": "loose", "type": "number", "description": "L.", "tolerance": 1e-6}]}}]}
            """
        for (folder, name) in [("one", "a"), ("other", "\u{1B}[2J")] {
            try place.write("\(folder)/datapackage.json", package)
            try place.write("\(folder)/t.csv", "name,loose\n\(name),1.0\n")
        }
        let finished = try dynamics("compare", place / "one", place / "other")
        #expect(finished.code == 4)
        #expect(!finished.errors.contains("\u{1B}"))
        #expect(finished.errors.hasPrefix("t.csv: row 1, name: "), "\(finished.errors)")
    }
}
