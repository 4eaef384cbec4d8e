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

    @Test func `every special character of LaTeX is escaped`() {
        let table = Table(
            "one", title: "One", columns: [Column("x", .string, unit: "%", meaning: "A name.")],
            rows: [[.string(#"_%&#${}~^\<>|`"#)], [.string("FROM--TO\n\nnext")], [.string("*star")]])
        let text = LaTeXWriter().text(table)
        #expect(text.contains("{x (\\%)} \\\\\n"))
        #expect(
            text.contains(
                ##"\_\%\&\#\$\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}"##
                    + #"\textless{}\textgreater{}\textbar{}\`{} \\"#))
        #expect(text.contains("\nFROM-{}-TO  next \\\\\n"))
        #expect(text.contains("\n{*star} \\\\\n"))
    }
}
