import Base

/// What a safetensors file says of its tensors, checked so that every byte of the data belongs to exactly one.
///
/// Format: an 8-byte little-endian length, that many bytes of JSON, then the data
/// (https://github.com/huggingface/safetensors#format).
struct SafetensorsHeader: Sendable, Equatable {
    /// Tensors in the order of their data.
    let tensors: [SafetensorsTensor]
    /// Where the data begins in the file, in bytes.
    let dataOffset: Int

    /// The longest header that the reference implementation accepts, in bytes.
    static let lengthLimit = 100_000_000

    /// More tensors than any checkpoint has: a header of the length above could describe millions of empty ones, and
    /// they would take many times its memory.
    static let tensorLimit = 200_000

    /// Reads and checks the header of an open file. A contradiction is `.malformed`, and the error says which.
    init(of file: any ByteSource) throws(CheckpointError) {
        let site = Site(path: file.name, checkpoint: file.checkpoint)
        guard file.byteCount >= 8 else { throw site.error("has \(file.byteCount) bytes, fewer than 8") }
        let prefix = try file.bytes(at: 0, count: 8)
        let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsHeader.lengthLimit) else {
            throw site.error("claims a header of \(length) bytes; the format allows \(SafetensorsHeader.lengthLimit)")
        }
        guard Int(length) <= file.byteCount - 8 else {
            throw site.error("claims a header of \(length) bytes, but ends after \(file.byteCount) bytes")
        }
        dataOffset = 8 + Int(length)
        tensors = try SafetensorsHeader.parse(
            try file.bytes(at: 8, count: Int(length)), dataByteCount: file.byteCount - dataOffset, site)
    }

    private static func parse(
        _ json: [UInt8], dataByteCount: Int, _ site: Site
    ) throws(CheckpointError) -> [SafetensorsTensor] {
        guard json.first == UInt8(ascii: "{") else { throw site.error("has a header that does not begin with {") }
        var tensors: [SafetensorsTensor] = []
        do throws(JSONError) {
            var scanner = JSONScanner(json)
            try scanner.object { scanner, key throws(JSONError) in
                if key == "__metadata__" {
                    try scanner.object { scanner, _ throws(JSONError) in _ = try scanner.string() }
                } else {
                    guard tensors.count < tensorLimit else {
                        throw JSONError(offset: scanner.offset, problem: "more than \(tensorLimit) tensors")
                    }
                    tensors.append(try SafetensorsTensor(named: key, from: &scanner))
                }
            }
            try scanner.end()
        } catch {
            throw site.error("has a malformed header: \(error)")
        }
        tensors.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        try checkCoverage(tensors, dataByteCount: dataByteCount, site)
        return tensors
    }

    /// The format leaves no byte out and none to two tensors.
    private static func checkCoverage(
        _ tensors: [SafetensorsTensor], dataByteCount: Int, _ site: Site
    ) throws(CheckpointError) {
        var covered = 0
        for (index, tensor) in tensors.enumerated() {
            guard tensor.end <= dataByteCount else {
                throw site.error(
                    "ends before its tensor '\(tensor.name)' does: \(dataByteCount) bytes of data, \(tensor.end) needed"
                )
            }
            guard tensor.begin >= covered else {
                throw site.error("has overlapping tensors '\(tensors[index - 1].name)' and '\(tensor.name)'")
            }
            guard tensor.begin == covered else {
                throw site.error(
                    "has a gap: \(tensor.begin - covered) bytes before '\(tensor.name)' belong to no tensor")
            }
            covered = tensor.end
        }
        guard covered == dataByteCount else {
            throw site.error("has \(dataByteCount - covered) bytes after its last tensor that belong to none")
        }
    }
}

/// One tensor of a safetensors file.
struct SafetensorsTensor: Sendable, Equatable {
    let name: String
    let type: SafetensorsType
    /// Extents, slowest first; empty for a scalar.
    let shape: [Int]
    /// First byte and one past the last, counted from the beginning of the data.
    let begin: Int
    let end: Int

    /// Reads the object that describes tensor `name`, and checks it in itself.
    fileprivate init(named name: String, from scanner: inout JSONScanner) throws(JSONError) {
        let start = scanner.offset
        func fail(_ problem: String) -> JSONError {
            JSONError(offset: start, problem: "tensor '\(printable(name))' \(problem)")
        }
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key throws(JSONError) in
            switch key {
            case "dtype": typeName = try scanner.string()
            case "shape": shape = try scanner.wholeNumbers()
            case "data_offsets": offsets = try scanner.wholeNumbers()
            default: throw fail("has an unknown entry '\(printable(key))'")
            }
        }
        guard let typeName, let shape, let offsets else { throw fail("lacks dtype, shape or data_offsets") }
        guard let type = SafetensorsType(rawValue: typeName) else {
            throw fail("has the unknown dtype '\(printable(typeName))'")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw fail("has data_offsets \(offsets); expected a begin and an end not before it")
        }
        var bitCount = type.bitCount
        for extent in shape {
            let (product, overflows) = bitCount.multipliedReportingOverflow(by: extent)
            guard !overflows else { throw fail("has a shape \(shape) whose size overflows") }
            bitCount = product
        }
        guard bitCount % 8 == 0, bitCount / 8 == offsets[1] - offsets[0] else {
            throw fail("has \(offsets[1] - offsets[0]) bytes, but \(typeName) \(shape) takes \(bitCount) bits")
        }
        self.name = name
        self.type = type
        self.shape = shape
        begin = offsets[0]
        end = offsets[1]
    }
}

/// The file that errors are about.
private struct Site {
    let path: String
    let checkpoint: String

    func error(_ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: checkpoint, problem: "'\(path)' \(problem)",
            remedy: "the file is damaged or was not written by safetensors: fetch it again")
    }
}
