import Base
import HDF5

/// The functions of torch that make a tensor.
enum RebuildFunction: UInt8, Sendable {
    /// `_rebuild_tensor`, of torch's first versions.
    case first
    /// `_rebuild_tensor_v2`.
    case second
    /// `_rebuild_tensor_v3`, whose storage is bytes and which names the type.
    case typed
}

extension PickleMachine {
    func global(_ module: String, _ name: String) throws(PickleError) -> TorchGlobal {
        if let known = TorchGlobal(module: module, name: name) { return known }
        let shown = "\(printable(module)).\(printable(name))"
        // Nothing before it: the pickle is one object of that class.
        let isWhole = stack.isEmpty && marks.isEmpty || TorchGlobal.isModule(module)
        throw PickleError(
            "the object '\(shown)', which is no part of a tensor; nothing was run", isRefusal: true, isWhole: isWhole)
    }

    mutating func stackGlobal() throws(PickleError) {
        let names = try pop(2)
        guard case .text(let module) = names[0], case .text(let name) = names[1] else {
            throw PickleError("an object is named by something else than text")
        }
        try push(store.pack(try global(module, name)))
    }

    mutating func call() throws(PickleError) {
        let operands = try pop(2)
        guard case .global(let global) = operands[0], case .tuple(let tuple) = operands[1] else {
            throw PickleError("a call of something that cannot be called", isRefusal: true)
        }
        try call(global, tuple)
    }

    /// The most arguments that any of the functions looks at.
    private static let argumentLimit = 8

    /// The first elements of a tuple: a call costs the same, however many there are.
    private func arguments(_ tuple: Int) -> [PickleValue] {
        store.tuple(tuple).prefix(PickleMachine.argumentLimit).map(store.unpack)
    }

    private mutating func call(_ global: TorchGlobal, _ tuple: Int) throws(PickleError) {
        switch global {
        case .dictionary: try newDictionary(tuple)
        case .harmless(let object): try push(.object(object))
        case .rebuildParameter:
            guard let tensor = store.tuple(tuple).first, tensor.isTensor else {
                throw PickleError("a parameter without a tensor")
            }
            try push(tensor)
        case .rebuildFromType:
            // (function, type, arguments, state): a tensor with a class or attributes of its own.
            let arguments = arguments(tuple)
            guard arguments.count >= 3, case .global(let function) = arguments[0],
                [.rebuildTensor, .rebuildFirstTensor, .rebuildTypedTensor, .rebuildParameter].contains(function),
                case .tuple(let inner) = arguments[2]
            else { throw PickleError("a tensor that is not described as torch does") }
            try call(function, inner)
        case .rebuildFirstTensor: try newTensor(.first, tuple)
        case .rebuildTensor: try newTensor(.second, tuple)
        case .rebuildTypedTensor: try newTensor(.typed, tuple)
        case .storage, .untypedStorage, .type:
            throw PickleError(
                "a call of \(global) with \(store.tuple(tuple).count) arguments", isRefusal: true)
        }
    }

    private mutating func newTensor(_ function: RebuildFunction, _ tuple: Int) throws(PickleError) {
        try checkRoom()
        let call = TensorCall(function: function, tuple: UInt32(tuple))
        _ = try tensor(call)
        tensorCalls.append(call)
        try push(.tensor(tensorCalls.count - 1))
    }

    /// What a dictionary's class is called with: nothing, a factory of defaults, or pairs (Python 2's `OrderedDict`).
    private mutating func newDictionary(_ tuple: Int) throws(PickleError) {
        let refusal = PickleError("a dictionary made of something else than pairs", isRefusal: true)
        let arguments = arguments(tuple)
        guard arguments.count < PickleMachine.argumentLimit else { throw refusal }
        try newDictionary()
        guard case .list(let list)? = arguments.first else {
            guard arguments.allSatisfy({ if case .global = $0 { true } else { $0 == .none } }) else { throw refusal }
            return
        }
        guard let dictionary = stack.last?.dictionaryNumber else { preconditionFailure("it was just pushed") }
        for pair in store.list(list) {
            let members: [PackedValue]
            if let tuple = pair.tupleNumber {
                members = Array(store.tuple(tuple).prefix(3))
            } else if let list = pair.listNumber {
                members = Array(store.list(list).prefix(3))
            } else {
                members = []
            }
            guard members.count == 2 else { throw PickleError("a dictionary made of something else than pairs") }
            copiedPairCount += 1
            // A list that is made a dictionary again and again would take room that the pickle has no bytes for.
            guard copiedPairCount <= store.byteCount else {
                throw PickleError("dictionaries made of more pairs than it has bytes", isRefusal: true)
            }
            store.append(members[...], toDictionary: dictionary)
        }
    }

