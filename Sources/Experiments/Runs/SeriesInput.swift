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
    ) throws -> OpenedSeries {
        if let problem = virtual.conflicts(with: files.pair).first { throw InputError(problem) }
        let (stored, runIndices) = try files.open(in: context, branchPoint: branchPoint, training: training)
        return try virtual.join(stored, runIndices, in: context)
    }
}

/// Which files an experiment reads, and how: the settings that all experiments on a series share.
struct SeriesFiles: SettingsSection {
    static let title: String? = "series"

    @Setting("Files, folders of checkpoints, Hugging Face directories.")
    var series: [String] = []
    @SettingGroup var pair: PairSettings
    @Setting("Folders below which links and external storage may lead, besides the checkpoint's own.")
    var allowExternal: [String] = []
    @Setting("Dumps without a float type that are read as bfloat16, in files of every format.")
    var bfloat16Dumps: [BFloat16Dump] = []
    @Setting(
        "Whether what lies beside the weights counts as weights: rotary frequencies, masks, counters, optimizer state, moving averages."
    )
    var includeNonWeights = false
    @Setting("Facts of revisions that neither attributes nor names tell, by label.")
    var revisions: [String: StatedRevision] = [:]

    /// Opens the series and puts it in training order. What looks like a checkpoint and is not read is among the run's
    /// refused ones.
    /// - Parameters:
    ///   - tellsOrder: whether checkpoints without a step, and steps that contradict each other, are findings of the run;
    ///     otherwise the experiment has some of its own.
    ///   - branchPoint: the one that the settings state.
    ///   - training: what the setting of that name says, which tells the true branch point.
    /// - Returns: the series, and the indices of its checkpoints in the run.
    func open(
        in context: RunContext, tellsOrder: Bool = true, branchPoint: String? = nil, training: [String]? = nil
    ) throws -> OpenedSeries {
        if let ends = try openPair(in: context) {
            guard ends[0] != ends[1] else {
                throw InputError("\(pair.from ?? "") and \(pair.to ?? "") are one checkpoint; a pair has two")
            }
            let all = context.checkpoints
            return (CheckpointSeries(from: all[ends[0]], to: all[ends[1]]), ends)
        }
        let members = try SeriesMember.list(series, context)
        let opened = try context.openAll(members.map(\.location), of: "series", self)
        let all = context.checkpoints
        var byLocation: [CheckpointLocation: RunIndex] = [:]
        var checkpoints: [Checkpoint] = []
        for (member, index) in zip(members, opened) {
            guard let index, byLocation[all[index].location] == nil else { continue }
            var checkpoint = member.isFinal ? all[index].asFinal : all[index]
            checkpoint.otherNames = member.otherNames.map { printable($0) }
            byLocation[checkpoint.location] = index
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

    /// Opens the pair that stands for the series, where the settings name one.
    /// - Returns: the indices of both in the run, which may be one; `nil` without a pair.
    func openPair(in context: RunContext) throws -> [RunIndex]? {
        if let problem = pair.conflicts.first { throw InputError(problem) }
        guard let from = pair.from, let to = pair.to else { return nil }
        let ends = try context.open([from, to].map { CheckpointLocation(parsing: $0) }, of: "from", self)
        guard ends.count == 2 else { throw InputError(context.refused.map(\.description)) }
        return ends
    }

    func applyFacts(to checkpoint: Checkpoint) -> Checkpoint {
        let checkpoint = includeNonWeights ? checkpoint.countingAllTensors : checkpoint
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
        let stated = Checkpoint(location: checkpoint.location, contents: contents, reader: checkpoint.reader)
        return includeNonWeights ? stated.countingAllTensors : stated
    }
}

/// A series, and the indices of its checkpoints in the run.
typealias OpenedSeries = (series: CheckpointSeries, runIndices: [RunIndex])

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
