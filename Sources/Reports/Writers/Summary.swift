import Base

/// `summary.md`: the question of a run, its answer, what was found wrong, what no file holds, and the table of that name where there is one.
package struct Summary: Sendable {
    /// Name of the table that stands in it.
    package static let name = "summary"
    /// The file's name.
    package static let fileName = "summary.md"

    private let run: RunRecord
    private let table: Table?

    /// Makes a summary of what `run.json` says, and of the table to read first.
    package init(run: RunRecord, table: Table?) {
        (self.run, self.table) = (run, table)
    }

    /// Writes the whole file.
    package func write(to output: inout some TextOutputStream) {
        let escaped = { (text: String) in MarkdownWriter().escaped(text) }
        output.write("# \(escaped(run.experiment))\n\n\(escaped(run.question))\n")
        let answer = run.answer.map { escaped($0.text) }
        if !answer.isEmpty { output.write("\n**In short.** \(answer.joined(separator: " "))\n") }
        let warnings = run.findings + run.refused
        if !warnings.isEmpty {
            output.write("\n**Warnings.**\n\n" + warnings.map { "- \(escaped($0))\n" }.joined())
        }
        let virtual = run.virtualInputs
        if !virtual.isEmpty {
            let lines = virtual.map { "- \(escaped($0.label)) = \(escaped($0.mixture))\n" }
            output.write("\n**Virtual weights**, which no file holds.\n\n" + lines.joined())
        }
        guard let table else { return }
        output.write("\n")
        MarkdownWriter().write(table, to: &output)
    }
}
