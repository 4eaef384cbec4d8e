import Foundation
import Reports

/// Makes everything readable of a finished run again, from its saved tables: LaTeX, Markdown, figures and pages. Neither
/// checkpoints nor the journal are needed.
public struct SavedReport: Sendable {
    /// What was made.
    public struct Outcome: Sendable {
        /// The files written, in order.
        public let paths: [String]
        /// Figures that could not be drawn, one line each.
        public let undrawn: [String]
    }

    private let folder: String
    private let figureWidth: GnuplotScript.Width
    private let jobs: Int

    /// Prepares the report of an experiment, `results/NAME`, or of a results folder.
    public init(_ name: String, figureWidth: GnuplotScript.Width, jobs: Int) {
        let trimmed = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
        folder = Registry.experiment(named: trimmed) == nil ? trimmed : "results/\(trimmed)"
        self.figureWidth = figureWidth
        self.jobs = jobs
    }

    /// Reads the tables, then writes.
    /// - Throws: `InputError` for a folder that holds no results, or damaged ones; `EnvironmentError`.
    public func write() throws -> Outcome {
        let path = "\(folder)/run.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError("there are no results in \(folder): \(path) is missing; run the experiment first")
        }
        guard let run = try? JSONDecoder().decode(JSON.self, from: data), let name = run["experiment"]?.text else {
            throw InputError("\(path) is no record of a run")
        }
        guard let experiment = Registry.experiment(named: name) else {
            throw InputError("\(path) tells of the experiment '\(name)', which this version does not have")
        }
        let saved: SavedTables
        do {
            saved = try SavedTables(folder: folder)
        } catch {
            throw InputError("\(error.description); run the experiment again")
        }
        let results = ResultsFiles(
            experiment, question: saved.title, tables: saved.tables, readable: saved.readable, run: run,
            figureWidth: figureWidth, redraw: true, jobs: jobs)
        let written = try results.write(to: RunDirectory(at: folder), tables: false, records: [])
        let index = try ResultsIndex(besides: folder)?.write()
        return Outcome(paths: written.paths + [index].compactMap { $0 }, undrawn: written.undrawn)
    }
}
