/// `datapackage.json`: the type, unit and meaning of every column of a results folder, for people and tools.
///
/// Follows Data Package 2.0 and Table Schema 2.0 (<https://datapackage.org>). `unit` is a property of our own, which the
/// standard allows and its tools ignore.
public struct DataPackage: Sendable {
    /// The file's name, as the standard fixes it.
    public static let fileName = "datapackage.json"

    /// snake_case; the experiment's name.
    public let name: String
    /// One line: what the tables are about.
    public let title: String
    /// The tables that stand beside it as `NAME.csv`.
    public let tables: [Table]

    /// Describes the tables of one results folder.
    /// - Precondition: there is a table, and no two have one name.
    public init(_ name: String, title: String, tables: [Table]) {
        precondition(!tables.isEmpty, "a data package has at least one table")
        precondition(Set(tables.map(\.name)).count == tables.count, "two tables of one name")
        self.name = name
        self.title = title
        self.tables = tables
    }

    /// Writes the whole file.
    public func write(to output: inout some TextOutputStream) { json.write(to: &output) }

    private var json: JSON {
        [
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": .string(name),
            "title": .string(title),
            "resources": .array(tables.map(DataPackage.resource)),
        ]
    }

    private static func resource(_ table: Table) -> JSON {
        var schema: [(key: String, value: JSON)] = [
            (key: "fields", value: .array(table.columns.map(field))),
            (key: "missingValues", value: [""]),
        ]
        if !table.primaryKey.isEmpty {
            schema.append((key: "primaryKey", value: .array(table.primaryKey.map(JSON.string))))
        }
        return [
            "name": .string(table.name),
            "type": "table",
            "title": .string(table.title),
            "path": .string(CSVWriter().fileName(table)),
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": ["lineTerminator": "\n"],
            "schema": .object(schema),
        ]
    }

    private static func field(_ column: Column) -> JSON {
        var members: [(key: String, value: JSON)] = [
            (key: "name", value: .string(column.name)),
            (key: "type", value: .string(column.kind.rawValue)),
            (key: "description", value: .string(column.meaning)),
        ]
        if let unit = column.unit { members.append((key: "unit", value: .string(unit))) }
        if column.tolerance > 0 { members.append((key: "tolerance", value: .number(column.tolerance))) }
        return .object(members)
    }
}
