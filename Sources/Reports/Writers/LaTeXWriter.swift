/// A LaTeX `tabular` to `\input`: booktabs rules, siunitx `S` columns, missing is `{--}`.
///
/// Numbers have the digits that their uncertainty leaves, or their column's. A table too wide for the line of an article gets
/// headings of several lines, wrapped prose, subheadings instead of a first column that repeats itself, and smaller letters;
/// one too long for a page goes on in another `tabular`, where the page may break. The packages it needs and the meaning of
/// each column stand in comments at its head. Text beyond Latin scripts needs LuaLaTeX or XeLaTeX.
package struct LaTeXWriter: TableWriter {
    /// The ending of the files, without the dot.
    package let fileExtension = "tex"

    /// The one dialect there is.
    package init() {}

    /// Writes the whole table.
    package func write(_ table: Table, to output: inout some TextOutputStream) {
        let text = LaTeXTable(table)
        let layout = LaTeXLayout.best(for: text)
        output.write("% \(table.title)\n")
        output.write("% Preamble: \\usepackage{booktabs} \\usepackage{siunitx}\n")
        let width = text.width(layout)
        if width > LaTeXLayout.line {
            let place = width > LaTeXLayout.page ? "sidewaystable" : "table*, or wide margins"
            output.write("% About \(Int(width.rounded())) pt wide: for \(place).\n")
        }
        for column in table.columns { output.write("% \(column.heading): \(column.meaning)\n") }
        if let size = layout.size.command {
            output.write("\\begingroup\\\(size)\\setlength{\\tabcolsep}{\(layout.size.separation)pt}%\n")
        }
        for (place, part) in text.parts(layout).enumerated() {
            if place > 0 { output.write("\n\\medskip\n\\noindent\n") }
            write(part, of: text, layout, to: &output)
        }
        if layout.size.command != nil { output.write("\\endgroup\n") }
    }

    private func write(
        _ rows: Range<Int>, of table: LaTeXTable, _ layout: LaTeXLayout, to output: inout some TextOutputStream
    ) {
        let columns = table.columns.dropFirst(layout.isGrouped ? 1 : 0)
        output.write("\\begin{tabular}{\n")
        for column in columns { output.write("  \(column.format(layout))\n") }
        output.write("}\n\\toprule\n")
        // Braces keep siunitx from reading a heading, and TeX from reading a '[' after '\\', as something else.
        writeLine(columns.map { "{\(heading($0, layout))}" }, to: &output)
        output.write("\\midrule\n")
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
                if column.isNumeric { return text }
                let cell = guarded(escaped(text))
                return column.isProse(layout) ? cell.replacing("\\_", with: "\\_\\allowbreak ") : cell
            }
            writeLine(cells, to: &output)
        }
        output.write("\\bottomrule\n\\end{tabular}\n")
    }

    private func heading(_ column: LaTeXTable.Column, _ layout: LaTeXLayout) -> String {
        let lines = column.headingLines(layout)
        guard lines.count > 1 else { return escaped(column.heading) }
        let side = column.isNumeric ? "" : "[l]"
        return "\\shortstack\(side){\(lines.map { guarded(escaped($0)) }.joined(separator: "\\\\"))}"
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
