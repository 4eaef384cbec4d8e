/// Lines, points and bands over two axes.
package struct Chart: Sendable {
    /// Above the panel; needed only where a figure has several.
    package var title: String?
    /// To the right.
    package var x: Axis
    /// Upwards.
    package var y: Axis
    /// Lower and upper end of an interval around y, as columns: drawn as a band.
    package var band: (low: String, high: String)?
    /// Lines with one value in this column share a colour and a label; `nil` draws all alike.
    package var color: String?
    /// Lines with one value in this column share a mark, named in a small key.
    package var shape: String?
    /// What may be coloured, in an order of its own: each has the colour of its place, whatever else there is, so that figures
    /// of several runs agree. What is not in it comes after.
    package var palette: [String] = []
    /// Whether colours follow the order of the values, from dark to light, as for steps or layers.
    package var isOrdered = false
    /// What is drawn, in order; by default all lines.
    package var layers: [Layer] = [Layer()]
    /// Straight lines that divide the panel.
    package var marks: [Mark] = []
    /// Where the names of colours stand.
    package var labels: Labels = .atEnds
    /// A column whose text stands beside each point, where it covers the least.
    package var pointLabels: String?

    /// Where lines are named.
    package enum Labels: Sendable {
        /// At their right ends, moved apart where they would overlap.
        case atEnds
        /// In a key above the panel.
        case key
        case none
    }

    /// Some of the rows, drawn in one manner.
    package struct Layer: Sendable {
        /// Only rows that pass all of these.
        package var rows: [RowFilter]
        /// How.
        package var style: Style

        /// Shows the rows that pass all filters.
        package init(_ rows: [RowFilter] = [], style: Style = .linesAndPoints) {
            self.rows = rows
            self.style = style
        }
    }

    /// How a line is drawn.
    package enum Style: Sendable {
        case linesAndPoints, lines, points
        /// For fits and other models: without points.
        case dotted
    }

    /// A straight line across the panel with its name.
    package enum Mark: Sendable {
        case vertical(Double, String)
        /// The same where the axis is broken, which two strokes through it show.
        case axisBreak(Double, String)
        case horizontal(Double, String)
    }

    /// Makes a chart of all rows; see the properties for the rest.
    package init(
        title: String? = nil, x: Axis, y: Axis, band: (low: String, high: String)? = nil, color: String? = nil
    ) {
        self.title = title
        self.x = x
        self.y = y
        self.band = band
        self.color = color
    }
}

/// One axis: which column it shows, and how.
package struct Axis: Sendable {
    /// The column of numbers.
    package let column: String
    /// What it is, in words; the column's unit is added in parentheses.
    package let label: String
    /// Whether distances or ratios are seen.
    package var scale: Scale = .automatic
    /// The ends; `nil` fits the data.
    package var range: ClosedRange<Double>?
    /// Labelled places; `nil` chooses round ones.
    package var ticks: [Tick]?
    /// Whether the ends fit all rows of the figure and not only those of the panel, so that panels can be compared.
    package var isShared = false
    /// Whether a linear axis starts from 0 where the numbers reach down towards it. What has no 0 to compare with, as losses
    /// have none that a model reaches, fits its numbers: valleys between large values would be flat otherwise.
    package var reachesZero = true

    /// A labelled place.
    package struct Tick: Sendable {
        let value: Double
        let label: String

        /// Writes `label` at `value`.
        package init(_ value: Double, _ label: String) {
            self.value = value
            self.label = label
        }
    }

    /// How values become places.
    package enum Scale: Sendable {
        case linear, logarithmic
        /// Logarithmic where the values that are not 0 are positive and span a factor of 30 or more.
        case automatic
    }

    /// The axis of a loss.
    package static func loss(_ column: String, _ label: String, range: ClosedRange<Double>? = nil) -> Axis {
        var axis = Axis(column, label, scale: .linear, range: range)
        axis.reachesZero = false
        return axis
    }

    /// An axis that fits its data.
    package init(
        _ column: String, _ label: String, scale: Scale = .automatic, range: ClosedRange<Double>? = nil,
        ticks: [Tick]? = nil
    ) {
        self.column = column
        self.label = label
        self.scale = scale
        self.range = range
        self.ticks = ticks
    }
}

/// A matrix of numbers as shades, with each number written in its cell where there is room.
package struct HeatMap: Sendable {
    /// Above the panel; needed only where a figure has several.
    package var title: String?
    /// The column whose values name the rows of cells, downwards in order of appearance.
    package let row: String
    /// The column whose values name the columns of cells.
    package let column: String
    /// The column of numbers.
    package let value: String
    /// What the rows, the columns and the numbers are, in words.
    package let labels: (row: String, column: String, value: String)
    /// Only rows of the table that pass all of these.
    package var rows: [RowFilter] = []
    /// How numbers become shades.
    package var scale: Axis.Scale = .automatic
    /// The numbers of the lightest and the darkest shade; `nil` fits the data.
    package var range: ClosedRange<Double>?

    /// Makes a map of all rows; see the properties.
    package init(
        title: String? = nil, row: String, column: String, value: String,
        labels: (row: String, column: String, value: String), rows: [RowFilter] = []
    ) {
        self.title = title
        self.row = row
        self.column = column
        self.value = value
        self.labels = labels
        self.rows = rows
    }

    static let placeColumns = [
        Column("column_place", .integer, meaning: "Place of the heat map's cell from the left, from 1."),
        Column("row_place", .integer, meaning: "Place of the heat map's cell from the top, from 1."),
    ]

    func shows(_ row: TableRow) -> Bool { rows.allSatisfy { $0.accepts(row) } }
    func rowNames(_ data: Table) -> [String] { names(row, data) }
    func columnNames(_ data: Table) -> [String] { names(column, data) }

    private func names(_ column: String, _ data: Table) -> [String] {
        data.records.filter(shows).map { $0[column].name }.distinct
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in order of appearance.
    package var distinct: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
