import Base
import Foundation
import Reports
import Synchronization

/// Draws figures with gnuplot into a results folder.
///
/// What is drawn depends on the version of gnuplot and on fonts. So a figure whose script and data are those of an earlier
/// run keeps its pictures: a rerun changes nothing, on whatever machine.
package struct FigureFiles {
    private let figures: [Figure]
    private let width: GnuplotScript.Width
    private let hasSpecs: Bool
    private let jobs: Int

    init(_ figures: [Figure], width: GnuplotScript.Width, hasSpecs: Bool, jobs: Int) {
        self.hasSpecs = hasSpecs
        self.figures = figures
        self.width = width
        self.jobs = jobs
    }

    /// Files that a figure of that name may leave.
    static func names(_ figure: String) -> [String] {
        ["gp", "csv", "svg", "pdf", "vl.json"].map { "\(figure).\($0)" }
    }

    /// Stages scripts, data and pictures.
    /// - Parameter redraw: whether pictures of an earlier run are drawn anew even when they are up to date.
    /// - Returns: what could not be drawn, one line each.
    func write(to directory: inout RunDirectory, redraw: Bool = false) throws(EnvironmentError) -> [String] {
        var (kept, work): (Set<String>, [(script: GnuplotScript, output: String)]) = ([], [])
        let scripts = figures.map { GnuplotScript($0, width: width) }
        for (figure, script) in zip(figures, scripts) {
            let csv = CSVWriter()
            let isCurrent =
                !redraw && FigureFiles.text("\(directory.path)/\(script.fileName)") == script.text
                && FigureFiles.text("\(directory.path)/\(csv.fileName(figure.data))") == csv.text(figure.data)
            try directory.write(script.fileName) { $0.write(script.text) }
            try directory.write(csv.fileName(figure.data)) { csv.write(figure.data, to: &$0) }
            if hasSpecs {
                let spec = VegaLiteSpec(figure)
                try directory.write(spec.fileName) { spec.json.write(to: &$0) }
            }
            for output in script.outputNames {
                if isCurrent, FileManager.default.fileExists(atPath: "\(directory.path)/\(output)") {
                    kept.insert(output)
                } else {
                    work.append((script, output))
                }
            }
        }
        let undrawn = draw(work, in: directory.stagingFolder)
        for output in scripts.flatMap(\.outputNames) {
            if kept.contains(output) { try directory.keep(output) } else { directory.adopt(output) }
        }
        return undrawn
    }

    private func draw(_ pictures: [(script: GnuplotScript, output: String)], in folder: String) -> [String] {
        guard !pictures.isEmpty else { return [] }
        guard let gnuplot = Gnuplot() else {
            let names = pictures.map(\.output).joined(separator: ", ")
            return ["gnuplot is not installed (Debian: gnuplot-nox); not drawn: \(names)"]
        }
        let problems = Mutex<[Int: String]>([:])
        Threads(jobs).forEach(pictures.count) { index in
            let (script, output) = pictures[index]
            let problem = gnuplot.draw(output, of: script, in: folder)
            problems.withLock { $0[index] = problem.map { "\(output) not drawn: \($0)" } }
        }
        return problems.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
