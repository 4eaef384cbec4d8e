/// A LaTeX `tabular` to `\input`: booktabs rules, siunitx `S` columns, missing is `{--}`.
///
/// Numbers have the digits that their uncertainty leaves, or their column's. The packages it needs and the meaning of each column stand in comments
/// at its head. Text beyond Latin scripts needs LuaLaTeX or XeLaTeX.
public struct LaTeXWriter: TableWriter {
    /// The ending of the files, without the dot.
    public let fileExtension = "tex"

    /// The one dialect there is.
    public init() {}

    /// Writes the whole table.
    public func write(_ table: Table, to output: inout some TextOutputStream) {
        let body = table.readableRows
        output.write("% \(table.title)\n")
        output.write("% Preamble: \\usepackage{booktabs} \\usepackage{siunitx}\n")
        for column in table.columns { output.write("% \(column.heading): \(column.meaning)\n") }
        output.write("\\begin{tabular}{\n")
        for (index, column) in table.columns.enumerated() {
            output.write("  \(column.isNumeric ? numericColumn(body.compactMap { $0[index] }) : "l")\n")
        }
        output.write("}\n\\toprule\n")
        // Braces keep siunitx from reading a heading, and TeX from reading a '[' after '\\', as something else.
        writeLine(table.columns.map { "{\(escaped($0.heading))}" }, to: &output)
        output.write("\\midrule\n")
        for row in body {
            let cells = zip(row, table.columns).map { text, column in
                guard let text else { return "{--}" }
                return column.isNumeric ? text : guarded(escaped(text))
            }
            writeLine(cells, to: &output)
        }
        output.write("\\bottomrule\n\\end{tabular}\n")
    }

    private func writeLine(_ cells: [String], to output: inout some TextOutputStream) {
        output.write(cells.joined(separator: " & ") + " \\\\\n")
    }

    /// An `S` column with room for exactly these numbers, as `S[table-format=-2.3e-1]`.
    private func numericColumn(_ numbers: [String]) -> String {
        var (sign, whole, fraction, exponentSign, exponent) = ("", 1, 0, "", 0)
        for number in numbers {
            let parts = number.split(separator: "e")
            let mantissa = parts[0].split(separator: ".")
            if number.hasPrefix("-") { sign = "-" }
            whole = max(whole, mantissa[0].trimmingPrefix("-").count)
            if mantissa.count == 2 { fraction = max(fraction, mantissa[1].count) }
            if parts.count == 2 {
                if parts[1].hasPrefix("-") { exponentSign = "-" }
                exponent = max(exponent, parts[1].trimmingPrefix("-").count)
            }
        }
        return "S[table-format=\(sign)\(whole).\(fraction)\(exponent > 0 ? "e\(exponentSign)\(exponent)" : "")]"
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
            case "_", "%", "&", "#", "$", "{", "}": result += "\\\(scalar)"
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "|": result += "\\textbar{}"
            case "`": result += "\\`{}"
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
