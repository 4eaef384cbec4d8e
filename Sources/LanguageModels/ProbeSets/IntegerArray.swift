import Base
import Checkpoints
import Foundation
import Tensors

/// Integers of one or two dimensions, as a file holds them.
struct IntegerArray {
    let shape: [Int]
    let values: [Int]

    /// More tokens than this are no probe but a corpus.
    static let elementLimit = 1 << 28
    /// Bytes of the largest file: so many integers of eight bytes, and a header.
    private static let byteLimit = elementLimit * 8 + (1 << 16)

    init(shape: [Int], values: [Int]) { (self.shape, self.values) = (shape, values) }

    /// Reads a `.npy` file, or a headerless one of that type.
    init(file: ProbeSetSource.File, memmap: ProbeSetSource.MemmapType?) throws(ProbeSetError) {
        let data: Data
        do throws(FileReadingError) {
            data = Data(try readFile(file.path, limit: IntegerArray.byteLimit))
        } catch {
            throw ProbeSetError(file, error)
        }
        if let header = try NumPyHeader(data, file: file.name) {
            try self.init(bytes: data.dropFirst(header.byteCount), header.type, header.shape, file: file.name)
        } else if let memmap {
            let type: ElementType = memmap == .uint16 ? .uint16 : .uint32
            guard !data.isEmpty, data.count.isMultiple(of: type.byteCount) else {
                throw ProbeSetError(file.name, "its \(data.count) bytes are no whole number of \(memmap.rawValue)")
            }
            try self.init(bytes: data, type, [data.count / type.byteCount], file: file.name)
        } else {
            throw ProbeSetError(
                file.name,
                "it is neither an HDF5 file nor a .npy with a header; of a headerless memmap, as OLMo's evaluation data is "
                    + "stored, set memmap_dtype to uint16 or uint32")
        }
    }

    /// Takes little-endian integers.
    init(bytes: Data, _ type: ElementType, _ shape: [Int], file: String) throws(ProbeSetError) {
        guard shape.allSatisfy({ $0 >= 0 && $0 <= IntegerArray.elementLimit }), let count = product(shape),
            count <= IntegerArray.elementLimit
        else {
            throw ProbeSetError(
                file, "it holds \(shape) integers; \(IntegerArray.elementLimit) are the most a probe may be")
        }
        guard bytes.count >= count * type.byteCount else {
            throw ProbeSetError(
                file, "it is cut short: \(bytes.count) bytes, but \(shape) integers take \(count * type.byteCount)")
        }
        func read<Value: FixedWidthInteger>(_ type: Value.Type) -> [Int] {
            bytes.withUnsafeBytes { buffer in
                (0..<count).map { index in
                    let value = buffer.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
                    return Int(clamping: Value(littleEndian: value))
                }
            }
        }
        self.shape = shape
        switch type {
        case .int8: values = read(Int8.self)
        case .int16: values = read(Int16.self)
        case .int32: values = read(Int32.self)
        case .int64: values = read(Int64.self)
        case .uint8: values = read(UInt8.self)
        case .uint16: values = read(UInt16.self)
        case .uint32: values = read(UInt32.self)
        case .uint64: values = read(UInt64.self)
        default: throw ProbeSetError(file, "it holds \(type.rawValue), not integers")
        }
    }
}

/// What the header of a `.npy` file tells (NumPy's format 1.0 to 3.0).
private struct NumPyHeader {
    let type: ElementType
    let shape: [Int]
    let byteCount: Int

    private static let types: [String: ElementType] = [
        "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
        "u8": .uint64,
    ]

    /// `nil` when the data has no such header.
    init?(_ data: Data, file: String) throws(ProbeSetError) {
        let bytes = [UInt8](data.prefix(1 << 16))
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { return nil }
        let isShort = bytes[6] == 1
        let length = (0..<(isShort ? 2 : 4)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        byteCount = (isShort ? 10 : 12) + length
        guard byteCount <= bytes.count else { throw ProbeSetError(file, "its .npy header is damaged") }
        let text = String(decoding: bytes[(isShort ? 10 : 12)..<byteCount], as: UTF8.self)
        guard let descr = text.firstMatch(of: /'descr':\s*'([<|>=])([iu][1248])'/) else {
            throw ProbeSetError(file, "its .npy header tells no integers: \(text.prefix(80))")
        }
        guard descr.1 != ">", let type = NumPyHeader.types[String(descr.2)] else {
            throw ProbeSetError(file, "its integers are big-endian; store them with .astype('<i4')")
        }
        guard text.contains(/'fortran_order':\s*False/) else {
            throw ProbeSetError(file, "its array is in Fortran order; store numpy.ascontiguousarray of it")
        }
        guard let extents = text.firstMatch(of: /'shape':\s*\(([0-9, ]*)\)/) else {
            throw ProbeSetError(file, "its .npy header tells no shape")
        }
        self.type = type
        let words = extents.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let numbers = words.filter { !$0.isEmpty }.map { Int($0) }
        shape = numbers.compactMap { $0 }
        guard shape.count == numbers.count else {
            throw ProbeSetError(file, "its .npy header tells no shape, but (\(extents.1.prefix(80)))")
        }
    }
}

extension ProbeArrays {
    static func isHDF5(_ file: ProbeSetSource.File) throws(ProbeSetError) -> Bool {
        do throws(FileReadingError) {
            return try readStart(file.path, count: 8) == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
        } catch {
            throw ProbeSetError(file, error)
        }
    }

    /// The integer datasets of an HDF5 file that matter here, by name, and its names of domains.
    static func hdf5(
        _ file: ProbeSetSource.File, _ source: ProbeSetSource
    ) throws(ProbeSetError) -> (arrays: [String: IntegerArray], domains: [String]) {
        let wanted = ["tokens", "domain_id", "byte_counts", source.labels]
        var found: [(info: TensorInfo, bytes: Data)] = []
        var names: [String] = []
        do throws(CheckpointError) {
            let reader = try CheckpointReader.open(CheckpointLocation(path: file.path), options: source.readOptions)
            for (index, info) in reader.tensors.enumerated() where wanted.contains(info.name) {
                found.append((info, try reader.bytes(of: index)))
            }
            if case .string(let text) = reader.attributes["domains"] {
                names = text.split(separator: ",").map(String.init)
            }
            try reader.checkUnchanged()
        } catch {
            throw ProbeSetError(
                file.name, error.problem + (error.remedy.map { "; \($0)" } ?? ""),
                isMachineFailure: error.kind == .environment)
        }
        var arrays: [String: IntegerArray] = [:]
        for (info, bytes) in found {
            arrays[info.name] = try IntegerArray(bytes: bytes, info.elementType, info.shape, file: file.name)
        }
        return (arrays, names)
    }
}

extension CheckpointReader {
    /// All of a tensor's bytes; of a larger one than any probe only the first.
    fileprivate func bytes(of index: Int) throws(CheckpointError) -> Data {
        let info = tensors[index]
        let width = info.elementType.byteCount
        let count = min(info.elementCount, IntegerArray.elementLimit + 1)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count * width), alignment: 64)
        defer { bytes.deallocate() }
        if isDirect(index) {
            try read(index, from: 0, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * width)]))
        } else if let base = bytes.baseAddress {
            let window = try window(index, capacity: 64 << 20)
            var start = 0
            while start < count {
                let reach = min(window.reach(from: start), count)
                try window.load(start..<reach, on: .one)
                (base + start * width).copyMemory(
                    from: window.pointer(to: start), byteCount: (reach - start) * width)
                start = reach
            }
        }
        return Data(bytes[..<(count * width)])
    }
}
