import ArgumentParser
import Base
import Checkpoints
import Engine
import Experiments
import Foundation
import Reports
import Settings

/// `dynamics run NAME...`
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run experiments and leave their tables under results/.",
        discussion: """
            Several experiments share one reading of their checkpoints. What was finished before is taken from the \
            journal. The paths of the files written go to stdout, progress and warnings to stderr; on a terminal, stdout \
            shows the answer and a table instead, and where to look.
            """)

    @Argument(
        help: "Names of experiments, as 'dynamics list' shows them.", completion: .list(Registry.list.map(\.name)))
    var names: [String]

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A pair instead of a series: compare this checkpoint (an .h5 file, FILE:/GROUP, or a Hugging Face directory) with --to.",
            valueName: "checkpoint"), completion: .file())
    var from: String?

    @Option(
        name: .long, help: ArgumentHelp("The other checkpoint of the pair.", valueName: "checkpoint"),
        completion: .file())
    var to: String?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Folder for the results; otherwise results/NAME, or results/NAME/FROM--TO for a pair.", valueName: "dir"),
        completion: .directory)
    var out: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Settings file; otherwise experiments/NAME.yaml in the current folder, or those built in.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var settings: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "Override a setting, as in moved_threshold=1e-4, or drift.moved_threshold=1e-4 for one of several experiments. Repeatable.",
            valueName: "key=value"))
    var set: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Folder of journalled summaries; otherwise .journal beside the results.", valueName: "dir"),
        completion: .directory)
    var journal: String?

    @Flag(name: .long, help: "Read no tensor and write nothing: say what would be read, computed and written.")
    var dryRun = false

    @Option(name: .shortAndLong, help: "Threads to work on; otherwise one a core.")
    var jobs: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Do only share I of N of the work, into the journal, and write no results; a run without it makes them.",
            valueName: "i/n"))
    var share: Share?

    @OptionGroup var figures: FigureOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    func validate() throws {
        guard (from == nil) == (to == nil) else {
            throw ValidationError("--from and --to go together: a pair has two checkpoints.")
        }
        guard (1...1024).contains(jobs ?? 1) else { throw ValidationError("--jobs takes a number from 1 to 1024.") }
        guard settings == nil || names.count == 1 else {
            throw ValidationError("--settings goes with a single experiment; each has its own settings.")
        }
        guard Set(names).count == names.count else { throw ValidationError("An experiment is named twice.") }
    }

    func run() throws {
        let logger = messages.makeLogger()
        var options = ExperimentRun.Options(
            names: names, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
        options.settingsFile = settings
        options.overrides = try set.map { try SettingsOverride($0) }
        if let from, let to {
            options.pair = (from, to)
            options.overrides += [
                SettingsOverride("from", text: from, option: "--from \(from)"),
                SettingsOverride("to", text: to, option: "--to \(to)"),
            ]
        }
        options.output = out
        options.journal = journal
        options.share = share
        options.figureWidth = figures.width
        options.readOptions = reading.readOptions

        let line = ProgressLine(quiet: messages.quiet)
        let started = Date()
        if dryRun {
            let plan: RunPlan
            do {
                defer { line.finish() }
                plan = try ExperimentRun(options).plan { line.show($0) }
            }
            for error in plan.refused { logger.warning("\(refusal(error))") }
            for (name, error) in plan.unanswered {
                for problem in error.problems { logger.error("\(name): \(problem)") }
            }
            for line in plan.notes { logger.info("note: \(line)") }
            try StandardOutput.write(plan.text)
            if !plan.refused.isEmpty || !plan.unanswered.isEmpty { throw ExitReason.findings }
            return
        }
        let outcome: ExperimentRun.Outcome
        do {
            defer { line.finish() }
            outcome = try ExperimentRun(options).run { line.show($0) }
        }
        for line in outcome.rewritten { logger.warning("\(line)") }
        for error in outcome.refused { logger.warning("\(refusal(error))") }
        for finding in outcome.findings { logger.warning("\(finding)") }
        for (name, error) in outcome.unanswered {
            for problem in error.problems { logger.error("\(name): \(problem)") }
        }
        for line in outcome.notes { logger.info("note: \(line)") }
        for line in outcome.undrawn { logger.notice("\(line)") }
        if let share, let pieces = outcome.pieceCounts {
            logger.info(
                "share \(share.number)/\(share.count): \(pieces.own) of \(pieces.all) pieces of work are in the journal"
            )
        }
        logger.info("\(outcome.reading) \(String(format: "%.2f", Date().timeIntervalSince(started))) s")
        try StandardOutput.write(StandardOutput.isTerminal && !messages.quiet ? outcome.terminalText : outcome.pathText)
        if !outcome.findings.isEmpty || !outcome.refused.isEmpty || !outcome.unanswered.isEmpty {
            throw ExitReason.findings
        }
    }
}

