import Base
import Catalogs
import Checkpoints
import Settings

/// The members of the series that an experiment looks at: checkpoints in files, and averages of them that no file holds.
struct SeriesInput: SettingsSection {
    @SettingGroup var files: SeriesFiles
    @SettingGroup var virtual: VirtualMembers

    /// Opens the series and puts it in training order; what no file holds comes last. See `SeriesFiles.open`.
    func open(
        in context: RunContext, branchPoint: String? = nil, training: [String]? = nil
    ) throws -> (series: CheckpointSeries, places: [Int]) {
        let (stored, places) = try files.open(in: context, branchPoint: branchPoint, training: training)
        return try virtual.join(stored, places, in: context)
    }
}

/// Which files an experiment reads, and how: the settings that all experiments on a series share.
struct SeriesFiles: SettingsSection {
    static let title: String? = "series"

    @Setting("Files, folders of checkpoints, Hugging Face directories.")
    var series: [String] = []
    @Setting("Folders below which links and external storage may lead, besides the checkpoint's own.")
    var allowExternal: [String] = []
    @Setting("Dumps without a float type that are read as bfloat16, those in .npz files too.")
    var bfloat16Dumps: [BFloat16Dump] = []
    @Setting("Facts of revisions that neither attributes nor names tell, by label.")
    var revisions: [String: StatedRevision] = [:]

    /// Opens the series and puts it in training order. What looks like a checkpoint and is not read is among the run's
    /// refused ones.
    /// - Parameters:
    ///   - tellsOrder: whether checkpoints without a step, and steps that contradict each other, are findings of the run;
    ///     otherwise the experiment has some of its own.
    ///   - branchPoint: the one that the settings state.
    ///   - training: what the setting of that name says, which tells the true branch point.
    /// - Returns: the series, and the places of its checkpoints in the context.
    func open(
        in context: RunContext, tellsOrder: Bool = true, branchPoint: String? = nil, training: [String]? = nil
    ) throws -> (series: CheckpointSeries, places: [Int]) {
        let members = try SeriesMember.list(series, context)
        let opened = try context.openAll(members.map(\.location), of: "series", self)
        let all = context.checkpoints
        var byLocation: [CheckpointLocation: Int] = [:]
        var checkpoints: [Checkpoint] = []
        for (member, place) in zip(members, opened) {
            guard let place, byLocation[all[place].location] == nil else { continue }
            var checkpoint = member.isFinal ? all[place].asFinal : all[place]
            checkpoint.otherNames = member.otherNames.map { printable($0) }
            byLocation[checkpoint.location] = place
            checkpoints.append(checkpoint)
        }
        guard !checkpoints.isEmpty else {
            throw InputError(
                context.refused.map(\.description) + ["none of the \(members.count) checkpoints can be read"])
        }
        let series = CheckpointSeries(checkpoints)
        context.note(series.nameNotes)
        let isListed = members.allSatisfy(\.isNamed)
        let stated = Set(revisions.filter { $0.value.step != nil }.keys)
        context.warn(
            tellsOrder
                ? series.orderFindings(isListed: isListed, stated: stated) : series.guessFindings(isListed: isListed))
        context.note(series.orderNotes(isListed: isListed))
        if branchPoint == nil {
            let plan = training.flatMap { names in
                try? TrainingSource(names) { context.resolve($0, of: "training") }.plan
            }
            let told = series.branchPointLines(plan)
            context.warn(told.findings)
            context.note(told.notes)
        }
        return (series, series.checkpoints.compactMap { byLocation[$0.location] })
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
