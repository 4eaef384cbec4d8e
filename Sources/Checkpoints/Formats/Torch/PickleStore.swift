import Base

/// A value of a pickle in eight bytes: what it is, and its number or its place. `PickleStore` tells what it stands for.
struct PackedValue: Equatable, Sendable {
    fileprivate let bits: UInt64

    fileprivate enum Tag: UInt64 {
        case none, boolean, integer, wideInteger, number, text, oldText
        case tuple, list, dictionary, global, storage, tensor, object, absent
    }

    private static let tagBits: UInt64 = 4
    private static let tagMask: UInt64 = 1 << tagBits - 1

    fileprivate init(_ tag: Tag, _ payload: Int = 0) {
        bits = UInt64(bitPattern: Int64(payload)) << PackedValue.tagBits | tag.rawValue
    }

    fileprivate var tag: Tag {
        guard let tag = Tag(rawValue: bits & PackedValue.tagMask) else { preconditionFailure("no such tag") }
        return tag
    }

    /// With its sign.
    fileprivate var payload: Int { Int(Int64(bitPattern: bits) >> Int64(PackedValue.tagBits)) }

    /// Whether an integer needs no room of its own.
    fileprivate static func holds(_ integer: Int) -> Bool { integer >> 59 == 0 || integer >> 59 == -1 }

    /// What stands for no value.
    static let absent = PackedValue(.absent)
    static let none = PackedValue(.none)
    static let emptyTuple = PackedValue.tuple(0)

    static func tuple(_ number: Int) -> PackedValue { PackedValue(.tuple, number) }
    static func list(_ number: Int) -> PackedValue { PackedValue(.list, number) }
    static func dictionary(_ number: Int) -> PackedValue { PackedValue(.dictionary, number) }
    static func storage(_ number: Int) -> PackedValue { PackedValue(.storage, number) }
    static func tensor(_ number: Int) -> PackedValue { PackedValue(.tensor, number) }
    static func boolean(_ value: Bool) -> PackedValue { PackedValue(.boolean, value ? 1 : 0) }
    static func object(_ object: HarmlessObject) -> PackedValue { PackedValue(.object, object.place) }

    /// Whether it is passed over.
    var isObject: Bool { tag == .object }

    /// The number of the dictionary or the list; `nil` when it is another value.
    var dictionaryNumber: Int? { tag == .dictionary ? payload : nil }
    var listNumber: Int? { tag == .list ? payload : nil }
    var tupleNumber: Int? { tag == .tuple ? payload : nil }
    var isTensor: Bool { tag == .tensor }
}

/// Everything that the values of a pickle are made of, in flat arrays: eight bytes a value, four a container and twelve each
/// time one grows; texts stay where they are in the pickle. So whatever a pickle does, what is held of it is a small multiple
/// of its bytes.
struct PickleStore {
    private let bytes: LittleEndianBytes
    private var globals: [TorchGlobal] = []
    private var globalPlaces: [TorchGlobal: Int] = [:]
    /// Bits of integers that do not fit into a value, and of numbers.
    private var wide: [UInt64] = []
    /// Elements of all tuples, and where each tuple ends in them.
    private var tupleElements: [PackedValue] = []
    private var tupleEnds: [UInt32] = [0]
    /// Elements of lists, and keys and values of dictionaries, in runs.
    private var members: [PackedValue] = []
    private var runs: [Run] = []
    /// The last run of each, counted from 1; 0 for an empty one.
    private var lists: [UInt32] = []
    private var dictionaries: [UInt32] = []

    /// Members of one container that follow each other. The runs of a container form a ring.
    private struct Run {
        let start: UInt32
        var count: UInt32
        var next: UInt32
    }

    init(_ bytes: LittleEndianBytes) {
        precondition(bytes.count < 1 << 29, "a place in it takes 29 bits")
        self.bytes = bytes
    }

    /// Bytes of the pickle.
    var byteCount: Int { bytes.count }
    /// Number of containers.
    var containerCount: Int { tupleEnds.count + lists.count + dictionaries.count }
    var tupleCount: Int { tupleEnds.count }
    var listCount: Int { lists.count }
    var dictionaryCount: Int { dictionaries.count }

    // MARK: In

    mutating func pack(_ integer: Int) -> PackedValue {
        guard !PackedValue.holds(integer) else { return PackedValue(.integer, integer) }
        wide.append(UInt64(bitPattern: Int64(integer)))
        return PackedValue(.wideInteger, wide.count - 1)
    }

    mutating func pack(_ number: Double) -> PackedValue {
        wide.append(number.bitPattern)
        return PackedValue(.number, wide.count - 1)
    }

    /// The text in a range of the pickle; one of Python 2 need not be UTF-8.
    func packText(_ range: Range<Int>, isOld: Bool = false) -> PackedValue {
        PackedValue(isOld ? .oldText : .text, range.lowerBound | range.count << 30)
    }

