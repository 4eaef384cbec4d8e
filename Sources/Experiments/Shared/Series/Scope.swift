import Checkpoints
import Reports
import Tensors

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

/// A part of a checkpoint that a row speaks of.
struct ModelPart: Sendable {
    let scope: Scope
    /// What the manifest tells of it, for a tensor.
    let tensor: TensorInfo?
}

/// Which part of a model a row speaks of, in tables about all levels.
let partColumns: [TypedColumn<ModelPart>] = [
    .string("level", "What the row is about: 'model', 'module', 'layer' or 'tensor'.") { $0.scope.level },
    .string("name", "Which one: a module's role, a block's index ('none' outside the blocks), a tensor's name.") {
        $0.scope.name
    },
    .string("layer", "Index of the tensor's block; 'none' outside the blocks, missing above tensors.") {
        $0.tensor.flatMap { Scope.layer(of: $0.name) }
    },
    .string("module", "Role of the tensor; missing above tensors.") {
        $0.tensor.flatMap { Scope.module(of: $0.name) }
    },
    .string("shape", "Extents of the tensor, slowest first; empty for a scalar.") {
        $0.tensor.map { $0.shape.map(String.init).joined(separator: "x") }
    },
    .string("dtype", "Element type of the tensor.") { $0.tensor?.elementType.rawValue },
]

extension SeriesContents {
    /// What is known of a checkpoint's tensors, added up for each part of the model, in the order of rows.
    func parts<Value>(
        of checkpoint: Int, _ value: (_ tensor: Int) -> Value?, adding: (inout Value, Value) -> Void
    ) -> [(part: ModelPart, value: Value)] {
        var parts: [Scope: (part: ModelPart, value: Value)] = [:]
        for tensor in tensors(of: checkpoint) {
            guard let value = value(tensor) else { continue }
            let info = info(checkpoint, tensor)
            for scope in Scope.containing(info.name) {
                if var sum = parts[scope] {
                    adding(&sum.value, value)
                    parts[scope] = sum
                } else {
                    parts[scope] = (ModelPart(scope: scope, tensor: scope.level == "tensor" ? info : nil), value)
                }
            }
        }
        return parts.values.sorted { $0.part.scope.rank < $1.part.scope.rank }
    }
}

/// Which part of a model a row speaks of, in tables about the model and its modules.
let scopeColumns: [TypedColumn<Scope>] = [
    .string("level", "'model', or 'module' for the tensors of one role over all layers.") { $0.level },
    .string("name", "Which module.") { $0.name },
]
