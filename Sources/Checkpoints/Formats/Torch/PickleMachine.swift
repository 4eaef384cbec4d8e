import HDF5

/// Reads the pickles that torch writes for tensors, and nothing else: a closed set of instructions that build text,
/// numbers, tuples, lists, dictionaries and tensors. No object is imported and no function called: the few that torch's
/// files name are known here, and any other name ends the reading.
///
/// Format: Python's `pickletools` and PEP 307, 3154, 574; what torch puts in: `torch/serialization.py` and
/// `torch/_utils.py` (`_rebuild_tensor_v2`, `_rebuild_tensor_v3`, `_rebuild_parameter`).
struct PickleMachine {
    private let bytes: LittleEndianBytes
    private var offset = 0
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Containers by number: values refer to them, so that those that hold themselves need no care.
    private(set) var tuples: [[PickleValue]] = [[]]
    private(set) var lists: [[PickleValue]] = []
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    private(set) var storages: [TorchStorage] = []
    private(set) var tensors: [TorchTensor] = []

    /// Far more than a state dictionary of 200,000 tensors needs.
    private static let stackLimit = 1 << 20
    private static let objectLimit = 1 << 21
    /// What a file may take, in bytes; the objects it describes take some ten times that.
    static let byteLimit = 64 << 20
    private static let nameLimit = 256

    private init(_ bytes: [UInt8]) { self.bytes = LittleEndianBytes(bytes) }

    /// Reads a whole pickle; the result is its object, and the machine what that refers to.
    static func read(_ bytes: [UInt8]) throws(PickleError) -> (value: PickleValue, objects: PickleMachine) {
        var machine = PickleMachine(bytes)
        while true {
            let start = machine.offset
            do throws(PickleError) {
                if try machine.step() {
                    guard machine.stack.count == 1, let value = machine.stack.first else {
                        throw PickleError("it ends with \(machine.stack.count) objects, expected 1")
                    }
                    return (value, machine)
                }
            } catch {
                throw PickleError(error.problem, isRefusal: error.isRefusal, offset: error.offset ?? start)
            }
        }
    }

    /// Carries out one instruction; `true` at the end.
    private mutating func step() throws(PickleError) -> Bool {
        let code = try uint8()
        switch code {
        case 0x80:  // PROTO
            let version = try uint8()
            guard version <= 5 else { throw PickleError("protocol \(version); at most 5 is known") }
        case 0x95: _ = try uint64()  // FRAME
        case UInt8(ascii: "."): return true
        case UInt8(ascii: "("): try mark()
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.boolean(true))
        case 0x89: try push(.boolean(false))
        case UInt8(ascii: "K"): try push(.integer(Int(try uint8())))
        case UInt8(ascii: "M"): try push(.integer(try uint16()))
        case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try uint32()))))
        case 0x8a: try push(.integer(try long()))
        case UInt8(ascii: "G"): try push(.number(try float()))
        case UInt8(ascii: "X"): try push(.text(try text(try uint32())))
        case 0x8c: try push(.text(try text(Int(try uint8()))))
        case 0x8d: try push(.text(try text(try uint64())))
        case UInt8(ascii: ")"): try push(.tuple(0))
        case 0x85...0x87: try tuple(try pop(Int(code) - 0x84))
        case UInt8(ascii: "t"): try tuple(try popMark())
        case UInt8(ascii: "]"): try newList()
        case UInt8(ascii: "a"): try append(try pop(1))
        case UInt8(ascii: "e"): try append(try popMark())
        case UInt8(ascii: "}"): try newDictionary()
        case UInt8(ascii: "s"): try set(try pop(2))
        case UInt8(ascii: "u"): try set(try popMark())
        case UInt8(ascii: "q"): try memorize(Int(try uint8()))
        case UInt8(ascii: "r"): try memorize(try uint32())
        case 0x94: try memorize(memo.count)
        case UInt8(ascii: "h"): try recall(Int(try uint8()))
        case UInt8(ascii: "j"): try recall(try uint32())
        case UInt8(ascii: "c"): try push(.global(try TorchGlobal(module: try line(), name: try line())))
        case 0x93: try stackGlobal()
        case UInt8(ascii: "R"): try call()
        case UInt8(ascii: "b"): try build()
        case UInt8(ascii: "Q"): try persistent()
        default:
            throw PickleError(
                "the pickle instruction 0x\(String(code, radix: 16)), which no file of tensors needs", isRefusal: true)
        }
        return false
    }
}

