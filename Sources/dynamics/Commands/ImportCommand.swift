import ArgumentParser
import Base
import Checkpoints
import Engine
import Experiments
import Foundation

/// `dynamics import SOURCE... --to DIR`
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn checkpoints of Hugging Face, OLMo, torch and NumPy into HDF5 files, bit for bit.",
        discussion: """
            Pickles are read without running them. Each source becomes DIR/REVISION.h5. A finished file of the same source is skipped, so an import that was \
            stopped goes on where it was. The paths of the files go to stdout.
            """)

    @Argument(
        help: ArgumentHelp(
            "Directories with model.safetensors, pytorch_model.bin (or shards of either) or model.pt; snapshots of a Hub "
                + "cache, or a cache's folder models--ORG--NAME; single .safetensors, .pt, .bin or .npz files."),
        completion: .file())
    var sources: [String]

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Folder for the files.", valueName: "dir"),
        completion: .directory)
    var to: String

    @Option(name: .long, help: "Name of the training run; a Hub cache's folder tells it otherwise.")
    var model: String?

    @Option(name: .long, help: "Name of the revision, for a single source; its folder or refs tell it otherwise.")
    var revision: String?

    @Option(
        name: .long,
        help: ArgumentHelp("JSON file of exact steps and token counts, where names round them.", valueName: "file"))
    var facts: String?

    @Flag(name: .long, help: "Copy nothing: point at the bytes in the source's files, by absolute paths.")
    var link = false

    @Flag(
        name: .long,
        help: "With --link: by paths from the destination folder; h5py then needs HDF5_EXTFILE_PREFIX='${ORIGIN}'.")
    var relative = false

    @Flag(name: .long, help: "Replace files that an import made from another source.")
    var force = false

    @Option(
        name: .long,
        help: ArgumentHelp("Read NumPy arrays of this type as bfloat16. Repeatable.", valueName: "type"))
    var bfloat16Dump: [BFloat16Dump] = []

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    func validate() throws {
        guard link || !relative else { throw ValidationError("--relative goes with --link.") }
    }

    func run() throws {
        let logger = messages.makeLogger()
        let importer = Importer(
            Importer.Options(
                destination: to, model: model, revision: revision,
                facts: try facts.map { try RevisionFacts(contentsOf: $0) },
                link: link ? (relative ? .relative : .absolute) : .none, force: force,
                bfloat16Dumps: Set(bfloat16Dump), trustedRoots: reading.allowExternal))
        let line = ProgressLine(quiet: messages.quiet)
        let result: ImportResult
        do {
            defer { line.finish() }
            result = try importer.run(
                sources,
                progress: { state in
                    line.show(
                        RunProgress(
                            "importing", done: state.finishedByteCount, of: state.byteCount,
                            detail: "\(state.finishedCount + 1) of \(state.count), \(state.revision)"))
                },
                shouldStop: { Interruption.isRequested })
        }
        try StandardOutput.write((result.written + result.skipped).map { $0.path + "\n" }.joined())
        for failure in result.failed { logger.error("\(failure.source): \(failure.reason)") }
        if result.isInterrupted { throw Interrupted() }
        let bytes = result.written.reduce(0) { $0 + $1.byteCount }
        logger.info(
            "\(result.written.count) written (\(byteText(bytes))), \(result.skipped.count) already there, \(result.failed.count) refused"
        )
        if !result.failed.isEmpty {
            throw result.written.isEmpty && result.skipped.isEmpty ? ExitReason.badInput : .findings
        }
    }
}

extension BFloat16Dump: ExpressibleByArgument {}
