import Foundation
import TestSupport
import Testing

/// The tables in a document, compiled by TeX.
@Suite(.enabled(if: program("pdflatex") != nil, "pdflatex is not installed: make look-tools"))
struct LaTeXTests {
    private func compile(_ place: Workplace, _ tables: [String], options: String = "") throws -> Int32 {
        let inputs = tables.map { "\\noindent\\input{\"\($0)\"}\n\n\\bigskip\n" }.joined()
        try place.write(
            "document.tex",
            """
            \\documentclass[\(options)]{article}
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

    @Test(arguments: ["", "twocolumn"])
    func `the committed summaries compile as they are, and none is larger than a page`(options: String) throws {
        let place = try Workplace()
        let results = "\(packageRoot)/results"
        let folders = try FileManager.default.contentsOfDirectory(atPath: results).sorted()
        let tables = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(results)/\(folder)")) ?? [])
                .filter { $0.hasSuffix(".tex") }.sorted().map { "\(results)/\(folder)/\($0)" }
        }
        #expect(tables.contains("\(results)/drift/summary.tex"))
        let status = try compile(place, tables, options: options)
        let shown = try place.text("shown")
        #expect(status == 0, "\(shown.suffix(2000))")
        // What is higher than a page leaves a blank one before it, and is cut.
        #expect(!shown.contains("Overfull \\vbox"))
        // A line of article has 345 points, a page of two columns 505; one table, of claims, is for a landscape page.
        guard options.isEmpty else { return }
        let excess = shown.matches(of: /Overfull \\hbox \(([0-9.]+)pt too wide/).compactMap { Double($0.1) }
        #expect(excess.filter { $0 > 505 - 345 }.count <= 1, "\(excess)")
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
