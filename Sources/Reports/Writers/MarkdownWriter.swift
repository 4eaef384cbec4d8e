/// A table of GitHub Flavored Markdown: numbers to the digits that are known and aligned right, missing is `--`.
///
/// Text stays text: what Markdown or HTML would read as markup is escaped, line breaks become spaces.
package struct MarkdownWriter: TableWriter {
    /// The ending of the files, without the dot.
    package let fileExtension = "md"

    /// The one dialect there is.
    package init() {}

    /// Writes the whole table.
    package func write(_ table: Table, to output: inout some TextOutputStream) {
        write(ReadableTable(table), to: &output)
    }

    /// Writes a table that is ready to be read.
    package func write(_ table: ReadableTable, to output: inout some TextOutputStream) {
        let heading = table.columns.map { escaped($0.heading) }
        let body = table.rows.map { row in row.map { $0.map(escaped) ?? "--" } }
        // The source is read as well: cells are padded to the width of their column.
        let widths = heading.indices.map { index in
            max(3, ([heading] + body).map { $0[index].count }.max() ?? 0)
        }
        let rules = zip(table.columns, widths).map { column, width in
            column.isNumeric ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
        }
        for line in [heading, rules] + body {
            let cells = line.indices.map { index in
                let padding = String(repeating: " ", count: widths[index] - line[index].count)
                return table.columns[index].isNumeric ? padding + line[index] : line[index] + padding
            }
            output.write("| " + cells.joined(separator: " | ") + " |\n")
        }
    }

    /// Text that Markdown shows as it is, on one line.
    func escaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case _ where scalar.properties.generalCategory == .control || scalar.properties.isPatternWhitespace:
                result.append(" ")
                continue
            case "_":
                // Inside a word, as in most tensor names, an underscore is never emphasis.
                let next = scalars.dropFirst(index + 1).first
                let isInWord = index > 0 && scalars[index - 1].isWord && next?.isWord == true
                if !isInWord { result.append("\\") }
            case "\\", "`", "*", "[", "]", "<", ">", "|", "&", "~", "$":
                result.append("\\")
            default:
                break
            }
            result.append(scalar)
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var isWord: Bool { properties.isAlphabetic || properties.numericType != nil }
}
