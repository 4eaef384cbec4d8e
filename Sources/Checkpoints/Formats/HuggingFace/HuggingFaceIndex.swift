import Base
import HDF5

/// `model.safetensors.index.json` or `pytorch_model.bin.index.json`: which shard holds which tensor.
struct HuggingFaceIndex: Sendable {
    /// File names of the shards, each once, ascending.
    let shards: [String]
    private let shardOf: [String: String]
    private let path: String
    private let checkpoint: String

    /// Longer indexes are refused, as headers are, in bytes.
    private static let lengthLimit = SafetensorsHeader.lengthLimit

    /// Reads the index. Shards lie beside it: a name that leads elsewhere is refused.
    /// - Parameter ending: what the names of shards end in.
    init(_ path: String, shards ending: String, checkpoint: String) throws(CheckpointError) {
        self.path = path
        self.checkpoint = checkpoint
        let bytes = try ByteSources.contents(of: path, limit: HuggingFaceIndex.lengthLimit, checkpoint: checkpoint)
        var weightMap: [String: String]?
        do throws(JSONError) {
            var scanner = JSONScanner(bytes)
            try scanner.object { scanner, key throws(JSONError) in
                guard key == "weight_map" else { return try scanner.skipValue() }
                var map: [String: String] = [:]
                try scanner.object { scanner, name throws(JSONError) in map[name] = try scanner.string() }
                weightMap = map
            }
            try scanner.end()
        } catch {
            throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "'\(path)' is malformed: \(error)")
        }
        guard let weightMap else {
            throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "'\(path)' has no weight_map")
        }
        for shard in weightMap.values
        where !shard.hasSuffix(ending) || !PathText(shard).isPlainName {
            throw CheckpointError(
                .refused, checkpoint: checkpoint,
                problem: "'\(path)' names '\(shard)', which is no \(ending) file beside it")
        }
        shardOf = weightMap
        shards = Set(weightMap.values).sorted()
    }

    /// Checks that the shards hold what the index says: every tensor, in its shard, and no other.
    func check(_ found: [(name: String, shard: String)]) throws(CheckpointError) {
        var missing = shardOf
        for (name, shard) in found {
            guard let expected = shardOf[name] else { throw fail("'\(shard)' holds '\(name)', which the index lacks") }
            guard expected == shard else {
                throw fail("'\(name)' is in '\(shard)', but the index puts it in '\(expected)'")
            }
            missing[name] = nil
        }
        if let first = missing.keys.min(), let shard = missing[first] {
            throw fail("'\(first)' is not in '\(shard)', where the index puts it (\(missing.count) such tensors)")
        }
    }

    private func fail(_ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: checkpoint, problem: "\(problem) (\(path))", remedy: "fetch the checkpoint again")
    }
}
