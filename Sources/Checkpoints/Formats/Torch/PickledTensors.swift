import Base
import HDF5

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
        try push(.global(try global(module, name)))
    }

    mutating func call() throws(PickleError) {
        let operands = try pop(2)
        guard case .global(let global) = operands[0], case .tuple(let tuple) = operands[1] else {
            throw PickleError("a call of something that cannot be called", isRefusal: true)
        }
        try call(global, tuples[tuple])
    }

    private mutating func call(_ global: TorchGlobal, _ arguments: [PickleValue]) throws(PickleError) {
        switch global {
        case .dictionary: try newDictionary(arguments)
        case .harmless(let object): try push(.object(object))
        case .rebuildParameter:
            guard case .tensor? = arguments.first else { throw PickleError("a parameter without a tensor") }
            try push(arguments[0])
        case .rebuildFromType:
            // (function, type, arguments, state): a tensor with a class or attributes of its own.
            guard arguments.count >= 3, case .global(let function) = arguments[0],
                [.rebuildTensor, .rebuildFirstTensor, .rebuildTypedTensor, .rebuildParameter].contains(function),
                case .tuple(let tuple) = arguments[2]
            else { throw PickleError("a tensor that is not described as torch does") }
            try call(function, tuples[tuple])
        case .rebuildTensor, .rebuildFirstTensor, .rebuildTypedTensor:
            try checkRoom()
            let tensor = try tensor(arguments, global)
            try spend(MemoryLayout<TorchTensor>.stride + 2 * PickleMachine.arrayByteCount + 16 * tensor.shape.count)
            tensors.append(tensor)
            try push(.tensor(tensors.count - 1))
        case .storage, .untypedStorage, .type:
            throw PickleError("a call of \(global) with \(arguments.count) arguments", isRefusal: true)
        }
    }

    /// What a dictionary's class is called with: nothing, a factory of defaults, or pairs (Python 2's `OrderedDict`).
    private mutating func newDictionary(_ arguments: [PickleValue]) throws(PickleError) {
        try newDictionary()
        guard case .list(let list)? = arguments.first else {
            guard arguments.allSatisfy({ if case .global = $0 { true } else { $0 == .none } }) else {
                throw PickleError("a dictionary made of something else than pairs", isRefusal: true)
            }
            return
        }
        for pair in lists[list] {
            let members: [PickleValue]
            switch pair {
            case .tuple(let tuple): members = tuples[tuple]
            case .list(let list): members = lists[list]
            default: members = []
            }
            guard members.count == 2 else { throw PickleError("a dictionary made of something else than pairs") }
            try set(members)
        }
    }

    /// storage, offset, size, stride, requires_grad, hooks; then for `_rebuild_tensor_v3` the type; then what torch
    /// calls metadata, where there is any.
    private func tensor(_ arguments: [PickleValue], _ global: TorchGlobal) throws(PickleError) -> TorchTensor {
        let isTyped = global == .rebuildTypedTensor
        let needed = global == .rebuildFirstTensor ? 4 : isTyped ? 7 : 6
        guard arguments.count >= needed, case .storage(let number) = arguments[0],
            case .integer(let offset) = arguments[1], offset >= 0, let shape = numbers(arguments[2]),
            let strides = numbers(arguments[3]), shape.count == strides.count
        else { throw PickleError("a tensor that is not described as torch does") }
        var type = storages[number].type
        if isTyped {
            guard case .global(.type(let named)) = arguments[6] else { throw PickleError("a tensor without a type") }
            type = named
        }
        var marks = (isNegated: false, isConjugated: false)
        if arguments.count > needed, case .dictionary(let metadata) = arguments[needed] {
            for (key, value) in dictionaries[metadata] where value == .boolean(true) {
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
        guard case .tuple(let tuple) = value, tuples[tuple].count <= 64 else { return nil }
        var numbers: [Int] = []
        for element in tuples[tuple] {
            guard case .integer(let number) = element, number >= 0 else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// An object's state: `state_dict()` gives its dictionary the versions of modules, which nothing here needs.
    mutating func build() throws(PickleError) {
        let state = try pop(1)[0]
        switch (stack.last, state) {
        case (.object?, _), (.dictionary?, .dictionary): return
        default: throw PickleError("the state of an object that is no dictionary", isRefusal: true)
        }
    }

    /// `('storage', type, key, location, number of elements)`; before version 1.6 there may be a sixth member, `(key,
    /// first element, number of elements)` of a storage that is part of another. `('module', ...)` is a class with its
    /// source.
    mutating func persistent() throws(PickleError) {
        guard case .tuple(let tuple) = try pop(1)[0] else {
            throw PickleError("a reference to something that is no storage of torch")
        }
        let members = tuples[tuple]
        if members.first == .text("module") {
            throw PickleError("a class with its source; nothing was run", isRefusal: true, isWhole: true)
        }
        guard members.count >= 5, members[0] == .text("storage"), case .global(let global) = members[1],
            case .text(let key) = members[2], case .integer(let count) = members[4], count >= 0
        else { throw PickleError("a reference to something that is no storage of torch") }
        var first = 0
        if members.count > 5, case .tuple(let part) = members[5] {
            guard tuples[part].count == 3, case .integer(let start) = tuples[part][1], start >= 0 else {
                throw PickleError("a part of a storage that is not described as torch does")
            }
            first = start
        }
        try checkRoom()
        try spend(MemoryLayout<TorchStorage>.stride + 32 + key.utf8.count)
        switch global {
        case .storage(let type): storages.append(TorchStorage(key: key, type: type, count: count, first: first))
        case .untypedStorage: storages.append(TorchStorage(key: key, type: nil, count: count, first: first))
        default: throw PickleError("a storage of the type \(global)")
        }
        try push(.storage(storages.count - 1))
    }
}
