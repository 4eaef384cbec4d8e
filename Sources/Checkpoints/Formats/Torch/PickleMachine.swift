import Base
import HDF5

/// Reads the pickles that torch writes for tensors, and nothing else: a closed set of instructions that build text,
/// numbers, tuples, lists, dictionaries and tensors. No object is imported and no function called: those that torch's
/// files name are known here, as tensors or as harmless objects that are passed over, and any other name ends the
/// reading.
///
/// Format: Python's `pickletools` and PEP 307, 3154, 574; what torch puts in: `torch/serialization.py` and
/// `torch/_utils.py` (`_rebuild_tensor_v2`, `_rebuild_tensor_v3`, `_rebuild_parameter`).
struct PickleMachine {
    private let bytes: LittleEndianBytes
    private var offset = 0
    private(set) var stack: [PackedValue] = []
    private(set) var marks: [UInt32] = []
    /// By number, with gaps where nothing was memorized.
    private var memo: [PackedValue] = []
    private var memorizedCount = 0
    /// Containers by number: values refer to them, so that those that hold themselves need no care.
    var store: PickleStore
    /// The tuples that describe storages.
    var storageTuples: [UInt32] = []
    /// The calls that make tensors.
    var tensorCalls: [TensorCall] = []

    /// Pairs that dictionaries were made of by their class.
    var copiedPairCount = 0

    /// A call of one of the functions that make tensors, and its arguments' tuple.
    struct TensorCall {
        let function: RebuildFunction
        let tuple: UInt32
    }

    /// Far more than a state dictionary of 200,000 tensors needs.
    private static let stackLimit = 1 << 20
    private static let objectLimit = 1 << 21
    /// What a file may take, in bytes.
    static let byteLimit = 64 << 20
    private static let nameLimit = 256

    private init(_ bytes: [UInt8], from offset: Int) {
        self.bytes = LittleEndianBytes(bytes)
        self.offset = offset
        store = PickleStore(self.bytes)
    }

    /// Reads a whole pickle; the result is its object, and the machine what that refers to.
    static func read(_ bytes: [UInt8]) throws(PickleError) -> (value: PickleValue, objects: PickleMachine) {
        let read = try PickleMachine.read(bytes, from: 0)
        return (read.value, read.objects)
    }

    /// Reads the pickle that begins at byte `start`, and tells where it ends.
    static func read(
        _ bytes: [UInt8], from start: Int
    ) throws(PickleError) -> (value: PickleValue, objects: PickleMachine, end: Int) {
        var machine = PickleMachine(bytes, from: start)
        while true {
            let place = machine.offset
            do throws(PickleError) {
                if try machine.step() {
                    guard machine.stack.count == 1, let value = machine.stack.first else {
                        throw PickleError("it ends with \(machine.stack.count) objects, expected 1")
                    }
                    machine.forgetWay()
                    return (machine.store.unpack(value), machine, machine.offset)
                }
            } catch {
                throw PickleError(
                    error.problem, isRefusal: error.isRefusal, isWhole: error.isWhole, offset: error.offset ?? place)
            }
        }
    }

