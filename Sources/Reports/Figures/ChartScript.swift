/// The settings and the plot command of a chart.
struct ChartScript: PanelScript {
    private let chart: Chart
    private let data: Table
    private let lines: [Line]
    private let colors: [String]
    /// Of each colour, its place in the palette.
    private let hues: [Int]
    private let shapes: [String]
    private let x: AxisScale
    private let y: AxisScale
    private let isWide: Bool
    private let width: Double
    /// Room beside the axes, in points.
    private let left: Double
    private let right: Double

    /// One line of a layer.
    private struct Line {
        let number: Int
        let style: Chart.Style
        let color: Int
        let shape: Int
        let points: [(x: Double, y: Double)]
    }

    init(_ chart: Chart, _ data: Table, width: Double, isWide: Bool) {
        self.chart = chart
        self.data = data
        self.isWide = isWide
        self.width = width
        let shown = chart.layers.map { layer in data.records.filter { row in layer.rows.allSatisfy { $0.accepts(row) } }
        }
        let all = shown.flatMap { $0 }
        let colors = chart.color.map { name in all.map { $0[name].name }.distinct } ?? []
        let known = colors.map { chart.palette.firstIndex(of: $0) }
        var free = (0..<(colors.count + chart.palette.count)).filter { !known.contains($0) }[...]
        hues = known.map { $0 ?? free.popFirst() ?? 0 }
        let shapes = chart.shape.map { name in all.map { $0[name].name }.distinct } ?? []
        (self.colors, self.shapes) = (colors, shapes)
        lines = zip(chart.layers, shown).flatMap { layer, rows in
            Dictionary(grouping: rows) { $0.integer("line") ?? 0 }.sorted { $0.key < $1.key }.map { number, rows in
                Line(
                    number: number, style: layer.style,
                    color: chart.color.flatMap { colors.firstIndex(of: rows[0][$0].name) } ?? 0,
                    shape: chart.shape.flatMap { shapes.firstIndex(of: rows[0][$0].name) } ?? 0,
                    points: rows.compactMap { row in
                        guard let x = row.number(chart.x.column), let y = row.number(chart.y.column) else { return nil }
                        return (x, y)
                    })
            }
        }
        let ends = [chart.y.column] + (chart.band.map { [$0.low, $0.high] } ?? [])
        let measured = chart.y.isShared ? data.records : all
        y = AxisScale(
            chart.y, values: ends.flatMap { name in measured.compactMap { $0.number(name) } }, maximumTicks: 7,
            showsZero: false)
        // The name of the axis, upright, and the ticks with their labels.
        left = 20 + (y.ticks.map(AxisScale.width).max() ?? 0)
        let names = chart.labels == .atEnds && colors.count > 1 ? colors.map(textWidth).max() ?? 0 : 0
        right = names > 0 ? names + 12 : 8
        x = AxisScale(
            chart.x, values: all.compactMap { $0.number(chart.x.column) }, maximumTicks: Int(width / 36),
            showsZero: true, length: width - left - right, isWhole: data.column(chart.x.column).kind == .integer)
    }

    var plotHeight: Double {
        let labels = chart.labels == .atEnds && !chart.isOrdered ? Double(colors.count) * lineHeight : 0
        return max(isWide ? 130 : 120, labels)
    }

    var margins: Margins {
        Margins(left: left, right: right, top: 6 + 10 * Double(titleLines.count + topRows), bottom: 26)
    }

    private var titleLines: [String] {
        chart.title.map { wrapped($0, width: width - left - 4, scale: titleScale) } ?? []
    }
    private var hasEndLabels: Bool { chart.labels == .atEnds && colors.count > 1 }
    private var hasMarkNames: Bool { chart.marks.contains { if case .horizontal = $0 { false } else { true } } }
    /// Rows of text just above the axes: names of vertical marks, and the key over them.
    private var topRows: Int { (hasMarkNames ? 1 : 0) + keyRows.count }

    func text(in frame: Frame, page: (width: Double, height: Double)) -> String {
        var text = frame.margins(page)
        text += """
            set border 3 linewidth 0.5
            set tics nomirror out scale 0.5,0.25 offset 0,0
            set xtics norotate offset 0,0.3
            \(x.isLogarithmic ? "set" : "unset") logscale x
            \(y.isLogarithmic ? "set" : "unset") logscale y
            set xrange [\(number(x.range.lowerBound)):\(number(x.range.upperBound))]
            set yrange [\(number(y.range.lowerBound)):\(number(y.range.upperBound))]
            \(ticksCommand("x", x, x.legibleTicks(on: frame.width)))\(ticksCommand("y", y))\
            unset label
            unset arrow

            """
        let names = AxisNames(page: page)
        text += names.horizontal(axisLabel(chart.x.label, data.column(chart.x.column)), at: frame.bottom + 20)
        text += names.vertical(axisLabel(chart.y.label, data.column(chart.y.column)), at: frame.edge + 7)
        func above(_ row: Int) -> String { number(1 + (10 * Double(row) + 5) / frame.height) }
        text += titleLabels(titleLines, above: topRows, frame) + marks(above(0)) + key(width: frame.width, above)
        if hasEndLabels { text += endLabels(frame) }
        if let column = chart.pointLabels { text += pointLabels(column, frame) }
        text += breaks
        return text + "plot \\\n    " + plots.joined(separator: ", \\\n    ") + "\n"
    }

