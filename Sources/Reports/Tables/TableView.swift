import Base

/// A readable table as a part of a saved one: some columns of some rows.
package struct TableView: Sendable {
    /// The readable table.
    package let table: Table
    /// The table that holds its cells.
    package let source: Table
    /// Which rows of the source, in order; `nil` for all.
    package let rows: [Int]?

    /// A part whose rows are known already.
    /// - Precondition: `source` has the columns and the rows.
    init(_ columns: [String], rows: [Int]?, of source: Table, as name: String, title: String) {
        let part = source.selecting(columns, as: name, title: title)
        self.source = source
        self.rows = rows
        table =
            rows.map { rows in Table(name, title: title, columns: part.columns, rows: rows.map { part.rows[$0] }) }
            ?? part
    }

    var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("name", .string(table.name)), ("title", .string(table.title)), ("resource", .string(source.name)),
            ("fields", .array(table.columns.map { .string($0.name) })),
        ]
        if let rows { members.append(("rows", .array(rows.map(JSON.integer)))) }
        return .object(members)
    }
}

extension Table {
    /// What people read of the table.
    /// - Parameters:
    ///   - columns: their names, in the order to be read; `nil` for all.
    ///   - name: what the readable table is called; `nil` for the name of this one. So for the title.
    ///   - isWanted: which rows.
    package func view(
        _ columns: [String]? = nil, as name: String? = nil, title: String? = nil,
        where isWanted: (TableRow) -> Bool = { _ in true }
    ) -> TableView {
        let indices = records.enumerated().filter { isWanted($0.element) }.map(\.offset)
        return TableView(
            columns ?? self.columns.map(\.name), rows: indices.count == rows.count ? nil : indices, of: self,
            as: name ?? self.name, title: title ?? self.title)
    }
}
