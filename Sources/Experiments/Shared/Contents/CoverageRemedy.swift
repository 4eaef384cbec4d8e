import Checkpoints
import Tensors

/// What to do about weights that have no statistics, by what keeps them from having some.
enum CoverageRemedy {
    /// Remedies, or another way on where nothing stored is without statistics.
    static func text(for checkpoints: [Checkpoint], otherwise: String) -> String {
        let remedies = text(for: checkpoints)
        return remedies.isEmpty ? otherwise : remedies
    }

    /// One or more remedies, each for the first tensor that it fits, for checkpoints that are not covered whole.
    static func text(for checkpoints: [Checkpoint]) -> String {
        var remedies: [String] = []
        var known: Set<String> = []
        func add(_ name: String, _ reason: String, _ remedy: String) {
            guard known.insert(remedy).inserted else { return }
            remedies.append("'\(name)' is \(reason): \(remedy)")
        }
        for checkpoint in checkpoints {
            for object in checkpoint.contents.unreadWeights {
                add(object.name, "left out (\(object.reason))", remedy(ofLeftOut: object.reason))
            }
            for (place, tensor) in checkpoint.tensors.enumerated()
            where checkpoint.notWeights[place] == nil && !tensor.elementType.hasStatistics && tensor.elementCount > 0 {
                add(tensor.name, tensor.elementType.rawValue, remedy(of: tensor.elementType))
            }
        }
        return remedies.joined(separator: "; ")
    }

    private static func remedy(ofLeftOut reason: String) -> String {
        switch reason {
        case "2-byte opaque type", "NumPy type |V2", "NumPy type <V2", "NumPy type >V2":
            "where it holds bfloat16, set bfloat16_dumps=[\(BFloat16Dump.opaque16.rawValue)]"
        case LeftOut.neverWritten: "whoever wrote the file did not get to it; write it again"
        default:
            reason.contains("whose scale")
                ? "save it in a wider type, or with a scale for each tensor, row or block"
                : "save it as float32, or as another type that 'dynamics inspect' shows with statistics"
        }
    }

    private static func remedy(of type: ElementType) -> String {
        switch type {
        case .uint16: "where it holds bfloat16, set bfloat16_dumps=[\(BFloat16Dump.uint16.rawValue)]"
        case .int8, .uint8, .int32, .uint32: "turn quantised weights back into floats first"
        default: "no statistics are made of that; save it as a float type"
        }
    }
}

/// ` and 3 more checkpoints`, or nothing.
func andMore(_ count: Int, _ what: String) -> String {
    count > 0 ? " and \(count) more \(what)\(count == 1 ? "" : "s")" : ""
}
