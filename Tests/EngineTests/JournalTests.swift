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
        // A new run writes a file of its own: the torn line does not swallow the next. Files are named by the millisecond.
        usleep(2000)
        let later = try Journal(directory: directory)
        try later.append(DifferenceSums(), for: "second")
        #expect(try files().count == 2)
        #expect(try Journal(directory: directory).summary(DifferenceSums.self, for: "second") == DifferenceSums())
    }

    @Test(arguments: ["{\"count\":1}", "not JSON", "{}", "[]", "", "{\"count\":\"one\"}"])
    func `a line that is no summary of the kind asked for is ignored`(text: String) throws {
        _ = try filled()
        let line = "\(Fingerprint(of: "first")) \(text)\n\nshort\n\(String(repeating: "z", count: 40))\n"
        try line.write(toFile: "\(directory)/zzz.jsonl", atomically: false, encoding: .utf8)
        let journal = try Journal(directory: directory)
        #expect(journal.summary(UpdateGram.self, for: "second") == nil)
        #expect(journal.summary(DifferenceSums.self, for: "second") == DifferenceSums())
        if !text.isEmpty { #expect(journal.summary(DifferenceSums.self, for: "first") == nil) }
    }

    @Test func `two processes' journals are read together`() throws {
        let (one, other) = (try Journal(directory: directory), try Journal(directory: directory))
        try one.append(DifferenceSums(), for: "one")
        usleep(2000)
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
}
