import ArgumentParser
import Checkpoints
import Experiments
import Foundation
import Reports

/// `dynamics inspect CHECKPOINT`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a checkpoint holds: facts, tensors, types, layouts, totals by module.",
        discussion: "Only the structure is read, not the tensors.")

    @Argument(
        help: ArgumentHelp(
            "An .h5 file, FILE:/GROUP, a directory of Hugging Face or OLMo, or a .safetensors, .pt, .bin or .npz file."),
        completion: .file(extensions: ["h5", "hdf5", "safetensors", "pt", "bin", "npz"]))
    var checkpoint: String

    @Flag(name: .long, help: "Write JSON instead of text.")
    var json = false

    @OptionGroup var reading: ReadingOptions

    func run() throws {
        let opened = try Checkpoint(
            opening: CheckpointLocation(parsing: checkpoint), options: reading.readOptions)
        let description = CheckpointDescription(opened)
        var text = ""
        if json { description.json.write(to: &text) } else { description.write(to: &text) }
        try StandardOutput.write(text)
    }
}
