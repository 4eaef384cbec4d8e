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
    /// What is passed over.
    case object(HarmlessObject)

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
        case .global(.harmless(let object)): "the name \(object.name)"
        case .global, .storage: "no tensor"
        case .tensor: "a tensor"
        case .object(let object): object.kind
        }
    }
}

/// The element type of a storage or tensor of torch.
enum TorchType: Hashable, Sendable {
    case known(SafetensorsType)
    /// One that nothing here reads, by torch's name and the bytes of an element.
    case other(String, byteCount: Int)

    var byteCount: Int {
        switch self {
        case .known(let type): type.bitCount / 8
        case .other(_, let byteCount): byteCount
        }
    }

    var name: String {
        switch self {
        case .known(let type): type.rawValue
        case .other(let name, _): name
        }
    }
}

/// A run of elements that tensors share.
struct TorchStorage: Equatable, Sendable {
    /// Name of the archive's member below `data/`, or of the run of bytes behind the pickles of an older file.
    let key: String
    /// `nil` for bytes whose type each tensor names.
    let type: TorchType?
    /// Number of elements, or of bytes.
    let count: Int
    /// The element that it begins with, where it is part of the storage `key`.
    var first = 0
}

/// A tensor as the pickle describes it.
struct TorchTensor: Equatable, Sendable {
    /// Number of its storage.
    let storage: Int
    let type: TorchType
    /// First element in the storage.
    let offset: Int
    /// Extents and strides in elements, slowest first.
    let shape: [Int]
    let strides: [Int]
    /// What torch only notes: that the values are to be negated, or conjugated.
    var isNegated = false
    var isConjugated = false

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
