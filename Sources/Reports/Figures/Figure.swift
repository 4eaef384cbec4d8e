import Base

/// A picture of a table: a pure value, which `GnuplotScript` turns into a script that draws it.
///
/// A figure leaves `NAME.gp`, `NAME.csv` with exactly the numbers it shows, and `NAME.svg` and `NAME.pdf`.
///
/// ```swift
/// Figure(
///     "norm_by_module", title: "L2 norm of each module while it trains.",
///     data: norms.selecting(["name", "step", "l2"], as: "norm_by_module", title: "...") { $0.text("level") == "module" },
///     lines: ["name"],
///     panels: [.chart(Chart(x: Axis("step", "step"), y: Axis("l2", "L2 norm"), color: "name"))])
/// ```
package struct Figure: Sendable {
    /// snake_case, and not the name of a table of the same experiment: the files' name without its ending.
    package let name: String
    /// One sentence: what is to be seen. The caption of the page and the head of the script.
    package let title: String
    /// What the panels show, as `NAME.csv` holds it: a first column `line` numbers what is drawn as one line; heat maps have
    /// `row_place` and `column_place` as well.
    package let data: Table
    /// One below the other in one paper column, side by side in two.
    package let panels: [Panel]
    /// The columns whose values together tell one line from another.
    let lines: [String]

    /// One set of axes.
    package enum Panel: Sendable {
        case chart(Chart)
        case heatMap(HeatMap)
    }

    /// Makes a figure.
    /// - Parameters:
    ///   - data: the rows to draw, in the order of drawing; all columns are kept.
    ///   - lines: the columns whose values together tell one line (or one heat map) from another.
    /// - Precondition: the columns that the panels name are there; `data` has none named `line`.
    package init(_ name: String, title: String, data: Table, lines: [String], panels: [Panel]) {
        precondition(!panels.isEmpty, "figure '\(name)' has no panel")
        self.name = name
        self.title = title
        self.panels = panels
        self.lines = lines
        var numbers: [[Cell]: Int] = [:]
        var columns = [Column("line", .integer, meaning: "Number of the line that the row is a point of, from 1.")]
        var rows = zip(data.records, data.rows).map { row, cells -> [Cell] in
            let key = lines.map { row[$0] }
            let number = numbers[key] ?? numbers.count + 1
            numbers[key] = number
            return [.integer(number)] + cells.map(\.onOneLine)
        }
        let maps = panels.compactMap { if case .heatMap(let map) = $0 { map } else { nil } }
        if !maps.isEmpty {
            columns += HeatMap.placeColumns
            let places = Figure.places(of: maps, in: data)
            rows = zip(rows, places).map { [$0[0]] + $1 + $0[1...] }
        }
        // gnuplot draws a line through rows that follow each other.
        let order = rows.indices.sorted { (rows[$0][0].number ?? 0, $0) < (rows[$1][0].number ?? 0, $1) }
        self.data = Table(name, title: data.title, columns: columns + data.columns, rows: order.map { rows[$0] })
    }

    /// Why no picture can be made of it; `nil` where one can.
    package var problem: String? {
        for panel in panels {
            let (columns, places): ([String], [Double]) =
                switch panel {
                case .chart(let chart):
                    (
                        [chart.x.column, chart.y.column] + (chart.band.map { [$0.low, $0.high] } ?? []),
                        chart.marks.map {
                            switch $0 {
                            case .vertical(let place, _), .axisBreak(let place, _), .horizontal(let place, _): place
                            }
                        }
                            + [chart.x.range, chart.y.range].compactMap { $0 }.flatMap {
                                [$0.lowerBound, $0.upperBound]
                            }
                    )
                case .heatMap(let map): ([map.value], map.range.map { [$0.lowerBound, $0.upperBound] } ?? [])
                }
            for column in columns {
                let values = data.records.lazy.compactMap { $0.number(column) }
                if let value = values.first(where: { !AxisScale.shows($0) }) {
                    return "'\(column)' holds \(DecimalText(value).shortest), which no axis reaches (1e-100 to 1e100)"
                }
            }
            if !places.allSatisfy({ $0.isFinite && AxisScale.shows($0) }) {
                return "what it marks lies beyond any axis"
            }
        }
        return nil
    }

    /// Where each row's cell stands in the first heat map that shows it.
    private static func places(of maps: [HeatMap], in data: Table) -> [[Cell]] {
        let names = maps.map { (rows: $0.rowNames(data), columns: $0.columnNames(data)) }
        return data.records.map { row in
            guard let map = maps.firstIndex(where: { $0.shows(row) }),
                let x = names[map].columns.firstIndex(of: row[maps[map].column].name),
                let y = names[map].rows.firstIndex(of: row[maps[map].row].name)
            else { return [.missing, .missing] }
            return [.integer(x + 1), .integer(y + 1)]
        }
    }
}

/// Which rows a part of a figure shows: those with this value in that column.
package struct RowFilter: Sendable {
    let column: String
    let value: Cell

    /// Rows whose text in `column` is `value`.
    package init(_ column: String, _ value: String) {
        self.column = column
        self.value = .string(value)
    }

    func accepts(_ row: TableRow) -> Bool { row[column] == value }
}

extension Cell {
    /// Text for labels: never markup, never a line break; empty when missing.
    var name: String {
        guard let text = onOneLine.readable(digits: 4) else { return "" }
        return text.count > 48 ? text.prefix(47) + "…" : text
    }

    /// The same with line breaks and other controls in text as spaces: gnuplot reads data line by line.
    var onOneLine: Cell {
        guard case .string(let text) = self else { return self }
        return .string(text.withoutControls)
    }
}

extension String {
    /// Controls and line separators as spaces.
    var withoutControls: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let isControl =
                scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
            result.append(isControl ? " " : scalar)
        }
        return String(result)
    }
}
