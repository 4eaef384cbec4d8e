import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

struct ReadFixturesTests {
    @Test(arguments: ["types", "shapes", "filters", "links", "linked", "seed_v18", "seed_v110"])
    func `committed files read as they were written`(_ name: String) throws {
        try expectAsWritten("\(readingFixtures)/core/\(name).h5")
        try expectAsWritten("\(readingFixtures)/core/\(name).h5", capacity: 64, step: 7)
    }

    @Test func `attributes are strings, integers and numbers`() throws {
        let reader = try openCheckpoint("\(readingFixtures)/core/shapes.h5")
        #expect(
            reader.attributes == [
                "model": .string("tiny"), "step": .integer(1000), "loss": .number(2.5),
                "fixed": .string("fixed length"),
                "config": .string(#"{"model_type": "olmo2", "hidden_size": 64}"#),
            ])
        #expect(reader.config == #"{"model_type": "olmo2", "hidden_size": 64}"#)
    }

    @Test func `a group of a file is a checkpoint of its own`() throws {
        let reader = try openCheckpoint("\(readingFixtures)/core/shapes.h5:/model/layers")
        #expect(reader.tensors.map(\.name) == ["0.weight", "10.weight"])
        #expect(reader.attributes.isEmpty)
    }

    @Test func `a group that is not there is named`() {
        let error = failure("\(readingFixtures)/core/shapes.h5:/nothing")
        #expect(error?.kind == .malformed)
        #expect(error?.problem.hasPrefix("cannot open '/nothing'") == true)
    }

    @Test func `dumps of bfloat16 are read as such when the options say so`() throws {
        let path = "\(readingFixtures)/core/types.h5"
        let reader = try openCheckpoint(path, readOptions(dumps: [.uint16, .opaque16]))
        let types = Dictionary(uniqueKeysWithValues: reader.tensors.map { ($0.name, $0.elementType) })
        #expect(types["dump"] == .bfloat16)
        #expect(types["le_uint16"] == .bfloat16)
        #expect(types["be_uint16"] == .bfloat16)
        #expect(types["le_uint32"] == .uint32)
    }

    @Test func `only stored bytes count as read`() throws {
        let reader = try openCheckpoint("\(readingFixtures)/core/filters.h5")
        let tensor = try #require(reader.tensors.firstIndex { $0.name == "gzip.float32" })
        #expect(reader.bytesRead == 0)
        _ = try elements(reader, tensor)
        #expect(reader.bytesRead == reader.tensors[tensor].storedByteCount)
    }
}

@Suite(.needsPython)
struct ReadEveryLayoutTests {
    @Test(
        arguments: [
            "types", "shapes", "chunked", "served", "userblock", "indexes", "links", "linked", "external", "recorded",
            "virtual",
        ])
    func `what h5py writes is read bit for bit`(_ name: String) throws {
        let path = try "\(PythonFixtures.folder.get())/\(name).h5"
        try expectAsWritten(path)
        // Steps that end within chunks, rows and elements of no particular alignment.
        try expectAsWritten(path, capacity: 64, step: 100_003)
    }

    @Test func `a chunk larger than the window is read and decoded once, and not once a window`() throws {
        let reader = try openCheckpoint(try "\(PythonFixtures.folder.get())/chunked.h5")
        let tensor = try #require(reader.tensors.firstIndex { $0.name == "s100_c100" })
        _ = try elements(reader, tensor, capacity: 16, step: 4)
        #expect(reader.bytesRead == reader.tensors[tensor].storedByteCount)
    }

    @Test func `a file reached through a symbolic link finds its companions`() throws {
        let folder = try TemporaryFolder()
        let target = try "\(PythonFixtures.folder.get())/external.h5"
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/here.h5", withDestinationPath: target)
        #expect(failure("\(folder.path)/here.h5") == nil)
    }

    @Test func `a link to bytes that changed since the import is refused`() throws {
        let folder = try PythonFixtures.folder.get()
        let copy = try TemporaryFolder()
        for name in ["recorded.h5", "part3.bin"] {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        // The copy has a time of its own.
        let error = failure("\(copy.path)/recorded.h5")
        #expect(error?.kind == .changed)
        #expect(
            error?.problem == "external storage of 'linked', 'part3.bin', is no longer the file that was imported: "
                + "its size or modification time differs")
    }

    @Test func `every file that holds a part is listed`() throws {
        let folder = try PythonFixtures.folder.get()
        #expect(
            try openCheckpoint("\(folder)/external.h5").files.map { URL(fileURLWithPath: $0.path).lastPathComponent }
                == ["external.h5", "part1.bin", "part2.bin"])
        #expect(
            try openCheckpoint("\(folder)/virtual.h5").files.map { URL(fileURLWithPath: $0.path).lastPathComponent }
                == ["virtual.h5", "source0.h5", "source1.h5"])
    }
}

struct ReadManifestTests {
    @Test func `a manifest of plain bytes needs no worker, and elements may straddle extents`() throws {
        let folder = try TemporaryFolder()
        let first = try folder.write("first", [0xaa, 1, 2, 3, 4, 5, 6])
        let second = try folder.write("second", [7, 8, 9, 10, 11, 12, 0xbb])
        func info(_ name: String, _ type: ElementType) -> TensorInfo {
            TensorInfo(
                name: name, elementType: type, shape: [3], layout: .contiguous, filters: [], storedByteCount: 12)
        }
        let extents = [Extent(file: 0, offset: 1, byteCount: 6), Extent(file: 1, offset: 0, byteCount: 6)]
        let manifest = CheckpointManifest(
            tensors: [info("big", .float32), info("fill", .uint16), info("little", .float32)],
            storage: [.extents(extents, bigEndian: true), .fill([1, 2]), .extents(extents, bigEndian: false)],
            files: try [first, second].map { try ByteSources.open($0, checkpoint: "test") }, attributes: [:],
            config: nil, leftOut: [])
        let reader = CheckpointReader(CheckpointLocation(path: folder.path), manifest: manifest, backed: [])
        for step in 1...3 {
            #expect(try elements(reader, 0, step: step) == [4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9])
            #expect(try elements(reader, 1, step: step) == [1, 2, 1, 2, 1, 2])
            #expect(try elements(reader, 2, step: step) == Array(1...12))
        }
        #expect(reader.bytesRead == 6 * 12)
        #expect(reader.files.map(\.byteCount) == [7, 7])
    }
}
