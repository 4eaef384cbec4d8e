import Base
import Foundation
import Reports

/// What a results folder holds besides the records of the run: tables, what people read of them, figures, a page.
package struct ResultsFiles {
    /// Name of the experiment, and of all tables and figures that a run of it may leave.
    private let names: ResultsNames
    private let question: String
    private let tables: [Table]
    private let readable: [Table]
    private let run: JSON
    private let figures: [Figure]
    /// Figures that cannot be drawn, one line each.
    private let undrawable: [String]
    private let figureWidth: GnuplotScript.Width?
    private let hasSpecs: Bool
    private let redraw: Bool
    private let jobs: Int

    /// - Parameters:
    ///   - run: what `run.json` says, for the page.
    ///   - figures: what is drawn of the tables.
    ///   - figureWidth: `nil` when nothing is drawn.
    ///   - hasSpecs: whether each figure also leaves a specification of Vega-Lite.
    ///   - redraw: whether pictures are drawn even where an earlier run left those of the same script and data.
    package init(
        _ names: ResultsNames, question: String, tables: [Table], readable: [Table], run: JSON,
        figures: [Figure], figureWidth: GnuplotScript.Width?, hasSpecs: Bool = false, redraw: Bool = false,
        jobs: Int
    ) {
        self.names = names
        self.question = question
        self.tables = tables
        self.readable = readable
        self.run = run
        self.figures = figures.filter { $0.problem == nil }
        undrawable = figures.compactMap { figure in figure.problem.map { "\(figure.name) not drawn: \($0)" } }
        self.figureWidth = figureWidth
        self.hasSpecs = hasSpecs
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
        // A readable table that is no part of another is saved as well, or it could not be made again.
        var (saved, views): ([Table], [TableView]) = (tables, [])
        for table in readable {
            let isNamed = saved.contains { $0.name == table.name }
            if TableView(table, of: saved) == nil { saved.append(isNamed ? table.named("\(table.name)_brief") : table) }
            if let view = TableView(table, of: saved) { views.append(view) }
        }
        if isWritten {
            for table in saved {
                try directory.write(CSVWriter().fileName(table)) { CSVWriter().write(table, to: &$0) }
            }
        }
        for table in readable {
            try directory.write(LaTeXWriter().fileName(table)) { LaTeXWriter().write(table, to: &$0) }
            guard table.name != Summary.name else { continue }
            try directory.write(MarkdownWriter().fileName(table)) { MarkdownWriter().write(table, to: &$0) }
        }
        let summary = Summary(run: run, table: readable.first { $0.name == Summary.name })
        try directory.write(Summary.fileName) { summary.write(to: &$0) }
        var undrawn = undrawable
        if let figureWidth {
            undrawn += try FigureFiles(figures, width: figureWidth, hasSpecs: hasSpecs, jobs: jobs).write(
                to: &directory, redraw: redraw)
        }
        let package = DataPackage(
            names.experiment, title: question, tables: saved, figures: figures.map(\.data), views: views)
        try directory.write(DataPackage.fileName) { package.write(to: &$0) }
        let page = ReportPage(
            run: run, readable: readable, tables: saved,
            pictures: figures.map { figure in
                let svg = try? String(contentsOfFile: "\(directory.stagingFolder)/\(figure.name).svg", encoding: .utf8)
                return ReportPage.Picture(figure, svg: svg)
            })
        try directory.write(ReportPage.fileName) { $0.write(page.html) }
        for record in records { try directory.write(record.name) { record.value.write(to: &$0) } }
        let endings = (isWritten ? ["csv"] : []) + ["tex", "md"]
        let owned =
            names.tables.flatMap { name in
                endings.map { "\(name).\($0)" } + (isWritten ? ["\(name)_brief.csv"] : [])
            }
            + names.figures.flatMap(FigureFiles.names) + [Summary.fileName]
        return (try directory.publish(owning: owned), undrawn)
    }
}

/// The names that an experiment's results go by: files of these are its own, and those that a run no longer makes go.
package struct ResultsNames: Sendable {
    package let experiment: String
    package let tables: [String]
    package let figures: [String]

    package init(experiment: String, tables: [String], figures: [String]) {
        (self.experiment, self.tables, self.figures) = (experiment, tables, figures)
    }
}
