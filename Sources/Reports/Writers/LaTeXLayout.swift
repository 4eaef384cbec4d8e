/// How a table is set, so that it fits a page.
struct LaTeXLayout {
    /// Size of letters, with the room beside columns that goes with it.
    struct Size {
        /// LaTeX's name; `nil` for the document's own.
        let command: String?
        /// Of letters, of the distance of lines, and half of that between columns; in points.
        let letters: Double
        let leading: Double
        let separation: Int
    }

    var size = sizes[0]
    /// Whether headings take several lines, and prose is wrapped.
    var isStacked = false
    /// Whether the first column becomes subheadings.
    var isGrouped = false
    /// What prose is wrapped to, in points at letters of 10 points.
    var prose = 170.0

    private static let sizes = [
        Size(command: nil, letters: 10, leading: 12, separation: 6),
        Size(command: "small", letters: 9, leading: 11, separation: 4),
        Size(command: "footnotesize", letters: 8, leading: 9.5, separation: 3),
        Size(command: "scriptsize", letters: 7, leading: 8, separation: 2),
    ]
    /// Points of a line of LaTeX's article, of a page with two columns, and of a page's height less some for the headings.
    static let line = 345.0
    static let page = 505.0
    static let height = 500.0

    /// The largest letters that fit the line, and are no footnote's notes; else those that fit the page.
    static func best(for table: LaTeXTable) -> LaTeXLayout {
        let plain = [LaTeXLayout()]
        let narrow = sizes.dropLast().map { LaTeXLayout(size: $0, isStacked: true) }
        let grouped =
            table.repeatsItself ? narrow.map { LaTeXLayout(size: $0.size, isStacked: true, isGrouped: true) } : []
        if let fitting = (plain + narrow + grouped).first(where: { table.width($0) <= line }) { return fitting }
        let wide = [170.0, 110, 80].flatMap { prose in
            sizes.dropFirst().map {
                LaTeXLayout(size: $0, isStacked: true, isGrouped: table.repeatsItself, prose: prose)
            }
        }
        return wide.first { table.width($0) <= page } ?? wide[wide.count - 1]
    }
}

/// A table as LaTeX sets it: texts, and how much room they take.
struct LaTeXTable {
    struct Column {
        let heading: String
        let isNumeric: Bool
        /// `nil` is missing.
        let texts: [String?]
        /// The `S` column of numbers, and the widest number it has room for.
        fileprivate let numbers: (format: String, widest: String)

        fileprivate var body: Double {
            isNumeric ? LaTeXTable.width(numbers.widest) : texts.map { LaTeXTable.width($0 ?? "--") }.max() ?? 0
        }

        /// Long text that can be broken into lines.
        func isProse(_ layout: LaTeXLayout) -> Bool {
            layout.isStacked && !isNumeric && body > layout.prose
                && texts.contains { $0?.contains { $0 == " " || $0 == "_" } == true }
        }

        func format(_ layout: LaTeXLayout) -> String {
            if isNumeric { return numbers.format }
            guard isProse(layout) else { return "l" }
            let points = Int((layout.prose * layout.size.letters / 10).rounded())
            return ">{\\raggedright\\arraybackslash}p{\(points)pt}"
        }

        /// As wide as what stands below, or as the longest word.
        func headingLines(_ layout: LaTeXLayout) -> [String] {
            guard layout.isStacked else { return [heading] }
            let words = heading.split(separator: " ").map { LaTeXTable.width(String($0)) }
            let room = max(min(body, layout.prose), words.max() ?? 0)
            return wrapped(heading, width: room, scale: LaTeXTable.scale)
        }

        /// Points at letters of 10 points.
        fileprivate func width(_ layout: LaTeXLayout) -> Double {
            if isProse(layout) { return layout.prose }
            return max(body, headingLines(layout).map(LaTeXTable.width).max() ?? 0)
        }

        fileprivate func lines(_ row: Int, _ layout: LaTeXLayout) -> Int {
            guard isProse(layout), let text = texts[row] else { return 1 }
            return wrapped(text.replacing("_", with: "_ "), width: layout.prose, scale: LaTeXTable.scale).count
        }
    }

    let columns: [Column]
    private let count: Int

    init(_ table: Table) {
        let body = table.readableRows
        count = body.count
        columns = table.columns.enumerated().map { index, column in
            let texts = body.map { $0[index] }
            return Column(
                heading: column.heading, isNumeric: column.isNumeric, texts: texts,
                numbers: LaTeXTable.numericColumn(column.isNumeric ? texts.compactMap { $0 } : []))
        }
    }

    /// Whether the first column has the same text over many rows.
    var repeatsItself: Bool {
        guard let first = columns.first, !first.isNumeric, columns.count > 2 else { return false }
        let changes = zip(first.texts, first.texts.dropFirst()).filter { $0 != $1 }.count
        return 3 * (changes + 1) <= count
    }

    /// Points, about.
    func width(_ layout: LaTeXLayout) -> Double {
        let shown = columns.dropFirst(layout.isGrouped ? 1 : 0)
        let text = shown.map { $0.width(layout) }.reduce(0, +) * layout.size.letters / 10
        return text + 2 * Double(layout.size.separation * shown.count)
    }

    /// The rows of each `tabular`, none higher than a page.
    func parts(_ layout: LaTeXLayout) -> [Range<Int>] {
        let most =
            Int(LaTeXLayout.height / layout.size.leading) - (columns.map { $0.headingLines(layout).count }.max() ?? 1)
        var (parts, start, lines): ([Range<Int>], Int, Int) = ([], 0, 0)
        for row in 0..<count {
            var needed = columns.map { $0.lines(row, layout) }.max() ?? 1
            if layout.isGrouped, row == start || columns[0].texts[row] != columns[0].texts[row - 1] { needed += 1 }
            if lines + needed > most, row > start {
                parts.append(start..<row)
                (start, lines) = (row, 0)
            }
            lines += needed
        }
        return parts + [start..<count]
    }

    /// An `S` column with room for exactly these numbers, as `S[table-format=-2.3e-1]`.
    private static func numericColumn(_ numbers: [String]) -> (format: String, widest: String) {
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
        let power = exponent > 0 ? "e\(exponentSign)\(exponent)" : ""
        // siunitx sets spaces between groups of three digits, and beside the sign of multiplication.
        let groups = (whole > 4 ? (whole - 1) / 3 : 0) + (fraction > 4 ? (fraction - 1) / 3 : 0)
        let widest =
            String(repeating: "0", count: whole + fraction) + (fraction > 0 ? "." : "")
            + String(repeating: ".", count: groups) + (sign.isEmpty ? "" : "+")
            + (exponent > 0 ? "00×10" + String(repeating: "0", count: exponent) : "")
        return ("S[table-format=\(sign)\(whole).\(fraction)\(power)]", widest)
    }

    /// From Helvetica of 7 points, and some more, to Computer Modern of 10.
    fileprivate static let scale = 1.36

    fileprivate static func width(_ text: String) -> Double { textWidth(text) * scale }
}
