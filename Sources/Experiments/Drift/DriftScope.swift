import Checkpoints

/// A part of a model that drift is stated for.
enum DriftScope: Hashable {
    case model
    case module(ParameterName.Module)
    /// A block, or `nil` for what lies outside the blocks.
    case layer(Int?)
    case tensor(String)

    /// The scopes that a tensor counts towards.
    static func containing(_ tensor: String) -> [DriftScope] {
        let name = ParameterName(tensor)
        return [.model, .module(name.module), .layer(name.layer), .tensor(tensor)]
    }

    /// `model`, `module`, `layer` or `tensor`.
    var level: String {
        switch self {
        case .model: "model"
        case .module: "module"
        case .layer: "layer"
        case .tensor: "tensor"
        }
    }

    /// Which one of its level.
    var name: String {
        switch self {
        case .model: "model"
        case .module(let module): module.rawValue
        case .layer(let layer): layer.map(String.init) ?? "none"
        case .tensor(let name): name
        }
    }

    /// The order of rows: modules as in a forward pass, layers by index, those outside last.
    var rank: (Int, Int, String) {
        switch self {
        case .model: (0, 0, "")
        case .module(let module): (1, ParameterName.Module.allCases.firstIndex(of: module) ?? 0, "")
        case .layer(let layer): (2, layer ?? Int.max, "")
        case .tensor(let name): (3, 0, name)
        }
    }
}
