import Checkpoints
import Tensors

/// What to do about weights that have no statistics, by what keeps them from having some.
enum CoverageRemedy {
    /// One or more sentences for checkpoints that are not covered whole.
    static func text(for checkpoints: [Checkpoint]) -> String {
        var remedies: [String] = []
        func add(_ remedy: String) { if !remedies.contains(remedy) { remedies.append(remedy) } }
        for checkpoint in checkpoints {
            for object in checkpoint.contents.unreadWeights { add(remedy(of: object)) }
            for (place, tensor) in checkpoint.tensors.enumerated()
            where checkpoint.notWeights[place] == nil && !tensor.elementType.hasStatistics {
                add(remedy(of: tensor))
            }
        }
        return remedies.joined(separator: "; ")
    }

    private static func remedy(of object: LeftOut) -> String {
        let what = "'\(object.name)' is left out (\(object.reason))"
        if object.reason == "2-byte opaque type" {
            return what + ": where it holds bfloat16, set bfloat16_dumps=[opaque]"
        }
        if object.reason == "NumPy type |V2" { return what + ": where it holds bfloat16, set bfloat16_dumps=[opaque]" }
        return what + ": save it as float32, or as a type that 'dynamics inspect' shows with statistics"
    }

    private static func remedy(of tensor: TensorInfo) -> String {
        let what = "'\(tensor.name)' is \(tensor.elementType.rawValue)"
        switch tensor.elementType {
        case .uint16: return what + ": where it holds bfloat16, set bfloat16_dumps=[uint16]"
        case .float8e4m3, .float8e5m2: return what + ", of which no statistics are made: save it in a wider type"
        case .int8, .uint8, .int32:
            return what + ": quantised weights are compared after they are turned back into floats"
        default: return what + ", of which no statistics are made: save it as a float type"
        }
    }
}

/// ` and 3 more checkpoints`, or nothing.
func andMore(_ count: Int, _ what: String) -> String {
    count > 0 ? " and \(count) more \(what)\(count == 1 ? "" : "s")" : ""
}
