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
        #expect(text.contains("\n\\begingroup\\small\\setlength{\\tabcolsep}{4pt}%\n\\begin{tabular}{\n"))
        #expect(text.hasSuffix("\\end{tabular}\n\\endgroup\n"))
        #expect(text.contains(">{\\raggedright\\arraybackslash}p{153pt}\n"))
        #expect(text.contains("{\\shortstack{long\\\\name\\\\of\\\\number\\\\4}}"))
        #expect(text.contains("\\multicolumn{6}{l}{\\emph{kind: first\\_kind}} \\\\\nmodel.layers.0"))
        #expect(text.contains("\\addlinespace\n\\multicolumn{6}{l}{\\emph{kind: second}} \\\\\nmodel.layers.3"))
        #expect(!text.contains("first\\_kind &"))
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