// MARK: Bytes

extension PickleMachine {
    private mutating func take(_ count: Int) throws(PickleError) -> Int {
        guard count <= bytes.count - offset else { throw PickleError("it is cut short", offset: bytes.count) }
        defer { offset += count }
        return offset
    }

    private mutating func uint8() throws(PickleError) -> UInt8 { bytes[try take(1)] }
    private mutating func uint16() throws(PickleError) -> Int { bytes.uint16(try take(2)) }
    private mutating func uint32() throws(PickleError) -> Int { bytes.uint32(try take(4)) }
    private mutating func uint64() throws(PickleError) -> Int {
        guard let value = bytes.uint64(try take(8)) else { throw PickleError("a length of 2^63 or more") }
        return value
    }

    /// A two's complement number of up to 8 bytes.
    private mutating func long() throws(PickleError) -> Int {
        let count = Int(try uint8())
        guard count <= 8 else { throw PickleError("a number of \(count) bytes; at most 8 are read") }
        let start = try take(count)
        guard count > 0 else { return 0 }
        var value = bytes[start + count - 1] >= 0x80 ? -1 : 0
        for place in (0..<count).reversed() { value = value << 8 | Int(bytes[start + place]) }
        return value
    }

    private mutating func float() throws(PickleError) -> Double {
        let start = try take(8)
        return Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[start + $1]) })
    }

    private mutating func text(_ count: Int) throws(PickleError) -> String {
        let start = try take(count)
        guard let text = bytes.text(start..<start + count) else { throw PickleError("a text is not UTF-8") }
        return text
    }

    /// Up to the next line feed.
    private mutating func line() throws(PickleError) -> String {
        let start = offset
        while try uint8() != UInt8(ascii: "\n") {
            guard offset - start <= PickleMachine.nameLimit else {
                throw PickleError("a name of more than \(PickleMachine.nameLimit) bytes")
            }
        }
        guard let text = bytes.text(start..<offset - 1) else { throw PickleError("a name is not UTF-8") }
        return text
    }
}

// MARK: Stack, memo and containers

extension PickleMachine {
    private mutating func push(_ value: PickleValue) throws(PickleError) {
        guard stack.count < PickleMachine.stackLimit else { throw PickleError("more objects at once than are read") }
        stack.append(value)
    }

    private mutating func mark() throws(PickleError) {
        guard marks.count < PickleMachine.stackLimit else { throw PickleError("nested deeper than is read") }
        marks.append(stack.count)
    }

    /// The last `count` values, none from before the last mark.
    private mutating func pop(_ count: Int) throws(PickleError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw PickleError("an object is missing") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popMark() throws(PickleError) -> [PickleValue] {
        guard let start = marks.last else { throw PickleError("a mark is missing") }
        let values = try pop(stack.count - start)
        marks.removeLast()
        return values
    }

    private mutating func memorize(_ place: Int) throws(PickleError) {
        guard let value = stack.last else { throw PickleError("an object is missing") }
        guard memo.count < PickleMachine.objectLimit else { throw PickleError("more objects than are read") }
        memo[place] = value
    }

    private mutating func recall(_ place: Int) throws(PickleError) {
        guard let value = memo[place] else { throw PickleError("object \(place) is recalled before it is there") }
        try push(value)
    }

    private func checkRoom() throws(PickleError) {
        guard tuples.count + lists.count + dictionaries.count < PickleMachine.objectLimit else {
            throw PickleError("more objects than are read")
        }
    }

    private mutating func tuple(_ values: [PickleValue]) throws(PickleError) {
        try checkRoom()
        tuples.append(values)
        try push(.tuple(tuples.count - 1))
    }

    private mutating func newList() throws(PickleError) {
        try checkRoom()
        lists.append([])
        try push(.list(lists.count - 1))
    }

    private mutating func newDictionary() throws(PickleError) {
        try checkRoom()
        dictionaries.append([])
        try push(.dictionary(dictionaries.count - 1))
    }

    private mutating func append(_ values: [PickleValue]) throws(PickleError) {
        guard case .list(let list)? = stack.last else { throw PickleError("elements of no list") }
        lists[list] += values
    }

    private mutating func set(_ values: [PickleValue]) throws(PickleError) {
        guard case .dictionary(let dictionary)? = stack.last, values.count.isMultiple(of: 2) else {
            throw PickleError("members of no dictionary")
        }
        for place in stride(from: 0, to: values.count, by: 2) {
            dictionaries[dictionary].append((values[place], values[place + 1]))
        }
    }
}

// MARK: What torch names

extension PickleMachine {
    private mutating func stackGlobal() throws(PickleError) {
        let names = try pop(2)
        guard case .text(let module) = names[0], case .text(let name) = names[1] else {
            throw PickleError("an object is named by something else than text")
        }
        try push(.global(try TorchGlobal(module: module, name: name)))
    }

