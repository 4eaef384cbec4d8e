import Reports
import Testing

@Suite struct LaTeXWriterTests {
    @Test func `a table is ready for booktabs and siunitx`() {
        let records = [
            Sample(tensor: "model.layers.0.self_attn", step: 1000, drift: 0.012345),
            Sample(tensor: "[optional]", step: -1, drift: 2.5e-6, isChanged: false),
            Sample(tensor: nil, step: nil, drift: .nan, isChanged: nil),
            Sample(tensor: "<script>", step: 20, drift: 150),
        ]
        #expect(
            LaTeXWriter().text(Sample.table(records)) == #"""
                % Drift of every tensor
                % Preamble: \usepackage{booktabs} \usepackage{siunitx}
                % About 316 pt wide.
                % tensor: Name of the tensor, '/' read as '.'.
                % step (steps): Optimiser steps since the start.
                % relative drift: ‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.
                % is changed: Whether any bit changed.
                \begin{tabular}{
                  l
                  S[table-format=-4.0]
                  S[table-format=3.4e-1]
                  l
                }
                \toprule
                {tensor} & {step (steps)} & {relative drift} & {is changed} \\
                \midrule
                model.layers.0.self\_attn & 1000 & 0.0123 & true \\
                {[optional]} & -1 & 2.50e-6 & false \\
                {--} & {--} & {--} & {--} \\
                \textless{}script\textgreater{} & 20 & 150 & true \\
                \bottomrule
                \end{tabular}

                """#)
    }

    @Test func `an empty table is its head between rules`() {
        let text = LaTeXWriter().text(Sample.table([]))
        #expect(text.hasSuffix("{is changed} \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n"))
        #expect(text.contains("  S[table-format=1.0]\n"))
    }

    private let wide =
        [
            Column("kind", .string, meaning: "A kind."), Column("tensor", .string, meaning: "A name."),
            Column("reason", .string, meaning: "Prose."),
        ] + (1...4).map { Column("long_name_of_number_\($0)", .number, meaning: "A number.") }

    private func rows(_ count: Int) -> [[Cell]] {
        (0..<count).map { row in
            [
                .string(row * 2 < count ? "first_kind" : "second"), .string("model.layers.\(row).mlp.down_proj.weight"),
                .string("the runs do not bound it, because it is at the end of what was tried"),
            ] + (0..<4).map { .number(Double(row) + Double($0) / 8) }
        }
    }

    @Test func `a table wider than the line has subheadings, stacked headings, wrapped prose and small letters`() {
        let text = LaTeXWriter().text(Table("one", title: "One", columns: wide, rows: rows(6)))
        #expect(text.contains("\n\\begingroup\\footnotesize\\setlength{\\tabcolsep}{3pt}%\n\\begin{tabular}{\n"))
        #expect(text.hasSuffix("\\end{tabular}\n\\endgroup\n"))
        #expect(text.contains(">{\\raggedright\\arraybackslash}p{94pt}\n"))
        #expect(text.contains("{\\shortstack{long\\\\name\\\\of\\\\number\\\\4}}"))
        #expect(text.contains("\\multicolumn{6}{l}{\\emph{kind: first\\_kind}} \\\\\nmodel.\\allowbreak layers.0."))
        #expect(
            text.contains(
                "\\addlinespace\n\\multicolumn{6}{l}{\\emph{kind: second}} \\\\\nmodel.\\allowbreak layers.3."))
        #expect(!text.contains("first\\_kind &"))
    }

    @Test func `columns that do not fit beside each other stand below, each with what tells rows apart`() throws {
        let columns =
            [Column("name", .string, meaning: "A name.")]
            + (1...8).map { Column("measured_number_\($0)", .number, meaning: "A number.") }
        let rows = (0..<3).map { row in
            [Cell.string("row_\(row)")] + (1...8).map { .number(Double(row * 10 + $0) * 1.0001) }
        }
        let table = Table("one", title: "One", columns: columns, rows: rows)
        let width = try #require(PaperWidth("3in"))
        let text = LaTeXWriter(width).text(table)
        let blocks = text.components(separatedBy: "\\begin{tabular}").dropFirst()
        #expect(blocks.count == 2 && blocks.allSatisfy { $0.contains("{name}") && $0.contains("\nrow\\_2 & ") })
        for number in 1...8 {
            #expect(
                blocks.filter { $0.contains("number\\\\\(number)}") || $0.contains("number \(number)}") }.count == 1)
        }
        #expect(LaTeXWriter(width).excess(of: ReadableTable(table)) == 0)
    }

    @Test func `what is too wide whatever is done is told`() throws {
        let column = Column("x", .string, meaning: "A name.")
        let table = Table("one", title: "One", columns: [column], rows: [[.string(String(repeating: "m", count: 60))]])
        let width = try #require(PaperWidth("3in"))
        #expect(LaTeXWriter(width).excess(of: ReadableTable(table)) > 100)
        #expect(LaTeXWriter(width).text(table).contains(": for a sidewaystable.\n"))
    }

    @Test func `a table longer than a page is a longtable where the page has one column`() throws {
        let columns = [Column("n", .integer, meaning: "N.")]
        let table = Table("one", title: "One", columns: columns, rows: (0..<100).map { [.integer($0)] })
        let text = LaTeXWriter(try #require(PaperWidth("neurips"))).text(table)
        #expect(
            text.contains("\\usepackage{longtable}")
                && text.contains("\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n0 "))
        #expect(text.hasSuffix("99 \\\\\n\\end{longtable}\n") && !text.contains("tabular"))
        #expect(!LaTeXWriter(try #require(PaperWidth("icml"))).text(table).contains("longtable"))
    }

    @Test func `estimates are set by siunitx, names of checkpoints without their tokens`() {
        var cut = TableCut()
        cut.columns = ["revision", "loss"]
        let columns = [
            Column("revision", .string, meaning: "A checkpoint."),
            Column("loss", .number, uncertainty: .interval(low: "low", high: "high"), meaning: "A loss."),
            Column("low", .number, meaning: "Low."), Column("high", .number, meaning: "High."),
        ]
        let rows: [[Cell]] = [
            [.string("stage1-step5-tokens1B"), .number(-1.234), .number(-1.36), .number(-1.1)],
            [.string("main"), .number(2), .missing, .missing],
        ]
        let table = Table("one", title: "One", columns: columns, rows: rows)
        let part = try? cut.part(of: table, usual: [])
        var text = ""
        if let part { LaTeXWriter().write(part.readable, to: &text) }
        #expect(
            text.contains("\nstage1-step5 & \\num{-1.23} [\\num{-1.36}, \\num{-1.10}] \\\\\nmain & \\num{2.000} \\\\\n")
        )
    }

    @Test func `a table longer than a page goes on in another, with the same head`() {
        let columns = [Column("n", .integer, meaning: "N.")]
        let text = LaTeXWriter().text(
            Table("one", title: "One", columns: columns, rows: (0..<100).map { [.integer($0)] }))
        let parts = text.components(separatedBy: "\n\\medskip\n\\noindent\n")
        #expect(parts.count == 3 && parts.allSatisfy { $0.contains("\\toprule\n{n} \\\\\n\\midrule\n") })
        let numbers = parts.flatMap { $0.matches(of: /\n(\d+) \\\\/).map { Int($0.1) } }
        #expect(numbers == Array(0..<100))
    }

    @Test func `every special character of LaTeX is escaped`() {
        let table = Table(
            "one", title: "One", columns: [Column("x", .string, unit: "%", meaning: "A name.")],
            rows: [
                [.string(#"_%&#${}~^\<>|`"#)], [.string("FROM--TO\n\nnext")], [.string("*star")], [.string("6·N × D")],
            ])
        let text = LaTeXWriter().text(table)
        #expect(text.contains("{x (\\%)} \\\\\n"))
        #expect(
            text.contains(
                ##"\_\%\&\#$\$$\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"##
                    + #"\textless{}\textgreater{}\textbar{}\`{} \\"#))
        #expect(text.contains("\nFROM-{}-TO  next \\\\\n"))
        #expect(text.contains("\n{*star} \\\\\n"))
        #expect(text.contains(#"6$\cdot$N $\times$ D \\"#))
    }
}
