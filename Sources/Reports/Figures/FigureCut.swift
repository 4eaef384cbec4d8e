/// A part of a figure, as a paper wants it.
package struct FigureCut: Sendable {
    /// Rows of the figure's data have to fulfil all of these.
    package var conditions: [RowCondition] = []
    /// The panel that is kept, from 1; `nil` for all that have rows left.
    package var panel: Int?
    /// Axes that show ratios.
    package var logarithmic: Set<AxisName> = []
    /// Axes that show distances.
    package var linear: Set<AxisName> = []
    /// What stands above it; `nil` for what it has.
    package var title: String?
    /// What its files are called; `nil` for its own name.
    package var name: String?

    /// One of a chart's axes.
    package enum AxisName: String, Sendable, CaseIterable { case x, y }

    /// A figure as it is.
    package init() {}

    /// Why a figure cannot be cut so, in one line.
    package struct Problem: Error, CustomStringConvertible {
        /// What, and what there is.
        package let description: String
    }
}

extension Figure {
    /// The figure that is left. Lines keep their colours, whichever others go.
    /// - Throws: `FigureCut.Problem` for a column that the data lack, a panel that is not there, an axis that cannot be so,
    ///   and when nothing is left.
    package func cut(_ cut: FigureCut) throws(FigureCut.Problem) -> Figure {
        var wanted = TableCut()
        wanted.conditions = cut.conditions
        let rows: Table
        do {
            rows = try wanted.part(of: data, usual: data.columns.map(\.name)).table
        } catch {
            throw FigureCut.Problem(description: "\(error)")
        }
        if let panel = cut.panel, !panels.indices.contains(panel - 1) {
            throw FigureCut.Problem(description: "'\(name)' has \(panels.count) panel(s), and no panel \(panel)")
        }
        let own = data.columns.map(\.name).filter { !Figure.derived.contains($0) }
        let named = rows.selecting(own, as: cut.name ?? name, title: data.title)
        let kept = cut.panel.map { [panels[$0 - 1]] } ?? panels
        var left: [Panel] = []
        for panel in kept where Figure.hasRows(panel, named) { left.append(try settled(panel, cut)) }
        guard !left.isEmpty else { throw FigureCut.Problem(description: "no panel of '\(name)' has a row left") }
        if let title = cut.title { left[0] = left[0].titled(title) }
        return Figure(
            cut.name ?? name, title: cut.title ?? title, data: named, lines: lines, panels: left)
    }

    private static let derived = ["line", "row_place", "column_place"]

    private static func hasRows(_ panel: Panel, _ data: Table) -> Bool {
        switch panel {
        case .chart(let chart):
            data.records.contains { row in chart.layers.contains { $0.rows.allSatisfy { $0.accepts(row) } } }
        case .heatMap(let map): data.records.contains(where: map.shows)
        }
    }

    /// The panel with the axes that are asked for, and the colours of the whole figure.
    private func settled(_ panel: Panel, _ cut: FigureCut) throws(FigureCut.Problem) -> Panel {
        guard case .chart(var chart) = panel else {
            guard case .heatMap(var map) = panel else { return panel }
            if cut.logarithmic.contains(.x) || cut.linear.contains(.x) {
                throw FigureCut.Problem(description: "a map has no axis x of numbers; y stands for its shades")
            }
            if cut.logarithmic.contains(.y) { (map.scale, map.range) = (.logarithmic, nil) }
            if cut.linear.contains(.y) { map.scale = .linear }
            return .heatMap(map)
        }
        if let color = chart.color, chart.palette.isEmpty, !chart.isOrdered {
            chart.palette =
                data.records.filter { row in
                    chart.layers.contains { $0.rows.allSatisfy { $0.accepts(row) } }
                }.map { $0[color].name }.distinct
        }
        chart.x = try settled(chart.x, .x, cut)
        chart.y = try settled(chart.y, .y, cut)
        return .chart(chart)
    }

    private func settled(
        _ axis: Axis, _ name: FigureCut.AxisName, _ cut: FigureCut
    ) throws(FigureCut.Problem) -> Axis {
        let (isLogarithmic, isLinear) = (cut.logarithmic.contains(name), cut.linear.contains(name))
        guard isLogarithmic || isLinear else { return axis }
        guard axis.ticks == nil else {
            throw FigureCut.Problem(
                description:
                    "the axis \(name.rawValue) of '\(self.name)' has places of its own, as steps of several stages have; it stays as it is"
            )
        }
        guard !isLogarithmic || data.records.contains(where: { ($0.number(axis.column) ?? 0) > 0 }) else {
            throw FigureCut.Problem(
                description:
                    "'\(axis.column)' has no number above 0, so that the axis \(name.rawValue) cannot show ratios")
        }
        var axis = axis
        (axis.scale, axis.range) = (isLogarithmic ? .logarithmic : .linear, nil)
        return axis
    }
}

extension Figure.Panel {
    fileprivate func titled(_ title: String) -> Figure.Panel {
        switch self {
        case .chart(var chart):
            chart.title = title
            return .chart(chart)
        case .heatMap(var map):
            map.title = title
            return .heatMap(map)
        }
    }
}
