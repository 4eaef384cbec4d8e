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
        let places: [Int]
        self.settings = settings
        let input = settings.input
        if let from = settings.pair.from, let to = settings.pair.to {
            (series, places) = try input.open(pair: from, to, in: context)
            (reference, branchPoint) = (0, nil)
            comparisons = [Comparison(kind: .pair, from: 0, to: series.checkpoints.count - 1)]
        } else {
            let opened = try input.open(
                in: context, branchPoint: settings.comparisons.anchors.branchPoint, training: settings.training)
            let (series, itsPlaces) = try Drift.kin(opened, settings, context)
            (self.series, places) = (series, itsPlaces)
            reference =
                try settings.comparisons.anchors.reference.map { try series.place(named: $0, setting: "reference") }
                ?? 0
            branchPoint =
                try settings.comparisons.anchors.branchPoint.map {
                    try series.place(named: $0, setting: "branch_point")
                }
                ?? series.branchPoint
            comparisons = Comparison.list(
                settings.comparisons.compare, series, reference: reference, branchPoint: branchPoint)
        }
        contents = SeriesContents(series, places: places, fingerprints: settings.integrity.fingerprints)
        training = try settings.training.map { [series] in try SeriesTraining($0, series, context) }
        alignments = try Drift.align(comparisons, series, reference, settings)
    }

    /// The series without the members that share no tensor with it: they are findings, and the rest is compared. Where
    /// no two share one, all stay, and aligning them tells.
    private static func kin(
        _ opened: (series: CheckpointSeries, places: [Int]), _ settings: DriftSettings, _ context: RunContext
    ) throws -> (series: CheckpointSeries, places: [Int]) {
        let series = opened.series
        let reference = try settings.comparisons.anchors.reference.map {
            try series.place(named: $0, setting: "reference")
        }
        let (members, strangers) = series.kin(of: reference)
        guard members.count > 1, !strangers.isEmpty else { return opened }
        let first = series.checkpoints[members[0]].label
        context.warn(
            strangers.map {
                "\(series.checkpoints[$0].label) has no floating-point tensor in common with \(first) and what is compared "
                    + "with it, so that drift leaves it out; \(dumpRemedy)"
            })
        return series.only(members, opened.places)
    }

    private static let dumpRemedy =
        "a dump of bfloat16 as uint16 or opaque bytes needs the setting bfloat16_dumps, and 'dynamics inspect' shows what "
        + "is there"

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
            let unmatched = alignment.entries.filter { $0.status.isUnmatched }
            problems += unmatched.map { describe($0, from, to) }
            if !alignment.entries.contains(where: \.isCompared) {
                throw InputError(
                    "\(from.label) and \(to.label) have no floating-point tensor in common; \(dumpRemedy)")
            }
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
                // An embedding that stands for a head is read for it, though it may itself be left out.
                requests += [(pair.first, entry.from), (pair.second, entry.to)].compactMap { place, tensor in
                    tensor.flatMap { series.checkpoints[place].tensors[$0].isDeselected ? content(place, $0) : nil }
                }
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
            difference: isForward ? difference : difference.reversed, sameType: types.0 == types.1)
    }
}

extension Drift.Pair {
    init(_ comparison: Comparison) {
        first = min(comparison.from, comparison.to)
        second = max(comparison.from, comparison.to)
    }
}
