import Checkpoints
import Reports

/// What was compared and what was found on the way: `coverage` and `integrity`.
extension Drift {
    private struct CoverageRecord {
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
        return Table(
            "coverage", title: "Which tensors of each pair were compared, in the order of training.",
            columns: Drift.coverageColumns, primaryKey: ["from", "to", "tensor"], records: records)
    }

    private static let coverageColumns: [TypedColumn<CoverageRecord>] = [
        .string("from", "The earlier checkpoint of the pair.") { $0.from },
        .string("to", "The later checkpoint of the pair.") { $0.to },
        .string("tensor", "Name of the tensor.") { $0.entry.name },
        .string(
            "status",
            "compared; tied (an output head that is the embedding); padded (one side has more vocabulary rows, the common ones are compared); not_float, only_in_from, only_in_to, shape_differs: not compared."
        ) { $0.entry.status.rawValue },
        .string("shape_from", "Extents on the earlier side.") { $0.infos.from.map(text) },
        .string("shape_to", "Extents on the later side.") { $0.infos.to.map(text) },
        .string("dtype_from", "Element type on the earlier side.") { $0.infos.from?.elementType.rawValue },
        .string("dtype_to", "Element type on the later side.") { $0.infos.to?.elementType.rawValue },
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

    func integrityTable(_ integrity: Integrity) -> Table {
        Table(
            "integrity", title: "What casts doubt on the checkpoints; no row when nothing was found.",
            columns: Drift.integrityColumns, records: integrity.findings)
    }

    private static let integrityColumns: [TypedColumn<IntegrityFinding>] = [
        .string(
            "finding",
            "identical_checkpoints, identical_tensors (bit for bit, by 128-bit fingerprint; tensors of one magnitude do not count), or non_finite."
        ) { $0.kind.rawValue },
        .string("checkpoint", "The checkpoint.") { $0.checkpoint },
        .string("other", "The other checkpoint of an identity.") { $0.other },
        .string("tensor", "The tensor; of identical tensors, the first.") { $0.tensor },
        .integer("tensors", "Tensors concerned.") { $0.tensorCount },
        .integer("elements", "Elements concerned: of the identical tensors, or NaN and infinite ones.") {
            $0.elementCount
        },
        .integer("first_index", "Row-major index of the first element that is not finite.") { $0.firstIndex },
        .string("message", "The finding as a sentence.") { $0.message },
    ]
}
