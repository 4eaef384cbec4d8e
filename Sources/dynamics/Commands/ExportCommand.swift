import ArgumentParser
import Experiments

/// `dynamics export FORMAT`
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Hand results to other programs.", subcommands: [ExportTensorBoard.self])
}

/// `dynamics export tensorboard RESULTS --to DIR`
struct ExportTensorBoard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tensorboard",
        abstract: "Write the numbers of a run by step, for TensorBoard.",
        discussion: """
            Each stage and ingredient becomes a run of its own, DIR/stage1, DIR/stage2-ingredient1, ..., because steps \
            start again; a curve is called TABLE/COLUMN/PART. The paths of the files go to stdout. Checkpoints without \
            a step are left out.
            """)

    @Argument(help: "Name of an experiment, for results/NAME, or a folder of results.", completion: .directory)
    var results: String

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the files.", valueName: "dir"),
        completion: .directory)
    var to: String

    @Flag(name: .long, help: "Write JSON lines instead, DIR/stage1.jsonl, ...: an object a step, its number as _step.")
    var jsonl = false

    @OptionGroup var messages: MessageOptions

    func run() throws {
        let logger = messages.makeLogger()
        let outcome = try ScalarExport(results, to: to, format: jsonl ? .jsonLines : .tensorBoard).write()
        try StandardOutput.write(outcome.paths.map { $0 + "\n" }.joined())
        if !outcome.leftOut.isEmpty {
            logger.info("without a step, and so left out: \(outcome.leftOut.joined(separator: ", "))")
        }
    }
}
