import Foundation

/// Reads CSV as RFC 4180 has it, in UTF-8: one header row, cells quoted where they hold commas, quotes or line breaks.
///
/// Strict where leniency would guess: a row of another length, a quote out of place, two columns of one name and bytes that
/// are not text are errors with their line. Lenient where nothing can be misread: a byte order mark, lines that end in
/// `\r\n`, blank lines and a last line without its end are all fine.
package struct CSVReader: Sendable {
    /// Bytes of the largest file that is read; the tables here are held in memory.
    package static let largestFile = 1 << 28
    /// Columns of the widest.
    package static let mostColumns = 4096

    /// The one dialect there is.
    package init() {}

    /// Reads a file.
    /// - Parameters:
    ///   - path: where it is.
    ///   - name: what errors call it; `nil` for its path.
    /// - Throws: `CSVError` for a file that is missing, not a file, too large, or not such a table.
    package func read(_ path: String, as name: String? = nil) throws(CSVError) -> CSVTable {
        let name = name ?? path
        let bytes: [UInt8]
        do throws(FileReadingError) {
            bytes = try readFile(path, limit: CSVReader.largestFile)
        } catch {
            throw CSVError(
                file: name, line: nil, "cannot read the table: \(error.reason)",
                isMachineFailure: error.kind == .machine)
        }
        return try parse(bytes, file: name)
    }

    /// Reads the bytes of a file; `file` is the name that errors give it.
    /// - Throws: `CSVError` for bytes that are not such a table.
    package func parse(_ bytes: [UInt8], file: String) throws(CSVError) -> CSVTable {
        var scanner = Scanner(bytes: bytes, file: file)
        guard let header = try scanner.row() else {
            throw CSVError(file: file, line: 1, "the file is empty; expected a row with the names of the columns")
        }
        guard header.cells.count <= CSVReader.mostColumns else {
            throw CSVError(
                file: file, line: header.line,
                "there are \(header.cells.count) columns; tables of up to \(CSVReader.mostColumns) are read")
        }
        let columns = header.cells.map { $0 ?? "" }
        var seen: Set<String> = []
        for name in columns where !seen.insert(name).inserted {
            throw CSVError(file: file, line: header.line, "two columns are called '\(CSVTable.brief(name))'")
        }
        var rows: [CSVTable.Row] = []
        while let row = try scanner.row() {
            guard row.cells.count == columns.count else {
                throw CSVError(
                    file: file, line: row.line,
                    "expected \(columns.count) cells as in the header, found \(row.cells.count)")
            }
            rows.append(row)
        }
        return CSVTable(file: file, columns: columns, rows: rows)
    }
}

extension CSVReader {
    /// A line that is read by itself.
    package struct Line: Sendable {
        /// Its number in the file, from 1.
        package let number: Int
        /// The line as it stands there, without its end.
        package let text: String
        /// Its cells without surrounding blanks, or why there are none.
        package let cells: Result<[String], CSVError>
    }

    /// Reads every line by itself, for lists in which no cell goes over several: a lost quote costs its line, and not the
    /// rest of the file. Line ends of every kind are taken, blanks around quotes too; blank lines are left out.
    package func lines(_ text: String, file: String) -> [Line] {
        let bytes = Array(text.utf8)
        var lines: [Line] = []
        var (start, number) = (bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0, 1)
        while start < bytes.count {
            let end =
                bytes[start...].firstIndex { $0 == Scanner.newline || $0 == Scanner.carriageReturn } ?? bytes.count
            let own = Array(bytes[start..<end])
            var scanner = Scanner(bytes: own, file: file, line: number, isBlankIgnored: true)
            do throws(CSVError) {
                if let row = try scanner.row() {
                    let cells = row.cells.map { $0 ?? "" }
                    let isBlank = cells.count == 1 && cells[0].allSatisfy(\.isWhitespace)
                    if !isBlank {
                        lines.append(
                            Line(number: number, text: String(decoding: own, as: UTF8.self), cells: .success(cells)))
                    }
                }
            } catch {
                lines.append(Line(number: number, text: String(decoding: own, as: UTF8.self), cells: .failure(error)))
            }
            let isPair =
                end + 1 < bytes.count && bytes[end] == Scanner.carriageReturn && bytes[end + 1] == Scanner.newline
            start = end + (isPair ? 2 : 1)
            number += 1
        }
        return lines
    }
}

/// Takes rows off the bytes, one after the other.
private struct Scanner {
    private let bytes: [UInt8]
    private let file: String
    private let isBlankIgnored: Bool
    private var index = 0
    private var line: Int

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    /// - Parameter isBlankIgnored: whether blanks around a cell are no part of it.
    init(bytes: [UInt8], file: String, line: Int = 1, isBlankIgnored: Bool = false) {
        self.bytes = bytes
        self.file = file
        self.line = line
        self.isBlankIgnored = isBlankIgnored
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
    }

    /// The next row that is not a blank line; `nil` at the end.
    mutating func row() throws(CSVError) -> CSVTable.Row? {
        while skipLineEnd() {}
        guard index < bytes.count else { return nil }
        let start = line
        var cells: [String?] = []
        while true {
            cells.append(try cell())
            if index < bytes.count, bytes[index] == Scanner.comma {
                index += 1
            } else {
                break
            }
        }
        guard skipLineEnd() || index == bytes.count else {
            // Only a lone carriage return stops a cell and is neither a comma nor a line's end.
            throw failure("a carriage return without a line feed; put text with line breaks into quotes")
        }
        return CSVTable.Row(line: start, cells: cells)
    }

    private mutating func skipLineEnd() -> Bool {
        guard index < bytes.count else { return false }
        let isPair =
            bytes[index] == Scanner.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Scanner.newline
        guard isPair || bytes[index] == Scanner.newline else { return false }
        index += isPair ? 2 : 1
        line += 1
        return true
    }

    private mutating func cell() throws(CSVError) -> String? {
        skipBlanks()
        defer { skipBlanks() }
        if index < bytes.count, bytes[index] == Scanner.quote { return try quotedCell() }
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case Scanner.comma, Scanner.newline, Scanner.carriageReturn:
                return start == index ? nil : try text(withoutBlanks(bytes[start..<index]))
            case Scanner.quote:
                throw failure("a quote inside a cell that is not quoted; write it twice and quote the cell")
            default: index += 1
            }
        }
        return start == index ? nil : try text(withoutBlanks(bytes[start...]))
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        isBlankIgnored && (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"))
    }

    private mutating func skipBlanks() {
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
    }

    private func withoutBlanks(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        content[..<(content.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? content.startIndex)]
    }

    private mutating func quotedCell() throws(CSVError) -> String {
        let opened = line
        var content: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte != Scanner.quote {
                content.append(byte)
                if byte == Scanner.newline { line += 1 }
            } else if index < bytes.count, bytes[index] == Scanner.quote {
                content.append(byte)
                index += 1
            } else {
                skipBlanks()
                let ends = [Scanner.comma, Scanner.newline, Scanner.carriageReturn]
                guard index == bytes.count || ends.contains(bytes[index]) else {
                    throw failure("expected a comma or the end of the line after a closing quote")
                }
                return try text(content[...])
            }
        }
        throw CSVError(file: file, line: opened, "a quote is opened and never closed")
    }

    private func text(_ content: ArraySlice<UInt8>) throws(CSVError) -> String {
        guard !content.contains(0) else { throw failure("a zero byte: this is not a text file") }
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("bytes that are not UTF-8") }
        return text
    }

    private func failure(_ problem: String) -> CSVError { CSVError(file: file, line: line, problem) }
}
