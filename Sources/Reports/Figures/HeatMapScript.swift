import Base
import Foundation

/// The settings and the plot command of a heat map.
struct HeatMapScript: PanelScript {
    private let map: HeatMap
    private let data: Table
    private let rows: [String]
    private let columns: [String]
    private let cells: [(line: Int, x: Int, y: Int, value: Double)]
    private let scale: AxisScale
    private let width: Double

    init(_ map: HeatMap, _ data: Table, width: Double) {
        self.map = map
        self.data = data
        self.width = width
        rows = map.rowNames(data)
        columns = map.columnNames(data)
        cells = data.records.filter(map.shows).compactMap { row in
            guard let value = row.number(map.value), let line = row.integer("line"),
                let x = row.integer("column_place"),
                let y = row.integer("row_place")
            else { return nil }
            return (line, x, y, value)
        }
        let values = cells.map(\.value)
        // Nothing but zeros needs no scale around them.
        let range = map.range ?? (values.contains { $0 != 0 } ? nil : 0...1)
        scale = AxisScale(
            Axis(map.value, map.labels.value, scale: map.scale, range: range), values: values, maximumTicks: 6,
            showsZero: false)
    }

    private var rowHeight: Double { rows.count > 24 ? max(4, 290 / Double(rows.count)) : rows.count < 4 ? 18 : 12 }
    var plotHeight: Double { max(40, Double(rows.count) * rowHeight) }

    var margins: Margins {
        Margins(
            left: left, right: right, top: 6 + 10 * Double(titleLines.count),
            bottom: columnLabelHeight + (map.labels.column.isEmpty ? 2 : 12))
    }

    /// The name of the rows, upright, and their labels; names of columns that are turned lean to the left.
    private var left: Double {
        let names = (map.labels.row.isEmpty ? 6 : 16) + (rows.map(textWidth).max() ?? 0)
        return isTurned ? max(names, 0.71 * textWidth(columns.first ?? "")) : names
    }

    /// The bar of shades, its ticks and its name.
    private var right: Double { 27 + (scale.ticks.map(AxisScale.width).max() ?? 0) }

    private var titleLines: [String] {
        map.title.map { wrapped($0, width: width - 16 - (rows.map(textWidth).max() ?? 0), scale: titleScale) } ?? []
    }

    private var columnLabelHeight: Double { isTurned ? 8 + 0.71 * (columns.map(textWidth).max() ?? 0) : 11 }

    /// Points between the middles of neighbouring columns.
    private var columnWidth: Double {
        let room = width - 16 - (rows.map(textWidth).max() ?? 0) - right
        return min(HeatMapScript.widestColumn, room / Double(max(1, columns.count)))
    }

    /// Cells wider than that are no easier to read.
    private static let widestColumn = 60.0

    /// Whether names of columns are too long to stand side by side.
    private var isTurned: Bool {
        let widths = columns.map(textWidth)
        return zip(widths, widths.dropFirst()).contains { ($0 + $1) / 2 + 3 > columnWidth }
    }

