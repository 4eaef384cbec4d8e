import Foundation
import TestSupport
import Testing

/// The tables in a document, compiled by TeX.
@Suite(.enabled(if: program("pdflatex") != nil, "pdflatex is not installed: make look-tools"))
struct LaTeXTests {
    private func compile(_ place: Workplace, _ tables: [String]) throws -> Int32 {
        let inputs = tables.map { "\\input{\"\($0)\"}\n\n\\bigskip\n" }.joined()
        try place.write(
            "document.tex",
            """
            \\documentclass{article}
            \\usepackage{booktabs}
            \\usepackage{siunitx}
            \\begin{document}
            \(inputs)
            \\end{document}
            """)
        return try TestSupport.run(
            "/bin/sh", "-c",
            "cd '\(place.path)' && TEXMFVAR=. pdflatex -interaction=nonstopmode -halt-on-error document.tex > shown")
    }

    @Test func `the committed summaries compile as they are`() throws {
        let place = try Workplace()
        let results = "\(packageRoot)/results"
        let folders = try FileManager.default.contentsOfDirectory(atPath: results).sorted()
        let tables = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(results)/\(folder)")) ?? [])
                .filter { $0.hasSuffix(".tex") }.sorted().map { "\(results)/\(folder)/\($0)" }
        }
        #expect(tables.contains("\(results)/drift/summary.tex"))
        let status = try compile(place, tables)
        let shown = try place.text("shown")
        #expect(status == 0, "\(shown.suffix(2000))")
    }

    @Test func `names of checkpoints that mean something to TeX compile`() throws {
        let place = try Workplace()
        _ = try DynamicsProcess([
            "run", "drift", "--from", place.checkpoint("a_%&#~^{}$.h5", smallModel), "--to",
            place.checkpoint("[b]\\end{document}--.h5", movedModel), "--out", place / "out",
        ]).wait()
        let status = try compile(place, ["out/summary.tex"])
        let shown = try place.text("shown")
        #expect(status == 0, "\(shown.suffix(2000))")
    }
}