    /// Lets go of what only the instructions needed.
    private mutating func forgetWay() { (stack, marks, memo) = ([], [], []) }

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
        case UInt8(ascii: "0"): try drop(try start(ofLast: 1))
        case UInt8(ascii: "1"): try drop(try startOfMarked())
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.boolean(true))
        case 0x89: try push(.boolean(false))
        case UInt8(ascii: "K"): try push(store.pack(Int(try uint8())))
        case UInt8(ascii: "M"): try push(store.pack(try uint16()))
        case UInt8(ascii: "J"): try push(store.pack(Int(Int32(truncatingIfNeeded: try uint32()))))
        case 0x8a: try push(try long(Int(try uint8())))
        case 0x8b: try push(try long(try uint32()))
        case UInt8(ascii: "G"): try push(store.pack(try float()))
        case UInt8(ascii: "X"): try push(try text(try uint32()))
        case 0x8c: try push(try text(Int(try uint8())))
        case 0x8d: try push(try text(try uint64()))
        case UInt8(ascii: "U"): try push(try oldText(Int(try uint8())))
        case UInt8(ascii: "T"): try push(try oldText(try uint32()))
        case UInt8(ascii: "C"): try bytes(Int(try uint8()))
        case UInt8(ascii: "B"): try bytes(try uint32())
        case 0x8e, 0x96: try bytes(try uint64())
        case UInt8(ascii: ")"): try push(.emptyTuple)
        case 0x85...0x87: try tuple(try start(ofLast: Int(code) - 0x84))
        case UInt8(ascii: "t"): try tuple(try startOfMarked())
        case UInt8(ascii: "]"): try newList()
        case UInt8(ascii: "a"): try append(try start(ofLast: 1))
        case UInt8(ascii: "e"): try append(try startOfMarked())
        case UInt8(ascii: "}"): try newDictionary()
        case UInt8(ascii: "s"): try set(try start(ofLast: 2))
        case UInt8(ascii: "u"): try set(try startOfMarked())
        case 0x8f: try push(.object(.set))
        case 0x90:  // ADDITEMS
            try drop(try startOfMarked())
            guard stack.last?.isObject == true else { throw PickleError("elements of no set") }
        case 0x91:  // FROZENSET
            try drop(try startOfMarked())
            try push(.object(.set))
        case UInt8(ascii: "q"): try memorize(Int(try uint8()))
        case UInt8(ascii: "r"): try memorize(try uint32())
        case 0x94: try memorize(memorizedCount)
        case UInt8(ascii: "h"): try recall(Int(try uint8()))
        case UInt8(ascii: "j"): try recall(try uint32())
        case UInt8(ascii: "c"): try push(store.pack(try global(try line(), try line())))
        case 0x93: try stackGlobal()
        case UInt8(ascii: "R"), 0x81: try call()  // REDUCE, NEWOBJ
        case 0x92:  // NEWOBJ_EX, with named arguments
            try drop(try start(ofLast: 1))
            try call()
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

    /// A two's complement number. One of more than 8 bytes, such as a random generator's seed, is a number that nothing
    /// here counts with.
    private mutating func long(_ count: Int) throws(PickleError) -> PackedValue {
        let start = try take(count)
        guard count > 0 else { return store.pack(0) }
        guard count <= 8 else { return .object(.longNumber) }
        var value = bytes[start + count - 1] >= 0x80 ? -1 : 0
        for place in (0..<count).reversed() { value = value << 8 | Int(bytes[start + place]) }
        return store.pack(value)
    }

    private mutating func float() throws(PickleError) -> Double {
        let start = try take(8)
        return Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[start + $1]) })
    }

    private mutating func text(_ count: Int) throws(PickleError) -> PackedValue {
        let start = try take(count)
        guard bytes.text(start..<start + count) != nil else { throw PickleError("a text is not UTF-8") }
        return store.packText(start..<start + count)
    }

    /// Python 2's texts, which are bytes: UTF-8 where they can be.
    private mutating func oldText(_ count: Int) throws(PickleError) -> PackedValue {
        let start = try take(count)
        return store.packText(start..<start + count, isOld: true)
    }

    private mutating func bytes(_ count: Int) throws(PickleError) {
        _ = try take(count)
        try push(.object(.bytes))
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
    mutating func push(_ value: PackedValue) throws(PickleError) {
        guard stack.count < PickleMachine.stackLimit else { throw PickleError("more objects at once than are read") }
        stack.append(value)
    }

    private mutating func mark() throws(PickleError) {
        guard marks.count < PickleMachine.stackLimit else { throw PickleError("nested deeper than is read") }
        marks.append(UInt32(stack.count))
    }

    /// Where the last `count` values begin on the stack, none from before the last mark.
    private func start(ofLast count: Int) throws(PickleError) -> Int {
        guard stack.count - Int(marks.last ?? 0) >= count else { throw PickleError("an object is missing") }
        return stack.count - count
    }

    /// Where the values since the last mark begin, which is taken away.
    private mutating func startOfMarked() throws(PickleError) -> Int {
        guard let start = marks.popLast() else { throw PickleError("a mark is missing") }
        return Int(start)
    }

    /// Takes the values from `start` on away.
    private mutating func drop(_ start: Int) throws(PickleError) { stack.removeLast(stack.count - start) }

    /// The last `count` values, none from before the last mark, which are taken away.
    mutating func pop(_ count: Int) throws(PickleError) -> [PickleValue] {
        let start = try start(ofLast: count)
        defer { stack.removeLast(count) }
        return stack[start...].map(store.unpack)
    }

    /// The last value, left where it is.
    var top: PickleValue? { stack.last.map(store.unpack) }

    private mutating func memorize(_ place: Int) throws(PickleError) {
        guard let value = stack.last else { throw PickleError("an object is missing") }
        // Whoever writes pickles counts from 0 or 1: a number above that of the bytes so far would only take room.
        guard place < PickleMachine.objectLimit, place <= offset else {
            throw PickleError("more objects than are read")
        }
        while memo.count <= place { memo.append(.absent) }
        if memo[place] == .absent { memorizedCount += 1 }
        memo[place] = value
    }

    private mutating func recall(_ place: Int) throws(PickleError) {
        guard place < memo.count, memo[place] != .absent else {
            throw PickleError("object \(place) is recalled before it is there")
        }
        try push(memo[place])
    }

    func checkRoom() throws(PickleError) {
        guard store.containerCount + storageTuples.count + tensorCalls.count < PickleMachine.objectLimit else {
            throw PickleError("more objects than are read")
        }
    }

    private mutating func tuple(_ start: Int) throws(PickleError) {
        try checkRoom()
        let tuple = store.addTuple(stack[start...])
        try drop(start)
        try push(tuple)
    }

    private mutating func newList() throws(PickleError) {
        try checkRoom()
        try push(store.addList())
    }

    mutating func newDictionary() throws(PickleError) {
        try checkRoom()
        try push(store.addDictionary())
    }

    /// The container below the values from `start` on, which are its new members; `nil` when nothing is there.
    private func container(below start: Int) -> PackedValue? {
        start > Int(marks.last ?? 0) ? stack[start - 1] : nil
    }

    private mutating func append(_ start: Int) throws(PickleError) {
        let container = container(below: start)
        if container?.isObject != true {
            guard let list = container?.listNumber else { throw PickleError("elements of no list") }
            store.append(stack[start...], toList: list)
        }
        try drop(start)
    }

    private mutating func set(_ start: Int) throws(PickleError) {
        let container = container(below: start)
        if container?.isObject != true {
            guard let dictionary = container?.dictionaryNumber, (stack.count - start).isMultiple(of: 2) else {
                throw PickleError("members of no dictionary")
            }
            store.append(stack[start...], toDictionary: dictionary)
        }
        try drop(start)
    }
}

/// Where a pickle stops being what was expected, and why.
struct PickleError: Error, Equatable {
    let problem: String
    /// Whether it may be an intact pickle of something that is not read.
    let isRefusal: Bool
    /// Whether it looks like one whole object, such as a module, instead of its tensors.
    let isWhole: Bool
    /// Bytes before the instruction; `nil` until that is known.
    let offset: Int?

    init(_ problem: String, isRefusal: Bool = false, isWhole: Bool = false, offset: Int? = nil) {
        (self.problem, self.isRefusal, self.isWhole, self.offset) = (problem, isRefusal, isWhole, offset)
    }
}
