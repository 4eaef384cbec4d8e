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
            journal. The paths of the files written go to stdout, progress and warnings to stderr.
            """)

    @Argument(help: "Names of experiments, as 'dynamics list' shows them.")
    var names: [String]

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Compare this checkpoint (an .h5 file, FILE:/GROUP, or a Hugging Face directory) with --to.",
            valueName: "checkpoint"))
    var from: String?

    @Option(name: .long, help: ArgumentHelp("The other checkpoint of the pair.", valueName: "checkpoint"))
    var to: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Folder for the results; otherwise results/NAME, or results/NAME/FROM--TO for a pair.", valueName: "dir"))
    var out: String?

    @Option(name: .long, help: ArgumentHelp("Settings file; otherwise experiments/NAME.yaml.", valueName: "file"))
    var settings: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Override a setting, as in moved_threshold=1e-4. Repeatable.", valueName: "key=value"))
    var set: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Folder of journalled summaries; otherwise .journal beside the results.", valueName: "dir"))
    var journal: String?

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
        options.hasFigureSpecs = figures.hasSpecs
        options.readOptions = reading.readOptions

        let line = ProgressLine(quiet: messages.quiet)
        let started = Date()
        let outcome: ExperimentRun.Outcome
        do {
            defer { line.finish() }
            outcome = try ExperimentRun(options).run { line.show(done: $0.done, total: $0.total, what: $0.stage) }
        }
        for line in outcome.rewritten { logger.warning("\(line)") }
        for error in outcome.refused { logger.warning("\(refusal(error))") }
        for finding in outcome.findings { logger.warning("\(finding)") }
        for (name, error) in outcome.unanswered {
            for problem in error.problems { logger.error("\(name): \(problem)") }
        }
        for line in outcome.notes { logger.info("note: \(line)") }
        for line in outcome.undrawn { logger.notice("\(line)") }
        try StandardOutput.write(outcome.paths.map { $0 + "\n" }.joined())
        if StandardOutput.isTerminal, !messages.quiet {
            let writer = TextTableWriter(width: StandardOutput.columns, isStyled: StandardOutput.isStyled)
            for answer in outcome.answers where !answer.sentences.isEmpty {
                let text = answer.sentences.map { printable($0.text, limit: 1000) }.joined(separator: " ")
                try StandardOutput.write("\nIn short, \(answer.experiment): \(text)\n")
            }
            for headline in outcome.headlines {
                try StandardOutput.write("\n" + writer.text(headline.table, more: headline.path) + "\n")
            }
        }
        if let share, let pieces = outcome.pieceCounts {
            logger.info(
                "share \(share.number)/\(share.count): \(pieces.own) of \(pieces.all) pieces of work are in the journal"
            )
        }
        let seconds = String(format: "%.2f", Date().timeIntervalSince(started))
        logger.info("read \(byteText(outcome.bytesRead)) in \(seconds) s")
        if !outcome.findings.isEmpty || !outcome.refused.isEmpty || !outcome.unanswered.isEmpty {
            throw ExitReason.findings
        }
    }
}

extension Share: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// What was found, that the checkpoint was refused for it, and what to do.
private func refusal(_ error: CheckpointError) -> String {
    let verdict = error.kind.tellsVerdict ? "" : "; refused"
    return "checkpoint \(error.checkpoint): \(error.problem)\(verdict)" + (error.remedy.map { "; \($0)" } ?? "")
}

/// `dynamics list`
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the experiments and what they answer.")

    func run() throws {
        let width = Registry.list.map(\.name.count).max() ?? 0
        for experiment in Registry.list {
            let name = experiment.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            try StandardOutput.write("\(name)\(experiment.question)\n")
        }
    }
}
