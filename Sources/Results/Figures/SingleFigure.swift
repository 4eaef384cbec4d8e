import Base
import Foundation
import Reports

/// A figure by itself, in a folder that is no results folder.
package struct SingleFigure {
    private let figure: Figure
    private let script: GnuplotScript

    /// Prepares a figure that is printed so wide.
    package init(_ figure: Figure, width: PaperWidth) {
        self.figure = figure
        script = GnuplotScript(figure, printed: width)
    }

    /// Writes script and data, and draws.
    /// - Returns: the files, in order, and what could not be drawn, one line each.
    package func write(
        to folder: String, jobs: Int
    ) throws(EnvironmentError) -> (paths: [String], undrawn: [String]) {
        var paths = ["\(folder)/\(script.fileName)", "\(folder)/\(CSVWriter().fileName(figure.data))"]
        let (scriptText, data) = (script.text, CSVWriter().text(figure.data))
        try replaceFile(paths[0]) { $0.write(scriptText) }
        try replaceFile(paths[1]) { $0.write(data) }
        guard let gnuplot = Gnuplot() else {
            return (
                paths,
                [
                    "gnuplot is not installed (Debian: gnuplot-nox); not drawn: \(script.outputNames.joined(separator: ", "))"
                ]
            )
        }
        var undrawn: [String] = []
        for output in script.outputNames {
            if let problem = gnuplot.draw(output, of: script, in: folder) {
                undrawn.append("\(output) not drawn: \(problem)")
            } else {
                paths.append("\(folder)/\(output)")
            }
        }
        return (paths, undrawn)
    }
}
