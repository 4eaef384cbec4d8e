import Base
import HDF5

/// A value on the way; containers, storages and tensors by their numbers in the machine.
enum PickleValue: Equatable, Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(TorchGlobal)
    case storage(Int)
    case tensor(Int)

    /// What a person calls its kind.
    var kind: String {
        switch self {
        case .none: "None"
        case .boolean: "a truth value"
        case .integer, .number: "a number"
        case .text: "text"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .global, .storage: "no tensor"
        case .tensor: "a tensor"
        }
    }
}

/// The names of Python objects that a file of tensors may hold. They are never looked up anywhere: each stands for
/// what is done here instead.
enum TorchGlobal: Equatable, Sendable, CustomStringConvertible {
    case orderedDictionary
    case rebuildTensor
    /// `_rebuild_tensor_v3`, whose storage is bytes and which names the type.
    case rebuildTypedTensor
    case rebuildParameter
    case storage(SafetensorsType)
    case untypedStorage
    case type(SafetensorsType)

    private static let named: [String: TorchGlobal] = [
        "collections.OrderedDict": .orderedDictionary,
        "torch._utils._rebuild_tensor_v2": .rebuildTensor,
        "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
        "torch._utils._rebuild_parameter": .rebuildParameter,
        "torch.storage.UntypedStorage": .untypedStorage,
        "torch.DoubleStorage": .storage(.f64), "torch.FloatStorage": .storage(.f32),
        "torch.HalfStorage": .storage(.f16), "torch.BFloat16Storage": .storage(.bf16),
        "torch.LongStorage": .storage(.i64), "torch.IntStorage": .storage(.i32),
        "torch.ShortStorage": .storage(.i16), "torch.CharStorage": .storage(.i8),
        "torch.ByteStorage": .storage(.u8), "torch.BoolStorage": .storage(.bool),
        "torch.ComplexFloatStorage": .storage(.c64),
        // Types that have no storage class, and come with `_rebuild_tensor_v3`.
        "torch.uint16": .type(.u16), "torch.uint32": .type(.u32), "torch.uint64": .type(.u64),
        "torch.float8_e4m3fn": .type(.f8e4m3), "torch.float8_e5m2": .type(.f8e5m2),
        "torch.float8_e4m3fnuz": .type(.f8e4m3fnuz), "torch.float8_e5m2fnuz": .type(.f8e5m2fnuz),
        "torch.float8_e8m0fnu": .type(.f8e8m0),
    ]

    init(module: String, name: String) throws(PickleError) {
        guard let known = TorchGlobal.named["\(module).\(name)"] else {
            throw PickleError(
                "the object '\(printable(module)).\(printable(name))', which is no part of a tensor; nothing was run",
                isRefusal: true)
        }
        self = known
    }

    var description: String { TorchGlobal.named.first { $0.value == self }?.key ?? "" }
}

/// A run of elements that tensors share.
struct TorchStorage: Equatable, Sendable {
    /// Name of the archive's member below `data/`.
    let key: String
    /// `nil` for bytes whose type each tensor names.
    let type: SafetensorsType?
    /// Number of elements, or of bytes.
    let count: Int
}

/// A tensor as the pickle describes it.
struct TorchTensor: Equatable, Sendable {
    /// Number of its storage.
    let storage: Int
    let type: SafetensorsType
    /// First element in the storage.
    let offset: Int
    /// Extents and strides in elements, slowest first.
    let shape: [Int]
    let strides: [Int]

    /// Number of elements; `nil` when no number holds it.
    var elementCount: Int? { product(shape) }

    /// Whether the elements follow each other in row-major order. Where an index takes one value, its stride says
    /// nothing.
    var isRowMajor: Bool {
        guard let elementCount, elementCount > 0 else { return true }
        var step = 1
        for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
            guard stride == step else { return false }
            step *= extent
        }
        return true
    }
}
