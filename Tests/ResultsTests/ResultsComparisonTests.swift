import Foundation
import Results
import TestSupport
import Testing

@Suite struct ResultsComparisonTests {
    private let folder: ScratchFolder

    private static let package = """
        {"name": "t", "title": "T.", "resources": [{"name": "t", "title": "T.", "path": "t.csv", "schema": {"fields": [
            {"name": "name", "type": "string", "description": "N."},
            {"name": "exact", "type": "number", "description": "E."},
            {"name": "loose", "type": "number", "description": "L.", "tolerance": 1e-6}]}}]}
        """

    init() throws { folder = try ScratchFolder() }

    /// Differences of two folders, each of a table `t` and the files given by name.
    private func differences(
        _ expected: String, _ found: String, _ files: ([String: String], [String: String]) = ([:], [:])
    ) throws -> [String] {
        for (name, text, files) in [("a", expected, files.0), ("b", found, files.1)] {
            try? FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)/inside", withIntermediateDirectories: true)
            try folder.write("\(name)/t.csv", text)
            try folder.write("\(name)/datapackage.json", Self.package)
            try folder.write("\(name)/machine.json", name)
            for (file, text) in files { try folder.write("\(name)/\(file)", text) }
        }
        return try ResultsComparison(expected: "\(folder.path)/a", found: "\(folder.path)/b").differences
    }

    private let table = "name,exact,loose\n\"a, b\",1.0,2.0\nc,,\n"

    @Test func `equal tables agree, whatever the machine's record and inner folders hold`() throws {
        #expect(try differences(table, table) == [])
    }

    @Test(arguments: [("2.0000019", true), ("2.0000021", false), ("", false), ("x", false)])
    func `a number may differ by its column's tolerance`(case: (text: String, agrees: Bool)) throws {
        let found = table.replacing(",2.0", with: ",\(`case`.text)")
        let expected = `case`.agrees ? [] : ["t.csv: row 1, loose: \(`case`.text), not 2.0"]
        #expect(try differences(table, found) == expected)
    }

    @Test func `below one the tolerance is absolute`() throws {
        #expect(try differences("name,exact,loose\nx,1,1e-9\n", "name,exact,loose\nx,1,3e-7\n") == [])
    }

    @Test func `without a tolerance nothing may differ`() throws {
        let found = table.replacing("1.0", with: "1.0000000000000002").replacing("c,,", with: "d,,")
        #expect(
            try differences(table, found) == ["t.csv: row 1, exact: 1.0000000000000002, not 1.0 (and 1 more)"])
    }

    @Test func `rows and columns must be the same`() throws {
        #expect(try differences(table, table + "d,,\n") == ["t.csv: 3 rows, not 2"])
        #expect(try differences(table, table.replacing("loose", with: "lose")) == ["t.csv: the columns differ"])
        #expect(
            try differences(table, table.replacing("c,,", with: "c,"))
                == ["t.csv:3: expected 3 cells as in the header, found 2"])
    }

    @Test func `other files must be the same byte for byte, but for readable forms of numbers that may differ`() throws
    {
        let (left, right) = (
            ["t.md": "1", "u.md": "1", "run.json": "a\nb"], ["t.md": "2", "u.md": "2", "run.json": "a\nc"]
        )
        #expect(try differences(table, table, (left, right)) == ["run.json: line 2 differs", "u.md: line 1 differs"])
    }

    @Test func `a file that is on one side only is named`() throws {
        let found = try differences(table, table, (["x.csv": ""], ["y.csv": ""]))
        #expect(found == ["x.csv is only in \(folder.path)/a", "y.csv is only in \(folder.path)/b"])
    }
}
