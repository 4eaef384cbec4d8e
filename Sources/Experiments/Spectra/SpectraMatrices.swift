import Checkpoints
import Foundation

/// A matrix of a model: a tensor of two dimensions, or one of those that a tensor holds fused.
struct SpectraMatrix: Hashable, Sendable {
    /// Name of the tensor.
    let tensor: String
    /// `q`, `k` or `v` of a fused tensor that was split.
    let part: String?
    /// Its role.
    let module: ParameterName.Module
    /// Number of rows.
    let rows: Int
    /// Number of columns.
    let columns: Int
    let selection: RowSelection?

    /// Index of the block; `nil` outside the blocks.
    var layer: Int? { ParameterName(tensor).layer }

    /// The matrices that a tensor holds; none when it has not two dimensions, or no float type.
    ///
    /// GPT-NeoX stores query, key and value of each head below each other in one tensor. It is split into the three
    /// matrices where the config tells the number of heads, and is one matrix otherwise.
    static func matrices(in checkpoint: Checkpoint, _ tensor: Int) -> [SpectraMatrix] {
        let info = checkpoint.tensors[tensor]
        guard info.shape.count == 2, info.elementType.hasStatistics else { return [] }
        let module = ParameterName(info.name).module
        let (rows, columns) = (info.shape[0], info.shape[1])
        guard module == .attentionQKV, let heads = heads(checkpoint), rows > 0, rows.isMultiple(of: 3 * heads) else {
            return [
                SpectraMatrix(
                    tensor: info.name, part: nil, module: module, rows: rows, columns: columns, selection: nil)
            ]
        }
        let run = rows / (3 * heads)
        let parts: [(String, ParameterName.Module)] = [("q", .attentionQ), ("k", .attentionK), ("v", .attentionV)]
        return parts.enumerated().map { place, part in
            SpectraMatrix(
                tensor: info.name, part: part.0, module: part.1, rows: rows / 3, columns: columns,
                selection: RowSelection(first: place * run, run: run, period: 3 * run))
        }
    }

    private static func heads(_ checkpoint: Checkpoint) -> Int? {
        guard let config = checkpoint.contents.config,
            let members = try? JSONSerialization.jsonObject(with: Data(config.utf8)) as? [String: Any],
            let heads = members["num_attention_heads"] as? Int, heads > 0
        else { return nil }
        return heads
    }
}
