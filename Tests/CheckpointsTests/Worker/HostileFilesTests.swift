import Base
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Files that point elsewhere, are damaged, or are no checkpoints at all.
struct HostileFilesTests {
    private let attacks = "\(readingFixtures)/core/attacks"

    @Test(
        arguments: [
            ("external_link", "external link 'evil' leads to '/etc/passwd'"),
            ("external_link_h5", "external link 'evil' leads to '../outside.h5'"),
            ("soft_through_external", "external link 'door' leads to '../outside.h5'"),
            ("external_storage", "external storage of 'evil' leads to '/etc/passwd'"),
            ("external_relative", "external storage of 'evil' leads to '../outside.h5'"),
            ("virtual_outside", "source of virtual dataset 'evil' leads to '../outside.h5'"),
        ])
    func `what leads outside the folder is refused`(_ name: String, _ start: String) {
        let error = failure("\(attacks)/\(name).h5")
        #expect(error?.kind == .refused)
        #expect(error?.problem == start + ", outside the checkpoint's folder; refused")
        #expect(error?.remedy == "if you trust it, allow its directory with --allow-external DIR")
    }

    @Test(arguments: ["external_link_h5", "external_relative", "virtual_outside"])
    func `a trusted root admits it`(_ name: String) throws {
        // The outside file holds external storage of its own, which stays refused, so only its good dataset is asked for.
        let options = readOptions(roots: ["\(readingFixtures)/core"])
        let error = failure("\(attacks)/\(name).h5", options)
        if name == "external_link_h5" {
            #expect(error?.problem.hasPrefix("external storage of 'evil.external' leads to '/etc/passwd'") == true)
        } else {
            #expect(error == nil)
        }
    }

    @Test func `a source that hands on to another file is refused`() {
        #expect(failure("\(attacks)/virtual_storage.h5")?.kind == .refused)
        let error = failure("\(attacks)/virtual_link.h5")
        #expect(error?.problem.hasPrefix("a source of the virtual dataset 'evil': cannot open 'link'") == true)
    }

