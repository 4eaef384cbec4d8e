import Base
import HDF5

/// The arrays of a NumPy `.npz` file: a zip archive of `.npy` members, as they are (`np.savez`) or deflated
/// (`np.savez_compressed`).
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumPyArchive {
    let tensors: [SourceCheckpoint.Tensor]
    /// Arrays of text, objects or records.
    let leftOut: [LeftOut]

    /// Those of them that are arrays of numbers of other types: an import without them would lose weights.
    let lost: [LeftOut]

    private static let ending = ".npy"

    /// - Parameter number: the file's index in the checkpoint.
    init(
        _ archive: ZipArchive, _ file: borrowing SourceFile, number: Int, dumps: Set<BFloat16Dump>
    ) throws(CheckpointError) {
        var tensors: [SourceCheckpoint.Tensor] = []
        var (leftOut, lost): ([LeftOut], [LeftOut]) = ([], [])
        for entry in archive.entries {
            let name = String(entry.name.dropLast(NumPyArchive.ending.count))
            guard entry.name.hasSuffix(NumPyArchive.ending) else {
                leftOut.append(LeftOut(name: printable(entry.name), reason: "not a .npy member"))
                continue
            }
            let header = try NumPyHeader(of: entry, in: file)
            guard let (type, isBigEndian) = header.type(dumps) else {
                lost.append(LeftOut(name: printable(name), reason: "NumPy type \(printable(header.type))", elementCount: product(header.shape)))
                leftOut += lost.suffix(1)
                continue
            }
            guard !header.isColumnMajor || header.shape.count(where: { $0 != 1 }) < 2 else {
                throw CheckpointError(
                    .unsupported, checkpoint: file.checkpoint,
                    problem: "'\(file.path)' stores '\(printable(name))' \(header.shape) column by column",
                    remedy: "save it again with np.ascontiguousarray")
            }
            guard let byteCount = product(header.shape + [type.bitCount / 8]),
                byteCount == entry.byteCount - header.byteCount
            else {
                throw CheckpointError(
                    .malformed, checkpoint: file.checkpoint,
                    problem: "'\(file.path)' has \(entry.byteCount - header.byteCount) bytes for "
                        + "'\(printable(name))', which is \(printable(header.type)) \(header.shape)",
                    remedy: "fetch it again")
            }
            var extent = Extent(file: number, offset: entry.stored.lowerBound, byteCount: entry.stored.count)
            if !entry.isDeflated {
                extent.offset += header.byteCount
                extent.byteCount = byteCount
            }
            let deflated = SourceCheckpoint.Deflated(entry: entry, skip: header.byteCount, byteCount: byteCount)
            tensors.append(
                SourceCheckpoint.Tensor(
                    name: name, type: type, shape: header.shape, extent: extent, isBigEndian: isBigEndian,
                    deflated: entry.isDeflated ? deflated : nil))
        }
        (self.tensors, self.leftOut, self.lost) = (tensors, leftOut, lost)
    }
}

/// What stands before an array's elements.
struct NumPyHeader {
    /// As NumPy spells it, such as `<f4`.
    let type: String
    /// Extents, slowest first.
    let shape: [Int]
    /// Whether the first index varies fastest.
    let isColumnMajor: Bool
    /// Bytes that the header takes.
    let byteCount: Int

    private static let lengthLimit = 64 << 10

