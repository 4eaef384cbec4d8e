import Checkpoints
import Engine
import Reports
import Settings
import Tensors

/// What moved between checkpoints, by how much, where and when.
struct Drift: Experiment {
    static let name = "drift"
    static let question = "What moved between checkpoints, by how much, where and when?"

    let settings: DriftSettings
    let series: CheckpointSeries
    let comparisons: [Comparison]
    let reference: Int
    let branchPoint: Int?
    /// Aligned tensors of each compared pair, by the places of the pair.
    let alignments: [Pair: Alignment]
    /// What is read of every tensor.
    let contents: SeriesContents
    /// Where the checkpoints stand in training; `nil` when the settings name none.
    let training: SeriesTraining?

    /// Two checkpoints in the series' order, whichever the comparison starts from: their reduction serves both ways.
    struct Pair: Hashable {
        let first: Int
        let second: Int
    }

    /// Opens the series, chooses the comparisons and aligns their tensors.
    /// - Throws: `InputError` when nothing can be compared, or when tensors have no counterpart and that is not allowed.
    init(_ settings: DriftSettings, _ context: RunContext) throws {
        let runIndices: [RunIndex]
        let wanted: [Comparison]
        self.settings = settings
        let input = settings.input
        if let ends = try input.files.openPair(in: context) {
            (series, runIndices) = Drift.inGivenOrder(ends, context)
            (reference, branchPoint) = (0, nil)
            wanted = [Comparison(kind: .pair, from: 0, to: ends[0] == ends[1] ? 0 : 1)]
        } else {
            let opened = try input.open(
                in: context, branchPoint: settings.comparisons.anchors.branchPoint, training: settings.training)
            let (series, indices) = try Drift.kin(opened, settings, context)
            (self.series, runIndices) = (series, indices)
            reference =
                try settings.comparisons.anchors.reference.map { try series.place(named: $0, setting: "reference") }
                ?? 0
            branchPoint =
                try settings.comparisons.anchors.branchPoint.map {
                    try series.place(named: $0, setting: "branch_point")
                }
                ?? series.branchPoint
            wanted = Comparison.list(
                settings.comparisons.compare, series, reference: reference, branchPoint: branchPoint)
        }
        contents = SeriesContents(series, runIndices: runIndices, fingerprints: settings.integrity.fingerprints)
        training = try settings.training.map { [series] in try SeriesTraining($0, series, context) }
        alignments = try Drift.align(wanted, series, reference, settings)
        comparisons = try Drift.comparable(wanted, alignments, series, context)
    }

    /// The series without the members that share no tensor with it: they are findings, and the rest is compared. Where
    /// no two share one, all stay, and aligning them tells.
    private static func kin(
        _ opened: OpenedSeries, _ settings: DriftSettings, _ context: RunContext
    ) throws -> OpenedSeries {
        let series = opened.series
        let reference = try settings.comparisons.anchors.reference.map {
            try series.place(named: $0, setting: "reference")
        }
        let (members, strangers) = series.kin(of: reference)
        guard members.count > 1, !strangers.isEmpty else { return opened }
        let first = series.checkpoints[members[0]]
        context.warn(
            strangers.map { place in
                let stranger = series.checkpoints[place]
                return
                    "\(stranger.label) has no floating-point tensor in common with \(first.label) and what is compared "
                    + "with it, so that drift leaves it out\(reasonForNothing(first, stranger))"
            })
        return series.only(members, opened.runIndices)
    }

    /// The comparisons of checkpoints that have a tensor in common. The others are findings: two members may each have
    /// something in common with a third, and nothing with each other.
    /// - Throws: `InputError` where no comparison is left.
    private static func comparable(
        _ wanted: [Comparison], _ alignments: [Pair: Alignment], _ series: CheckpointSeries, _ context: RunContext
    ) throws -> [Comparison] {
        let strangers = alignments.filter { !$0.value.comparesAny }.keys
            .sorted { ($0.first, $0.second) < ($1.first, $1.second) }
            .map { (series.checkpoints[$0.first], series.checkpoints[$0.second]) }
        let comparable = wanted.filter { alignments[Pair($0)]?.comparesAny ?? false }
        guard !comparable.isEmpty else {
            throw InputError(
                strangers.map {
                    "\($0.label) and \($1.label) have no floating-point tensor in common\(reasonForNothing($0, $1))"
                })
        }
        context.warn(
            strangers.map {
                "\($0.label) and \($1.label) have no floating-point tensor in common, so that drift does not compare "
                    + "them\(reasonForNothing($0, $1))"
            })
        return comparable
    }

    /// Aligns every pair that is compared or lies on a trajectory.
    private static func align(
        _ comparisons: [Comparison], _ series: CheckpointSeries, _ reference: Int, _ settings: DriftSettings
    ) throws -> [Pair: Alignment] {
        guard !comparisons.isEmpty else {
            throw InputError(
                "nothing to compare: \(series.checkpoints.count) checkpoint(s) give no comparison with "
                    + "compare=[\(settings.comparisons.compare.map(\.rawValue).joined(separator: ", "))]")
        }
        var alignments: [Pair: Alignment] = [:]
        var problems: [String] = []
        let trajectory = settings.pair.from == nil ? Drift.trajectory(series, reference) : []
        for pair in (comparisons + trajectory).map(Pair.init) where alignments[pair] == nil {
            let (from, to) = (series.checkpoints[pair.first], series.checkpoints[pair.second])
            let alignment = Alignment(from: from, to: to)
            alignments[pair] = alignment
            // Of two that have nothing in common, one line says so.
            guard alignment.comparesAny else { continue }
            let unmatched = alignment.entries.filter { $0.status.isUnmatched }
            problems += unmatched.map { describe($0, from, to) }
        }
        if !problems.isEmpty, !settings.allowUnmatched {
            throw InputError(
                problems + [
                    "\(problems.count) tensor(s) have no equal counterpart; with allow_unmatched=true they are left out, or "
                        + "cut to the rows that both sides have"
                ])
        }
        return alignments
    }

