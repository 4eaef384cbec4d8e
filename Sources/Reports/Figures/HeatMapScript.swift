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
        scale = AxisScale(
            Axis(map.value, map.labels.value, scale: map.scale, range: map.range), values: cells.map(\.value),
            maximumTicks: 6, showsZero: false)
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

    /// In the middle of its room, if that is more than the cells need.
    private func inner(_ whole: Frame) -> Frame {
        let spare = max(0, whole.width - HeatMapScript.widestColumn * Double(columns.count)) / 2
        return Frame(
            edge: whole.edge + spare, left: whole.left + spare, right: whole.right - spare, top: whole.top,
            bottom: whole.bottom)
    }

    func add(to key: inout PictureKey, in whole: Frame, lines: [String]) {
        let frame = inner(whole)
        let numbers = Set(cells.map(\.line)).sorted()
        let spots = data.records.filter(map.shows).compactMap {
            row -> (element: Int, x: Double, y: Double, text: String)? in
            guard row.number(map.value) != nil, let line = row.integer("line"),
                let element = numbers.firstIndex(of: line), let x = row.integer("column_place"),
                let y = row.integer("row_place")
            else { return nil }
            return (
                element, frame.left + (Double(x) - 0.5) / Double(columns.count) * frame.width,
                frame.top + (Double(y) - 0.5) / Double(rows.count) * frame.height,
                "\(row[map.row].name), \(row[map.column].name): \(map.value.replacing("_", with: " ")) \(row[map.value].name)"
            )
        }
        key.add(
            names: [], elements: numbers.map { _ in PictureKey.Element(name: nil, isDrawn: true) }, spots: spots)
    }

    func text(in whole: Frame, page: (width: Double, height: Double)) -> String {
        let frame = inner(whole)
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
            "\(quoted("\(data.name).csv")) using (of(\(line), column('column_place'))):(column('row_place'))"
                + ":(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5)"
                + ":(column('row_place')+0.5):(cell(\(quoted(map.value)))) with boxxyerror fillstyle solid 1 noborder "
                + "fillcolor palette"
        }
        return text + "plot \\\n    " + plots.joined(separator: ", \\\n    ") + "\n"
    }

    /// The numbers in the cells, where each has room.
    private func numbers(_ frame: Frame) -> String {
        let room = frame.width / Double(max(1, columns.count))
        let texts = [3, 2, 1].lazy.map { digits in cells.map { short($0.value, digits: digits) } }
            .first { $0.allSatisfy { textWidth($0) * 6 / 7 <= room } }
        guard rowHeight >= 9, let texts else { return "" }
        return zip(cells, texts).map { cell, text in
            "set label \(quoted(text)) at first \(cell.x), first \(cell.y) center noenhanced front font small textcolor rgb "
                + "'\(Palette.text(upon: scale.fraction(cell.value)))'\n"
        }.joined()
    }

    /// With `digits` significant ones on a logarithmic scale; otherwise with the decimals that the largest one takes.
    private func short(_ value: Double, digits: Int) -> String {
        let largest = cells.map { abs($0.value) }.max() ?? 1
        let decimals = max(0, digits - 1 - Int(log10(max(largest, 1e-300)).rounded(.down)))
        let text =
            scale.isLogarithmic || decimals > 5
            ? DecimalText(abs(value)).significant(digits) : String(format: "%.\(decimals)f", abs(value))
        // The point tells enough where room is scarce.
        return (value < 0 ? "−" : "") + (text.hasPrefix("0.") ? text.dropFirst() : text[...])
    }
}