    func text(in whole: Frame, page: (width: Double, height: Double)) -> String {
        // In the middle of its room, if that is more than the cells need.
        let spare = max(0, whole.width - HeatMapScript.widestColumn * Double(columns.count)) / 2
        let frame = Frame(
            edge: whole.edge + spare, left: whole.left + spare, right: whole.right - spare, top: whole.top,
            bottom: whole.bottom)
        let every = max(1, Int((lineHeight / rowHeight).rounded(.up)))
        let names = columns.enumerated().map { "\(quoted($1)) \($0 + 1)" }
        let rowTicks = rows.enumerated().filter { $0.offset % every == 0 }.map { "\(quoted($1)) \($0 + 1)" }
        var text = frame.margins(page)
        text += """
            unset border
            unset key
            unset logscale
            set tics nomirror scale 0
            set xrange [0.5:\(columns.count).5]
            set yrange [\(rows.count).5:0.5]
            set xtics (\(names.joined(separator: ", "))) \(isTurned ? "rotate by 45 right offset 0,0.3" : "offset 0,0.4") noenhanced
            set ytics (\(rowTicks.joined(separator: ", "))) offset 0.5,0 noenhanced
            \(Palette.gradient)
            \(scale.isLogarithmic ? "set logscale cb\n" : "")\
            set cbrange [\(number(scale.range.lowerBound)):\(number(scale.range.upperBound))]
            set colorbox user origin screen \(number((frame.right + 5) / page.width)), screen \
            \(number(1 - frame.bottom / page.height)) size screen \(number(6 / page.width)), screen \
            \(number(frame.height / page.height)) noborder
            \(ticksCommand("cb", scale))\
            set cbtics offset -0.6,0 scale 0
            unset label
            unset arrow

            """
        let axes = AxisNames(page: page)
        text += axes.horizontal(map.labels.column, at: frame.bottom + columnLabelHeight + 5)
        text += axes.vertical(map.labels.row, at: frame.left - left + 7)
        text += axes.vertical(
            axisLabel(map.labels.value, data.column(map.value)), at: frame.right + right - 7)
        text += titleLabels(titleLines, above: 0, frame)
        text += numbers(frame)
        let lines = Set(cells.map(\.line)).sorted()
        let plots = lines.map { line in
            "data using (of(\(line), column('column_place'))):(column('row_place'))"
                + ":(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5)"
                + ":(column('row_place')+0.5):(\(shade(frame))) with boxxyerror fillstyle solid 1 noborder "
                + "fillcolor palette"
        }
        return text + "plot \\\n    " + plots.joined(separator: ", \\\n    ") + "\n"
    }

    /// Digits of the numbers in the cells; `nil` where there is no room for them.
    private func digits(_ frame: Frame) -> Int? {
        let room = frame.width / Double(max(1, columns.count))
        guard rowHeight >= 9 else { return nil }
        return [3, 2, 1].first { digits in
            cells.allSatisfy { textWidth(short($0.value, digits: digits)) * 6 / 7 <= room }
        }
    }

    /// What decides the shade of a cell: the number as it is written in it, so that equal numbers have one shade.
    private func shade(_ frame: Frame) -> String {
        let cell = "cell(\(quoted(map.value)))"
        guard let digits = digits(frame), let decimals = decimals(digits) else { return cell }
        return "\(cell) == \(cell) ? floor(\(cell)*1e\(decimals)+0.5)/1e\(decimals) : NaN"
    }

    /// The numbers in the cells, where each has room.
    private func numbers(_ frame: Frame) -> String {
        guard let digits = digits(frame) else { return "" }
        return cells.map { cell in
            let text = short(cell.value, digits: digits)
            return
                "set label \(quoted(text)) at first \(cell.x), first \(cell.y) center noenhanced front font small textcolor "
                + "rgb '\(Palette.text(upon: scale.fraction(cell.value)))'\n"
        }.joined()
    }

    /// Decimals of the numbers in the cells; `nil` where each has its own.
    private func decimals(_ digits: Int) -> Int? {
        let largest = cells.map { abs($0.value) }.max() ?? 1
        let decimals = max(0, digits - 1 - Int(log10(max(largest, 1e-300)).rounded(.down)))
        return scale.isLogarithmic || decimals > 5 ? nil : decimals
    }

    /// With `digits` significant ones on a logarithmic scale; otherwise with the decimals that the largest one takes.
    private func short(_ value: Double, digits: Int) -> String {
        // Zeros are exact.
        guard value != 0 else { return "0" }
        let text =
            decimals(digits).map { String(format: "%.\($0)f", abs(value)) }
            ?? DecimalText(abs(value)).significant(digits)
        // The point tells enough where room is scarce.
        return (value < 0 ? "−" : "") + (text.hasPrefix("0.") ? text.dropFirst() : text[...])
    }
}