    init(of entry: ZipArchive.Entry, in file: borrowing SourceFile) throws(CheckpointError) {
        let (path, checkpoint) = (file.path, file.checkpoint)
        func fail(_ problem: String) -> CheckpointError {
            CheckpointError(
                .malformed, checkpoint: checkpoint,
                problem: "member '\(printable(entry.name))' of '\(path)' is no NumPy array: \(problem)",
                remedy: "fetch it again")
        }
        guard entry.byteCount >= 12 else { throw fail("it has \(entry.byteCount) bytes") }
        let inflating = entry.isDeflated ? InflatingReader(entry) : nil
        func next(_ count: Int, at offset: Int) throws(CheckpointError) -> [UInt8] {
            guard let inflating else { return try file.bytes(at: entry.stored.lowerBound + offset, count: count) }
            var bytes = [UInt8](repeating: 0, count: count)
            try bytes.withUnsafeMutableBufferPointer { buffer throws(CheckpointError) in
                try inflating.read(from: file, into: UnsafeMutableRawBufferPointer(buffer))
            }
            return bytes
        }
        var bytes = try next(12, at: 0)
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(bytes[6]) else {
            throw fail("it begins with something else")
        }
        let start = bytes[6] == 1 ? 10 : 12
        let length = bytes[6] == 1 ? LittleEndianBytes(bytes).uint16(8) : LittleEndianBytes(bytes).uint32(8)
        guard length >= 2, length <= NumPyHeader.lengthLimit, start + length <= entry.byteCount else {
            throw fail("its header of \(length) bytes is longer than it, or than any")
        }
        bytes += try next(start + length - 12, at: 12)
        let fields = LittleEndianBytes(bytes)
        guard let text = fields.text(start..<start + length), let members = NumPyHeader.members(of: text),
            case .text(let type)? = members["descr"], case .truth(let isColumnMajor)? = members["fortran_order"],
            case .numbers(let shape)? = members["shape"]
        else {
            throw fail("its header is '\(printable(String(decoding: bytes[start..<start + length], as: UTF8.self)))'")
        }
        (self.type, self.shape, self.isColumnMajor) = (type, shape, isColumnMajor)
        byteCount = start + length
    }

    private enum Member {
        case text(String)
        case truth(Bool)
        case numbers([Int])
    }

    /// The members of a Python dictionary of texts, truth values and tuples of whole numbers; `nil` for anything else,
    /// but a list, which describes records, counts as text.
    private static func members(of text: String) -> [String: Member]? {
        var members: [String: Member] = [:]
        var rest = text[...]
        func skip() { rest = rest.drop { $0 == " " || $0 == "\n" } }
        func accept(_ token: String) -> Bool {
            skip()
            guard rest.hasPrefix(token) else { return false }
            rest = rest.dropFirst(token.count)
            return true
        }
        func until(_ end: Character) -> Substring? {
            guard let place = rest.firstIndex(of: end) else { return nil }
            defer { rest = rest[rest.index(after: place)...] }
            return rest[..<place]
        }
        guard accept("{") else { return nil }
        while !accept("}") {
            guard accept("'"), let key = until("'"), accept(":") else { return nil }
            let value: Member
            if accept("True") {
                value = .truth(true)
            } else if accept("False") {
                value = .truth(false)
            } else if accept("'") {
                guard let text = until("'") else { return nil }
                value = .text(String(text))
            } else if accept("[") {
                guard let text = until("]") else { return nil }
                value = .text("[\(text)]")
            } else {
                guard accept("("), let list = until(")") else { return nil }
                let numbers = list.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
                let values = numbers.compactMap { Int($0) }
                guard values.count == numbers.count, values.allSatisfy({ $0 >= 0 }), values.count <= 64 else {
                    return nil
                }
                value = .numbers(values)
            }
            guard members.updateValue(value, forKey: String(key)) == nil else { return nil }
            guard accept(",") || rest.drop(while: { $0 == " " }).hasPrefix("}") else { return nil }
        }
        skip()
        return rest.isEmpty ? members : nil
    }

    private static let types: [String: SafetensorsType] = [
        "b1": .bool, "u1": .u8, "i1": .i8, "u2": .u16, "i2": .i16, "u4": .u32, "i4": .i32, "u8": .u64, "i8": .i64,
        "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64,
    ]

    /// The type and whether its bytes stand in the other order; `nil` for what is no number, or none of ours.
    func type(_ dumps: Set<BFloat16Dump>) -> (SafetensorsType, isBigEndian: Bool)? {
        guard let order = type.first, "<>|=".contains(order) else { return nil }
        let kind = String(type.dropFirst())
        switch kind {
        case "V2" where dumps.contains(.opaque16): return (.bf16, order == ">")
        case "u2" where dumps.contains(.uint16): return (.bf16, order == ">")
        default: return NumPyHeader.types[kind].map { ($0, order == ">") }
        }
    }
}
