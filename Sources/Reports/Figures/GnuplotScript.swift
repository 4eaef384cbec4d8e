import Base

/// A figure as a gnuplot script, `NAME.gp`: it reads `NAME.csv` beside it and draws `NAME.svg` and `NAME.pdf`.
///
/// Ranges, ticks and places of labels are settled here and not by gnuplot, so that its versions differ little. Text from the
/// tables stands in single quotes, where gnuplot neither runs commands nor sees markup. Needs gnuplot 5.2 or later with the
/// terminals `svg` and `pdfcairo`.
package struct GnuplotScript: Sendable {
    /// How wide the figure is printed.
    package enum Width: String, Sendable, CaseIterable {
        /// One column of a paper: 3.35 inches. Panels stand one below the other.
        case one
        /// Two columns: 6.9 inches. Panels stand side by side.
        case two

        var points: Double { self == .one ? 241 : 497 }
    }

    private let figure: Figure
    private let width: Width
    /// Points of PostScript.
    private let points: Double

    /// Prepares the script of a figure.
    package init(_ figure: Figure, width: Width) {
        (self.figure, self.width, points) = (figure, width, width.points)
    }

    /// Prepares the script of a figure that is printed so wide: with panels side by side where two columns have room.
    package init(_ figure: Figure, printed width: PaperWidth) {
        self.figure = figure
        points = width.postScriptPoints
        self.width = points > 1.4 * Width.one.points ? .two : .one
    }

    /// What the figure shows.
    package var title: String { figure.title }
    /// `NAME.gp`.
    package var fileName: String { "\(figure.name).gp" }
    /// What it draws.
    package var outputNames: [String] { ["\(figure.name).svg", "\(figure.name).pdf"] }

    /// The whole script.
    package var text: String {
        let columns = width == .one ? 1 : figure.panels.count
        let panels = figure.panels.map { panel -> any PanelScript in
            let room = points / Double(columns)
            return switch panel {
            case .chart(let chart): ChartScript(chart, figure.data, width: room, isWide: width == .two)
            case .heatMap(let map): HeatMapScript(map, figure.data, width: room)
            }
        }
        // Panels one below the other share their left and right edges.
        var margins = panels.map(\.margins)
        if columns == 1 {
            for index in margins.indices {
                margins[index].left = panels.map(\.margins.left).max() ?? 0
                margins[index].right = panels.map(\.margins.right).max() ?? 0
            }
        }
        let heights = panels.map { $0.plotHeight + $0.margins.top + $0.margins.bottom }
        let height = (columns == 1 ? heights.reduce(0, +) : heights.max() ?? 0).rounded(.up)

        var script = head(height: height)
        if panels.count > 1 { script += "set multiplot\n" }
        var top = 0.0
        for (index, panel) in panels.enumerated() {
            let column = columns == 1 ? 0 : index
            let cell = points / Double(columns)
            let frame = Frame(
                edge: Double(column) * cell, left: Double(column) * cell + margins[index].left,
                right: Double(column + 1) * cell - margins[index].right,
                top: top + margins[index].top, bottom: top + margins[index].top + panel.plotHeight)
            if columns == 1 { top += heights[index] }
            script +=
                "\n" + (panels.count > 1 ? "# Panel \(index + 1) of \(panels.count).\n" : "")
                + panels[index].text(in: frame, page: (points, height))
        }
        if panels.count > 1 { script += "unset multiplot\n" }
        return script + "set output\n"
    }

    private func head(height: Double) -> String {
        let name = figure.name
        // An SVG counts in pixels, 96 to the inch; the sizes of pdfcairo's text are those at 96 to the inch, too.
        let pixels = (points * 4 / 3, height * 4 / 3)
        return """
            # \(figure.title.withoutControls)
            # 'gnuplot \(name).gp', here, draws \(name).svg and \(name).pdf from \(name).csv; datapackage.json describes its columns.
            # Under another name the script draws files of that name; each panel below may be cut out.
            data = '\(name).csv'
            name = exists('ARG0') && strlen(ARG0) > 3 ? ARG0[1:strlen(ARG0)-3] : '\(name)'
            if (!exists('format')) {
                do for [format in 'svg pdf'] { load name.'.gp' }
                exit
            }
            reset
            set encoding utf8
            if (format eq 'svg') {
                set terminal svg size \(number(pixels.0.rounded())),\(number(pixels.1.rounded())) font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
                small = ',8'
                large = ',10'
            } else {
                set terminal pdfcairo size \(number(points / 72))in,\(number(height / 72))in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
                small = ',6'
                large = ',7.5'
            }
            set output name.'.'.format
            set datafile separator comma
            set datafile columnheaders
            cell(name) = strcol(name) eq '' ? NaN : column(name)
            of(line, x) = column('line') == line ? x : NaN

            """
    }
}

