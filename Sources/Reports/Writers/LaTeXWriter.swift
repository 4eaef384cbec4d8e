/// A LaTeX `tabular` to `\input`: booktabs rules, siunitx `S` columns, missing is `{--}`.
///
/// Numbers have the digits that their uncertainty leaves, or their column's. A table too wide for its line gets headings of
/// several lines, wrapped prose, subheadings instead of a first column that repeats itself, smaller letters, and at last
/// several blocks of columns, one below the other; one too long for a page goes on in another `tabular`, where the page may
/// break, or is a `longtable`. The packages it needs and the meaning of
/// each column stand in comments at its head. Text beyond Latin scripts needs LuaLaTeX or XeLaTeX.
package struct LaTeXWriter: TableWriter {
    /// The ending of the files, without the dot.
    package let fileExtension = "tex"

    /// Points of TeX that the table may be wide.
    private let line: Double
    /// Whether a table that is longer than a page is a `longtable`, which LaTeX knows in documents of one column only.
    private let hasLongTables: Bool

    /// Writes for a line of LaTeX's article.
    package init() { (line, hasLongTables) = (LaTeXLayout.articleLine, false) }

    /// Writes for a line of that width.
    package init(_ width: PaperWidth) { (line, hasLongTables) = (width.points, width.isWholePage) }

    /// Writes the whole table.
    package func write(_ table: Table, to output: inout some TextOutputStream) {
        write(ReadableTable(table), to: &output)
    }

    /// Points that a table is wider than its line, however it is set; 0 where it fits.
    package func excess(of table: ReadableTable) -> Double {
        let text = LaTeXTable(table)
        return max(0, text.width(LaTeXLayout.best(for: text, line: line)) - line)
    }

    /// Writes a table that is ready to be read.
    package func write(_ table: ReadableTable, to output: inout some TextOutputStream) {
        let text = LaTeXTable(table)
        let layout = LaTeXLayout.best(for: text, line: line)
        let parts = text.parts(layout)
        let isLong = hasLongTables && parts.count > 1
        output.write("% \(table.title)\n")
        output.write(
            "% Preamble: \\usepackage{booktabs} \\usepackage{siunitx}\(isLong ? " \\usepackage{longtable}" : "")\n")
        let width = text.width(layout)
        output.write("% About \(Int(width.rounded(.up))) pt wide\(width > line ? ": for a sidewaystable" : "").\n")
        for column in table.columns { output.write("% \(column.heading): \(column.meaning)\n") }
        if let size = layout.size.command {
            output.write("\\begingroup\\\(size)\\setlength{\\tabcolsep}{\(layout.size.separation)pt}%\n")
        }
        let whole = [(parts.first?.lowerBound ?? 0)..<(parts.last?.upperBound ?? 0)]
        var isFirst = true
        for block in layout.blocks {
            for part in isLong ? whole : parts {
                if !isFirst { output.write("\n\\medskip\n\\noindent\n") }
                isFirst = false
                write(part, block, of: text, layout, isLong: isLong, to: &output)
            }
        }
        if layout.size.command != nil { output.write("\\endgroup\n") }
    }

    private func write(
        _ rows: Range<Int>, _ block: [Int], of table: LaTeXTable, _ layout: LaTeXLayout, isLong: Bool,
        to output: inout some TextOutputStream
    ) {
        let columns = block.map { table.columns[$0] }
        let environment = isLong ? "longtable" : "tabular"
        output.write("\\begin{\(environment)}{\n")
        for column in columns { output.write("  \(column.format(layout))\n") }
        output.write("}\n\\toprule\n")
        // Braces keep siunitx from reading a heading, and TeX from reading a '[' after '\\', as something else.
        writeLine(columns.map { "{\(heading($0, layout))}" }, to: &output)
        output.write("\\midrule\n")
        // On every page of a long table.
        if isLong { output.write("\\endhead\n\\bottomrule\n\\endfoot\n") }
        for row in rows {
            if layout.isGrouped,
                row == rows.lowerBound || table.columns[0].texts[row] != table.columns[0].texts[row - 1]
            {
                if row > rows.lowerBound { output.write("\\addlinespace\n") }
                let name = table.columns[0].texts[row].map(escaped) ?? "--"
                let title = "\\emph{\(escaped(table.columns[0].heading)): \(name)}"
                writeLine(["\\multicolumn{\(columns.count)}{l}{\(title)}"], to: &output)
            }
            let cells = columns.map { column in
                guard let text = column.texts[row] else { return "{--}" }
                switch column.kind {
                case .number: return text
                case .estimate:
                    return text.replacing(/-?\d+(\.\d+)?(e-?\d+)?/) { "\\num{\($0.0)}" }.replacing("±", with: "$\\pm$")
                case .text: return guarded(column.isProse(layout) ? breakable(text) : escaped(text))
                }
            }
            writeLine(cells, to: &output)
        }
        output.write(isLong ? "\\end{longtable}\n" : "\\bottomrule\n\\end{tabular}\n")
    }

    private func heading(_ column: LaTeXTable.Column, _ layout: LaTeXLayout) -> String {
        let lines = column.headingLines(layout)
        guard lines.count > 1 else { return escaped(column.heading) }
        let side = column.isNumeric ? "" : "[l]"
        return "\\shortstack\(side){\(lines.map { guarded(escaped($0)) }.joined(separator: "\\\\"))}"
    }

    /// Text that may be broken after underscores and the like, as names of tensors have them, but not within numbers.
    private func breakable(_ text: String) -> String {
        let characters = Array(text)
        return characters.indices.map { place in
            let piece = escaped(String(characters[place]))
            let next = characters.dropFirst(place + 1).first
            guard "_./".contains(characters[place]), let next, next != " ", !next.isNumber else { return piece }
            return piece + "\\allowbreak "
        }.joined()
    }

    private func writeLine(_ cells: [String], to output: inout some TextOutputStream) {
        output.write(cells.joined(separator: " & ") + " \\\\\n")
    }

    /// `\\`, `\midrule` and their like take a following `[` or `*` for their own argument.
    private func guarded(_ text: String) -> String {
        text.hasPrefix("[") || text.hasPrefix("*") ? "{\(text)}" : text
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "_", "%", "&", "#", "{", "}": result += "\\\(scalar)"
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "|": result += "\\textbar{}"
            case "`": result += "\\`{}"
            // As text, these are in a font that many installations lack at small sizes.
            case "$": result += "$\\$$"
            case "·": result += "$\\cdot$"
            case "×": result += "$\\times$"
            case "-" where previous == "-": result += "{}-"  // or TeX makes a dash of the two
            case _ where scalar.properties.generalCategory == .control || scalar.properties.isPatternWhitespace:
                result += " "
            default: result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }
}
