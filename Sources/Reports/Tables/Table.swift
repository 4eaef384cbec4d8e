/// One value of a table.
package enum Cell: Sendable, Hashable {
    case string(String)
    case integer(Int)
    /// A finite number; `Table` turns any other into `missing`.
    case number(Double)
    case boolean(Bool)
    /// No value exists: never 0, never NaN.
    case missing

    /// The type of the value; `nil` when it is missing.
    var kind: Column.Kind? {
        switch self {
        case .string: .string
        case .integer: .integer
        case .number: .number
        case .boolean: .boolean
        case .missing: nil
        }
    }
}

/// A tidy table: one observation a row, described columns, no format.
package struct Table: Sendable, Equatable {
    /// snake_case; the file's name without its ending.
    package let name: String
    /// One line: what the rows are.
    package let title: String
    /// What each column holds, in order.
    package let columns: [Column]
    /// Names of the columns that together identify a row; empty when nothing does.
    package let primaryKey: [String]
    /// The observations in order, each with one cell a column. Every number is finite.
    package let rows: [[Cell]]
    /// Places of the columns by name.
    private let places: [String: Int]

    /// Assembles a table. NaN and infinities become missing cells.
    /// - Precondition: the names are snake_case and unique, the title is one line, `primaryKey` names columns, and every
    ///   row has one cell a column, of the column's type or missing.
    package init(_ name: String, title: String, columns: [Column], primaryKey: [String] = [], rows: [[Cell]]) {
        precondition(Column.isSnakeCase(name), "table '\(name)' is not snake_case")
        precondition(!title.isEmpty && !title.contains(where: \.isNewline), "table '\(name)': the title is one line")
        precondition(!columns.isEmpty, "table '\(name)' has no column")
        places = Dictionary(zip(columns.map(\.name), columns.indices), uniquingKeysWith: { first, _ in first })
        precondition(places.count == columns.count, "table '\(name)' has two columns of one name")
        precondition(
            primaryKey.allSatisfy { [places] in places[$0] != nil },
            "table '\(name)': the primary key names no column of it")
        self.name = name
        self.title = title
        self.columns = columns
        self.primaryKey = primaryKey
        self.rows = rows.map { row in
            precondition(row.count == columns.count, "table '\(name)': \(row.count) cells, not \(columns.count)")
            return zip(row, columns).map { cell, column in
                precondition(cell.kind == nil || cell.kind == column.kind, "'\(name).\(column.name)': \(cell)")
                if case .number(let value) = cell, !value.isFinite { return .missing }
                return cell
            }
        }
    }

    /// The same table with a sentence after its title.
    package func captioned(_ sentence: String) -> Table {
        Table(name, title: "\(title) \(sentence)", columns: columns, primaryKey: primaryKey, rows: rows)
    }

    /// Where a column stands, from 0; `nil` when there is none of that name.
    func place(of column: String) -> Int? { places[column] }
}
