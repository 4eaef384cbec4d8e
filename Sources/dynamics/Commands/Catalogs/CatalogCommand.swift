import ArgumentParser
import Base
import Catalogs
import Checkpoints
import Experiments
import Reports

/// `dynamics catalog`
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Lists of checkpoints: check them, choose from them, and what is known of models.",
        discussion: """
            A source is one of OLMo's checkpoint catalogs (.csv), a text file with a revision name a line, or a folder of \
            checkpoints. The training behind it is that of the model its name starts with, such as \
            OLMo-2-1124-7B-stage2.csv, unless --training names another.
            """,
        subcommands: [
            CatalogCheckCommand.self, CatalogListCommand.self, CatalogPickCommand.self, CatalogModelsCommand.self,
            CatalogScheduleCommand.self,
        ])
}

/// Where checkpoints are listed, and how the model was trained.
struct CatalogOptions: ParsableArguments {
    @Argument(help: "Catalogs (.csv), lists of revision names, folders of checkpoints; together they are one catalog.")
    var sources: [String]

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "How the model was trained: a known model, one of OLMo's training configs, or a file of runs. Repeatable.",
            valueName: "name|file"))
    var training: [String] = []

    /// The catalog, and the training that was named or that its sources' names tell.
    func read(_ reading: ReadingOptions) throws -> (catalog: Catalog, training: TrainingSource?) {
        let catalog = try Catalog(reading: sources, options: reading.readOptions)
        guard training.isEmpty else { return (catalog, try TrainingSource(training)) }
        let models = sources.compactMap { ModelLibrary.model(of: $0) }
        guard let model = models.first, models.allSatisfy({ $0 == model }) else { return (catalog, nil) }
        return (catalog, try TrainingSource(model))
    }
}

/// `dynamics catalog check SOURCE...`
struct CatalogCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Print what is wrong in a catalog, a line a finding.",
        discussion: """
            A line holds the source and the line in it, the kind of finding, the reason, and the row. Of folders, \
            checkpoints that hold the same tensors are found by 4 KiB at both ends of each; only those are read whole.
            """)

    @OptionGroup var options: CatalogOptions

    @Flag(name: .long, help: "Write JSON instead of text.")
    var json = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    func run() throws {
        let logger = messages.makeLogger()
        let (catalog, training) = try options.read(reading)
        let configFindings = (training?.problems ?? []).map {
            CatalogFinding(.unreadableConfig, source: $0.file, line: $0.line, message: $0.problem)
        }
        let findings =
            try catalog.check(
                plan: training?.plan, expectsQueryKeyNorms: training?.model?.hasQueryKeyNorms == true)
            + configFindings
        var text = ""
        if json {
            document(findings, catalog, training).write(to: &text)
        } else {
            text = findings.map { $0.description + "\n" }.joined()
        }
        try StandardOutput.write(text)
        let model = training.map { $0.model.map { "the training of \($0.name)" } ?? "the training given" }
        logger.info(
            "\(findings.count) findings in \(catalog.entries.count) entries, checked against \(model ?? "no training: name one with --training")"
        )
        if !findings.isEmpty { throw ExitReason.findings }
    }

    private func document(_ findings: [CatalogFinding], _ catalog: Catalog, _ training: TrainingSource?) -> JSON {
        [
            "sources": .array(catalog.sources.map(JSON.string)),
            "model": training?.model.map { .string($0.name) } ?? .null,
            "entries": .integer(catalog.entries.count),
            "findings": .array(
                findings.map {
                    [
                        "kind": .string($0.kind.rawValue), "source": .string($0.source),
                        "line": $0.line.map(JSON.integer) ?? .null, "row": $0.text.map(JSON.string) ?? .null,
                        "message": .string($0.message),
                    ]
                }),
        ]
    }
}
