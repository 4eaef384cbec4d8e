import Base
import Foundation
import Reports

/// What a results folder holds besides the records of the run: tables, what people read of them, figures, a page.
package struct ResultsFiles {
    private let experiment: String
    private let question: String
    private let tables: [Table]
    private let readable: [TableView]
    private let run: RunRecord
    private let figures: [Figure]
    /// Figures that cannot be drawn, one line each.
    private let undrawable: [String]
    private let figureWidth: GnuplotScript.Width?
    private let redraw: Bool
    private let jobs: Int

    /// - Parameters:
    ///   - experiment: its name.
    ///   - run: what `run.json` says, for the page.
    ///   - figures: what is drawn of the tables.
    ///   - figureWidth: `nil` when nothing is drawn.
    ///   - redraw: whether pictures are drawn even where an earlier run left those of the same script and data.
    package init(
        _ experiment: String, question: String, tables: [Table], readable: [TableView], run: RunRecord,
        figures: [Figure], figureWidth: GnuplotScript.Width?, redraw: Bool = false, jobs: Int
    ) {
        self.experiment = experiment
        self.question = question
        self.tables = tables
        self.readable = readable
        self.run = run
        self.figures = figures.filter { $0.problem == nil }
        undrawable = figures.compactMap { figure in figure.problem.map { "\(figure.name) not drawn: \($0)" } }
        self.figureWidth = figureWidth
        self.redraw = redraw
        self.jobs = jobs
    }

    /// Stages all and publishes it.
    /// - Parameters:
    ///   - tables: whether the CSV files of the tables are written; otherwise they are there.
    ///   - records: JSON files that stand last, so that they appear when everything else is there.
    /// - Returns: the paths, and what could not be drawn, one line each.
    package func write(
        to directory: consuming RunDirectory, tables isWritten: Bool, records: [(name: String, value: JSON)]
    ) throws(EnvironmentError) -> (paths: [String], undrawn: [String]) {
        // A table that only a view shows is saved as well, or the view could not be made again.
        var saved = tables
        for view in readable where !saved.contains(where: { $0.name == view.source.name }) { saved.append(view.source) }
        if isWritten {
            for table in saved {
                try directory.write(CSVWriter().fileName(table)) { CSVWriter().write(table, to: &$0) }
            }
        }
        for table in readable.map(\.table) {
            try directory.write(LaTeXWriter().fileName(table)) { LaTeXWriter().write(table, to: &$0) }
            guard table.name != Summary.name else { continue }
            try directory.write(MarkdownWriter().fileName(table)) { MarkdownWriter().write(table, to: &$0) }
        }
        let summary = Summary(run: run, table: readable.map(\.table).first { $0.name == Summary.name })
        try directory.write(Summary.fileName) { summary.write(to: &$0) }
        var undrawn = undrawable
        if let figureWidth {
            undrawn += try FigureFiles(figures, width: figureWidth, jobs: jobs).write(to: &directory, redraw: redraw)
        }
        let package = DataPackage(
            experiment, title: question, tables: saved, figures: figures.map(\.data), views: readable)
        try directory.write(DataPackage.fileName) { package.write(to: &$0) }
        let page = ReportPage(
            run: run, readable: readable.map(\.table), tables: saved,
            pictures: figures.map { figure in
                let svg =
                    (try? readText("\(directory.stagingFolder)/\(figure.name).svg", limit: Gnuplot.largestFile)) ?? nil
                return ReportPage.Picture(figure, svg: svg, width: figureWidth)
            })
        try directory.write(ReportPage.fileName) { $0.write(page.html) }
        for record in records { try directory.write(record.name) { record.value.write(to: &$0) } }
        // What an earlier run left and this one does not would speak of another run.
        var earlier = (try? SavedPackage(folder: directory.path))?.files ?? []
        if !isWritten {
            let kept = Set(saved.map { CSVWriter().fileName($0) })
            earlier.removeAll { kept.contains($0) }
        }
        return (try directory.publish(owning: earlier), undrawn)
    }
}
