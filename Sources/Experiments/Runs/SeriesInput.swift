import Base
import Checkpoints
import Settings

/// Which checkpoints an experiment reads, and how: the settings that all experiments on a series share.
struct SeriesInput: SettingsSection {
    static let title: String? = "series"

    @Setting("Files, folders of checkpoints, Hugging Face directories.")
    var series: [String] = []
    @Setting("Folders below which links and external storage may lead, besides the checkpoint's own.")
    var allowExternal: [String] = []
    @Setting("Dumps without a float type that are read as bfloat16, those in .npz files too.")
    var bfloat16Dumps: [BFloat16Dump] = []
    @Setting("Facts of revisions that neither attributes nor names tell, by label.")
    var revisions: [String: StatedRevision] = [:]

    /// Opens the series and puts it in training order.
    /// - Parameter tellsUnplaced: whether checkpoints without a step are a finding of the run; otherwise the experiment has
    ///   one of its own.
    /// - Returns: the series, and the places of its checkpoints in the context.
    func open(in context: RunContext, tellsUnplaced: Bool = true) throws -> (series: CheckpointSeries, places: [Int]) {
        var locations: [CheckpointLocation] = []
        for entry in series { locations += try expand(entry, context) }
        guard !locations.isEmpty else {
            throw InputError("no checkpoints are named; set series=[DIR or FILE, ...], or give --from and --to")
        }
        let places = try context.open(locations, of: "series", self)
        guard !places.isEmpty else {
            throw InputError(
                context.refused.map(\.description) + ["none of the \(locations.count) checkpoints can be read"])
        }
        let all = context.checkpoints
        let byLocation = Dictionary(places.map { (all[$0].location, $0) }, uniquingKeysWith: { first, _ in first })
        let series = CheckpointSeries(Set(places).sorted().map { all[$0] })
        if tellsUnplaced { context.warn(series.unplacedFindings) }
        return (series, series.checkpoints.compactMap { byLocation[$0.location] })
    }

    /// A folder stands for the checkpoints in it, unless it is one itself.
    private func expand(_ entry: String, _ context: RunContext) throws -> [CheckpointLocation] {
        let path = context.resolve(entry, of: "series")
        guard isDirectory(path), !CheckpointLocation.isCheckpointDirectory(path) else {
            return [CheckpointLocation(parsing: entry)]
        }
        let names: [String]
        do throws(FileReadingError) {
            names = try folderNames(path)
        } catch {
            throw InputError(
                ["cannot list the folder \(entry): \(error.reason)"], isMachineFailure: error.kind == .machine)
        }
        let members = names.filter { name in
            !name.hasPrefix(".")
                && ([".h5", ".hdf5"].contains { name.hasSuffix($0) }
                    || CheckpointLocation.isCheckpointDirectory("\(path)/\(name)"))
        }
        guard !members.isEmpty else {
            throw InputError("the folder \(entry) holds no .h5 file and no Hugging Face directory")
        }
        return members.map { CheckpointLocation(path: "\(entry)/\($0)") }
    }

    func applyFacts(to checkpoint: Checkpoint) -> Checkpoint {
        guard let facts = revisions[checkpoint.label] else { return checkpoint }
        var attributes = checkpoint.contents.attributes
        attributes["stage"] = facts.stage.map { .integer($0) } ?? attributes["stage"]
        attributes["ingredient"] = facts.ingredient.map { .integer($0) } ?? attributes["ingredient"]
        attributes["step"] = facts.step.map { .integer($0) } ?? attributes["step"]
        attributes["tokens"] = facts.tokens.map { .integer($0) } ?? attributes["tokens"]
        let old = checkpoint.contents
        let contents = CheckpointContents(
            tensors: old.tensors, leftOut: old.leftOut, attributes: attributes, config: old.config, files: old.files,
            samples: old.samples)
        return Checkpoint(location: checkpoint.location, contents: contents, reader: checkpoint.reader)
    }
}

/// Facts of a revision, stated in the settings.
struct StatedRevision: SettingsSection {
    @Setting("Training stage, from 1.")
    var stage: Int?
    @Setting("Which run of the stage.")
    var ingredient: Int?
    @Setting("Optimiser steps since the stage began.")
    var step: Int?
    @Setting("Tokens seen since the model's training began.")
    var tokens: Int?
}