    mutating func pack(_ global: TorchGlobal) -> PackedValue {
        if let place = globalPlaces[global] { return PackedValue(.global, place) }
        globals.append(global)
        globalPlaces[global] = globals.count - 1
        return PackedValue(.global, globals.count - 1)
    }

    mutating func addTuple(_ values: ArraySlice<PackedValue>) -> PackedValue {
        tupleElements += values
        tupleEnds.append(UInt32(tupleElements.count))
        return .tuple(tupleEnds.count - 1)
    }

    mutating func addList() -> PackedValue {
        lists.append(0)
        return .list(lists.count - 1)
    }

    mutating func addDictionary() -> PackedValue {
        dictionaries.append(0)
        return .dictionary(dictionaries.count - 1)
    }

    mutating func append(_ values: ArraySlice<PackedValue>, toList list: Int) {
        lists[list] = extend(lists[list], by: values)
    }

    /// - Parameter pairs: keys and values in turn.
    mutating func append(_ pairs: ArraySlice<PackedValue>, toDictionary dictionary: Int) {
        precondition(pairs.count.isMultiple(of: 2))
        dictionaries[dictionary] = extend(dictionaries[dictionary], by: pairs)
    }

    /// - Returns: the last run, counted from 1.
    private mutating func extend(_ last: UInt32, by values: ArraySlice<PackedValue>) -> UInt32 {
        guard !values.isEmpty else { return last }
        let (start, count) = (UInt32(members.count), UInt32(values.count))
        members += values
        let new = UInt32(runs.count)
        guard last > 0 else {
            runs.append(Run(start: start, count: count, next: new))
            return new + 1
        }
        let run = runs[Int(last) - 1]
        if run.start + run.count == start {
            runs[Int(last) - 1].count += count
            return last
        }
        runs.append(Run(start: start, count: count, next: run.next))
        runs[Int(last) - 1].next = new
        return new + 1
    }

    // MARK: Out

    /// What a value stands for.
    func unpack(_ value: PackedValue) -> PickleValue {
        let payload = value.payload
        switch value.tag {
        case .none: return .none
        case .boolean: return .boolean(payload == 1)
        case .integer: return .integer(payload)
        case .wideInteger: return .integer(Int(Int64(bitPattern: wide[payload])))
        case .number: return .number(Double(bitPattern: wide[payload]))
        case .text, .oldText: return .text(text(value))
        case .tuple: return .tuple(payload)
        case .list: return .list(payload)
        case .dictionary: return .dictionary(payload)
        case .global: return .global(globals[payload])
        case .storage: return .storage(payload)
        case .tensor: return .tensor(payload)
        case .object: return .object(HarmlessObject(place: payload))
        case .absent: preconditionFailure("no value")
        }
    }

    private func text(_ value: PackedValue) -> String {
        let start = value.payload & (1 << 30 - 1)
        let range = start..<start + value.payload >> 30
        // Checked when it was read; what Python 2 wrote may be bytes, each of which is a character.
        if let text = bytes.text(range) { return text }
        var text = ""
        for place in range { text.unicodeScalars.append(Unicode.Scalar(bytes[place])) }
        return text
    }

    /// The elements of a tuple, packed.
    func tuple(_ number: Int) -> ArraySlice<PackedValue> {
        tupleElements[(number == 0 ? 0 : Int(tupleEnds[number - 1]))..<Int(tupleEnds[number])]
    }

    /// What a tuple holds.
    func elements(ofTuple number: Int) -> [PickleValue] { tuple(number).map(unpack) }

    /// The elements of a list, or the keys and values of a dictionary in turn, packed.
    func list(_ number: Int) -> Members { Members(self, last: lists[number]) }
    func dictionary(_ number: Int) -> Members { Members(self, last: dictionaries[number]) }

    /// The members of a dictionary.
    func members(ofDictionary number: Int) -> Pairs { Pairs(store: self, members: dictionary(number)) }

    /// The members of one container, in order.
    struct Members: Sequence, IteratorProtocol {
        private let store: PickleStore
        private var run: UInt32
        private let last: UInt32
        private var place: UInt32 = 0

        fileprivate init(_ store: PickleStore, last: UInt32) {
            self.store = store
            self.last = last
            run = last > 0 ? store.runs[Int(last) - 1].next + 1 : 0
        }

        mutating func next() -> PackedValue? {
            while run > 0 {
                let current = store.runs[Int(run) - 1]
                if place < current.count {
                    defer { place += 1 }
                    return store.members[Int(current.start + place)]
                }
                (run, place) = (run == last ? 0 : current.next + 1, 0)
            }
            return nil
        }
    }

    /// The members of a dictionary, each key with its value.
    struct Pairs: Sequence, IteratorProtocol {
        fileprivate let store: PickleStore
        fileprivate var members: Members

        mutating func next() -> (key: PickleValue, value: PickleValue)? {
            guard let key = members.next(), let value = members.next() else { return nil }
            return (store.unpack(key), store.unpack(value))
        }
    }
}