    @Test func `a missing source is an error, not fill values`() {
        let error = failure("\(attacks)/virtual_missing.h5")
        #expect(error?.kind == .unreachable)
        #expect(
            error?.problem
                == "source of virtual dataset 'evil' leads to 'no_such_file.h5': No such file or directory")
    }

    @Test func `names cannot control the terminal or collide`() throws {
        let reader = try openCheckpoint("\(attacks)/names.h5")
        #expect(reader.tensors.map(\.name) == ["a.b", "ok"])
        #expect(
            reader.leftOut == [
                LeftOut(name: "a.b", reason: "another dataset has this name once / is read as .", elementCount: 2),
                LeftOut(name: #"w\u{1B}[2Jx"#, reason: "its name is not printable text", elementCount: 2),
            ])
    }

    @Test func `a small file cannot stand for endless elements`() {
        let error = failure("\(attacks)/huge.h5")
        #expect(error?.kind == .refused)
        #expect(error?.problem == "its datasets claim 4398046511104 bytes in files of 1400 bytes; refused")
    }

    @Test func `a recorded size that contradicts the elements is not believed`() throws {
        // Two contiguous datasets of 128 bytes, each recorded as 2^63 - 256 bytes.
        #expect(failure("\(attacks)/layout_size.h5") == nil)
        #expect(try openCheckpoint("\(attacks)/layout_size.h5").tensors.map(\.storedByteCount) == [128, 128])
    }

    @Test func `more bytes than a series can count are refused`() throws {
        func manifest(_ shapes: [[Int]], stored: Int) -> CheckpointManifest {
            let tensors = shapes.map { shape in
                TensorInfo(
                    name: "w", elementType: .float32, shape: shape, layout: .chunked, filters: [],
                    storedByteCount: stored)
            }
            return CheckpointManifest(
                tensors: tensors, storage: [], files: [], attributes: [:], config: nil, leftOut: [])
        }
        let half = [1 << 47]
        try manifest([half, half], stored: 1 << 49).checkTotals("c")
        let tooMany = [
            ([half, half, [1]], 0), ([[1 << 61]], 0), ([[1], [1], [1]], 1 << 49), ([[1], [1]], .max),
        ]
        for (shapes, stored) in tooMany {
            let error = #expect(throws: CheckpointError.self) { try manifest(shapes, stored: stored).checkTotals("c") }
            #expect(error?.kind == .refused)
        }
    }

    @Test func `of millions of chunks that were never written none is listed`() throws {
        let reader = try openCheckpoint("\(attacks)/sparse.h5")
        let window = try reader.window(0, capacity: 1 << 22)
        let count = reader.tensors[0].elementCount
        for start in [0, 1 << 27, count - 1 << 20] {
            let end = window.reach(from: start)
            try window.load(start..<end, on: Threads(4))
            let values = UnsafeRawBufferPointer(start: window.pointer(to: start), count: 4 * (end - start))
                .bindMemory(to: Float.self)
            #expect(Set(values) == [0.5, 2])
            #expect(values.filter { $0 == 2 }.count == 1)
            #expect(values[start == count - 1 << 20 ? values.count - 1 : 0] == 2)
        }
        // Three chunks of four bytes.
        #expect(reader.bytesRead == 12)
    }

    @Test func `a layout newer than the library names the remedy`() {
        let error = failure("\(attacks)/latest.h5")
        #expect(error?.kind == .unsupported)
        #expect(error?.remedy == HDF5Signature.remedy)
    }

    @Test func `a missing plugin names the filter and the tensor`() throws {
        let reader = try openCheckpoint("\(attacks)/plugin.h5")
        #expect(reader.tensors.map(\.filters) == [["filter 32015"]])
        let error = failure("\(attacks)/plugin.h5")
        #expect(error?.kind == .unsupported)
        #expect(
            error?.problem == "'w' is compressed with HDF5 filter 32015, which this HDF5 library cannot decode")
    }

    @Test(
        arguments: [
            ("gzip", "its gzip stream is damaged"), ("lzf", "its lzf stream is damaged"), ("sum", "its checksum is"),
        ])
    func `a damaged chunk is found and named`(_ name: String, _ reason: String) throws {
        let reader = try openCheckpoint("\(attacks)/damaged_chunk.h5")
        let tensor = try #require(reader.tensors.firstIndex { $0.name == name })
        let error = #expect(throws: CheckpointError.self) { try elements(reader, tensor) }
        #expect(error?.kind == .malformed)
        #expect(error?.problem.hasPrefix("chunk 0 of '\(name)' is damaged: \(reason)") == true)
    }

    @Test func `what is no HDF5 file is told without a worker`() throws {
        let folder = try TemporaryFolder()
        // No worker can be started, and none is needed.
        var options = readOptions()
        options.workerExecutable = "/nonexistent"
        #expect(
            failure(try folder.write("text.h5", Array("not HDF5\n".utf8)), options)?.problem == "it is not an HDF5 file"
        )
        #expect(failure(try folder.write("empty.h5", []), options)?.problem == "the file is empty")
        #expect(failure("\(folder.path)/missing.h5", options)?.kind == .unreachable)
        let fifo = "\(folder.path)/fifo.h5"
        try #require(mkfifo(fifo, 0o600) == 0)
        #expect(failure(fifo, options)?.problem == "cannot open it: not a regular file")
        let future = try folder.write("future.h5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 4, 8, 8, 0])
        #expect(failure(future, options)?.kind == .unsupported)
        #expect(failure(future, options)?.problem == "its HDF5 superblock has version 4; up to 3 can be read")
    }

    @Test(.enabled(if: getuid() != 0, "root may read every file"))
    func `a file without permission is unreachable`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("closed.h5", [1, 2, 3])
        chmod(path, 0)
        #expect(failure(path)?.kind == .unreachable)
        #expect(failure(path)?.problem == "cannot open it: Permission denied")
    }

    @Test(arguments: ["shapes", "filters", "types"])
    func `a truncated file is an error at every length`(_ name: String) throws {
        let folder = try TemporaryFolder()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/\(name).h5")))
        for part in 0..<16 {
            let path = try folder.write("cut.h5", Array(whole[..<(whole.count * part / 16)]))
            let error = failure(path)
            #expect(error?.kind == (part == 0 ? .malformed : .truncated), "\(part)/16: \(String(describing: error))")
        }
    }

    @Test func `a file cut short after it was opened is noticed`() throws {
        let folder = try TemporaryFolder()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/shapes.h5")))
        let path = try folder.write("shrinks.h5", whole)
        let reader = try openCheckpoint(path)
        let tensor = try #require(reader.tensors.firstIndex { $0.name == "rank5" })
        try reader.checkUnchanged()
        truncate(path, 512)
        let read = #expect(throws: CheckpointError.self) { try elements(reader, tensor) }
        #expect(read?.kind == .truncated)
        #expect(read?.problem.contains("was cut short while it was read") == true)
        let check = #expect(throws: CheckpointError.self) { try reader.checkUnchanged() }
        #expect(check?.problem == "\(path) went from \(whole.count) to 512 bytes while it was read")
    }

    @Test func `a file replaced after it was opened is noticed`() throws {
        let folder = try TemporaryFolder()
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/shapes.h5")))
        let path = try folder.write("old.h5", whole)
        let other = try folder.write("new.h5", whole)
        let reader = try openCheckpoint(path)
        try #require(rename(other, path) == 0)
        let error = #expect(throws: CheckpointError.self) { try reader.checkUnchanged() }
        #expect(error?.kind == .changed)
        #expect(error?.problem == "\(path) was replaced while it was read")
    }
}
