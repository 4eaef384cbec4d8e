import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ZipArchiveTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func archive(_ data: Data) throws -> ZipArchive {
        let path = folder.path + "/x.npz"
        try data.write(to: URL(filePath: path))
        return try ZipArchive(of: try ByteSources.open(path, checkpoint: path))
    }

    private func problem(_ data: Data) -> String? {
        do {
            _ = try archive(data)
            return nil
        } catch {
            let text = (error as? CheckpointError)?.problem ?? "\(error)"
            return text.replacing("'\(folder.path)/x.npz' is not an intact zip archive: ", with: "")
        }
    }

    private let two = [("a", [UInt8](repeating: 1, count: 5)), ("b", [2, 3])]

    @Test func `members are found with their bytes`() throws {
        let data = ForgedZip(two).data
        let read = try archive(data)
        #expect(read.entries.map(\.name) == ["a", "b"])
        #expect(read.entries.map { Array(data[$0.stored]) } == two.map(\.1))
        #expect(read["b"]?.byteCount == 2 && read["c"] == nil)
        #expect(try archive(ForgedZip([]).data).entries.isEmpty)
    }

    @Test func `a comment at the end is skipped, also one that looks like the end`() throws {
        var zip = ForgedZip(two)
        zip.comment = Array("PK\u{5}\u{6} and more that is no record of an end".utf8)
        #expect(try archive(zip.data).entries.count == 2)
    }

    @Test func `records with 64-bit numbers`() throws {
        var zip = ForgedZip(two)
        zip.is64Bit = true
        let data = zip.data
        #expect(try archive(data).entries.map { Array(data[$0.stored]) } == two.map(\.1))
    }

    @Test func `tensors beyond 4 GiB are read where they are`() throws {
        var zip = ForgedZip([("a.npy", npy([1, 2])), ("b.npy", npy([3, 4, 5]))])
        zip.is64Bit = true
        zip.gap = 5 << 30
        let path = folder.path + "/large.npz"
        try Data(zip.parts.head).write(to: URL(filePath: path))
        // A hole, which takes no room on the disk.
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seek(toOffset: UInt64(zip.parts.head.count + zip.gap))
        try file.write(contentsOf: Data(zip.parts.tail))
        try file.close()
        let reader = try openCheckpoint(path)
        #expect(reader.tensors.map(\.name) == ["a", "b"])
        #expect(try elements(reader, 1) == [Float(3), 4, 5].withUnsafeBytes { Array($0) })
    }

    @Test func `an archive cut at any byte is refused`() {
        let whole = ForgedZip(two).data
        for count in 0..<whole.count { #expect(problem(whole.prefix(count)) != nil, "\(count)") }
    }

    private func forged(_ change: (inout ForgedZip) -> Void) -> Data {
        var zip = ForgedZip(two)
        change(&zip)
        return zip.data
    }

    @Test func `what contradicts itself is refused, and said`() {
        #expect(problem(Data(repeating: 0, count: 100)) == "it ends without a directory")
        #expect(problem(forged { $0.listedDirectoryOffset = 1 << 30 }) == "its directory lies outside the file")
        #expect(problem(forged { $0.listedCount = 3 }) == "its directory lists 2 members, expected 3")
        #expect(problem(forged { $0.listedCount = 1 })?.hasPrefix("its directory is damaged at byte ") == true)
        #expect(problem(forged { $0.members[1].listedOffset = 0 }) == "its member 'b' overlaps another")
        #expect(problem(forged { $0.members[1].listedOffset = 1 << 20 }) == "its member 'b' lies outside the file")
        #expect(problem(forged { $0.members[1].listedName = "c" }) == "two headers of its member 'c' disagree")
        #expect(problem(forged { $0.members[1].listedByteCount = 3 }) == "its member 'b' of 2 bytes cannot hold 3")
        #expect(problem(forged { $0.members[1].name = "a" }) == "it holds two members of one name")
        #expect(problem(forged { $0.members[0].flags = 1 }) == "its member 'a' is encrypted")
        #expect(
            problem(forged { $0.members[0].method = 12 })
                == "its member 'a' is compressed by method 12; only deflate is read")
        // Five bytes inflate to no more than 1032 times as many.
        let bomb = forged {
            $0.members[0].method = 8
            $0.members[0].listedByteCount = 1 << 30
        }
        #expect(problem(bomb) == "its member 'a' of 5 bytes cannot hold 1073741824")
    }

    @Test func `64-bit numbers that no file has are refused`() {
        let offset = forged {
            $0.is64Bit = true
            $0.members[1].listedOffset = .max
        }
        #expect(problem(offset) == "its member 'b' lies outside the file")
        let negative = forged {
            $0.is64Bit = true
            $0.members[1].listedOffset = -1
        }
        #expect(problem(negative)?.hasPrefix("its directory is damaged") == true)
        let directory = forged {
            $0.is64Bit = true
            $0.listedDirectoryOffset = .max
        }
        #expect(problem(directory) == "its directory lies outside the file")
    }
}
