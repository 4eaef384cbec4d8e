import Base

/// `datapackage.json`: the type, unit and meaning of every column of a results folder, for people and tools.
///
/// Follows Data Package 2.0 and Table Schema 2.0 (<https://datapackage.org>). `unit`, `tolerance`, `digits`, `uncertainty`,
/// `figure` and `readable` are properties of our own, which the standard allows and its tools ignore. They are what it takes
/// to make everything readable again from the CSV files: see `SavedTables`.
package struct DataPackage: Sendable {
    /// The file's name, as the standard fixes it.
    package static let fileName = "datapackage.json"

    /// snake_case; the experiment's name.
    package let name: String
    /// One line: what the tables are about.
    package let title: String
    /// The tables that stand beside it as `NAME.csv`.
    package let tables: [Table]
    /// The data of figures, which stand there as well.
    package let figures: [Table]
    /// What people read of the tables.
    package let views: [TableView]

    /// Describes the tables of one results folder.
    /// - Precondition: there is a table, and no two have one name.
    package init(
        _ name: String, title: String, tables: [Table], figures: [Table] = [], views: [TableView] = []
    ) {
        precondition(!tables.isEmpty, "a data package has at least one table")
        precondition(
            Set((tables + figures).map(\.name)).count == tables.count + figures.count, "two tables of one name")
        self.name = name
        self.title = title
        self.tables = tables
        self.figures = figures
        self.views = views
    }

    /// Writes the whole file.
    package func write(to output: inout some TextOutputStream) { json.write(to: &output) }

    private var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("$schema", "https://datapackage.org/profiles/2.0/datapackage.json"),
            ("name", .string(name)),
            ("title", .string(title)),
            (
                "resources",
                .array(
                    tables.map { DataPackage.resource($0, isFigure: false) }
                        + figures.map { DataPackage.resource($0, isFigure: true) })
            ),
        ]
        if !views.isEmpty { members.append(("readable", .array(views.map(\.json)))) }
        return .object(members)
    }

    private static func resource(_ table: Table, isFigure: Bool) -> JSON {
        var schema: [(key: String, value: JSON)] = [
            (key: "fields", value: .array(table.columns.map(field))),
            (key: "missingValues", value: [""]),
        ]
        if !table.primaryKey.isEmpty {
            schema.append((key: "primaryKey", value: .array(table.primaryKey.map(JSON.string))))
        }
        var members: [(key: String, value: JSON)] = [
            ("name", .string(table.name)),
            ("type", "table"),
            ("title", .string(table.title)),
            ("path", .string(CSVWriter().fileName(table))),
            ("format", "csv"),
            ("mediatype", "text/csv"),
            ("encoding", "utf-8"),
            ("dialect", ["lineTerminator": "\n"]),
            ("schema", .object(schema)),
        ]
        if isFigure { members.append(("figure", .boolean(true))) }
        return .object(members)
    }

    private static func field(_ column: Column) -> JSON {
        var members: [(key: String, value: JSON)] = [
            (key: "name", value: .string(column.name)),
            (key: "type", value: .string(column.kind.rawValue)),
            (key: "description", value: .string(column.meaning)),
        ]
        if let unit = column.unit { members.append((key: "unit", value: .string(unit))) }
        if column.tolerance > 0 { members.append((key: "tolerance", value: .number(column.tolerance))) }
        if column.digits != Column.usualDigits { members.append((key: "digits", value: .integer(column.digits))) }
        if let uncertainty = column.uncertainty {
            members.append((key: "uncertainty", value: .array(uncertainty.columns.map(JSON.string))))
        }
        return .object(members)
    }
}
