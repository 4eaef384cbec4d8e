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
        discussion: """
            Only the structure is read, not the tensors. Of a folder of checkpoints or a Hub cache, the members are listed \
            in training order, and what looks like a checkpoint and is not read, with the reason.
            """)

    @Argument(
        help: ArgumentHelp(
            "An .h5 file, FILE:/GROUP, a directory of Hugging Face or OLMo, or a .safetensors, .pt, .bin or .npz file; or a "
                + "folder of them."),
        completion: .file(extensions: ["h5", "hdf5", "safetensors", "pt", "bin", "npz"]))
    var checkpoint: String

    @Flag(name: .long, help: "Write JSON instead of text.")
    var json = false

    @OptionGroup var reading: ReadingOptions

    func run() throws {
        let location = CheckpointLocation(parsing: checkpoint)
        if location.group == nil {
            let listing = try CheckpointListing(location.path, at: location.path)
            guard listing.content == .checkpoint || listing.content == .other else { return try list(listing) }
        }
        let opened = try Checkpoint(opening: location, options: reading.readOptions)
        let description = CheckpointDescription(opened)
        var text = ""
        if json { description.json.write(to: &text) } else { description.write(to: &text) }
        try StandardOutput.write(text)
    }

    private func list(_ listing: CheckpointListing) throws {
        let members = try FolderDescription(checkpoint, listing, reading.readOptions)
        guard !members.isEmpty else { throw InputError("the folder \(checkpoint): \(listing.emptiness)") }
        var text = ""
        if json { members.json.write(to: &text) } else { members.write(to: &text) }
        try StandardOutput.write(text)
        if !members.unread.isEmpty { throw ExitReason.findings }
    }
}
