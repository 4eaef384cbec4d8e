import Base

/// A figure as a Vega-Lite specification (<https://vega.github.io/vega-lite/>), with its data in it: for notebooks, where
/// people go on from it. It shows the same rows in the same colours; what gnuplot settles besides, Vega-Lite does.
package struct VegaLiteSpec: Sendable {
    /// The version of the schema that it follows.
    package static let schema = "https://vega.github.io/schema/vega-lite/v5.json"

    private let figure: Figure
    private typealias Member = (key: String, value: JSON)

    /// Prepares the specification of a figure.
    package init(_ figure: Figure) { self.figure = figure }

    /// `NAME.vl.json`.
    package var fileName: String { "\(figure.name).vl.json" }

    /// The whole specification.
    package var json: JSON {
        let panels = figure.panels.map { panel -> JSON in
            switch panel {
            case .chart(let chart): .object(self.chart(chart))
            case .heatMap(let map): .object(self.map(map))
            }
        }
        let values = figure.data.records.enumerated().map { index, row -> JSON in
            var members: [Member] = [(VegaLiteSpec.order, .integer(index + 1))]
            for column in figure.data.columns { members.append((column.name, VegaLiteSpec.value(row[column.name]))) }
            return .object(members)
        }
        // Colours of one panel are not those of another.
        let resolve: JSON = ["scale": ["color": "independent", "shape": "independent"]]
        let members: [Member] = [
            ("$schema", .string(VegaLiteSpec.schema)), ("description", .string(figure.title.withoutControls)),
            ("data", ["values": .array(values)]), ("vconcat", .array(panels)), ("resolve", resolve),
        ]
        return .object(members)
    }

    /// The row's number, which tells how points are connected.
    private static let order = "row_number"

    private static func value(_ cell: Cell) -> JSON {
        switch cell {
        case .string(let text): .string(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .boolean(let value): .boolean(value)
        case .missing: .null
        }
    }

    private static func filters(_ rows: [RowFilter]) -> [JSON] {
        rows.map { ["filter": ["field": .string($0.column), "equal": value($0.value)]] }
    }

    private static func title(_ text: String?) -> [Member] {
        text.map { [("title", .string($0.withoutControls))] } ?? []
    }

    private func chart(_ chart: Chart) -> [Member] {
        let rows = figure.data.records.filter { row in chart.layers.contains { $0.rows.allSatisfy { $0.accepts(row) } }
        }
        let x = axis(chart.x, rows, showsZero: true)
        let y = axis(chart.y, chart.y.isShared ? figure.data.records : rows, showsZero: false)
        var color: [Member] = []
        if let column = chart.color {
            let names = rows.map { $0[column] }.distinct
            let known = names.map { chart.palette.firstIndex(of: $0.name) }
            var free = (0..<(names.count + chart.palette.count)).filter { !known.contains($0) }[...]
            var colors: [JSON] = []
            for (index, place) in known.enumerated() {
                let hue = place ?? free.popFirst() ?? 0
                let number = chart.isOrdered ? index : hue
                colors.append(.string(Palette.color(number, of: max(names.count, 1), isOrdered: chart.isOrdered)))
            }
            let scale: JSON = ["domain": .array(names.map(VegaLiteSpec.value)), "range": .array(colors)]
            let title = column.replacing("_", with: " ")
            color = [("color", ["field": .string(column), "type": "nominal", "title": .string(title), "scale": scale])]
        }
        let shape: [Member] = chart.shape.map { [("shape", ["field": .string($0), "type": "nominal"])] } ?? []
        let places: [Member] = [("x", x), ("y", y)]
        let detail: Member = ("detail", ["field": "line", "type": "nominal"])
        let sequence: Member = ("order", ["field": .string(VegaLiteSpec.order), "type": "quantitative"])
        var layers: [JSON] = []
        for layer in chart.layers {
            let filters = VegaLiteSpec.filters(layer.rows)
            func add(_ mark: JSON, _ encoding: [Member]) {
                var members: [Member] = filters.isEmpty ? [] : [("transform", .array(filters))]
                members.append(("mark", mark))
                members.append(("encoding", .object(encoding)))
                layers.append(.object(members))
            }
            if let band = chart.band, layer.style != .points, layer.style != .dotted {
                let ends: [Member] = [
                    ("x", x), ("y", replaced(y, field: band.low)), ("y2", ["field": .string(band.high)]),
                ]
                add(["type": "area", "opacity": .number(0.18)], ends + color + [detail])
            }
            if layer.style == .dotted {
                add(["type": "line", "strokeDash": [.integer(2), .integer(2)]], places + color + [detail, sequence])
            } else if layer.style != .points {
                add(["type": "line"], places + color + [detail, sequence])
            }
            if layer.style == .points || layer.style == .linesAndPoints {
                add(
                    ["type": "point", "filled": .boolean(true), "tooltip": ["content": "data"]], places + color + shape)
            }
        }
        for mark in chart.marks {
            let channel: String
            let place: Double
            switch mark {
            case .vertical(let value, _), .axisBreak(let value, _): (channel, place) = ("x", value)
            case .horizontal(let value, _): (channel, place) = ("y", value)
            }
            let rule: JSON = ["type": "rule", "strokeDash": [.integer(2), .integer(2)], "color": "#777777"]
            let datum: JSON = ["datum": .number(place)]
            let encoding: [Member] = [(channel, datum)]
            let members: [Member] = [("mark", rule), ("encoding", .object(encoding))]
            layers.append(.object(members))
        }
        let size: [Member] = [("width", .integer(320)), ("height", .integer(200)), ("layer", .array(layers))]
        return VegaLiteSpec.title(chart.title) + size
    }

    private func replaced(_ channel: JSON, field: String) -> JSON {
        guard case .object(let members) = channel else { return channel }
        return .object(members.map { $0.key == "field" ? ("field", .string(field)) : $0 })
    }

    private func axis(_ axis: Axis, _ rows: [TableRow], showsZero: Bool) -> JSON {
        let fitted = AxisScale(
            axis, values: rows.compactMap { $0.number(axis.column) }, maximumTicks: 7, showsZero: showsZero)
        let ends = [fitted.range.lowerBound, fitted.range.upperBound].map(JSON.number)
        let scale: JSON = [
            "type": .string(fitted.isLogarithmic ? "log" : "linear"), "domain": .array(ends), "zero": .boolean(false),
            "nice": .boolean(false),
        ]
        let title = axisLabel(axis.label, figure.data.column(axis.column))
        var members: [Member] = [
            ("field", .string(axis.column)), ("type", "quantitative"), ("title", .string(title)), ("scale", scale),
        ]
        if let ticks = axis.ticks {
            var (values, expression): ([JSON], String) = ([], "")
            for tick in ticks {
                values.append(.number(Double(number(tick.value)) ?? tick.value))
                expression +=
                    "abs(datum.value - (\(number(tick.value)))) < 1e-6 ? \(VegaLiteSpec.literal(tick.label)) : "
            }
            members.append(("axis", ["values": .array(values), "labelExpr": .string(expression + "''")]))
        }
        return .object(members)
    }

    /// Text in an expression of Vega.
    private static func literal(_ text: String) -> String {
        "'\(text.withoutControls.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }

    private func map(_ map: HeatMap) -> [Member] {
        let filters = VegaLiteSpec.filters(map.rows)
        // In the order of the rows, as they are.
        func place(_ column: String, _ label: String) -> JSON {
            ["field": .string(column), "type": "nominal", "sort": .null, "title": .string(label)]
        }
        let cells: [Member] = [
            ("x", place(map.column, map.labels.column)), ("y", place(map.row, map.labels.row)),
        ]
        var scale: [Member] = [("scheme", "viridis"), ("reverse", .boolean(true))]
        if map.scale == .logarithmic { scale.append(("type", "log")) }
        if let range = map.range { scale.append(("domain", [.number(range.lowerBound), .number(range.upperBound)])) }
        let title = axisLabel(map.labels.value, figure.data.column(map.value))
        let color: JSON = [
            "field": .string(map.value), "type": "quantitative", "title": .string(title), "scale": .object(scale),
        ]
        let text: JSON = ["field": .string(map.value), "type": "quantitative", "format": ".3~g"]
        let rect: JSON = ["type": "rect", "tooltip": ["content": "data"]]
        let shades: [Member] = [("mark", rect), ("encoding", .object(cells + [("color", color)]))]
        let label: JSON = ["type": "text", "fontSize": .integer(9)]
        let numbers: [Member] = [("mark", label), ("encoding", .object(cells + [("text", text)]))]
        let transform: [Member] = filters.isEmpty ? [] : [("transform", .array(filters))]
        return VegaLiteSpec.title(map.title) + transform + [("layer", .array([.object(shades), .object(numbers)]))]
    }
}
