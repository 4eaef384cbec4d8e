import Base

/// A part of a table, named and ordered as a paper wants it.
package struct TableCut: Sendable {
    /// What becomes of intervals and standard errors.
    package enum Intervals: String, Sendable, CaseIterable {
        /// In the cell of their number, `1.23 [1.10, 1.36]`, unless their own columns are asked for.
        case inside
        /// As columns of their own, after that of their number.
        case columns
        /// Not shown; they still decide the digits.
        case none
    }

    /// Rows have to fulfil all of these.
    package var conditions: [RowCondition] = []
    /// Which columns, in order; `nil` for those that the table is read with.
    package var columns: [String]?
    /// Headings instead of the columns' own.
    package var headings: [(column: String, heading: String)] = []
    /// Columns that the rows are sorted by, the first one first.
    package var order: [(column: String, isDescending: Bool)] = []
    /// What becomes of intervals.
    package var intervals = Intervals.inside
    /// Rows that are taken at most.
    package var limit: Int?

    /// A table as it is.
    package init() {}

    /// Why a table cannot be cut so, in one line.
    package struct Problem: Error, CustomStringConvertible {
        /// What, and what there is.
        package let description: String
    }

    /// What is left of a table: the columns with their headings, and the rows.
    package struct Part: Sendable {
        /// The rows that are wanted, with all columns.
        let table: Table
        /// Places of the wanted columns, with headings where they have others than their own.
        fileprivate let columns: [(place: Int, heading: String?)]
        fileprivate let intervals: Intervals
    }

    /// Cuts a table.
    /// - Parameter usual: the columns that are shown when none are asked for.
    /// - Throws: `Problem` for a column that is not there, a condition that does not fit it, and when no row is left.
    package func part(of table: Table, usual: [String]) throws(Problem) -> Part {
        for name in (columns ?? []) + conditions.map(\.column) + headings.map(\.column) + order.map(\.column) {
            guard table.has(name) else { throw TableCut.absent(name, table) }
        }
        var names: [String] = []
        for name in columns ?? usual {
            guard !names.contains(name) else { continue }
            names.append(name)
            guard intervals == .columns, let uncertainty = table.uncertainty(of: table.column(name)) else { continue }
            names += uncertainty.columns.filter { table.has($0) && !names.contains($0) }
        }
        if let (name, _) = headings.first(where: { !names.contains($0.column) }) {
            throw Problem(
                description:
                    "the column '\(name)' that is to be renamed is not among those shown: \(names.joined(separator: ", "))"
            )
        }
        let rows = try sorted(try wanted(table), table)
        let shown = limit.map { Array(rows.prefix($0)) } ?? rows
        return Part(
            table: Table(
                table.name, title: table.title, columns: table.columns, rows: shown.map { table.rows[$0] }),
            columns: names.compactMap { name in
                table.place(of: name).map { place in (place, headings.last { $0.column == name }?.heading) }
            }, intervals: intervals)
    }

    private func wanted(_ table: Table) throws(Problem) -> [Int] {
        var rows = Array(table.rows.indices)
        for condition in conditions {
            if let problem = condition.problem(of: table.column(condition.column).kind) {
                throw Problem(description: problem)
            }
            guard let place = table.place(of: condition.column) else { continue }
            let left = rows.filter { condition.accepts(table.rows[$0][place]) }
            guard !left.isEmpty || rows.isEmpty else {
                let there = rows.map { table.rows[$0][place].readable(digits: Column.usualDigits) ?? "(missing)" }
                    .distinct
                let some =
                    there.prefix(8).joined(separator: ", ") + (there.count > 8 ? " and \(there.count - 8) more" : "")
                let besides = conditions.first == condition ? "" : " that fulfils the conditions before"
                throw Problem(
                    description:
                        "no row of '\(table.name)'\(besides) has \(condition.text); '\(condition.column)' is there "
                        + some)
            }
            rows = left
        }
        return rows
    }

    /// Missing values last, whatever the direction; equal ones in the order of the table.
    private func sorted(_ rows: [Int], _ table: Table) throws(Problem) -> [Int] {
        let keys = order.compactMap { key in table.place(of: key.column).map { (place: $0, key.isDescending) } }
        guard !keys.isEmpty else { return rows }
        return rows.sorted { a, b in
            for (place, isDescending) in keys {
                let (left, right) = (table.rows[a][place], table.rows[b][place])
                if (left == .missing) != (right == .missing) { return right == .missing }
                if left.precedes(right) { return !isDescending }
                if right.precedes(left) { return isDescending }
            }
            return a < b
        }
    }

    private static func absent(_ name: String, _ table: Table) -> Problem {
        let names = table.columns.map(\.name)
        let guess = names.filter { $0.contains(name) || name.contains($0) }
        let shown = guess.isEmpty ? names : guess
        return Problem(
            description:
                "the table '\(table.name)' has no column '\(name)'; \(guess.isEmpty ? "there are" : "did you mean") "
                + shown.joined(separator: guess.isEmpty ? ", " : " or ") + (guess.isEmpty ? "" : "?"))
    }
}

