import Foundation
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

@Suite struct ImporterTests {
    private let folder: ImportFolder

    init() throws { folder = try ImportFolder() }

    private var destination: String { folder.path + "/out" }

    @discardableResult
    private func source(_ revision: String, _ model: Data = tinyModel()) throws -> String {
        try folder.write(revision + "/config.json", #"{"hidden_size": 2}"#)
        try folder.write(revision + "/model.safetensors", model)
        return folder.path + "/" + revision
    }

    private func run(
        _ sources: [String], facts: RevisionFacts? = nil, link: Importer.Link = .none, force: Bool = false,
        revision: String? = nil
    ) throws -> ImportResult {
        try Importer(
            .init(
                destination: destination, revision: revision, facts: facts, link: link, force: force,
                workerExecutable: builtDynamics)
        ).run(sources)
    }

    private func usageError(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as ImportError where error.kind == .usage {
            return error.description.replacing(folder.path + "/", with: "")
        } catch {
            return "not a usage error: \(error)"
        }
    }

    @Test func `tensors arrive bit for bit`() throws {
        let result = try run([source("step1"), source("step2", tinyModel(first: 101))])
        #expect(result.written.map(\.path) == [destination + "/step1.h5", destination + "/step2.h5"])
        #expect(result.written.map(\.revision) == [Revision(named: "step1"), Revision(named: "step2")])
        #expect(result.written.map(\.byteCount) == [14, 14])
        #expect(result.failed.isEmpty)
        #expect(try folder.list("out") == ["step1.h5", "step2.h5"])
        let first = try folder.read("out/step1.h5")
        let second = try folder.read("out/step2.h5")
        // The file has lm_head before model.norm: ascending order of name.
        for content in [(first, UInt8(1)), (second, UInt8(101))] {
            #expect(content.0.firstRange(of: Data((0..<8).map { content.1 + $0 })) != nil)
            #expect(content.0.firstRange(of: Data((8..<14).map { content.1 + $0 })) != nil)
        }
        #expect(first.prefix(8) == Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]))
    }

    @Test func `an import is the same, byte for byte, wherever and whenever it is made`() throws {
        _ = try run([source("step1")])
        let first = try folder.read("out/step1.h5")
        let other = try ImportFolder()
        try other.write("deep/er/step1/config.json", #"{"hidden_size": 2}"#)
        try other.write("deep/er/step1/model.safetensors", tinyModel())
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
            ofItemAtPath: other.path + "/deep/er/step1/model.safetensors")
        _ = try Importer(.init(destination: other.path)).run([other.path + "/deep/er/step1/"])
        #expect(try other.read("step1.h5") == first)
    }

    @Test func `a finished file is skipped, and one of another source is kept unless forced`() throws {
        let path = try source("step1")
        #expect(try run([path]).written.count == 1)
        let again = try run([path])
        #expect(again.written.isEmpty)
        #expect(again.skipped.map(\.path) == [destination + "/step1.h5"])

        let before = try folder.read("out/step1.h5")
        try source("step1", tinyModel(first: 50))
        let refused = try run([path])
        #expect(refused.written.isEmpty && refused.skipped.isEmpty)
        #expect(
            refused.failed == [
                ImportFailure(
                    source: path,
                    reason: "'\(destination)/step1.h5' is there and differs from what this import would write; "
                        + "--force replaces it")
            ])
        #expect(try folder.read("out/step1.h5") == before)

        #expect(try run([path], force: true).written.count == 1)
        #expect(try folder.read("out/step1.h5") != before)
        #expect(try folder.list("out") == ["step1.h5"])
    }