    /// Marks and their names, in rows from the top.
    private func key(width: Double, _ above: (Int) -> String) -> String {
        keyRows.enumerated().map { index, row in
            let height = above(topRows - 1 - index)
            var place = 2.0
            return row.map { entry in
                defer { place += ChartScript.keyWidth(entry) }
                return "set label '' at graph \(number(place / width)), graph \(height) point pointtype \(entry.shape) "
                    + "pointsize 0.5 linecolor rgb '\(entry.color)'\n"
                    + "set label \(quoted(entry.name)) at graph \(number((place + 5) / width)), graph \(height) "
                    + "left noenhanced\n"
            }.joined()
        }.joined()
    }

    private func marks(_ height: String) -> String {
        chart.marks.map { mark in
            let style = "nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back\n"
            switch mark {
            case .vertical(let place, let name), .axisBreak(let place, let name):
                return
                    "set arrow from first \(number(place)), graph 0 to first \(number(place)), graph \(height) \(style)"
                    + "set label \(quoted(name)) at first \(number(place)), graph \(height) left noenhanced offset 0.4,0 "
                    + "textcolor rgb '#555555'\n"
            case .horizontal(let place, let name):
                return "set arrow from graph 0, first \(number(place)) to graph 1, first \(number(place)) \(style)"
                    + "set label \(quoted(name)) at graph 0.01, first \(number(place)) left noenhanced offset 0,0.5 "
                    + "textcolor rgb '#555555'\n"
            }
        }.joined()
    }

    /// Two strokes through the axis where it is broken, on white.
    private var breaks: String {
        chart.marks.map { mark in
            guard case .axisBreak(let place, _) = mark else { return "" }
            return "set label '//' at first \(number(place)), graph 0 center noenhanced front\n"
        }.joined()
    }

    /// Where the last point of each colour is, and its name beside the axes at that height, or as near as there is room.
    private func endLabels(_ frame: Frame) -> String {
        let (width, height) = (frame.width, frame.height)
        var ends: [(color: Int, x: Double, y: Double)] = colors.indices.compactMap { color in
            let points = lines.filter { $0.color == color }.flatMap(\.points).filter { !y.isLogarithmic || $0.y > 0 }
            guard let end = points.max(by: { $0.x < $1.x }) else { return nil }
            return (color, x.fraction(end.x), min(max(y.fraction(end.y), 0), 1))
        }
        let room = max(1, Int(height / lineHeight) + 1)
        if ends.count > room {
            // Some of an ordered set tell the others.
            ends = (0..<room).map { ends[$0 * (ends.count - 1) / max(1, room - 1)] }
        }
        ends.sort { $0.y < $1.y }
        let places = spread(ends.map { $0.y * height }, distance: lineHeight, room: height)
        return zip(ends, places).map { end, place in
            let color = quoted(self.color(end.color))
            return
                "set arrow from graph \(number(end.x)), graph \(number(end.y)) to graph \(number(1 + 7 / width)), graph "
                + "\(number(place / height)) nohead linewidth 0.4 dashtype \(dash(end.color)) linecolor rgb \(color) back\n"
                + "set label \(quoted(colors[end.color])) at graph \(number(1 + 9 / width)), graph "
                + "\(number(place / height)) left noenhanced textcolor rgb \(quoted(Palette.ink(self.color(end.color))))\n"
        }.joined()
    }

    private func pointLabels(_ column: String, _ frame: Frame) -> String {
        func place(_ point: (x: Double, y: Double)) -> Place {
            Place(x: x.fraction(point.x) * frame.width, y: y.fraction(point.y) * frame.height)
        }
        var placement = LabelPlacement(width: frame.width, height: frame.height)
        for line in lines {
            placement.add(line.points.map(place), connected: line.style != .points)
        }
        return data.records.filter { row in chart.layers.contains { $0.rows.allSatisfy { $0.accepts(row) } } }.map {
            row in
            let name = row[column].name
            guard let x = row.number(chart.x.column), let y = row.number(chart.y.column), !name.isEmpty else {
                return ""
            }
            let spot = placement.place(name, at: place((x, y)))
            return "set label \(quoted(name)) at graph \(number(spot.x / frame.width)), graph "
                + "\(number(spot.y / frame.height)) left noenhanced font small\n"
        }.joined()
    }

