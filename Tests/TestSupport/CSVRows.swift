import Foundation

/// A CSV table as tests read it: rows of cells by column name. Knows the quoting of RFC 4180.
package struct CSVRows {
    /// Names of the columns, in order.
    package let columns: [String]
    /// Cells in the columns' order.
    package let rows: [[String]]
    private let places: [String: Int]

    /// Reads a file.
    package init(file: String) throws { self.init(try String(contentsOfFile: file, encoding: .utf8)) }

    /// Reads the text of a table whose first row holds the names.
    package init(_ text: String) {
        var records: [[String]] = []
        var record: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        func finished() -> String { String(decoding: cell, as: UTF8.self) }
        for byte in text.utf8 where byte != UInt8(ascii: "\r") {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                record.append(finished())
                cell = []
            case UInt8(ascii: "\n") where !isQuoted:
                records.append(record + [finished()])
                (record, cell) = ([], [])
            default: cell.append(byte)
            }
        }
        columns = records.first ?? []
        rows = Array(records.dropFirst())
        places = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A cell of a row; `nil` when there is no such column.
    package func cell(_ row: Int, _ column: String) -> String? { places[column].map { rows[row][$0] } }

    /// All cells of a column; empty when there is no such column.
    package subscript(_ column: String) -> [String] { rows.indices.compactMap { cell($0, column) } }

    /// Places of rows by the values of these columns, joined by spaces.
    package func index(by columns: String...) -> [String: Int] {
        Dictionary(
            rows.indices.map { row in (columns.map { cell(row, $0) ?? "" }.joined(separator: " "), row) },
            uniquingKeysWith: { first, _ in first })
    }
}
