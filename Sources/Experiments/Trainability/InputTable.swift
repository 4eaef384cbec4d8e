import Base
import Reports
import Settings
import Tensors

/// A CSV table of named facts: its columns are a closed set, so that no misspelt one is silently empty.
struct InputTable: Sendable {
    private let table: CSVTable
    /// The file's name and fingerprint, for the record of the run.
    let facts: JSON

    /// Reads a file.
    /// - Parameters:
    ///   - columns: all that there may be.
    ///   - required: those that must be there; others are missing as a whole when they are not.
    /// - Throws: `InputError` for a file that is no such table.
    init(
        _ path: String, in context: RunContext, of setting: String, columns: [String], required: [String]
    ) throws(InputError) {
        let table = try context.table(path, of: setting)
        for name in required { _ = try reading { () throws(CSVError) in try table.index(of: name) } }
        guard !table.rows.isEmpty else { throw InputError("\(path): there is no row below the header") }
        for name in table.columns where !columns.contains(name) {
            let near = nearest(to: name, among: columns).map { "did you mean '\($0)'?" }
            throw InputError(
                "\(path):1: unknown column '\(name)'; \(near ?? "the columns are \(columns.joined(separator: ", "))")")
        }
        self.table = table
        facts = try context.fileFacts(path, of: setting)
    }

    /// Indices of rows.
    var rows: Range<Int> { table.rows.indices }

    /// Where a row is, for messages: `runs.csv:12`.
    func location(_ row: Int) -> String { "\(table.file):\(table.rows[row].line)" }

    /// The text of a cell; `nil` where it, or the whole column, is missing.
    func text(_ row: Int, _ column: String) -> String? {
        guard let index = try? table.index(of: column), let cell = table.rows[row].cells[index], !cell.isEmpty
        else { return nil }
        return cell
    }

    /// The text of a cell that must be there.
    func requiredText(_ row: Int, _ column: String) throws(InputError) -> String {
        guard let text = text(row, column) else { throw failure(row, column, "is missing") }
        return text
    }

    /// A cell as a number above 0; `nil` where it is missing.
    func positive(_ row: Int, _ column: String) throws(InputError) -> Double? {
        guard let text = text(row, column) else { return nil }
        guard let value = Double(decimal: text), value > 0 else {
            throw failure(row, column, "expected a number above 0, found '\(text.prefix(40))'")
        }
        return value
    }

    /// A cell as a number above 0 that must be there.
    func requiredPositive(_ row: Int, _ column: String) throws(InputError) -> Double {
        guard let value = try positive(row, column) else { throw failure(row, column, "is missing") }
        return value
    }

    /// A cell as a count of 1 or more; `nil` where it is missing.
    func count(_ row: Int, _ column: String) throws(InputError) -> Int? {
        guard let text = text(row, column) else { return nil }
        guard let value = Double(decimal: text).flatMap({ Int(exactly: $0) }), value > 0 else {
            throw failure(row, column, "expected a whole number above 0, found '\(text.prefix(40))'")
        }
        return value
    }

    /// A cell as a count that must be there.
    func requiredCount(_ row: Int, _ column: String) throws(InputError) -> Int {
        guard let value = try count(row, column) else { throw failure(row, column, "is missing") }
        return value
    }

    /// An error about one cell.
    func failure(_ row: Int, _ column: String, _ problem: String) -> InputError {
        InputError("\(location(row)): column '\(column)': \(problem)")
    }
}

extension Double {
    /// A finite decimal number: `Double("nan")` and `Double("0x10")` are none.
    init?(decimal text: String) {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text), value.isFinite
        else { return nil }
        self = value
    }
}
