import Foundation
import TestSupport
import Testing

@testable import Base

@Suite struct FileReadingTests {
    @Test func `a file is read whole, from its start, and up to a limit`() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("a.txt", "caf\u{E9}")
        #expect(try readFile(path, limit: 5) == Array("caf\u{E9}".utf8))
        #expect(try readText(path, limit: 5) == "caf\u{E9}")
        #expect(try readStart(path, count: 3) == Array("caf".utf8))
        #expect(try readStart(path, count: 9) == Array("caf\u{E9}".utf8))
        let error = #expect(throws: FileReadingError.self) { try readFile(path, limit: 4) }
        #expect(error?.kind == .unsuitable && error?.reason == "it has 5 bytes; up to 4 are read")
    }

    @Test func `bytes that are no text are none`() throws {
        let folder = try ScratchFolder()
        try Data([0x63, 0xFF]).write(to: URL(filePath: folder.path + "/a"))
        #expect(try readText(folder.path + "/a", limit: 2) == nil)
    }

    @Test func `what is no file is refused and does not block`() throws {
        let folder = try ScratchFolder()
        try #require(mkfifo(folder.path + "/fifo", 0o600) == 0)
        for name in ["", "/fifo"] {
            let error = #expect(throws: FileReadingError.self) { try readStart(folder.path + name, count: 1) }
            #expect(error?.kind == .unsuitable && error?.reason == "it is not a regular file")
        }
        let missing = #expect(throws: FileReadingError.self) { try readFile(folder.path + "/none", limit: 1) }
        #expect(missing?.kind == .missing)
    }

    @Test func `a place is there when something is, and a link counts by itself`() throws {
        let folder = try ScratchFolder()
        try folder.write("a", "")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/gone", withDestinationPath: "nowhere")
        #expect(pathExists(folder.path + "/a") && entryExists(folder.path + "/a"))
        #expect(!pathExists(folder.path + "/gone") && entryExists(folder.path + "/gone"))
        #expect(!pathExists(folder.path + "/b") && !entryExists(folder.path + "/b"))
    }

    /// Foundation's readers wait for FIFOs, have no limit, and do not tell a missing file from a disk that does not answer.
    @Test func `everything that is read passes through the readers that blame the right one`() throws {
        let others = [
            "FileManager.default.contents(", "contentsOfFile:", "Data(contentsOf:", "FileHandle(forReading",
            "contentsOfDirectory(", "FileManager.default.fileExists(",
        ]
        let root = packageRoot + "/Sources"
        let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        var found: [String] = []
        for name in names where name.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
            found += others.filter(text.contains).map { "\(name): \($0)" }
        }
        #expect(found == [])
    }
}