    private mutating func call() throws(PickleError) {
        let operands = try pop(2)
        guard case .global(let global) = operands[0], case .tuple(let tuple) = operands[1] else {
            throw PickleError("a call of something that cannot be called", isRefusal: true)
        }
        let arguments = tuples[tuple]
        switch global {
        case .orderedDictionary where arguments.isEmpty: try newDictionary()
        case .rebuildParameter:
            guard case .tensor? = arguments.first else { throw PickleError("a parameter without a tensor") }
            try push(arguments[0])
        case .rebuildTensor, .rebuildTypedTensor:
            tensors.append(try tensor(arguments, isTyped: global == .rebuildTypedTensor))
            try push(.tensor(tensors.count - 1))
        case .orderedDictionary, .storage, .untypedStorage, .type:
            throw PickleError("a call of \(global) with \(arguments.count) arguments", isRefusal: true)
        }
    }

    /// storage, offset, size, stride, requires_grad, hooks, and for `_rebuild_tensor_v3` the type.
    private func tensor(_ arguments: [PickleValue], isTyped: Bool) throws(PickleError) -> TorchTensor {
        guard arguments.count >= (isTyped ? 7 : 6), case .storage(let number) = arguments[0],
            case .integer(let offset) = arguments[1], let shape = numbers(arguments[2]),
            let strides = numbers(arguments[3]), shape.count == strides.count
        else { throw PickleError("a tensor that is not described as torch does") }
        var type = storages[number].type
        if isTyped, case .global(.type(let named)) = arguments[6] { type = named }
        guard let type else { throw PickleError("a tensor without a type") }
        return TorchTensor(storage: number, type: type, offset: offset, shape: shape, strides: strides)
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
    private mutating func build() throws(PickleError) {
        let state = try pop(1)[0]
        guard case .dictionary? = stack.last, case .dictionary = state else {
            throw PickleError("the state of an object that is no dictionary", isRefusal: true)
        }
    }

    /// `('storage', type, key, location, number of elements)`
    private mutating func persistent() throws(PickleError) {
        guard case .tuple(let tuple) = try pop(1)[0], tuples[tuple].count >= 5,
            tuples[tuple][0] == .text("storage"), case .global(let global) = tuples[tuple][1],
            case .text(let key) = tuples[tuple][2], case .integer(let count) = tuples[tuple][4], count >= 0
        else { throw PickleError("a reference to something that is no storage of torch") }
        switch global {
        case .storage(let type): storages.append(TorchStorage(key: key, type: type, count: count))
        case .untypedStorage: storages.append(TorchStorage(key: key, type: nil, count: count))
        default: throw PickleError("a storage of the type \(global)")
        }
        try push(.storage(storages.count - 1))
    }
}

/// Where a pickle stops being what was expected, and why.
struct PickleError: Error, Equatable {
    let problem: String
    /// Whether it may be an intact pickle of something that is not read.
    let isRefusal: Bool
    /// Bytes before the instruction; `nil` until that is known.
    let offset: Int?

    init(_ problem: String, isRefusal: Bool = false, offset: Int? = nil) {
        (self.problem, self.isRefusal, self.offset) = (problem, isRefusal, offset)
    }
}
