/// How a table is set, so that it fits the line it is meant for.
struct LaTeXLayout {
    /// Size of letters, with the room beside columns that goes with it.
    struct Size {
        /// LaTeX's name; `nil` for the document's own.
        let command: String?
        /// Of letters, of the distance of lines, and half of that between columns; in points.
        let letters: Double
        let leading: Double
        let separation: Int
        /// How much wider smaller letters are for their size: Computer Modern's digits of 7 points are no seven tenths of
        /// those of 10.
        let relativeWidth: Double

        /// By how much what is measured at 10 points is to be multiplied.
        var scale: Double { letters / 10 * relativeWidth }
    }

    var size = sizes[0]
    /// Whether headings take several lines, and prose is wrapped.
    var isStacked = false
    /// Whether the first column becomes subheadings.
    var isGrouped = false
    /// What prose is wrapped to, in points at letters of 10 points.
    var prose = 170.0
    /// Columns that stand together, one `tabular` below the other; all in one where there is room.
    var blocks: [[Int]] = []

    private static let sizes = [
        Size(command: nil, letters: 10, leading: 12, separation: 6, relativeWidth: 1),
        Size(command: "small", letters: 9, leading: 11, separation: 4, relativeWidth: 1.028),
        Size(command: "footnotesize", letters: 8, leading: 9.5, separation: 3, relativeWidth: 1.063),
        Size(command: "scriptsize", letters: 7, leading: 8, separation: 2, relativeWidth: 1.139),
    ]
    /// Points of a line of LaTeX's article, the narrowest of the usual classes with one column.
    static let articleLine = 345.0
    /// Points of a page's height less some for the headings.
    static let height = 500.0

    /// The largest letters that fit a line of that many points. Where none do with all columns beside each other, the columns
    /// stand in several blocks, each with those that tell rows apart.
    static func best(for table: LaTeXTable, line: Double) -> LaTeXLayout {
        let all = Array(table.columns.indices)
        func whole(_ layout: LaTeXLayout) -> LaTeXLayout {
            var layout = layout
            layout.blocks = [layout.isGrouped ? Array(all.dropFirst()) : all]
            return layout
        }
        let plain = [LaTeXLayout()]
        let narrow = sizes.dropLast().map { LaTeXLayout(size: $0, isStacked: true) }
        let grouped =
            table.repeatsItself ? narrow.map { LaTeXLayout(size: $0.size, isStacked: true, isGrouped: true) } : []
        let tight = [110.0, 80].flatMap { prose in
            sizes[1...2].map {
                LaTeXLayout(size: $0, isStacked: true, isGrouped: table.repeatsItself, prose: min(prose, line / 2))
            }
        }
        let trials = (plain + narrow + grouped + tight).map(whole)
        if let fitting = trials.first(where: { table.width($0) <= line }) { return fitting }
        let split = [170.0, 110, 80, 50].flatMap { prose in
            sizes[1...2].map { LaTeXLayout(size: $0, isStacked: true, prose: min(prose, line / 2)) }
        }.compactMap { table.split($0, line: line) }
        // As few blocks as may be; among those, the largest letters and the widest prose.
        guard let fewest = split.map(\.blocks.count).min() else {
            return whole(LaTeXLayout(size: sizes[3], isStacked: true, prose: min(50, line / 3)))
        }
        return split.first { $0.blocks.count == fewest } ?? split[0]
    }
}

/// A table as LaTeX sets it: texts, and how much room they take.
struct LaTeXTable {
    struct Column {
        let heading: String
        let kind: ReadableTable.Kind
        /// `nil` is missing.
        let texts: [String?]
        /// The `S` column of numbers.
        fileprivate let format: String
        /// Of the widest text below the heading, in points at letters of 10.
        fileprivate let body: Double

        var isNumeric: Bool { kind != .text }

        /// Where text that is too wide may be broken, besides spaces.
        static let breaks: Set<Character> = ["_", ".", "-", "/", ","]

        /// Long text that can be broken into lines.
        func isProse(_ layout: LaTeXLayout) -> Bool {
            layout.isStacked && kind == .text && body > layout.prose
                && texts.contains { $0?.contains { $0 == " " || Column.breaks.contains($0) } == true }
        }

        func format(_ layout: LaTeXLayout) -> String {
            if kind == .number { return format }
            if kind == .estimate { return "r" }
            guard isProse(layout) else { return "l" }
            let points = Int((layout.prose * layout.size.scale).rounded())
            return ">{\\raggedright\\arraybackslash}p{\(points)pt}"
        }

