import Base

/// A table as formats made for reading show it: headings, and texts with the digits that are known.
package struct ReadableTable: Sendable, Equatable {
    /// What a column's texts are.
    package enum Kind: Sendable {
        case text, number
        /// A number with its interval, `1.23 [1.10, 1.36]`, or with its standard error, `1.23 ± 0.06`.
        case estimate
    }

    /// One column.
    package struct Column: Sendable, Equatable {
        /// What stands above it.
        package let heading: String
        /// What its values are.
        package let meaning: String
        /// How it is set.
        package let kind: Kind

        /// Whether it is aligned to the right.
        package var isNumeric: Bool { kind != .text }
    }

    /// The file's name without its ending.
    package let name: String
    /// One line: what the rows are.
    package let title: String
    /// In order.
    package let columns: [Column]
    /// In order, each with one text a column; `nil` is missing.
    package let rows: [[String?]]

    /// All of a table.
    package init(_ table: Table) {
        self.init(
            name: table.name, title: table.title,
            columns: table.columns.map {
                Column(heading: $0.heading, meaning: $0.meaning, kind: $0.isNumeric ? .number : .text)
            }, rows: table.readableRows)
    }

    init(name: String, title: String, columns: [Column], rows: [[String?]]) {
        (self.name, self.title, self.columns, self.rows) = (name, title, columns, rows)
    }
}
