import Reports
import Results

/// Makes everything readable of a finished run again, from its saved tables: LaTeX, Markdown, figures and pages. Neither
/// checkpoints nor the journal are needed.
package struct SavedReport: Sendable {
    /// What was made.
    package struct Outcome: Sendable {
        /// The files written, in order.
        package let paths: [String]
        /// Figures that could not be drawn, one line each.
        package let undrawn: [String]
    }

    private let folder: ResultsFolder
    private let figureWidth: GnuplotScript.Width?
    private let hasFigureSpecs: Bool
    private let jobs: Int

    /// Prepares the report of an experiment, `results/NAME`, or of a results folder; without a width, without figures.
    package init(_ name: String, figureWidth: GnuplotScript.Width?, hasFigureSpecs: Bool = false, jobs: Int) {
        self.hasFigureSpecs = hasFigureSpecs
        folder = ResultsFolder(named: name)
        self.figureWidth = figureWidth
        self.jobs = jobs
    }

    /// Reads the tables, then writes.
    /// - Throws: `InputError` for a folder that holds no results, or damaged ones; `EnvironmentError`.
    package func write() throws -> Outcome {
        let (experiment, run, saved) = try folder.read()
        let (figures, absent) = AbsentColumns.recording {
            figureWidth == nil ? [] : experiment.figures(saved.tables)
        }
        guard absent.isEmpty else {
            throw InputError(absent.map { "\(folder.path): \($0); run the experiment again" })
        }
        let results = ResultsFiles(
            experiment.resultsNames, question: saved.title, tables: saved.tables, readable: saved.readable, run: run,
            figures: figures, figureWidth: figureWidth, hasSpecs: hasFigureSpecs, redraw: true, jobs: jobs)
        let written = try results.write(to: RunDirectory(at: folder.path), tables: false, records: [])
        let index = try ResultsIndex(besides: folder.path)?.write()
        return Outcome(paths: written.paths + [index].compactMap { $0 }, undrawn: written.undrawn)
    }
}
