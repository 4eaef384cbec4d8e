import Base
import Checkpoints
import Reports

/// What `inspect` shows of a checkpoint.
struct CheckpointDescription {
    private struct Total {
        var tensors = 0
        var elements = 0
        var bytes = 0

        mutating func add(_ tensor: TensorInfo) {
            tensors += 1
            elements += tensor.elementCount
            bytes += tensor.storedByteCount
        }
    }

    private let checkpoint: Checkpoint
    private let modules: [(module: ParameterName.Module, total: Total)]
    private let whole: Total

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        var totals: [ParameterName.Module: Total] = [:]
        var whole = Total()
        for tensor in checkpoint.tensors {
            totals[ParameterName(tensor.name).module, default: Total()].add(tensor)
            whole.add(tensor)
        }
        self.whole = whole
        modules = ParameterName.Module.allCases.compactMap { module in totals[module].map { (module, $0) } }
    }

    private var facts: [(key: String, value: JSON)] {
        let revision = checkpoint.revision
        var facts: [(key: String, value: JSON)] = [("revision", .string(revision.name))]
        if let model = checkpoint.model { facts.append(("model", .string(model))) }
        for (key, value) in [
            ("stage", revision.stage), ("ingredient", revision.ingredient), ("step", revision.step),
            ("tokens", revision.tokens),
        ] {
            if let value { facts.append((key, .integer(value))) }
        }
        if let epoch = revision.epoch { facts.append(("epoch", .integer(epoch))) }
        for (key, value) in checkpoint.contents.counters where key != "epoch" { facts.append((key, .integer(value))) }
        if case .string(let container)? = checkpoint.contents.attributes["container"] {
            facts.append(("container", .string(printable(container))))
        }
        facts.append(("has_config", .boolean(checkpoint.contents.config != nil)))
        return facts
    }

    /// What of its directory is not read although it may hold other weights.
    private var strays: [String] { strayWeights(in: checkpoint.location.path) }

    var json: JSON {
        func object(_ total: Total) -> [(key: String, value: JSON)] {
            [
                ("tensors", .integer(total.tensors)), ("elements", .integer(total.elements)),
                ("stored_bytes", .integer(total.bytes)),
            ]
        }
        return .object(
            [(key: "location", value: JSON.string(checkpoint.location.description))] + facts + [
                (
                    "files",
                    .array(
                        checkpoint.contents.files.map {
                            ["path": .string($0.path), "bytes": .integer($0.byteCount)]
                        })
                ),
                ("total", .object(object(whole))),
                (
                    "modules",
                    .array(modules.map { .object([("module", .string($0.module.rawValue))] + object($0.total)) })
                ),
                (
                    "tensors",
                    .array(
                        checkpoint.tensors.map { tensor in
                            [
                                "name": .string(tensor.name),
                                "stored_as": tensor.origin.map { .string($0.description) } ?? .null,
                                "module": .string(ParameterName(tensor.name).module.rawValue),
                                "dtype": .string(tensor.elementType.rawValue),
                                "shape": .array(tensor.shape.map(JSON.integer)),
                                "layout": .string(tensor.layout.rawValue),
                                "filters": .array(tensor.filters.map(JSON.string)),
                                "stored_bytes": .integer(tensor.storedByteCount),
                                "statistics": .boolean(tensor.elementType.hasStatistics),
                            ]
                        })
                ),
                (
                    "left_out",
                    .array(
                        checkpoint.contents.leftOut.map {
                            ["name": .string($0.name), "reason": .string($0.reason)]
                        })
                ),
            ])
    }

    func write(to text: inout String) {
        text += "\(printable(checkpoint.location.description, limit: .max))\n"
        for fact in facts { text += "  \(fact.key): \(plain(fact.value))\n" }
        text += "\n"
        let rows = checkpoint.tensors.map { tensor in
            [
                tensor.name, tensor.elementType.rawValue, tensor.shape.map(String.init).joined(separator: "x"),
                ([tensor.layout.rawValue] + tensor.filters).joined(separator: " "), byteText(tensor.storedByteCount),
                (tensor.elementType.hasStatistics ? "" : "no statistics ")
                    + (tensor.origin.map { "stored as \($0)" } ?? ""),
            ]
        }
        text += alignedText([["tensor", "dtype", "shape", "layout", "stored", ""]] + rows, numeric: [4])
        text += "\n"
        let totals = modules.map {
            [$0.module.rawValue, "\($0.total.tensors)", "\($0.total.elements)", byteText($0.total.bytes)]
        }
        text += alignedText(
            [["module", "tensors", "elements", "stored"]] + totals + [
                ["total", "\(whole.tensors)", "\(whole.elements)", byteText(whole.bytes)]
            ], numeric: [1, 2, 3])
        for line in strays { text += "note: \(line)\n" }
        for object in checkpoint.contents.leftOut { text += "left out: \(object.name) (\(object.reason))\n" }
    }

    private func plain(_ value: JSON) -> String {
        if case .string(let text) = value { return printable(text, limit: .max) }
        return value.compact
    }
}

/// Columns padded to their widest cell, numeric ones to the left.
func alignedText(_ rows: [[String]], numeric: Set<Int>) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        var line = row.enumerated().map { column, cell in
            let room = String(repeating: " ", count: widths[column] - cell.count)
            return numeric.contains(column) ? room + cell : cell + room
        }.joined(separator: "  ")
        while line.hasSuffix(" ") { line.removeLast() }
        return line + "\n"
    }.joined()
}
