import ArgumentParser
import Base
import Experiments
import Foundation

/// `dynamics init EXPERIMENT CHECKPOINT...`
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a settings file for checkpoints of yours, with every setting explained.",
        discussion: """
            It looks at the checkpoints, not at their tensors: what they tell is set, and all other settings stand there with \
            their defaults, behind a '#'. Without checkpoints it writes the settings of the default run. The file's path goes \
            to stdout.
            """)

    @Argument(help: "Name of an experiment.", completion: .list(Registry.list.map(\.name)))
    var experiment: String

    @Argument(help: "Checkpoints, or folders of them.", completion: .file())
    var checkpoints: [String] = []

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("The settings file; otherwise EXPERIMENT.yaml.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var to: String?

    @Flag(name: .long, help: "Replace a file that is there.")
    var force = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    func run() throws {
        let logger = messages.makeLogger()
        let file = to ?? "\(experiment).yaml"
        let template = try SettingsTemplate(
            experiment, lookingAt: checkpoints, for: file, readOptions: reading.readOptions)
        guard force || !pathExists(file) else {
            throw InputError("\(file) is there already; name another with -o, or replace it with --force")
        }
        for error in template.refused { logger.warning("\(refusal(error))") }
        try replaceFile(file) { $0.write(template.text) }
        try StandardOutput.write(file + "\n")
        logger.info("looked at \(template.summary)")
        if !template.refused.isEmpty { throw ExitReason.findings }
    }
}