    /// Why two checkpoints have no tensor in common: other shapes, other names, with one of each side, or types that have
    /// no statistics. Goes on from what has been said.
    private static func reasonForNothing(_ from: Checkpoint, _ to: Checkpoint) -> String {
        let remedy = CoverageRemedy.text(for: [from, to].filter { !$0.coverage.isWhole })
        let names = [from, to].map { side in side.tensors.indices.filter(side.isCounted).map { side.tensors[$0] } }
        guard let first = names[0].first, let second = names[1].first else {
            return "; " + (remedy.isEmpty ? "'dynamics inspect' shows what is there" : remedy)
        }
        let shapes = Dictionary(names[1].map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        if let shared = names[0].first(where: { shapes[$0.name] != nil }), let other = shapes[shared.name] {
            return
                ": '\(shared.name)' is \(shapeText(shared.shape)) in the one and \(shapeText(other)) in the other: they "
                + "are of different models"
        }
        return
            ": the first of \(from.label) is '\(first.name)', of \(to.label) '\(second.name)'; save them under the same "
            + "names, or with no more than a wrapper's prefix before them" + (remedy.isEmpty ? "" : "; " + remedy)
    }

    /// A pair keeps the order in which it was given: `from` may be the later one.
    private static func inGivenOrder(_ ends: [RunIndex], _ context: RunContext) -> OpenedSeries {
        let all = context.checkpoints
        let distinct = ends[0] == ends[1] ? [ends[0]] : ends
        return (CheckpointSeries(inOrder: distinct.map { all[$0] }), distinct)
    }

    /// What the trajectory table needs, whether or not it was asked for as a comparison.
    private static func trajectory(_ series: CheckpointSeries, _ reference: Int) -> [Comparison] {
        Comparison.list([.reference, .predecessor], series, reference: reference, branchPoint: nil)
    }

    private static func describe(_ entry: Alignment.Entry, _ from: Checkpoint, _ to: Checkpoint) -> String {
        switch entry.status {
        case .onlyInFrom: "'\(entry.name)' is in \(from.label) but not in \(to.label)"
        case .onlyInTo: "'\(entry.name)' is in \(to.label) but not in \(from.label)"
        default: "'\(entry.name)' is unlike in \(from.label) and \(to.label): \(entry.note ?? "")"
        }
    }

    var requests: [any Request] {
        var requests: [any Request] = contents.requests
        for pair in alignments.keys.sorted(by: { ($0.first, $0.second) < ($1.first, $1.second) }) {
            for entry in alignments[pair]?.entries ?? [] where entry.isCompared {
                if let difference = difference(pair, entry) { requests.append(difference) }
                requests += [pair.first, pair.second].compactMap { prefix($0, entry, pair) }
                requests += groupings(of: pair, entry).map(\.reduction)
            }
        }
        return requests + grams.map(\.reduction)
    }
}

extension Drift {
    func reference(_ place: Int, _ tensor: Int) -> TensorReference {
        contents.reference(place, tensor)
    }

    func content(_ place: Int, _ tensor: Int) -> ContentReduction {
        contents.request(place, tensor)
    }

    func difference(_ pair: Pair, _ entry: Alignment.Entry) -> DifferenceReduction? {
        guard let from = entry.from, let to = entry.to else { return nil }
        return DifferenceReduction(
            from: reference(pair.first, from), to: reference(pair.second, to), movedThreshold: settings.movedThreshold)
    }

    /// The sums of the common rows, where one side has more of them than the other.
    func prefix(_ place: Int, _ entry: Alignment.Entry, _ pair: Pair) -> ContentReduction? {
        guard entry.status == .padded, let from = entry.from, let to = entry.to else { return nil }
        let counts = (
            series.checkpoints[pair.first].tensors[from].elementCount,
            series.checkpoints[pair.second].tensors[to].elementCount
        )
        let tensor = place == pair.first ? from : to
        let common = min(counts.0, counts.1)
        guard series.checkpoints[place].tensors[tensor].elementCount > common else { return nil }
        return ContentReduction(reference(place, tensor), fingerprints: false, elementLimit: common)
    }

    /// The drift of one tensor pair, in the comparison's direction.
    func metrics(_ comparison: Comparison, _ entry: Alignment.Entry, _ results: ReductionResults) -> DriftMetrics? {
        let pair = Pair(comparison)
        guard let reduction = difference(pair, entry), let difference = results.summary(reduction),
            let from = entry.from, let to = entry.to,
            let first = results.summary(prefix(pair.first, entry, pair) ?? content(pair.first, from)),
            let second = results.summary(prefix(pair.second, entry, pair) ?? content(pair.second, to))
        else { return nil }
        let types = (
            series.checkpoints[pair.first].tensors[from].elementType,
            series.checkpoints[pair.second].tensors[to].elementType
        )
        let isForward = pair.first == comparison.from
        return DriftMetrics(
            from: isForward ? first.sums : second.sums, to: isForward ? second.sums : first.sums,
            difference: isForward ? difference : difference.reversed,
            types: isForward ? (types.0, types.1) : (types.1, types.0))
    }
}

extension Drift.Pair {
    init(_ comparison: Comparison) {
        first = min(comparison.from, comparison.to)
        second = max(comparison.from, comparison.to)
    }
}
