import Checkpoints
import Engine
import Foundation
import Reports
import Tensors

/// Optional detail: drift by attention head, and the embedding rows that moved most.
extension Drift {
    /// How a tensor of a pair is grouped for a detail table.
    struct DetailGrouping {
        /// `head` or `row`.
        let isHeads: Bool
        let reduction: GroupedDifferenceReduction
    }

    func groupings(of pair: Pair, _ entry: Alignment.Entry) -> [DetailGrouping] {
        guard let from = entry.from, let to = entry.to, entry.status == .compared else { return [] }
        let info = series.checkpoints[pair.first].tensors[from]
        guard info.shape.count == 2, info.elementCount > 0 else { return [] }
        func grouping(_ isHeads: Bool, run: Int, groups: Int) -> DetailGrouping {
            DetailGrouping(
                isHeads: isHeads,
                reduction: GroupedDifferenceReduction(
                    from: reference(pair.first, from), to: reference(pair.second, to),
                    grouping: Grouping(run: run, groups: groups)))
        }
        let (rows, columns) = (info.shape[0], info.shape[1])
        let module = ParameterName(info.name).module
        if settings.embeddingRows > 0, module == .embedding {
            return [grouping(false, run: columns, groups: rows)]
        }
        guard settings.heads, let heads = heads(of: module, in: series.checkpoints[pair.first]) else { return [] }
        if module == .attentionO {
            return columns.isMultiple(of: heads) ? [grouping(true, run: columns / heads, groups: heads)] : []
        }
        return rows.isMultiple(of: heads) ? [grouping(true, run: rows / heads * columns, groups: heads)] : []
    }

    /// Heads that the rows (q, k, v) or columns (o) of a projection divide into, by the checkpoint's config.
    private func heads(of module: ParameterName.Module, in checkpoint: Checkpoint) -> Int? {
        let key: String
        switch module {
        case .attentionQ, .attentionO: key = "num_attention_heads"
        case .attentionK, .attentionV: key = "num_key_value_heads"
        default: return nil
        }
        guard let config = checkpoint.contents.config,
            let config = try? ModelConfig(config),
            let heads = (config[key] ?? config["num_attention_heads"])?.integer, heads > 0
        else { return nil }
        return heads
    }

    struct GroupRecord: Sendable {
        let comparison: Comparison.Kind
        let from: String
        let to: String
        let tensor: String
        let group: Int
        let squares: (from: Double, to: Double, difference: Double)
        /// Rows of zeros on both sides, of an embedding.
        var paddingRows: Int?
    }

    /// The groups of each compared tensor, one list a tensor.
    private func groups(_ comparisons: [Comparison], _ results: ReductionResults, heads: Bool) -> [[GroupRecord]] {
        var lists: [[GroupRecord]] = []
        for comparison in comparisons {
            let pair = Pair(comparison)
            for entry in alignments[pair]?.entries ?? [] {
                for grouping in groupings(of: pair, entry) where grouping.isHeads == heads {
                    guard let sums = results.summary(grouping.reduction) else { continue }
                    lists.append(records(comparison, entry.name, sums, isForward: pair.first == comparison.from))
                }
            }
        }
        return lists
    }

    private func records(
        _ comparison: Comparison, _ tensor: String, _ sums: GroupedSums, isForward: Bool
    ) -> [GroupRecord] {
        (0..<sums.groupCount).map { group in
            let (a, b) = (sums.squareFrom(group), sums.squareTo(group))
            return GroupRecord(
                comparison: comparison.kind, from: series.checkpoints[comparison.from].label,
                to: series.checkpoints[comparison.to].label, tensor: tensor, group: group,
                squares: (isForward ? a : b, isForward ? b : a, sums.squareDifference(group)))
        }
    }

    func headsTable(_ comparisons: [Comparison], _ results: ReductionResults) -> Table {
        Drift.headsTable(groups(comparisons, results, heads: true).flatMap { $0 })
    }

    static func headsTable(_ records: [GroupRecord]) -> Table {
        Table(
            "heads", title: "Drift by attention head: rows of q, k and v, columns of o.",
            columns: Drift.groupColumns("head", "Index of the head, from 0."),
            primaryKey: ["comparison", "from", "to", "tensor", "head"],
            records: records)
    }

    /// Rows that are all zero on both sides are padding: left out, and counted.
    func embeddingRowsTable(_ comparisons: [Comparison], _ results: ReductionResults) -> Table {
        let records = groups(comparisons, results, heads: false).flatMap { records in
            let rows = records.filter { $0.squares.from > 0 || $0.squares.to > 0 }
            let moved = rows.sorted { ($1.squares.difference, $0.group) < ($0.squares.difference, $1.group) }
            return moved.prefix(settings.embeddingRows).map { record in
                var record = record
                record.paddingRows = records.count - rows.count
                return record
            }
        }
        return Drift.embeddingRowsTable(records)
    }

    static func embeddingRowsTable(_ records: [GroupRecord]) -> Table {
        let padding = TypedColumn<GroupRecord>.integer(
            "padding_rows", "Rows of this embedding that are zero on both sides, which are left out."
        ) { $0.paddingRows }
        return Table(
            "embedding_rows", title: "The embedding rows that moved most, for each comparison.",
            columns: Drift.groupColumns("token", "Token id: index of the row.") + [padding],
            primaryKey: ["comparison", "from", "to", "tensor", "token"], records: records)
    }

    private static func groupColumns(_ name: String, _ meaning: String) -> [TypedColumn<GroupRecord>] {
        [
            .string("comparison", "Why the two are compared, as in the summary.") { $0.comparison.rawValue },
            .string("from", "Checkpoint a.") { $0.from },
            .string("to", "Checkpoint b.") { $0.to },
            .string("tensor", "Name of the tensor.") { $0.tensor },
            .integer(name, meaning) { $0.group },
            .number("norm_from", "‖a‖₂ over the \(name)'s elements.") { $0.squares.from.squareRoot() },
            .number("norm_to", "‖b‖₂ over the \(name)'s elements.") { $0.squares.to.squareRoot() },
            .number("drift", "‖b−a‖₂ over the \(name)'s elements.") { $0.squares.difference.squareRoot() },
            .number("relative_drift", "‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.") {
                $0.squares.from > 0 ? ($0.squares.difference / $0.squares.from).squareRoot() : nil
            },
        ]
    }
}
