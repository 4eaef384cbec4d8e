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
    func `the committed tables compile as they are, and none is wider than a line or higher than a page`(
        options: String
    ) throws {
        let place = try Workplace()
        let results = "\(packageRoot)/results"
        let folders = try FileManager.default.contentsOfDirectory(atPath: results).sorted()
        let tables = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(results)/\(folder)")) ?? [])
                .filter { $0.hasSuffix(".tex") }.sorted().map { "\(results)/\(folder)/\($0)" }
        }
        #expect(tables.contains("\(results)/drift/summary.tex") && tables.count > 15)
        let status = try compile(place, tables, options: options)
        let shown = try place.text("shown")
        #expect(status == 0, "\(shown.suffix(2000))")
        // What is higher than a page leaves a blank one before it, and is cut.
        #expect(!shown.contains("Overfull \\vbox"))
        // In two columns, those that are meant for a whole line stand in a table*.
        guard options.isEmpty else { return }
        let excess = shown.matches(of: /Overfull \\hbox \(([0-9.]+)pt too wide/).compactMap { Double($0.1) }
        #expect(excess.isEmpty, "\(excess)")
    }

    private static let widths = [
        ["icml", "3.25in", "twocolumn"], ["acl", "7.7cm", "twocolumn"], ["neurips", "5.5in", ""],
        ["140mm", "140mm", ""],
    ]

    /// Every table of every committed result, cut to a column of a template.
    @Test(arguments: widths)
    func `tables fit the width that is asked for`(width: [String]) throws {
        let place = try Workplace()
        for (index, part) in [
            ["drift", "--columns", "comparison,from,to,relative_drift,angle"],
            ["drift", "--table", "modules", "--where", "comparison=branch_point"], ["probe", "--limit", "20"],
            ["scaling", "--table", "parameters"], ["transfer", "--table", "stages"],
        ].enumerated() {
            let finished = try DynamicsProcess(
                ["table"] + part + ["--format", "latex", "--width", width[0], "--quiet"]
            ).wait()
            #expect(finished.code == 0 && finished.errors.isEmpty, "\(part): \(finished.errors)")
            try place.write("table\(index).tex", finished.output)
        }
        let inputs = (0..<5).map { "\\noindent\\input{table\($0).tex}\n\n\\bigskip\n" }.joined()
        try place.write(
            "document.tex",
            """
            \\documentclass[\(width[2])]{article}
            \\usepackage{booktabs}
            \\usepackage{siunitx}
            \\usepackage{longtable}
            \(width[2].isEmpty ? "\\setlength{\\textwidth}{\(width[1])}" : "\\setlength{\\textwidth}{2\\dimexpr\(width[1])\\relax}\\addtolength{\\textwidth}{\\columnsep}")
            \\begin{document}
            \(inputs)
            \\end{document}
            """)
        let status = try TestSupport.run(
            "/bin/sh", "-c",
            "cd '\(place.path)' && TEXMFVAR=. pdflatex -interaction=nonstopmode -halt-on-error document.tex > shown")
        let shown = try place.text("shown")
        #expect(status == 0, "\(shown.suffix(2000))")
        let excess = shown.matches(of: /Overfull \\hbox \(([0-9.]+)pt too wide/).compactMap { Double($0.1) }
        #expect(excess.isEmpty, "\(width): \(excess)")
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
