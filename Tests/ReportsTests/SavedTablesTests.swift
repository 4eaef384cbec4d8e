import Foundation
import Reports
import TestSupport
import Testing

@Suite struct SavedTablesTests {
    private func save(_ tables: [Table], _ views: [TableView] = []) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        for table in tables { try folder.write("\(table.name).csv", CSVWriter().text(table)) }
        var package = ""
        DataPackage("drift", title: "What moved", tables: tables, views: views).write(to: &package)
        try folder.write("datapackage.json", package)
        return folder
    }

    @Test func `tables come back as they were`() throws {
        let columns =
            Sample.columns.map(\.column) + [
                Column(
                    "fit", .number, digits: 2, uncertainty: .interval(low: "low", high: "high"), tolerance: 1e-6,
                    meaning: "Fit."),
                Column("low", .number, meaning: "Low."), Column("high", .number, meaning: "High."),
            ]
        let table = Table(
            "fits", title: "Fits.", columns: columns, primaryKey: ["tensor"],
            rows: Sample.table(Sample.hostile).rows.map { $0 + [.number(1), .number(0.5), .missing] })
        let folder = try save([Sample.table(Sample.hostile), table])
        let saved = try SavedTables(folder: folder.path)
        _ = folder
        #expect(saved.tables == [Sample.table(Sample.hostile), table])
        #expect(saved.name == "drift" && saved.title == "What moved")
    }

    @Test func `what people read comes back as part of a saved table`() throws {
        let table = Sample.table(Sample.hostile)
        let part = Table(
            "summary", title: "The first and the last.", columns: [table.columns[2], table.columns[0]],
            rows: [table.rows[0], table.rows[7]].map { [$0[2], $0[0]] })
        let ends = [table.rows[0][0], table.rows[7][0]]
        let view = table.view(
            [table.columns[2].name, table.columns[0].name], as: "summary", title: "The first and the last."
        ) { ends.contains($0[table.columns[0].name]) }
        #expect(view.table == part && view.rows == [0, 7])
        let folder = try save([table], [view, table.view()])
        let saved = try SavedTables(folder: folder.path)
        _ = folder
        #expect(saved.readable.map(\.table) == [part, Sample.table(Sample.hostile)])
        #expect(saved.readable.map(\.rows) == [[0, 7], nil])
    }

    private func problem(_ change: (ScratchFolder) throws -> Void) throws -> String {
        let folder = try save([Sample.table([Sample(tensor: "a", drift: 1)])])
        try change(folder)
        do {
            _ = try SavedTables(folder: folder.path)
            return "none"
        } catch {
            return "\(error)".replacing(folder.path, with: "DIR")
        }
    }

    @Test func `a folder without a description, or with another's, is told`() throws {
        #expect(
            try problem { try FileManager.default.removeItem(atPath: "\($0.path)/datapackage.json") }
                == "cannot read DIR/datapackage.json: No such file or directory")
        #expect(
            try problem { try $0.write("datapackage.json", "{\"name\": 1}") }
                == "DIR/datapackage.json is no description of tables that this version can read")
    }

    @Test func `a cell of another type is told with its line`() throws {
        #expect(
            try problem { try $0.write("tensors.csv", "tensor,step,relative_drift,is_changed\na,0,x,true\n") }
                == "DIR/tensors.csv:2: 'x' in the column 'relative_drift' is no number")
        #expect(
            try problem { try $0.write("tensors.csv", "tensor,relative_drift,is_changed\na,1,true\n") }
                == "DIR/tensors.csv: its columns are not those that DIR/datapackage.json describes")
    }

    @Test func `a description that names a file elsewhere is damaged`() throws {
        #expect(
            try problem { folder in
                let text = try folder.text("datapackage.json").replacing("\"tensors.csv\"", with: "\"../tensors.csv\"")
                try folder.write("datapackage.json", text)
            } == "DIR/datapackage.json: the description of 'tensors' is damaged")
    }

    /// 2^31 digits would take 23 GB to write.
    @Test(arguments: ["0", "-1", "18", "2147483648"])
    func `digits that no number has are damage`(digits: String) throws {
        #expect(
            try problem { folder in
                let text = try folder.text("datapackage.json").replacing(
                    "\"description\"", with: "\"digits\": \(digits), \"description\"")
                try folder.write("datapackage.json", text)
            } == "DIR/datapackage.json: the description of 'tensors' is damaged")
    }

    @Test(arguments: [#"["tensor", "tensor"]"#, "[]", #"["none"]"#])
    func `a readable table with a column twice, none or another is no part`(fields: String) throws {
        #expect(
            try problem { folder in
                var text = try folder.text("datapackage.json").trimmingCharacters(in: .whitespacesAndNewlines)
                text.removeLast()
                text += #","readable":[{"name":"v","title":"V","resource":"tensors","fields":\#(fields)}]}"#
                try folder.write("datapackage.json", text)
            } == "DIR/datapackage.json: the readable table 'v' is no part of a table")
    }

    @Test func `a description that is no file does not block`() throws {
        #expect(
            try problem { folder in
                try FileManager.default.removeItem(atPath: "\(folder.path)/datapackage.json")
                _ = mkfifo("\(folder.path)/datapackage.json", 0o600)
            } == "cannot read DIR/datapackage.json: it is not a regular file")
    }
}
