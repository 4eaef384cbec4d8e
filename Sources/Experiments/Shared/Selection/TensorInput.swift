import Checkpoints
import Settings

/// Which checkpoints an experiment on weights reads, and which of their tensors.
struct TensorInput: SettingsSection {
    @SettingGroup var series: SeriesInput
    @SettingGroup var selection: TensorSelection

    /// Opens the selected checkpoints, in training order; tensors that are not selected are marked. See `SeriesInput.open`.
    /// - Returns: the series, and the places of its checkpoints in the context.
    func open(
        in context: RunContext, tellsOrder: Bool = true, branchPoint: String? = nil, training: [String]? = nil
    ) throws -> (series: CheckpointSeries, places: [Int]) {
        let (all, places) = try series.open(
            in: context, tellsOrder: tellsOrder, branchPoint: branchPoint, training: training)
        return (try select(all, context), places)
    }

    /// Opens a pair in the order in which it is given: `from` may be the later one.
    /// - Returns: the series of the two, or of the one that both are, and the places of both in the context.
    func open(
        pair from: String, _ to: String, in context: RunContext
    ) throws -> (series: CheckpointSeries, places: [Int]) {
        let conflicts = series.selection.pairConflicts
        guard conflicts.isEmpty else { throw InputError(conflicts) }
        let ends = try context.open([from, to].map { CheckpointLocation(parsing: $0) }, of: "from", series)
        guard ends.count == 2 else { throw InputError(context.refused.map(\.description)) }
        let all = context.checkpoints
        let distinct = ends[0] == ends[1] ? [ends[0]] : ends
        return (try select(CheckpointSeries(inOrder: distinct.map { all[$0] }), context), ends)
    }

    private func select(_ series: CheckpointSeries, _ context: RunContext) throws -> CheckpointSeries {
        let all = Set(series.checkpoints.flatMap { $0.tensors.map(\.name) }).sorted()
        guard let taken = try selection.names(among: all) else { return series }
        var record = SelectionRecord()
        record.note(selection, taken, among: all)
        context.note(record)
        return series.deselecting { !taken.contains($0.name) }
    }
}
