import Checkpoints
import Engine
import Reports

/// What was compared and what was found on the way: `coverage` and `integrity`.
extension Drift {
    struct CoverageRecord {
        let from: String
        let to: String
        let entry: Alignment.Entry
        let infos: (from: TensorInfo?, to: TensorInfo?)
        /// Whether both sides store it as a copy of their embedding.
        let isTied: Bool
    }

    func coverageTable(_ comparisons: [Comparison], _ results: ReductionResults) -> Table {
        var seen: Set<Pair> = []
        let records = comparisons.map(Pair.init).filter { seen.insert($0).inserted }.flatMap { pair in
            let (from, to) = (series.checkpoints[pair.first], series.checkpoints[pair.second])
            return (alignments[pair]?.entries ?? []).map { entry in
                CoverageRecord(
                    from: from.label, to: to.label, entry: entry,
                    infos: (entry.from.map { from.tensors[$0] }, entry.to.map { to.tensors[$0] }),
                    isTied: isTiedTwice(entry, pair, results))
            }
        }
        return Drift.coverageTable(records)
    }

    static func coverageTable(_ records: [CoverageRecord]) -> Table {
        Table(
            "coverage", title: "Which tensors of each pair were compared, in the order of training.",
            columns: Drift.coverageColumns, primaryKey: ["from", "to", "tensor"], records: records)
    }

    private static let coverageColumns: [TypedColumn<CoverageRecord>] = [
        .string("from", "The first checkpoint of the pair: in a series, the earlier.") { $0.from },
        .string("to", "The second checkpoint of the pair: in a series, the later.") { $0.to },
        .string("tensor", "Name of the tensor.") { $0.entry.name },
        .string(
            "status",
            "compared; tied (an output head that is the embedding); padded (one side has more vocabulary rows, the common ones are compared); not_weight (what lies beside the weights); not_float, left_out, only_in_from, only_in_to, shape_differs: not compared."
        ) { ($0.isTied ? .tied : $0.entry.status).rawValue },
        .string("shape_from", "Extents on the first side.") { $0.infos.from.map(text) },
        .string("shape_to", "Extents on the second side.") { $0.infos.to.map(text) },
        .string("dtype_from", "Element type on the first side.") { $0.infos.from?.elementType.rawValue },
        .string("dtype_to", "Element type on the second side.") { $0.infos.to?.elementType.rawValue },
        .string(
            "scheme_from",
            "Naming scheme in which the first side stores it: olmo, olmo_core, gpt_neox or wrapped (prefixes of wrappers); missing when it is stored under this name."
        ) { $0.infos.from?.origin?.scheme.rawValue },
        .string("scheme_to", "The same of the second side.") { $0.infos.to?.origin?.scheme.rawValue },
        .string("stored_from", "Its name there, with [rows] where it is part of a fused tensor.") {
            $0.infos.from?.origin?.description
        },
        .string("stored_to", "The same of the second side.") { $0.infos.to?.origin?.description },
        .string("note", "What the status leaves open.") {
            $0.isTied ? "both sides hold their embedding, which counts once" : $0.entry.note
        },
    ]

    @Sendable private static func text(_ info: TensorInfo) -> String {
        info.shape.map(String.init).joined(separator: "x")
    }

    /// Whether a tensor is a copy of the embedding on both sides, as a tied head is: stored or not, it counts once.
    func isTiedTwice(_ entry: Alignment.Entry, _ pair: Pair, _ results: ReductionResults) -> Bool {
        guard let from = entry.from, let to = entry.to else { return false }
        func isTied(_ place: Int, _ tensor: Int) -> Bool {
            // Where a side stores no head, the embedding stands for it.
            entry.status == .tied && contents.isEmbedding(place, tensor)
                || contents.isTiedCopy(place, tensor, results)
        }
        return isTied(pair.first, from) && isTied(pair.second, to)
    }

    /// Compared pairs that hold the same values in other bits: in other types, or with other signs of zeros.
    func equalValues(_ comparisons: [Comparison], _ results: ReductionResults) -> [IntegrityFinding] {
        var seen: Set<Pair> = []
        return comparisons.filter { $0.from != $0.to && seen.insert(Pair($0)).inserted }.compactMap { comparison in
            let entries = (alignments[Pair(comparison)]?.entries ?? []).filter { $0.status != .notWeight }
            guard entries.contains(where: \.isCompared),
                entries.allSatisfy({ $0.isCompared || $0.from == nil && $0.to == nil })
            else { return nil }
            let compared = entries.filter(\.isCompared).map { metrics(comparison, $0, results) }
            let differ = compared.contains { $0.map { ($0.difference.changedCount > 0) } ?? true }
            // Bits differ where types do, or where zeros have another sign.
            let isCopy = compared.allSatisfy { $0?.changedBits == 0 || $0?.count == 0 }
            guard !differ, !isCopy else { return nil }
            return .equalValues(
                series.checkpoints[comparison.from].label, series.checkpoints[comparison.to].label,
                tensors: compared.count, elements: compared.reduce(0) { $0 + ($1?.count ?? 0) })
        }
    }

    /// What share of both sides' weights a comparison speaks for.
    func coverage(_ comparison: Comparison, _ results: ReductionResults) -> WeightCoverage {
        let pair = Pair(comparison)
        var coverage = WeightCoverage()
        for entry in alignments[pair]?.entries ?? [] where !isTiedTwice(entry, pair, results) {
            coverage.add(compared: entry.comparedCount, of: entry.elementCount)
        }
        return coverage
    }

    /// Comparisons that speak for a part of the weights only: a line for each part.
    func shareFindings(_ comparisons: [Comparison], _ results: ReductionResults) -> [String] {
        var order: [WeightCoverage] = []
        var groups: [WeightCoverage: [Comparison]] = [:]
        for comparison in comparisons {
            let coverage = coverage(comparison, results)
            guard !coverage.isWhole else { continue }
            if groups[coverage] == nil { order.append(coverage) }
            groups[coverage, default: []].append(comparison)
        }
        return order.compactMap { coverage in
            guard let group = groups[coverage], let first = group.first else { return nil }
            let ends = [first.from, first.to].map { series.checkpoints[$0] }
            let remedy = CoverageRemedy.text(for: ends)
            return "\(ends[0].label) -> \(ends[1].label)\(andMore(group.count - 1, "comparison")): drift speaks for "
                + coverage.description + (remedy.isEmpty ? "; see coverage.csv" : "; " + remedy)
        }
    }

    /// Tensors that were left out although they may have been expected: said once for all pairs.
    func coverageFindings(_ comparisons: [Comparison]) -> [String] {
        var unmatched: Set<String> = []
        for comparison in comparisons {
            for entry in alignments[Pair(comparison)]?.entries ?? [] where entry.status.isUnmatched {
                unmatched.insert(entry.name)
            }
        }
        guard let first = unmatched.min() else { return [] }
        return ["\(unmatched.count) tensor(s) without an equal counterpart, first '\(first)'; see coverage.csv"]
    }
}