    private func dash(_ color: Int) -> Int { Palette.dash(hue(color), isOrdered: chart.isOrdered) }

    private func hue(_ color: Int) -> Int { hues.indices.contains(color) ? hues[color] : color }

    private func color(_ place: Int) -> String {
        Palette.color(
            chart.isOrdered ? place : hue(place), of: max(colors.count, 1), isOrdered: chart.isOrdered)
    }

    private var plots: [String] {
        let file = "data"
        let column = quoted(chart.x.column)
        let place = x.zero.map { "(cell(\(column)) > 0 ? cell(\(column)) : \(number($0)))" } ?? "cell(\(column))"
        func using(_ line: Line, _ columns: String...) -> String {
            let values = columns.map { "(cell(\(quoted($0))))" }.joined(separator: ":")
            return "\(file) using (of(\(line.number), \(place))):\(values)"
        }
        let bands = chart.band.map { band in
            lines.filter { $0.style != .points && $0.style != .dotted }.map { line in
                using(line, band.low, band.high)
                    + " with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb "
                    + "\(quoted(color(line.color))) notitle"
            }
        }
        let strokes = lines.map { line in using(line, chart.y.column) + " " + style(line) + " notitle" }
        return (bands ?? []) + strokes
    }

    private func style(_ line: Line) -> String {
        let color = "linecolor rgb \(quoted(color(line.color)))"
        let dash = "dashtype \(dash(line.color))"
        // Without a column of shapes, colours and marks go together: a grey copy tells the lines apart by marks.
        let shape = Palette.shape(chart.shape != nil || chart.isOrdered ? line.shape : hue(line.color))
        let points = "pointtype \(shape) pointsize 0.35"
        switch line.style {
        case .linesAndPoints where line.points.count > 60: return "with lines linewidth 1 \(color) \(dash)"
        case .linesAndPoints: return "with linespoints linewidth 1 \(points) \(color) \(dash)"
        case .lines: return "with lines linewidth 1 \(color) \(dash)"
        case .points: return "with points pointtype \(shape) pointsize 0.5 \(color)"
        case .dotted: return "with lines linewidth 1.5 \(color) dashtype 3"
        }
    }

    private typealias KeyEntry = (name: String, shape: Int, color: String)

    private var keyEntries: [KeyEntry] {
        var entries: [KeyEntry] = []
        if chart.labels == .key, colors.count > 1 {
            entries += colors.enumerated().map { ($1, Palette.shape(hue($0)), color($0)) }
        }
        if shapes.count > 1 {
            // What a tick names stands above it.
            let named = Set(x.ticks.map(\.label))
            entries += shapes.enumerated().map { ($1, Palette.shape($0), "#555555") }.filter {
                !named.contains($0.name)
            }
        }
        return entries
    }

    /// The key's entries in rows that fit the panel.
    private var keyRows: [[KeyEntry]] {
        var (rows, room): ([[KeyEntry]], Double) = ([], 0)
        for entry in keyEntries {
            if rows.isEmpty || room < ChartScript.keyWidth(entry) {
                rows.append([])
                room = width - left - 4
            }
            rows[rows.count - 1].append(entry)
            room -= ChartScript.keyWidth(entry)
        }
        return rows
    }

    private static func keyWidth(_ entry: KeyEntry) -> Double { textWidth(entry.name) + 12 }
}

/// Places at least `distance` apart, in order, within 0 to `room`, as near to the wanted ones as may be in the sense of
/// least squares: isotonic regression by pooling neighbours (M. Ayer et al., 1955).
func spread(_ wanted: [Double], distance: Double, room: Double) -> [Double] {
    var pools: [(sum: Double, count: Int)] = []
    for (index, place) in wanted.enumerated() {
        pools.append((place - Double(index) * distance, 1))
        while pools.count > 1, let last = pools.last, case let before = pools[pools.count - 2],
            before.sum / Double(before.count) > last.sum / Double(last.count)
        {
            pools.removeLast(2)
            pools.append((before.sum + last.sum, before.count + last.count))
        }
    }
    let highest = max(0, room - Double(max(0, wanted.count - 1)) * distance)
    return pools.flatMap { repeatElement(min(max($0.sum / Double($0.count), 0), highest), count: $0.count) }
        .enumerated().map { $0.element + Double($0.offset) * distance }
}
