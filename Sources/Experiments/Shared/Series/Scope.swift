import Checkpoints
import Reports

/// A part of a model that tables state something for.
enum Scope: Hashable {
    case model
    case module(ParameterName.Module)
    /// A block, or `nil` for what lies outside the blocks.
    case layer(Int?)
    case tensor(String)

    /// The scopes that a tensor counts towards.
    static func containing(_ tensor: String) -> [Scope] {
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

    /// The scopes of tables about a series as a whole: the model and its modules.
    static func ofModelAndModules(_ tensor: String) -> [Scope] {
        containing(tensor).filter { $0.level == "model" || $0.level == "module" }
    }

    /// Name of the block that a tensor lies in, or `none`.
    static func layer(of tensor: String) -> String? { containing(tensor).first { $0.level == "layer" }?.name }

    /// Name of a tensor's role.
    static func module(of tensor: String) -> String? { containing(tensor).first { $0.level == "module" }?.name }
}

/// Which part of a model a row speaks of, in tables about the model and its modules.
let scopeColumns: [TypedColumn<Scope>] = [
    .string("level", "'model', or 'module' for the tensors of one role over all layers.") { $0.level },
    .string("name", "Which module.") { $0.name },
]