    /// A tensor, by its number.
    func tensor(_ number: Int) throws(PickleError) -> TorchTensor { try tensor(tensorCalls[number]) }

    /// Marks of a tensor that are looked at: torch has two.
    private static let markLimit = 64

    /// storage, offset, size, stride, requires_grad, hooks; then for `_rebuild_tensor_v3` the type; then what torch
    /// calls metadata, where there is any.
    private func tensor(_ call: TensorCall) throws(PickleError) -> TorchTensor {
        let arguments = arguments(Int(call.tuple))
        let isTyped = call.function == .typed
        let needed = call.function == .first ? 4 : isTyped ? 7 : 6
        guard arguments.count >= needed, case .storage(let number) = arguments[0],
            case .integer(let offset) = arguments[1], offset >= 0, let shape = numbers(arguments[2]),
            let strides = numbers(arguments[3]), shape.count == strides.count
        else { throw PickleError("a tensor that is not described as torch does") }
        var type = try storage(number).type
        if isTyped {
            guard case .global(.type(let named)) = arguments[6] else { throw PickleError("a tensor without a type") }
            type = named
        }
        var marks = (isNegated: false, isConjugated: false)
        if arguments.count > needed, case .dictionary(let metadata) = arguments[needed] {
            for (place, (key, value)) in store.members(ofDictionary: metadata).enumerated() {
                guard place < PickleMachine.markLimit else {
                    throw PickleError(
                        "a tensor with more than \(PickleMachine.markLimit) marks", isRefusal: true)
                }
                guard value == .boolean(true) else { continue }
                switch key {
                case .text("neg"): marks.isNegated = true
                case .text("conj"): marks.isConjugated = true
                default: throw PickleError("a tensor with the mark \(key.kind), which is not known", isRefusal: true)
                }
            }
        }
        guard let type else { throw PickleError("a tensor without a type") }
        return TorchTensor(
            storage: number, type: type, offset: offset, shape: shape, strides: strides, isNegated: marks.isNegated,
            isConjugated: marks.isConjugated)
    }

    private func numbers(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let tuple) = value, store.tuple(tuple).count <= 64 else { return nil }
        var numbers: [Int] = []
        for element in store.elements(ofTuple: tuple) {
            guard case .integer(let number) = element, number >= 0 else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// An object's state: `state_dict()` gives its dictionary the versions of modules, which nothing here needs.
    mutating func build() throws(PickleError) {
        let state = try pop(1)[0]
        switch (top, state) {
        case (.object?, _), (.dictionary?, .dictionary): return
        default: throw PickleError("the state of an object that is no dictionary", isRefusal: true)
        }
    }

    /// A reference to a storage, or `('module', ...)`, a class with its source.
    mutating func persistent() throws(PickleError) {
        guard case .tuple(let tuple) = try pop(1)[0] else {
            throw PickleError("a reference to something that is no storage of torch")
        }
        if arguments(tuple).first == .text("module") {
            throw PickleError("a class with its source; nothing was run", isRefusal: true, isWhole: true)
        }
        try checkRoom()
        storageTuples.append(UInt32(tuple))
        _ = try storage(storageTuples.count - 1)
        try push(.storage(storageTuples.count - 1))
    }

    /// A storage, by its number: `('storage', type, key, location, number of elements)`; before version 1.6 there may be a
    /// sixth member, `(key, first element, number of elements)` of a storage that is part of another.
    func storage(_ number: Int) throws(PickleError) -> TorchStorage {
        let members = arguments(Int(storageTuples[number]))
        guard members.count >= 5, members[0] == .text("storage"), case .global(let global) = members[1],
            case .text(let key) = members[2], case .integer(let count) = members[4], count >= 0
        else { throw PickleError("a reference to something that is no storage of torch") }
        var first = 0
        if members.count > 5, case .tuple(let tuple) = members[5] {
            let part = arguments(tuple)
            guard part.count == 3, case .integer(let start) = part[1], start >= 0 else {
                throw PickleError("a part of a storage that is not described as torch does")
            }
            first = start
        }
        switch global {
        case .storage(let type): return TorchStorage(key: key, type: type, count: count, first: first)
        case .untypedStorage: return TorchStorage(key: key, type: nil, count: count, first: first)
        default: throw PickleError("a storage of the type \(global)")
        }
    }
}
