import ArgumentParser
import Experiments
import Reports

/// `dynamics table RESULT`
struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Cut a table of a run for a paper: rows, columns, names, order and width.",
        discussion: """
            Checkpoints are not needed, and no file is written: the table goes to stdout. CSV and JSON have all digits; LaTeX \
            and Markdown those that the uncertainty of a number leaves, with its interval in the same cell.

              dynamics table drift --table modules --where comparison=branch_point --where 'module=attention.*' \
            --columns to,module,relative_drift --rename relative_drift='Drift' --sort -relative_drift --format latex \
            --width icml
            """)

    @Argument(help: "An experiment, for results/NAME, or a folder of results.", completion: .directory)
    var result: String

    @Option(name: .long, help: "The table; otherwise the one that people read first.")
    var table: String?

    @Option(
        name: .customLong("where"), parsing: .singleValue,
        help: ArgumentHelp(
            "Only rows that fulfil it: COLUMN=VALUE with * and ? and several values parted by commas, !=, <, <=, >, >=; an empty value is a missing one. Repeatable; all have to hold.",
            valueName: "condition"))
    var conditions: [String] = []

    @Option(name: .long, help: ArgumentHelp("Which columns, in order, parted by commas.", valueName: "names"))
    var columns: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Another heading for a column. Repeatable.", valueName: "column=heading"))
    var rename: [String] = []

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "Columns to sort by, parted by commas; with - before it, from large to small. What is missing comes last.",
            valueName: "columns"))
    var sort: String?

    @Option(name: .long, help: "Rows at most.")
    var limit: Int?

    @Option(name: .long, help: "md, latex, csv or json.")
    var format: Format = .md

    @Option(
        name: .long,
        help: "Intervals and standard errors inside the cell of their number, as columns of their own, or none.")
    var intervals: TableCut.Intervals = .inside

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How wide LaTeX may be: 3.25in, 8.5cm, 234pt, or one, two, icml, icml-two, neurips, iclr, acl, acl-two, article (otherwise article, 345pt).",
            valueName: "width"))
    var width: PaperWidth?

    @OptionGroup var messages: MessageOptions

    enum Format: String, ExpressibleByArgument, CaseIterable { case md, latex, csv, json }

    func validate() throws {
        if let text = conditions.first(where: { RowCondition($0) == nil }) {
            throw ValidationError("--where \(text): expected COLUMN=VALUE, or another of != < <= > >= between both.")
        }
        if let text = rename.first(where: { !$0.contains("=") || $0.hasPrefix("=") }) {
            throw ValidationError("--rename \(text): expected COLUMN=HEADING.")
        }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit takes a number from 1 on.") }
        guard width == nil || format == .latex else { throw ValidationError("--width goes with --format latex.") }
    }

    func run() throws {
        let logger = messages.makeLogger()
        var cut = TableCut()
        cut.conditions = conditions.compactMap { RowCondition($0) }
        cut.columns = columns.map(parts)
        cut.headings = rename.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
        cut.order = sort.map(parts)?.map { ($0.hasPrefix("-") ? String($0.dropFirst()) : $0, $0.hasPrefix("-")) } ?? []
        (cut.intervals, cut.limit) = (intervals, limit)
        let part = try SavedTable(result, table: table, cut: cut).part()
        var text = ""
        switch format {
        case .md: MarkdownWriter().write(part.readable, to: &text)
        case .csv: text = part.csv
        case .json: part.json.write(to: &text)
        case .latex:
            let writer = width.map { LaTeXWriter($0) } ?? LaTeXWriter()
            writer.write(part.readable, to: &text)
            let excess = writer.excess(of: part.readable)
            if excess > 0 {
                logger.warning(
                    "the table is about \(Int(excess.rounded(.up))) pt wider than \((width ?? .article).text); take fewer columns, or shorter headings with --rename"
                )
            }
        }
        try StandardOutput.write(text)
    }

    private func parts(_ list: String) -> [String] { list.split(separator: ",").map(String.init) }
}

extension TableCut.Intervals: ExpressibleByArgument {}

extension PaperWidth: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