extension ExperimentRun.Outcome {
    /// The files, a line each.
    fileprivate var pathText: String { paths.map { $0 + "\n" }.joined() }

    /// What was read, and in: `read 24.4 MB in`.
    fileprivate var reading: String {
        if bytesRead > 0 { return "read \(byteText(bytesRead)) in" }
        return hasCheckpoints ? "all from the journal, in" : "done in"
    }

    /// What a person reads first: the answers, a table of each experiment, and where to look.
    fileprivate var terminalText: String {
        let writer = TextTableWriter(width: StandardOutput.columns, isStyled: StandardOutput.isStyled)
        var text = ""
        for answer in answers where !answer.sentences.isEmpty {
            let sentences = answer.sentences.map { printable($0.text, limit: 1000) }.joined(separator: " ")
            text += "\n" + wrapped("In short, \(answer.experiment): \(sentences)", to: StandardOutput.columns) + "\n"
        }
        for headline in headlines { text += "\n" + writer.text(headline.table, more: headline.path) + "\n" }
        // The page of all runs when there are several, else the run's own.
        let pages = paths.filter { ($0 as NSString).lastPathComponent == ReportPage.fileName }
        let runs = Set(headlines.map { ($0.path as NSString).deletingLastPathComponent })
        if let page = runs.count > 1 ? pages.last : pages.first {
            text += "\n\(paths.count) files; look at \(page)\n"
        }
        return text
    }
}

/// A text in lines of at most so many characters, broken at spaces.
func wrapped(_ text: String, to width: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [line]).joined(separator: "\n")
}

extension RunPlan {
    /// What would be done, a fact a line.
    fileprivate var text: String {
        var facts = parts.map { ("experiment", "\($0.experiment), by \($0.settings)") }
        facts += checkpoints.isEmpty ? [("checkpoints", "none: tables are read")] : workFacts
        facts += parts.map { ("results", $0.folder) }
        if !checkpoints.isEmpty { facts.append(("journal", journal)) }
        return facts.map { name, fact in
            "\(name.padding(toLength: 13, withPad: " ", startingAt: 0))\(printable(fact, limit: .max))\n"
        }.joined()
    }

    private var workFacts: [(String, String)] {
        let labels = checkpoints.map(\.label)
        let ends = labels.count < 3 ? labels.joined(separator: ", ") : "\(labels[0]) ... \(labels[labels.count - 1])"
        let bytes = checkpoints.reduce(0) { $0 + $1.bytes }
        var facts = [("checkpoints", "\(checkpoints.count), \(byteText(bytes)): \(ends)")]
        if outlook.pairCount > 0 {
            facts.append(("comparisons", outlook.pairCount == 1 ? "a pair" : "\(outlook.pairCount) pairs"))
        }
        let left = outlook.requestCount - outlook.knownCount
        guard left > 0 else { return facts + [("to compute", "nothing: all is in the journal")] }
        let parts = [
            "\(left) of \(outlook.requestCount) summaries"
                + (outlook.knownCount == 0 ? "" : ", the others are in the journal"),
            outlook.matrixCount == 0 ? nil : "\(outlook.matrixCount) of them singular values of matrices",
            outlook.modelCount == 0 ? nil : "\(outlook.modelCount) checkpoints are run as models",
        ].compactMap { $0 }
        let seconds = outlook.seconds(jobs: jobs)
        return facts + [
            ("to compute", parts.joined(separator: "; ")),
            ("to read", byteText(outlook.bytes)),
            (
                "time",
                "about \(durationText(max(seconds, 1))) of computing on \(jobs == 1 ? "one thread" : "\(jobs) threads"); more "
                    + "where the disk is slower than that, and for tables and figures"
            ),
            ("memory", "about \(byteText(outlook.memory))"),
        ]
    }
}

extension Share: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// What was found, that the checkpoint was refused for it, and what to do.
func refusal(_ error: CheckpointError) -> String {
    let verdict = error.kind.tellsVerdict ? "" : "; refused"
    return "checkpoint \(error.checkpoint): \(error.problem)\(verdict)" + (error.remedy.map { "; \($0)" } ?? "")
}
