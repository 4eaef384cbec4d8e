import Base

/// A readable table as a part of a saved one: some columns of some rows.
package struct TableView: Sendable {
    /// The readable table.
    package let table: Table
    /// The table that holds its cells.
    package let source: String
    /// Which rows of the source, in order; `nil` for all.
    package let rows: [Int]?

    /// Finds the first of `tables` that holds the columns and rows of `table`, in order; `nil` when none does.
    package init?(_ table: Table, of tables: [Table]) {
        for source in tables.sorted(by: { $0.name == table.name && $1.name != table.name }) {
            let places = table.columns.compactMap { column in
                source.place(of: column.name).flatMap { source.columns[$0] == column ? $0 : nil }
            }
            guard places.count == table.columns.count else { continue }
            var found: [Int] = []
            for (index, row) in source.rows.enumerated() where found.count < table.rows.count {
                let wanted = table.rows[found.count]
                if zip(places, wanted).allSatisfy({ row[$0] == $1 }) { found.append(index) }
            }
            guard found.count == table.rows.count else { continue }
            self.table = table
            self.source = source.name
            rows = found.count == source.rows.count ? nil : found
            return
        }
        return nil
    }

    var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("name", .string(table.name)), ("title", .string(table.title)), ("resource", .string(source)),
            ("fields", .array(table.columns.map { .string($0.name) })),
        ]
        if let rows { members.append(("rows", .array(rows.map(JSON.integer)))) }
        return .object(members)
    }
}
