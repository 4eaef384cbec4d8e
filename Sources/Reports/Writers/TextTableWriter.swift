/// A table for a terminal: aligned columns, as many as fit, and of long tables the beginning and the end.
package struct TextTableWriter: Sendable {
    /// Characters on a line.
    package let width: Int
    /// Rows shown at most.
    package let mostRows: Int
    /// Whether the heading is bold.
    package let isStyled: Bool

    /// What text is cut to, the first that makes room for all columns.
    private static let textWidths = [40, 30, 26, 22, 18, 16]

    /// Makes a writer; see the properties.
    package init(width: Int, mostRows: Int = 12, isStyled: Bool) {
        self.width = width
        self.mostRows = mostRows
        self.isStyled = isStyled
    }

    /// The title, the heading and the rows; `more` is where the rest can be read.
    package func text(_ table: Table, more: String) -> String {
        let rows = table.readableRows
        let hidden = max(0, rows.count - mostRows)
        let head = hidden > 0 ? (mostRows + 1) / 2 : rows.count
        let selected = Array(rows.prefix(head)) + (hidden > 0 ? Array(rows.suffix(mostRows - head)) : [])
        var (heading, shown, widths): ([String], [[String]], [Int]) = ([], [], [])
        let columnTexts = table.columns.indices.map { column in selected.map { $0[column] ?? "–" } }
        for limit in TextTableWriter.textWidths {
            heading = table.columns.map { cut($0.heading, limit) }
            let fitted = columnTexts.map { cut($0, limit) }
            shown = selected.indices.map { row in fitted.map { $0[row] } }
            widths = heading.indices.map { column in ([heading] + shown).map { $0[column].count }.max() ?? 0 }
            if widths.reduce(-2, { $0 + $1 + 2 }) <= width { break }
        }
        var (columns, used) = (0, -2)
        while columns < widths.count, used + 2 + widths[columns] <= width || columns == 0 {
            used += 2 + widths[columns]
            columns += 1
        }
        func line(_ cells: [String]) -> String {
            var line = (0..<columns).map { column in
                let room = String(repeating: " ", count: max(0, widths[column] - cells[column].count))
                return table.columns[column].isNumeric ? room + cells[column] : cells[column] + room
            }.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        guard !rows.isEmpty else { return "\(table.title)\n(no rows)\n" }
        var lines = [table.title, isStyled ? "\u{1B}[1m\(line(heading))\u{1B}[0m" : line(heading)]
        for (index, row) in shown.enumerated() {
            if index == head, hidden > 0 { lines.append("… \(hidden) more row\(hidden == 1 ? "" : "s")") }
            lines.append(line(row))
        }
        let left = widths.count - columns
        let rest = [
            hidden > 0 ? "\(hidden) row\(hidden == 1 ? "" : "s")" : nil,
            left > 0 ? "\(left) column\(left == 1 ? "" : "s")" : nil,
        ].compactMap { $0 }
        if !rest.isEmpty { lines.append("(\(rest.joined(separator: " and ")) more: \(more))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The texts of a column, cut to `limit`, or to the next width that leaves different ones different.
    private func cut(_ texts: [String], _ limit: Int) -> [String] {
        let different = Set(texts).count
        for width in TextTableWriter.textWidths.reversed() where width >= limit {
            let cut = texts.map { self.cut($0, width) }
            if Set(cut).count == different { return cut }
        }
        return texts.map { cut($0, limit) }
    }

    /// On one line, without controls: names from checkpoints must not steer the terminal. What is too long loses a token
    /// count at its end, as in `stage1-step1000-tokens5B`, then letters of stage and ingredient, then its middle.
    private func cut(_ text: String, _ limit: Int) -> String {
        var plain = text.withoutControls
        if plain.count > limit { plain = plain.replacing(/-tokens\d+[KMBT]?$/, with: "") }
        if plain.count > limit {
            plain = plain.replacing(/^stage(\d+)-ingredient(\d+)/) { "s\($0.1)-ingr\($0.2)" }
        }
        guard plain.count > limit else { return plain }
        return plain.prefix(limit / 2) + "…" + plain.suffix(limit - 1 - limit / 2)
    }
}
