import Base

/// CSV as RFC 4180 has it, in UTF-8 with `\n` at the end of each line: one header row, all digits, missing is empty.
///
/// Numbers are the shortest decimals that read back to the same double, as Python's `repr` prints them. An empty string is
/// `""`, so that a reader which looks at quotes can tell it from a missing one.
package struct CSVWriter: TableWriter {
    /// The ending of the files, without the dot.
    package let fileExtension = "csv"

    /// The one dialect there is.
    package init() {}

    /// Writes the whole table.
    package func write(_ table: Table, to output: inout some TextOutputStream) {
        writeLine(table.columns.map(\.name), to: &output)
        for row in table.rows { writeLine(row.map(field), to: &output) }
    }

    /// Rows below names that need not be snake_case.
    func text(header: [String], rows: [[Cell]]) -> String {
        var text = ""
        writeLine(header.map(quoted), to: &text)
        for row in rows { writeLine(row.map(field), to: &text) }
        return text
    }

    private func writeLine(_ fields: [String], to output: inout some TextOutputStream) {
        // A line that is empty would be skipped as blank by many readers.
        output.write(fields == [""] ? "\"\"" : fields.joined(separator: ","))
        output.write("\n")
    }

    private func field(_ cell: Cell) -> String {
        switch cell {
        case .string(let text): quoted(text)
        case .integer(let value): String(value)
        case .number(let value): CSVWriter.text(value)
        case .boolean(let value): String(value)
        case .missing: ""
        }
    }

    /// The shortest decimal that reads back to the same double.
    static func text(_ value: Double) -> String { DecimalText(value).shortest }

    private func quoted(_ text: String) -> String {
        // By scalar: Swift sees "\r\n", or a quote with a combining accent, as one character that is neither.
        let needsQuotes = text.isEmpty || text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard needsQuotes else { return text }
        var result = "\"".unicodeScalars
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result.append(scalar) }
            result.append(scalar)
        }
        result.append("\"")
        return String(result)
    }
}
