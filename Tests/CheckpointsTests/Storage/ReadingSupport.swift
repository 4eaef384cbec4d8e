import Base
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

func openCheckpoint(_ path: String, _ options: ReadOptions = readOptions()) throws(CheckpointError) -> CheckpointReader
{
    try CheckpointReader.open(CheckpointLocation(parsing: path), options: options)
}

/// The error that opening (and adding up and reading every tensor) ends in; `nil` when all goes well.
func failure(_ path: String, _ options: ReadOptions = readOptions()) -> CheckpointError? {
    do throws(CheckpointError) {
        let reader = try openCheckpoint(path, options)
        // As every command does; a sum that overflowed would end this process.
        #expect(reader.tensors.reduce(0) { $0 + $1.elementCount } <= CheckpointManifest.byteLimit)
        #expect(reader.tensors.reduce(0) { $0 + $1.storedByteCount } <= CheckpointManifest.byteLimit)
        for tensor in reader.tensors.indices { _ = try elements(reader, tensor, step: 1 << 20, keep: false) }
        return nil
    } catch {
        return error
    }
}

/// All bytes of a tensor, read in steps of at most `step` elements, through a window when there is no direct way. With
/// `keep` false everything is read, but nothing is kept.
func elements(
    _ reader: any TensorReader, _ tensor: Int, capacity: Int = 1 << 20, step: Int = .max, keep: Bool = true
) throws(CheckpointError) -> [UInt8] {
    let info = reader.tensors[tensor]
    let size = info.elementType.readByteCount
    var bytes: [UInt8] = []
    let window = reader.isDirect(tensor) ? nil : try reader.window(tensor, capacity: capacity)
    var start = 0
    while start < info.elementCount {
        var end = step < info.elementCount - start ? start + step : info.elementCount
        if let window {
            end = min(end, window.reach(from: start))
            try window.load(start..<end, on: Threads(4))
            if keep { bytes += UnsafeRawBufferPointer(start: window.pointer(to: start), count: (end - start) * size) }
        } else {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: (end - start) * size, alignment: 8)
            defer { buffer.deallocate() }
            try reader.read(tensor, from: start, into: buffer)
            if keep { bytes += buffer }
        }
        start = end
    }
    return bytes
}

/// What `make_files.py` says must be read from a file.
struct ExpectedFile: Decodable {
    struct Tensor: Decodable {
        var name, type, layout: String
        var shape: [Int]
        var filters: [String]
        var offset: Int
    }
    var tensors: [Tensor]
    var leftOut: [String: String]
}

/// Compares everything that a file holds with what `make_files.py` wrote beside it.
func expectAsWritten(_ path: String, capacity: Int = 1 << 20, step: Int = .max) throws {
    let base = String(path.dropLast(3))
    let expected = try JSONDecoder().decode(
        ExpectedFile.self, from: Data(contentsOf: URL(fileURLWithPath: base + ".json")))
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: base + ".expected")))
    let reader = try openCheckpoint(path)
    #expect(reader.tensors.map(\.name) == expected.tensors.map(\.name))
    #expect(
        Dictionary(reader.leftOut.map { ($0.name, $0.reason) }, uniquingKeysWith: { "\($0), \($1)" })
            == expected.leftOut)
    guard reader.tensors.count == expected.tensors.count else { return }
    for (index, tensor) in expected.tensors.enumerated() {
        let found = reader.tensors[index]
        #expect(found.elementType.rawValue == tensor.type, "\(tensor.name)")
        #expect(found.shape == tensor.shape, "\(tensor.name)")
        #expect(found.layout.rawValue == tensor.layout, "\(tensor.name)")
        #expect(found.filters == tensor.filters, "\(tensor.name)")
        let count = found.elementCount * found.elementType.byteCount
        let read = try elements(reader, index, capacity: capacity, step: step)
        let stored = Array(bytes[tensor.offset..<tensor.offset + count])
        #expect(read == asRead(stored, found.elementType), "\(tensor.name)")
    }
    try reader.checkUnchanged()
}

/// Stored bytes as they are read: 8-bit floats as float32.
private func asRead(_ stored: [UInt8], _ type: ElementType) -> [UInt8] {
    guard let format = Float8(type) else { return stored }
    let values = [Float](unsafeUninitializedCapacity: stored.count) { buffer, count in
        if let target = buffer.baseAddress {
            stored.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { format.widen(base, count: stored.count, scale: 1, to: target) }
            }
        }
        count = stored.count
    }
    return values.withUnsafeBytes { Array($0) }
}

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("reading-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }
}

/// The committed fixtures of the reading tests.
let readingFixtures = "\(packageRoot)/Tests/Fixtures/reading"