    @Test func `what leads to no file costs its source, and is not replaced`() throws {
        let paths = [try source("step1"), try source("step2", tinyModel(first: 101))]
        try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
        let place = destination + "/step1.h5"
        let obstacles: [() throws -> Void] = [
            { try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: place) },
            { try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true) },
            { try #require(mkfifo(place, 0o600) == 0) },
        ]
        for make in obstacles {
            try make()
            for force in [false, true] {
                let result = try run(paths, force: force)
                #expect(result.failed.map(\.source) == [paths[0]])
                #expect(result.failed[0].reason.contains("is no file that an import has made"), "\(result.failed)")
                #expect((result.written + result.skipped).map(\.path) == [destination + "/step2.h5"])
            }
            #expect(!isRegularFile(place) && entryExists(place))
            try FileManager.default.removeItem(atPath: place)
        }
    }

    @Test func `an HDF5 file that no import made is not replaced, even by force`() throws {
        let path = try source("step1")
        // The user's own: as large as they like, and it may say that it is of our format.
        let own = try CheckpointWriter(
            path: folder.path + "/own.h5", model: "own", revision: Revision(named: "step1"), config: nil,
            tensors: [.init(name: "w", elementType: .float32, shape: [])])
        try own.commit()
        let another = try Data(contentsOf: URL(filePath: "\(readingFixtures)/core/types.h5"))
        // Damaged, nothing tells who made it.
        for content in [another, try folder.read("own.h5"), another.prefix(600)] {
            try folder.write("out/step1.h5", content)
            let result = try run([path], force: true)
            #expect(
                result.failed.map(\.reason) == [
                    "'\(destination)/step1.h5' is no file that an import has made, and --force replaces no other; move it "
                        + "away, or import into another folder with --to"
                ])
            #expect(try folder.read("out/step1.h5") == content)
        }
    }

    @Test func `a linking file whose source has changed is one that an import made`() throws {
        let path = try source("step1")
        #expect(try run([path], link: .absolute).written.count == 1)
        try source("step1", tinyModel(first: 50))
        #expect(try run([path], link: .absolute).failed.count == 1)
        #expect(try run([path], link: .absolute, force: true).written.count == 1)
    }

    @Test func `names that differ in their bytes only are two files`() throws {
        let names = ["e\u{301}", "\u{E9}"]
        let paths = try names.map { try source($0) }
        let result = try run(paths)
        #expect(result.written.count == 2, "\(result.failed)")
        #expect(try Set(folder.list("out").map { Array($0.utf8) }) == Set(names.map { Array(($0 + ".h5").utf8) }))
    }

    @Test func `what a killed import left is taken over`() throws {
        try folder.write("out/.step1.h5.partial", Data(repeating: 7, count: 100_000))
        let path = try source("step1")
        _ = try run([path])
        let content = try folder.read("out/step1.h5")
        try FileManager.default.removeItem(atPath: destination)
        _ = try run([path])
        #expect(try folder.read("out/step1.h5") == content)
        #expect(try folder.list("out") == ["step1.h5"])
    }

    @Test func `two imports of one file exclude each other`() throws {
        try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
        let path = try source("step1")
        let other = try PartialFile(for: destination + "/step1.h5")
        #expect(throws: ImportError.self) { try run([path]) }
        #expect(try folder.list("out") == [".step1.h5.partial"])
        _ = consume other
        #expect(try run([path]).written.count == 1)
    }

    @Test func `a source that cannot be read costs only itself`() throws {
        let bad = try source("step2", Data([1, 2, 3]))
        let result = try run([source("step1"), bad, folder.path + "/nowhere", source("step3")])
        #expect(result.written.map(\.revision.name) == ["step1", "step3"])
        #expect(result.failed.map(\.source) == [bad, folder.path + "/nowhere"])
        #expect(result.failed[0].reason.contains("has 3 bytes, fewer than 8"))
        #expect(try folder.list("out") == ["step1.h5", "step3.h5"])
    }

    @Test(arguments: [
        (entry("", "U8", [1], 0, 1), "a dataset cannot have the name '' (0 bytes)"),
        (entry(".", "U8", [1], 0, 1), "a dataset cannot have the name '.' (1 bytes)"),
        (entry("/", "U8", [1], 0, 1), "a dataset cannot have the name '.' (1 bytes)"),
        (entry(String(repeating: "n", count: 70_000), "U8", [1], 0, 1), "(70000 bytes)"),
        (entry("a", "U8", [Int](repeating: 1, count: 33), 0, 1), "'a' has 33 dimensions; HDF5 allows 32"),
    ])
    func `what HDF5 cannot store is the source's fault`(entry: String, reason: String) throws {
        let bad = try source("step1", safetensors("{\(entry)}", data: [0]))
        let result = try run([bad, source("step2")])
        #expect(result.written.map(\.revision.name) == ["step2"])
        #expect(result.failed.first?.reason.contains(reason) == true, "\(result.failed)")
    }

    @Test(arguments: [(#"w\u001b[2Jx"#, #"w\u{1B}[2Jx"#), (#"a\nb"#, #"a\nb"#), (#"a\u0000"#, #"a\0"#)])
    func `a name that our reader would leave out is not written`(name: String, shown: String) throws {
        let path = try source("step1", safetensors("{" + entry(name, "U8", [1], 0, 1) + "}", data: [7]))
        let result = try run([path])
        #expect(
            result.failed.map(\.reason) == [
                "the name of tensor '\(shown)' is not printable text, so that the file's reader would leave it out; "
                    + "rename the tensor"
            ])
        #expect(try folder.list("out").isEmpty)
    }

    @Test func `a revision that is not printable text does not name a file`() throws {
        let result = try run([source("step1\u{1B}[2J")])
        #expect(
            result.failed.map(\.reason) == [
                #"the revision 'step1\u{1B}[2J' cannot name a file; name it with --revision"#
            ])
    }

    @Test func `odd but sound sources are stored`() throws {
        let shape = "\(entry("none", "F64", [0, 1 << 61], 0, 0)),\(entry("..", "U8", [1], 0, 1))"
        let path = try source("step1", safetensors("{\(shape)}", data: [9]))
        try folder.write("step1/config.json", #"{"long": "\#(String(repeating: "x", count: 4_000_000))"}"#)
        #expect(try run([path]).written.count == 1)
        #expect(try run([path]).skipped.count == 1)
    }

    @Test func `stopping leaves finished files and no partial one`() throws {
        let sources = [try source("step1"), try source("step2", tinyModel(first: 50))]
        var calls = 0
        let result = try Importer(.init(destination: destination)).run(
            sources,
            shouldStop: {
                calls += 1
                return calls > 4  // before each of two tensors, and after the last; then in the second source
            })
        #expect(result.isInterrupted)
        #expect(result.written.map(\.revision.name) == ["step1"])
        #expect(try folder.list("out") == ["step1.h5"])
        #expect(try run(sources).written.map(\.revision.name) == ["step2"])
    }

    @Test func `progress counts sources and bytes`() throws {
        var seen: [ImportProgress] = []
        _ = try Importer(.init(destination: destination)).run(
            [source("step1"), source("step2")], progress: { seen.append($0) })
        #expect(seen.first?.finishedByteCount == 0)
        #expect(seen.last?.finishedByteCount == 28)
        #expect(seen.last?.byteCount == 28)
        #expect(seen.map(\.revision).first == "step1" && seen.map(\.revision).last == "step2")
        #expect(seen.map(\.finishedCount).max() == 1 && seen.allSatisfy { $0.count == 2 })
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.finishedByteCount <= $1.finishedByteCount })
    }

    @Test func `contradictory options are usage errors, and nothing is written`() throws {
        let one = try source("step1")
        let two = try source("else/step1", tinyModel(first: 50))
        #expect(
            usageError { _ = try run([one, two]) }
                == "'step1' and 'else/step1' both become 'out/step1.h5'")
        #expect(
            usageError { _ = try run([one, two], revision: "main") }
                == "--revision names one source, but there are 2")
        #expect(!FileManager.default.fileExists(atPath: destination))
    }

    @Test func `the revision's name cannot lead out of the folder`() throws {
        let path = try source("step1")
        let result = try run([path], revision: "../../step1")
        #expect(result.failed.first?.reason.contains("cannot name a file") == true)
        #expect(try run([path], revision: "a/b").written.map(\.path) == [destination + "/a--b.h5"])
    }

    @Test func `a facts file gives exact numbers, and must list every revision`() throws {
        let path = try folder.write(
            "revisions.json",
            #"""
            {"note": "exact", "revisions": [
            {"revision": "step1-tokens1B", "stage": 2, "ingredient": null, "step": 1, "total_tokens": 102400, "lr": 1e-3}]}
            """#)
        let facts = try RevisionFacts(contentsOf: path)
        let result = try run([source("step1-tokens1B")], facts: facts)
        #expect(
            result.written.map(\.revision) == [Revision(name: "step1-tokens1B", stage: 2, step: 1, tokens: 102_400)])
        #expect(
            usageError { _ = try run([source("step2")], facts: facts) }
                == "facts file 'revisions.json' does not list revision 'step2'")
    }

    @Test func `a facts file that is none is a usage error`() throws {
        let twice = try folder.write("twice.json", #"{"revisions": [{"revision": "a"}, {"revision": "a"}]}"#)
        #expect(
            usageError { _ = try RevisionFacts(contentsOf: twice) } == "facts file 'twice.json' lists 'a' twice")
        let other = try folder.write("other.json", "{}")
        #expect(
            usageError { _ = try RevisionFacts(contentsOf: other) }?.contains("is not of the form") == true)
        #expect(
            usageError { _ = try RevisionFacts(contentsOf: folder.path + "/none.json") }
                == "facts file: cannot open 'none.json': No such file or directory")
    }

    @Test func `a snapshot without a name goes by its hash, and by --revision`() throws {
        let cache = "models--org--name"
        try folder.write(cache + "/snapshots/abc/model.safetensors", tinyModel())
        let snapshot = folder.path + "/" + cache + "/snapshots/abc"
        #expect(try run([snapshot]).written.map(\.revision) == [Revision(name: "abc")])
        #expect(try run([snapshot], revision: "step9").written.map(\.revision.step) == [9])
        try folder.write(cache + "/refs/step8", "abc\n")
        #expect(try run([folder.path + "/" + cache]).written.map(\.revision.step) == [8])
    }

    @Test func `a destination that is no folder is a usage error`() throws {
        try folder.write("out", "a file")
        let path = try source("step1")
        do {
            _ = try run([path])
            Issue.record("a file became a folder")
        } catch let error as ImportError {
            #expect(error.kind == .usage && error.description.hasSuffix("--to takes the folder for the files"))
        }
    }

    @Test func `a full disk is noticed, and its reason kept`() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let isWritten = [UInt8(1)].withUnsafeBytes { writeAll($0, to: full, at: 0) }
        #expect(!isWritten)
        #expect(lastError() == "No space left on device")
    }

    @Test func `a linking file changes nothing in its source and is as good as finished`() throws {
        let path = try source("step1")
        let before = try folder.read("step1/model.safetensors")
        #expect(try run([path], link: .absolute).written.count == 1)
        #expect(try run([path], link: .absolute).skipped.count == 1)
        #expect(try folder.read("step1/model.safetensors") == before)
        let content = try folder.read("out/step1.h5")
        let real = try #require(resolvedPath(path + "/model.safetensors"))
        #expect(content.firstRange(of: Data(real.utf8)) != nil)

        #expect(try run([path], link: .relative, force: true).written.count == 1)
        let relative = try folder.read("out/step1.h5")
        #expect(relative.firstRange(of: Data("../step1/model.safetensors".utf8)) != nil)
        #expect(relative.firstRange(of: Data(real.utf8)) == nil)
    }

    @Test func `a name as long as a file system takes is written, a longer one costs its source`() throws {
        let longest = String(repeating: "n", count: 250) + "\u{E9}"
        #expect(try run([source("step1")], revision: longest).written.map(\.path) == [destination + "/\(longest).h5"])
        #expect(try folder.list("out") == [longest + ".h5"])
        let result = try run([source("step1")], revision: longest + "n")
        #expect(result.written.isEmpty)
        #expect(
            result.failed.map(\.reason) == [
                "the file's name would have 256 bytes, and 255 are the most; name it with --revision"
            ])
    }

    @Test func `a slash with a combining mark stays in the destination`() throws {
        let result = try run([source("step1")], revision: "a/\u{301}../b")
        #expect(result.written.map(\.path) == [destination + "/a--\u{301}..--b.h5"])
        #expect(try folder.list("out").count == 1)
    }

    @Test func `what is no checkpoint file is not replaced, even by force`() throws {
        let path = try source("step1")
        try folder.write("out/step1.h5", "my notes\n")
        let result = try run([path], force: true)
        #expect(result.written.isEmpty && result.failed.count == 1)
        #expect(result.failed[0].reason.contains("no file that an import has made"))
        #expect(try folder.read("out/step1.h5") == Data("my notes\n".utf8))
        // A link to a checkpoint of somebody else is not one of ours either.
        try FileManager.default.removeItem(atPath: destination + "/step1.h5")
        _ = try run([source("step2", tinyModel(first: 101))])
        try folder.link("out/step1.h5", to: "step2.h5")
        #expect(try run([path], force: true).failed.count == 1)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: destination + "/step1.h5") == "step2.h5")
    }

    @Test func `a link in the place of the partial file is not followed`() throws {
        let victim = try folder.write("victim", "precious")
        try folder.link("out/.step1.h5.partial", to: victim)
        let error = #expect(throws: ImportError.self) { try run([source("step1")]) }
        #expect(error?.kind == .environment)
        #expect(try folder.read("victim") == Data("precious".utf8))
    }
}