/// Room around the axes of a panel, in points.
struct Margins {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
}

/// Where the axes of a panel stand, in points from the left and the top of the figure.
struct Frame {
    /// Left edge of the panel with all its text.
    let edge: Double
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }

    /// gnuplot's margins, as fractions of the page from the left and from the bottom.
    func margins(_ page: (width: Double, height: Double)) -> String {
        """
        set lmargin at screen \(number(left / page.width))
        set rmargin at screen \(number(right / page.width))
        set tmargin at screen \(number(1 - top / page.height))
        set bmargin at screen \(number(1 - bottom / page.height))

        """
    }
}

/// What draws one panel.
protocol PanelScript {
    var margins: Margins { get }
    /// Height of the axes in points.
    var plotHeight: Double { get }
    /// Settings and plot command.
    func text(in frame: Frame, page: (width: Double, height: Double)) -> String
}

/// Names of axes at places of ours: where gnuplot would put them depends on its guess of the ticks' width.
struct AxisNames {
    let page: (width: Double, height: Double)

    /// Centred below the axes, `y` points from the top of the page.
    func horizontal(_ name: String, at y: Double) -> String {
        "set label \(quoted(name)) at graph 0.5, screen \(number(1 - y / page.height)) center noenhanced\n"
    }

    /// Upwards, centred beside the axes, `x` points from the left of the page.
    func vertical(_ name: String, at x: Double) -> String {
        "set label \(quoted(name)) at screen \(number(x / page.width)), graph 0.5 center rotate by 90 noenhanced\n"
    }
}

/// How much larger the titles of panels are than other text.
let titleScale = 7.5 / 7

/// The lines of a panel's title from the left end of its axes, the last one in row `row` above them.
func titleLabels(_ lines: [String], above row: Int, _ frame: Frame) -> String {
    lines.reversed().enumerated().map { place, line in
        let height = 1 + (10 * Double(row + place) + 6) / frame.height
        return "set label \(quoted(line)) at graph 0, graph \(number(height)) left noenhanced font large\n"
    }.joined()
}

/// Text for gnuplot: in single quotes, where only these mean anything.
func quoted(_ text: String) -> String { "'\(text.withoutControls.replacing(byte: UInt8(ascii: "'"), with: "''"))'" }

/// A number with the digits a picture needs: the last ones differ between C libraries.
func number(_ value: Double) -> String {
    let text = DecimalText(value).significant(6)
    guard text.contains("."), !text.contains("e") else { return text }
    var end = text.endIndex
    while text[text.index(before: end)] == "0" { end = text.index(before: end) }
    if text[text.index(before: end)] == "." { end = text.index(before: end) }
    return String(text[..<end])
}

/// `label (unit)`.
func axisLabel(_ label: String, _ column: Column) -> String { label + (column.unit.map { " (\($0))" } ?? "") }

/// `set xtics ...` with these labels and the small ticks between.
func ticksCommand(_ axis: String, _ scale: AxisScale, _ ticks: [Axis.Tick]? = nil) -> String {
    let labelled = (ticks ?? scale.ticks).map { "\(quoted($0.label)) \(number($0.value))" }
    let minor = scale.minorTicks.map { "'' \(number($0)) 1" }
    return
        "set \(axis)tics (\((labelled + minor).joined(separator: ", "))) \(scale.isEnhanced ? "enhanced" : "noenhanced")\n"
}
