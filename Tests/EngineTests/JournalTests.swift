import Foundation
import Tensors
import TestSupport
import Testing

@testable import Base
@testable import Engine

@Suite struct JournalTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private var directory: String { "\(folder.path)/journal" }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    private func filled() throws -> DifferenceSums {
        var sums = DifferenceSums()
        sums.count = 3
        sums.squareSum = 1.0 / 3
        sums.maximumMagnitude = .nan
        sums.absoluteSum = .infinity
        let journal = try Journal(directory: directory)
        try journal.append(sums, for: "first")
        try journal.append(DifferenceSums(), for: "second")
        return sums
    }

    @Test func `a summary is read back bit for bit, NaN and infinity included`() throws {
        let sums = try filled()
        let found = try #require(try Journal(directory: directory).summary(DifferenceSums.self, for: "first"))
        #expect(found.squareSum == sums.squareSum && found.count == 3)
        #expect(found.maximumMagnitude.isNaN && found.absoluteSum == .infinity)
        #expect(try Journal(directory: directory).summary(DifferenceSums.self, for: "third") == nil)
    }

    @Test func `reading makes no folder and no file`() throws {
        #expect(try Journal(directory: directory).summary(DifferenceSums.self, for: "first") == nil)
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test func `a last line cut short is ignored`() throws {
        _ = try filled()
        let file = "\(directory)/\(try #require(files().first))"
        let size = try #require(FileManager.default.contents(atPath: file)).count
        #expect(truncate(file, off_t(size - 1)) == 0)
        let journal = try Journal(directory: directory)
        #expect(journal.summary(DifferenceSums.self, for: "first") != nil)
        #expect(journal.summary(DifferenceSums.self, for: "second") == nil)
        // A new run writes a file of its own: the torn line does not swallow the next.
        let later = try Journal(directory: directory)
        try later.append(DifferenceSums(), for: "second")
        #expect(try files().count == 2)
        #expect(try Journal(directory: directory).summary(DifferenceSums.self, for: "second") == DifferenceSums())
    }

    @Test(arguments: ["{\"count\":1}", "not JSON", "{}", "[]", "", "{\"count\":\"one\"}"])
    func `a line that is no summary of the kind asked for is ignored`(text: String) throws {
        _ = try filled()
        let line = JournalLine(key: Fingerprint(of: "first"), summary: Data(text.utf8)).bytes
        let others = "\nshort\n\(String(repeating: "z", count: 60))\n"
        try (Data(line) + others.utf8).write(to: URL(filePath: "\(directory)/zzz.jsonl"))
        let journal = try Journal(directory: directory)
        #expect(journal.notices.count == 1)
        #expect(journal.summary(UpdateGram.self, for: "second") == nil)
        #expect(journal.summary(DifferenceSums.self, for: "second") == DifferenceSums())
        #expect(journal.summary(DifferenceSums.self, for: "first") == nil)
    }

    @Test func `two processes' journals are read together`() throws {
        let (one, other) = (try Journal(directory: directory), try Journal(directory: directory))
        try one.append(DifferenceSums(), for: "one")
        try other.append(DifferenceSums(), for: "other")
        let journal = try Journal(directory: directory)
        #expect(journal.summary(DifferenceSums.self, for: "one") != nil)
        #expect(journal.summary(DifferenceSums.self, for: "other") != nil)
    }

    @Test func `a folder that cannot be made is named`() throws {
        try folder.write("file", "")
        let journal = try Journal(directory: "\(folder.path)/file/journal")
        let error = #expect(throws: EnvironmentError.self) { try journal.append(DifferenceSums(), for: "first") }
        #expect(error?.description.hasPrefix("cannot make the folder \(folder.path)/file/journal: ") == true)
    }

    @Test func `a flipped bit loses its line, wherever it is, and says so`() throws {
        _ = try filled()
        let path = "\(directory)/\(try #require(files().first))"
        let whole = try #require(FileManager.default.contents(atPath: path))
        let first = try #require(whole.firstIndex(of: UInt8(ascii: "\n")))
        for place in 0..<first {
            for bit in 0..<8 where whole[place] ^ (1 << bit) != UInt8(ascii: "\n") {
                var flipped = whole
                flipped[place] ^= 1 << bit
                try flipped.write(to: URL(filePath: path))
                let journal = try Journal(directory: directory)
                #expect(journal.summary(DifferenceSums.self, for: "first") == nil, "bit \(bit) of byte \(place)")
                #expect(journal.summary(DifferenceSums.self, for: "second") == DifferenceSums())
                #expect(
                    journal.notices.count == 1 && journal.notices[0].contains("\(path): line 1 is damaged and not used")
                )
            }
        }
        // The end of the line itself: the two lines become one.
        var joined = whole
        joined[first] ^= 1
        try joined.write(to: URL(filePath: path))
        let journal = try Journal(directory: directory)
        #expect(journal.summary(DifferenceSums.self, for: "first") == nil && journal.notices.count == 1)
    }

    @Test func `a file of an earlier version is read once and rewritten with checksums`() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let summary = #"{"rows":3}"#
        let old = "\(Fingerprint(of: "first")) \(summary)\nnonsense\n\(Fingerprint(of: "second")) \(summary)\n"
        try old.write(toFile: "\(directory)/old.jsonl", atomically: false, encoding: .utf8)
        let journal = try Journal(directory: directory)
        #expect(journal.summary([String: Int].self, for: "first") == ["rows": 3])
        #expect(journal.notices.count == 2 && journal.notices[1].hasSuffix("they are used, and have one now"))
        let again = try Journal(directory: directory)
        #expect(again.notices.isEmpty)
        #expect(again.summary([String: Int].self, for: "second") == ["rows": 3])
        #expect(try files() == ["old.jsonl"])
    }

    @Test func `what is no file in the folder is told, and does not block`() throws {
        _ = try filled()
        #expect(mkfifo("\(directory)/pipe.jsonl", 0o600) == 0)
        let journal = try Journal(directory: directory)
        #expect(journal.summary(DifferenceSums.self, for: "first") != nil)
        #expect(
            journal.notices
                == [
                    "journal: cannot read \(directory)/pipe.jsonl: it is not a regular file; what it may hold is done again"
                ])
    }
}