extension Cell {
    /// Whether it stands before another of its column: numbers by size, text by its bytes, false before true.
    fileprivate func precedes(_ other: Cell) -> Bool {
        switch (self, other) {
        case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.boolean(let a), .boolean(let b)): !a && b
        default: (number ?? 0) < (other.number ?? 0)
        }
    }
}

extension TableCut.Part {
    /// For LaTeX and Markdown: digits by uncertainty, intervals in the cells of their numbers.
    package var readable: ReadableTable {
        let texts = table.readableRows
        let asked = Set(columns.map { table.columns[$0.place].name })
        let parts = columns.map { place, heading -> (ReadableTable.Column, [String?]) in
            let column = table.columns[place]
            let inside = intervals == .inside ? insidePlaces(column, asked) : []
            let heading = heading ?? column.heading
            guard !inside.isEmpty else {
                let kind = column.isNumeric ? ReadableTable.Kind.number : .text
                return (.init(heading: heading, meaning: column.meaning, kind: kind), texts.map { $0[place] })
            }
            let meaning =
                column.meaning + " With it: " + inside.map { table.columns[$0].meaning }.joined(separator: " ")
            return (
                .init(heading: heading, meaning: meaning, kind: .estimate),
                texts.map { row in row[place].map { TableCut.Part.estimate($0, inside.map { row[$0] }) } }
            )
        }
        return ReadableTable(
            name: table.name, title: table.title, columns: parts.map(\.0),
            rows: table.rows.indices.map { row in parts.map { $0.1[row] } })
    }

    /// Places of the columns that say how well a number is known, where none of them is asked for by itself.
    private func insidePlaces(_ column: Column, _ asked: Set<String>) -> [Int] {
        guard let names = table.uncertainty(of: column)?.columns, asked.isDisjoint(with: names) else { return [] }
        let places = names.compactMap(table.place)
        return places.count == names.count ? places : []
    }

    private static func estimate(_ value: String, _ ends: [String?]) -> String {
        let known = ends.compactMap { $0 }
        guard known.count == ends.count else { return value }
        return known.count == 1 ? "\(value) ± \(known[0])" : "\(value) [\(known.joined(separator: ", "))]"
    }

    private var names: [String] { columns.map { $0.heading ?? table.columns[$0.place].name } }

    /// CSV with all digits, headings as they were asked for.
    package var csv: String {
        CSVWriter().text(header: names, rows: table.rows.map { row in columns.map { row[$0.place] } })
    }

    /// An array of objects, a row each; missing is `null`.
    package var json: JSON {
        let names = names
        return .array(
            table.rows.map { row in
                .object(zip(names, columns).map { name, column in (name, row[column.place].json) })
            })
    }
}

extension Cell {
    fileprivate var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .boolean(let value): .boolean(value)
        case .missing: .null
        }
    }
}
