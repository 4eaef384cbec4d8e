import Base
import Checkpoints

/// What `inspect` shows of a folder of checkpoints: its members in training order, and what is not read.
struct FolderDescription {
    private let folder: String
    private let series: CheckpointSeries
    /// What looks like a checkpoint and is not read, with the reason.
    let unread: [CheckpointError]

    /// Opens every member; only structures are read.
    /// - Throws: when the machine fails.
    init(_ folder: String, _ listing: CheckpointListing, _ options: ReadOptions) throws(CheckpointError) {
        self.folder = folder
        var checkpoints: [Checkpoint] = []
        var unread = listing.unread
        for member in listing.members {
            do throws(CheckpointError) {
                var checkpoint = try Checkpoint(opening: CheckpointLocation(path: member.path), options: options)
                if member.isFinal { checkpoint = checkpoint.asFinal }
                checkpoint.otherNames = member.otherNames
                checkpoints.append(checkpoint)
            } catch {
                if error.kind == .environment { throw error }
                unread.append(error)
            }
        }
        series = CheckpointSeries(checkpoints)
        self.unread = unread
    }

    /// Whether nothing in it looks like a checkpoint.
    var isEmpty: Bool { series.checkpoints.isEmpty && unread.isEmpty }

    private var order: String {
        switch series.order {
        case .steps: "by stage, ingredient and step"
        case .epochs: "by stage and epoch: none tells a step"
        case .given: "natural order of names: none tells a step"
        }
    }

    private func facts(of checkpoint: Checkpoint) -> [(key: String, value: JSON)] {
        let revision = checkpoint.revision
        let numbers = [
            ("stage", revision.stage), ("ingredient", revision.ingredient), ("epoch", revision.epoch),
            ("step", revision.step), ("tokens", revision.tokens),
        ]
        return numbers.compactMap { key, value in value.map { (key, .integer($0)) } }
    }

    var json: JSON {
        [
            "location": .string(folder),
            "order": .string(order),
            "checkpoints": .array(
                series.checkpoints.map { checkpoint in
                    .object(
                        [
                            ("label", .string(checkpoint.label)),
                            ("location", .string(checkpoint.location.description)),
                            ("other_names", .array(checkpoint.otherNames.map(JSON.string))),
                        ] + facts(of: checkpoint) + [
                            ("tensors", .integer(checkpoint.tensors.count)),
                            ("elements", .integer(checkpoint.tensors.reduce(0) { $0 + $1.elementCount })),
                        ])
                }),
            "not_read": .array(unread.map { ["location": .string($0.checkpoint), "reason": .string($0.reason)] }),
        ]
    }

    func write(to text: inout String) {
        let count = series.checkpoints.count
        text += "\(folder): \(count) checkpoint\(count == 1 ? "" : "s"), \(order)\n"
        let rows = series.checkpoints.map { checkpoint in
            let facts = facts(of: checkpoint).map { "\($0.key) \($0.value.compact)" }.joined(separator: ", ")
            let names = checkpoint.otherNames.isEmpty ? "" : "also \(checkpoint.otherNames.joined(separator: ", "))"
            return [
                checkpoint.label, facts, "\(checkpoint.tensors.count)",
                "\(checkpoint.tensors.reduce(0) { $0 + $1.elementCount })", checkpoint.location.description, names,
            ]
        }
        if count > 0 {
            text += alignedText([["checkpoint", "facts", "tensors", "elements", "path", ""]] + rows, numeric: [2, 3])
        }
        for error in unread { text += "not read: \(error.checkpoint): \(error.reason)\n" }
    }
}
