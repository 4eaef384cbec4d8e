/// A table as a CSV file holds it: named columns of text, each row with the line it starts at.
///
/// Cells become numbers when they are asked for, so that an error can say which cell of which file is not one.
package struct CSVTable: Sendable, Equatable {
    /// A row: one cell a column.
    package struct Row: Sendable, Equatable {
        /// The line of the file that it starts at, from 1.
        package let line: Int
        /// `nil` for an empty cell: missing. A quoted empty cell is an empty text.
        package let cells: [String?]
    }

    /// The file's name, as errors give it.
    package let file: String
    /// Names of the columns, in order; unique.
    package let columns: [String]
    /// The rows, in order.
    package let rows: [Row]
    private let indices: [String: Int]

    init(file: String, columns: [String], rows: [Row]) {
        self.file = file
        self.columns = columns
        self.rows = rows
        indices = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether there is a column of this name.
    package func hasColumn(_ name: String) -> Bool { indices[name] != nil }

    /// The place of a column, which counts cells of rows.
    /// - Throws: `CSVError` where there is no such column; it names those there are.
    package func index(of name: String) throws(CSVError) -> Int {
        if let index = indices[name] { return index }
        let shown = columns.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        throw CSVError(
            file: file, line: 1,
            "there is no column '\(name)'; the columns are \(shown)\(columns.count > 20 ? ", ..." : "")")
    }

    /// The text of a column, a cell a row; `nil` where it is missing. What is not printable, such as a line break, is
    /// escaped: such texts become names in titles and files.
    /// - Throws: `CSVError` where there is no such column.
    package func texts(_ name: String) throws(CSVError) -> [String?] {
        let index = try index(of: name)
        return rows.map { row in row.cells[index].map { printable($0, limit: .max) } }
    }

    /// The numbers of a column, a cell a row; `nil` where it is missing.
    /// - Throws: `CSVError` where there is no such column, or a cell is not a finite decimal number.
    package func numbers(_ name: String) throws(CSVError) -> [Double?] {
        let index = try index(of: name)
        var numbers: [Double?] = []
        numbers.reserveCapacity(rows.count)
        for row in rows { numbers.append(try number(row.cells[index], name, row.line)) }
        return numbers
    }

    private func number(_ cell: String?, _ column: String, _ line: Int) throws(CSVError) -> Double? {
        guard let cell else { return nil }
        let text = String(cell.trimmingPrefix { $0 == " " }.reversed().trimmingPrefix { $0 == " " }.reversed())
        // Double() alone would take 'nan', 'inf' and hexadecimal.
        let isDecimal = !text.isEmpty && text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let value = Double(text), value.isFinite else {
            throw CSVError(
                file: file, line: line,
                "column '\(column)': expected a number, found '\(CSVTable.brief(cell))'; "
                    + "leave the cell empty where there is no value, or the row out where there must be one")
        }
        return value
    }

    /// The beginning of a text of unknown length, on one line, fit for a message.
    package static func brief(_ text: String) -> String {
        let start = text.unicodeScalars.prefix(40).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : String(scalar)
        }
        return start.joined() + (text.unicodeScalars.count > 40 ? "..." : "")
    }
}

/// A CSV file that cannot be read: which, where, what is wrong.
package struct CSVError: Error, Equatable, CustomStringConvertible {
    /// The file's name, as the user wrote it.
    package let file: String
    /// The line, from 1; `nil` for the file as a whole.
    package let line: Int?
    /// What is wrong, with the remedy.
    package let problem: String
    /// Whether the machine failed, and nothing is known of the file.
    package let isMachineFailure: Bool

    /// Makes an error; see the properties.
    package init(file: String, line: Int?, _ problem: String, isMachineFailure: Bool = false) {
        self.isMachineFailure = isMachineFailure
        self.file = file
        self.line = line
        self.problem = problem
    }

    /// One line: `runs.csv:12: expected 3 cells, found 2`.
    package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}
