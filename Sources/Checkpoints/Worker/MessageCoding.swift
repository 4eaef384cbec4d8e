import HDF5

/// Writes the fields of a message: integers as 8 bytes, little-endian; texts and lists after their length.
struct MessageWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: Int) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ values: [Int]) {
        put(values.count)
        for value in values { put(value) }
    }

    mutating func put(_ texts: [String]) {
        put(texts.count)
        for text in texts { put(text) }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Reads the fields of a message that may be damaged: nothing is allocated that the message does not hold.
struct MessageReader {
    /// A message that ends too early or holds an impossible field.
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func integer() throws(Malformed) -> Int {
        guard bytes.count - position >= 8 else { throw Malformed() }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
        position += 8
        return Int(Int64(bitPattern: value))
    }

    mutating func string() throws(Malformed) -> String {
        let count = try length(of: 1)
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    mutating func integers() throws(Malformed) -> [Int] {
        let count = try length(of: 8)
        var values: [Int] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try integer()) }
        return values
    }

    mutating func strings() throws(Malformed) -> [String] {
        let count = try length(of: 8)
        var texts: [String] = []
        for _ in 0..<count { texts.append(try string()) }
        return texts
    }

    /// A count of items that take at least `byteCount` bytes each, checked against what is left.
    private mutating func length(of byteCount: Int) throws(Malformed) -> Int {
        let count = try integer()
        guard count >= 0, count <= (bytes.count - position) / byteCount else { throw Malformed() }
        return count
    }
}
