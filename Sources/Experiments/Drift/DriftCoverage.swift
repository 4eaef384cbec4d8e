import Checkpoints
import Reports

/// What was compared and what was found on the way: `coverage` and `integrity`.
extension Drift {
    struct CoverageRecord {
        let from: String
        let to: String
        let entry: Alignment.Entry
        let infos: (from: TensorInfo?, to: TensorInfo?)
    }

    func coverageTable(_ comparisons: [Comparison]) -> Table {
        var seen: Set<Pair> = []
        let records = comparisons.map(Pair.init).filter { seen.insert($0).inserted }.flatMap { pair in
            let (from, to) = (series.checkpoints[pair.first], series.checkpoints[pair.second])
            return (alignments[pair]?.entries ?? []).map { entry in
                CoverageRecord(
                    from: from.label, to: to.label, entry: entry,
                    infos: (entry.from.map { from.tensors[$0] }, entry.to.map { to.tensors[$0] }))
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
            "compared; tied (an output head that is the embedding); padded (one side has more vocabulary rows, the common ones are compared); not_float, only_in_from, only_in_to, shape_differs, deselected (the settings leave it out): not compared."
        ) { $0.entry.status.rawValue },
        .string("shape_from", "Extents on the first side.") { $0.infos.from.map(text) },
        .string("shape_to", "Extents on the second side.") { $0.infos.to.map(text) },
        .string("dtype_from", "Element type on the first side.") { $0.infos.from?.elementType.rawValue },
        .string("dtype_to", "Element type on the second side.") { $0.infos.to?.elementType.rawValue },
        .string(
            "scheme_from",
            "Naming scheme in which the first side stores it: olmo, olmo_core or gpt_neox; missing when it is stored under this name."
        ) { $0.infos.from?.origin?.scheme.rawValue },
        .string("scheme_to", "The same of the second side.") { $0.infos.to?.origin?.scheme.rawValue },
        .string("stored_from", "Its name there, with [rows] where it is part of a fused tensor.") {
            $0.infos.from?.origin?.description
        },
        .string("stored_to", "The same of the second side.") { $0.infos.to?.origin?.description },
        .string("note", "What the status leaves open.") { $0.entry.note },
    ]

    @Sendable private static func text(_ info: TensorInfo) -> String {
        info.shape.map(String.init).joined(separator: "x")
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
