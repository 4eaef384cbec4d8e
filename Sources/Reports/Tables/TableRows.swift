import Synchronization

/// One row of a table, its cells by the names of their columns.
package struct TableRow: Sendable {
    fileprivate let table: Table
    fileprivate let cells: [Cell]
    /// Its index in the table, from 0.
    package let index: Int
    /// Name of the table.
    package var tableName: String { table.name }

    /// The cell of a column.
    /// - Precondition: the table has the column, outside `AbsentColumns.recording`.
    package subscript(column: String) -> Cell { table.existingIndex(of: column).map { cells[$0] } ?? .missing }

    /// Whether there is such a column.
    func has(_ column: String) -> Bool { table.has(column) }

    /// The text of a column; `nil` when it is missing or no text.
    package func text(_ column: String) -> String? {
        if case .string(let text) = self[column] { return text }
        return nil
    }

    /// The number of a column, whole or not; `nil` when it is missing or no number.
    package func number(_ column: String) -> Double? { self[column].number }

    /// The truth of a column; `nil` when it is missing or neither true nor false.
    package func flag(_ column: String) -> Bool? {
        if case .boolean(let value) = self[column] { return value }
        return nil
    }

    /// The whole number of a column; `nil` when it is missing or no whole number.
    package func integer(_ column: String) -> Int? {
        if case .integer(let value) = self[column] { return value }
        return nil
    }
}

extension Cell {
    /// The value as a number; `nil` when it is none.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

extension Table {
    /// The rows, their cells by name.
    package var records: [TableRow] {
        zip(rows.indices, rows).map { TableRow(table: self, cells: $1, index: $0) }
    }

    /// Whether there is such a column.
    package func has(_ column: String) -> Bool { index(of: column) != nil }

    /// The description of a column.
    /// - Precondition: the table has it, outside `AbsentColumns.recording`.
    package func column(_ name: String) -> Column {
        existingIndex(of: name).map { columns[$0] } ?? Column(name, .number, meaning: "Absent.")
    }

    /// `nil` only while absent columns are recorded.
    fileprivate func existingIndex(of column: String) -> Int? {
        if let index = index(of: column) { return index }
        guard let absent = AbsentColumns.current else {
            preconditionFailure("table '\(name)' has no column '\(column)'")
        }
        absent.note("table '\(name)' has no column '\(column)'")
        return nil
    }

    /// The named columns of the rows that are wanted, as a table of another name.
    package func selecting(
        _ columns: [String], as name: String, title: String, where isWanted: (TableRow) -> Bool = { _ in true }
    ) -> Table {
        let indices = columns.map(existingIndex)
        return Table(
            name, title: title, columns: columns.map(column),
            rows: records.filter(isWanted).map { row in indices.map { index in index.map { row.cells[$0] } ?? .missing }
            })
    }

    /// The same rows with further columns, computed of each.
    package func adding(_ columns: [TypedColumn<TableRow>]) -> Table {
        Table(
            name, title: title, columns: self.columns + columns.map(\.column), primaryKey: primaryKey,
            rows: records.map { row in row.cells + columns.map { $0.cell(row) } })
    }

    /// The same table under another name.
    package func named(_ name: String) -> Table {
        Table(name, title: title, columns: columns, primaryKey: primaryKey, rows: rows)
    }

    /// The table's first rows.
    func first(_ count: Int) -> Table {
        Table(name, title: title, columns: columns, primaryKey: primaryKey, rows: Array(rows.prefix(count)))
    }

    /// The same table with other names for some columns.
    package func renaming(_ names: [String: String]) -> Table {
        let columns = columns.map { column in
            Column(
                names[column.name] ?? column.name, column.kind, unit: column.unit, digits: column.digits,
                uncertainty: column.uncertainty, tolerance: column.tolerance, meaning: column.meaning)
        }
        return Table(name, title: title, columns: columns, primaryKey: primaryKey.map { names[$0] ?? $0 }, rows: rows)
    }

    /// The rows of another table below those of this one.
    /// - Precondition: both have the same columns.
    package func appending(_ other: Table) -> Table {
        precondition(
            columns.map(\.name) == other.columns.map(\.name), "'\(name)' and '\(other.name)' differ in columns")
        return Table(name, title: title, columns: columns, primaryKey: primaryKey, rows: rows + other.rows)
    }
}

extension [TableRow] {
    /// The row with the least number in a column; `nil` where none has one.
    package func least(_ column: String) -> (row: TableRow, number: Double)? {
        compactMap { row in row.number(column).map { (row, $0) } }.min { $0.1 < $1.1 }
    }
}

extension [Table] {
    /// The table of that name; `nil` when there is none or it has no rows.
    package func named(_ name: String) -> Table? { first { $0.name == name && !$0.rows.isEmpty } }
}

/// What is asked of tables that lack it: saved tables may be another version's, or edited.
package final class AbsentColumns: Sendable {
    @TaskLocal fileprivate static var current: AbsentColumns?
    private let found = Mutex<[String]>([])

    /// Runs `body`; where it asks for columns that its tables lack, they are all missing, and noted.
    package static func recording<Result>(_ body: () -> Result) -> (result: Result, absent: [String]) {
        let absent = AbsentColumns()
        let result = $current.withValue(absent, operation: body)
        return (result, absent.found.withLock { $0 })
    }

    fileprivate func note(_ problem: String) {
        found.withLock { if !$0.contains(problem) { $0.append(problem) } }
    }
}
