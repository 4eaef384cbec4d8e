import ArgumentParser
import Catalogs
import Checkpoints
import Experiments
import Reports

/// `dynamics catalog list SOURCE...`
struct CatalogListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the checkpoints of a catalog as CSV, with tokens and learning rates where they are known.")

    @OptionGroup var options: CatalogOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    func run() throws {
        let logger = messages.makeLogger()
        let (catalog, training) = try options.read(reading)
        let entries = catalog.entries.map { CatalogRecord(entry: $0, plan: training?.plan) }
        var text = ""
        CSVWriter().write(
            Table("catalog", title: "Checkpoints of a catalog.", columns: CatalogRecord.columns, records: entries),
            to: &text)
        try StandardOutput.write(text)
        for finding in catalog.findings {
            logger.warning(
                "\(finding.line.map { "\(finding.source):\($0)" } ?? finding.text ?? finding.source): \(finding.message)"
            )
        }
        for problem in training?.problems ?? [] { logger.warning("\(problem)") }
        if !catalog.findings.isEmpty || training?.problems.isEmpty == false { throw ExitReason.findings }
    }
}

/// A row of `catalog list`.
private struct CatalogRecord: Sendable {
    let entry: CatalogEntry
    let position: TrainingPosition?
    let name: String

    init(entry: CatalogEntry, plan: TrainingPlan?) {
        self.entry = entry
        position = entry.isAverage ? nil : plan?.position(of: entry.revision)
        name = entry.label(plan: plan)
    }

    static let columns: [TypedColumn<CatalogRecord>] = [
        .string("revision", "Name of the checkpoint.") { $0.name },
        .integer("stage", "Training stage.") { $0.entry.revision.stage },
        .integer("ingredient", "Which of the runs of its stage.") { $0.entry.revision.ingredient },
        .integer("step", "Optimiser steps since its stage began.") { $0.entry.revision.step },
        .boolean("average", "Whether it is an average of others.") { $0.entry.isAverage },
        .integer("tokens", "Tokens since training began.") { $0.position?.tokens ?? $0.entry.statedTokens },
        .number("lr", "Learning rate of the last update.") { $0.position?.learningRate },
        .number("cumulative_lr", "Sum of the learning rates of all updates.") { $0.position?.cumulativeLearningRate },
        .string("location", "Address or path.") { $0.entry.location },
        .string("source", "The catalog and the line in it.") { $0.entry.place },
    ]
}

/// `dynamics catalog models [NAME]`
struct CatalogModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the models that are known, or all that is known of one.")

    @Argument(help: "Name of a model, such as OLMo-2-1124-7B.")
    var name: String?

    func run() throws {
        guard let name else {
            var text = ""
            CSVWriter().write(ModelTable.all, to: &text)
            return try StandardOutput.write(text)
        }
        guard let model = ModelLibrary.model(named: name) else {
            let near = ModelLibrary.nearestName(to: name).map { "did you mean '\($0)'?" }
            throw ValidationError(
                "There is no model '\(name)'; \(near ?? "'dynamics catalog models' lists those that are known").")
        }
        var text = ""
        ModelTable.json(model).write(to: &text)
        try StandardOutput.write(text)
    }
}

/// `dynamics catalog schedule TRAINING...`
struct CatalogScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Print tokens, learning rate and its sum at steps of a training, as CSV.")

    @Argument(help: "A known model, one of OLMo's training configs and more of them, or a file of runs.")
    var training: [String]

    @Option(
        name: .long, parsing: .singleValue,
        help: "A step to show of each run; otherwise its first, its last and eight between. Repeatable.")
    var step: [Int] = []

    func validate() throws {
        guard step.allSatisfy({ $0 >= 0 }) else { throw ValidationError("--step takes a number from 0 on.") }
    }

    func run() throws {
        let source = try TrainingSource(training)
        var text = ""
        CSVWriter().write(ModelTable.schedule(source.plan, steps: step), to: &text)
        try StandardOutput.write(text)
        for problem in source.problems { StandardError.write("warning: \(problem)\n") }
        if !source.problems.isEmpty { throw ExitReason.findings }
    }
}
