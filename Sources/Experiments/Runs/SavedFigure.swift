import Base
import Reports
import Results
import Settings

/// A figure of a finished run, cut and named for a paper.
package struct SavedFigure: Sendable {
    private let folder: ResultsFolder
    private let name: String
    private let cut: FigureCut

    /// Prepares a figure of an experiment, `results/NAME`, or of a results folder.
    package init(_ result: String, figure name: String, cut: FigureCut) {
        folder = ResultsFolder(named: result)
        (self.name, self.cut) = (name, cut)
    }

    /// Writes script, data and pictures into a folder.
    /// - Returns: the files, in order, and what could not be drawn, one line each.
    /// - Throws: `InputError` for a figure that the run does not have, and a cut that leaves nothing; `EnvironmentError`.
    package func write(
        to destination: String, width: PaperWidth, jobs: Int
    ) throws -> (paths: [String], undrawn: [String]) {
        let (experiment, _, saved) = try folder.read()
        let (figures, absent) = AbsentColumns.recording { experiment.figures(saved.tables) }
        guard absent.isEmpty else {
            throw InputError(absent.map { "\(folder.path): \($0); run the experiment again" })
        }
        guard let figure = figures.first(where: { $0.name == name }) else {
            let names = figures.map(\.name)
            let near = nearest(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
            let others = experiment.figureNames.contains(name) ? "the tables of \(folder.path) do not give it; " : ""
            throw InputError(
                "\(folder.path) has no figure '\(name)'; \(others)\(near)"
                    + (names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"))
        }
        let part: Figure
        do {
            part = try figure.cut(cut)
        } catch {
            throw InputError("\(folder.path): \(error)")
        }
        if let problem = part.problem { throw InputError("\(folder.path): \(part.name): \(problem)") }
        try makeFolder(destination)
        return try SingleFigure(part, width: width).write(to: destination, jobs: jobs)
    }
}