        /// As wide as what stands below, or as the longest word.
        func headingLines(_ layout: LaTeXLayout) -> [String] {
            guard layout.isStacked else { return [heading] }
            let words = heading.split(separator: " ").map { LaTeXMetrics.width(String($0)) }
            let room = max(isProse(layout) ? layout.prose : body, words.max() ?? 0)
            return LaTeXMetrics.wrapped(heading, width: room, breaks: [])
        }

        /// Points at letters of 10 points.
        fileprivate func width(_ layout: LaTeXLayout) -> Double {
            max(
                isProse(layout) ? layout.prose : body,
                headingLines(layout).map { LaTeXMetrics.width($0) }.max() ?? 0)
        }

        fileprivate func lines(_ row: Int, _ layout: LaTeXLayout) -> Int {
            guard isProse(layout), let text = texts[row] else { return 1 }
            return LaTeXMetrics.wrapped(text, width: layout.prose, breaks: Column.breaks).count
        }
    }

    let columns: [Column]
    private let count: Int

    init(_ table: ReadableTable) {
        count = table.rows.count
        columns = table.columns.enumerated().map { place, column in
            let texts = LaTeXTable.brief(table.rows.map { $0[place] }, column.kind)
            let numbers = LaTeXTable.numbers(column.kind == .number ? texts.compactMap { $0 } : [])
            // What siunitx sets between digits, in estimates, takes little room.
            let widest = texts.map { LaTeXMetrics.width($0 ?? "--") + (column.kind == .estimate ? 6 : 0) }.max() ?? 0
            return Column(
                heading: column.heading, kind: column.kind, texts: texts, format: numbers.format,
                body: column.kind == .number ? numbers.width : widest)
        }
    }

    /// Names of checkpoints without the tokens at their ends, where the rest tells them apart: they are in the CSV.
    private static func brief(_ texts: [String?], _ kind: ReadableTable.Kind) -> [String?] {
        guard kind == .text else { return texts }
        let short = texts.map {
            $0?.replacing(/^((?:stage\d+-)?(?:ingredient\d+-)?step\d+)-tokens\d+[KMBT]?$/) { $0.1 }
        }
        return Set(short).count == Set(texts).count ? short : texts
    }

    /// Whether the first column has the same text over many rows.
    var repeatsItself: Bool {
        guard let first = columns.first, !first.isNumeric, columns.count > 2 else { return false }
        let changes = zip(first.texts, first.texts.dropFirst()).filter { $0 != $1 }.count
        return 3 * (changes + 1) <= count
    }

    /// Points, nearly exactly, of the widest block.
    func width(_ layout: LaTeXLayout) -> Double { layout.blocks.map { width($0, layout) }.max() ?? 0 }

    private func width(_ block: [Int], _ layout: LaTeXLayout) -> Double {
        let text = block.map { columns[$0].width(layout) }.reduce(0, +) * layout.size.scale
        return text + 2 * Double(layout.size.separation * block.count)
    }

    /// The columns in blocks that each fit the line, after the text at the beginning of each row; `nil` where one column is
    /// too wide for that.
    func split(_ layout: LaTeXLayout, line: Double) -> LaTeXLayout? {
        var layout = layout
        let heads = Array(columns.indices.prefix { !columns[$0].isNumeric && $0 < 3 })
        let key = heads.count < columns.count ? heads : [0]
        var blocks = [key]
        for place in columns.indices where !key.contains(place) {
            if width(blocks[blocks.count - 1] + [place], layout) > line {
                guard blocks[blocks.count - 1].count > key.count else { return nil }
                blocks.append(key)
            }
            blocks[blocks.count - 1].append(place)
        }
        layout.blocks = blocks
        return width(layout) <= line ? layout : nil
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

    /// An `S` column with room for exactly these numbers, as `S[table-format=-2.3e-1]`, and its width at letters of 10.
    private static func numbers(_ numbers: [String]) -> (format: String, width: Double) {
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
        return (
            "S[table-format=\(sign)\(whole).\(fraction)\(power)]",
            LaTeXMetrics.width(
                whole: whole, fraction: fraction, isSigned: !sign.isEmpty, exponent: exponent,
                isExponentSigned: !exponentSign.isEmpty)
        )
    }
}
