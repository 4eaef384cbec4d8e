import Base
import Foundation
import Results
import Testing

/// A folder that is removed with the test that uses it.
private final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.path() + "/run-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Everything in the folder, hidden names included.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
}

@Suite struct RunDirectoryTests {
    private let folder = TemporaryFolder()

    private func fill(_ files: KeyValuePairs<String, String>, owning: [String] = []) throws -> [String] {
        var run = try RunDirectory(at: folder.path)
        for (name, text) in files { try run.write(name) { $0.write(text) } }
        return try run.publish(owning: owning)
    }

    @Test func `files appear together, and only they remain`() throws {
        let paths = try fill(["b.csv": "1\n", "a.csv": "2\n"])
        #expect(paths == ["\(folder.path)/b.csv", "\(folder.path)/a.csv"])
        #expect(try folder.names() == ["a.csv", "b.csv"])
        #expect(try folder.text("b.csv") == "1\n")
    }

    @Test func `a table longer than the buffer is written whole`() throws {
        let line = String(repeating: "é", count: 999) + "\n"
        var run = try RunDirectory(at: folder.path + "/deep/er")
        try run.write("long.csv") { file in
            for _ in 0..<500 { file.write(line) }
        }
        _ = try run.publish()
        #expect(try folder.text("deep/er/long.csv") == String(repeating: line, count: 500))
    }

    @Test func `a run that ends early leaves the old files and nothing else`() throws {
        _ = try fill(["a.csv": "old"])
        do {
            var run = try RunDirectory(at: folder.path)
            try run.write("a.csv") { $0.write("new") }
            #expect(try folder.text("a.csv") == "old")
        }
        #expect(try folder.names() == ["a.csv"])
        #expect(try folder.text("a.csv") == "old")
    }

    @Test func `a killed run leaves the old files, and the next run removes what it staged`() async throws {
        _ = try fill(["a.csv": "old"])
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            var run = try RunDirectory(at: path)
            try run.write("a.csv") { $0.write("new") }
            kill(getpid(), SIGKILL)
        }
        #expect(try folder.text("a.csv") == "old")
        #expect(try folder.names().count == 2)
        _ = try fill(["b.csv": "b"])
        #expect(try folder.names() == ["a.csv", "b.csv"])
    }

    @Test func `files of an earlier run that this one does not leave are removed`() throws {
        _ = try fill(["a.csv": "1", "heads.csv": "1"])
        try "mine".write(toFile: "\(folder.path)/notes.txt", atomically: false, encoding: .utf8)
        _ = try fill(["a.csv": "2"], owning: ["a.csv", "heads.csv", "rows.csv"])
        #expect(try folder.names() == ["a.csv", "notes.txt"])
    }

    @Test func `two runs cannot fill one folder at a time`() throws {
        let first = try RunDirectory(at: folder.path)
        let error = #expect(throws: EnvironmentError.self) { _ = try RunDirectory(at: folder.path) }
        #expect(
            error?.description
                == "cannot write into \(folder.path): another run is using it; wait for it to end")
        _ = try first.publish()
        _ = try RunDirectory(at: folder.path)
    }

    @Test func `a full disk is named`() throws {
        let file = try OutputFile(at: "/dev/full")
        file.write("lost")
        let error = #expect(throws: EnvironmentError.self) { try file.finish() }
        #expect(error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func `a full disk is reported once, however much follows`() throws {
        let file = try OutputFile(at: "/dev/full")
        for _ in 0..<5 { file.write(String(repeating: "x", count: 70_000)) }
        #expect(throws: EnvironmentError("write", "/dev/full", reason: "No space left on device")) {
            try file.finish()
        }
    }

    @Test func `a folder below a file is an error that names it`() throws {
        _ = try fill(["a.csv": "1"])
        let error = #expect(throws: EnvironmentError.self) { _ = try RunDirectory(at: folder.path + "/a.csv/drift") }
        #expect(error?.description == "cannot make the folder \(folder.path)/a.csv/drift: Not a directory")
    }

    @Test func `a file in place of the folder is an error that names it`() throws {
        _ = try fill(["a.csv": "1"])
        let error = #expect(throws: EnvironmentError.self) { _ = try RunDirectory(at: folder.path + "/a.csv") }
        #expect(error?.description == "cannot open \(folder.path)/a.csv: Not a directory")
    }

    @Test func `a folder in place of a table is an error that names it, and nothing is left behind`() throws {
        _ = try fill(["z.csv": "old"])
        try FileManager.default.createDirectory(atPath: folder.path + "/a.csv", withIntermediateDirectories: false)
        let error = #expect(throws: EnvironmentError.self) { _ = try fill(["a.csv": "1", "z.csv": "2"]) }
        #expect(error?.description == "cannot replace \(folder.path)/a.csv: Is a directory")
        #expect(try folder.names() == ["a.csv", "z.csv"])
        #expect(try folder.text("z.csv") == "old")
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a folder without permission is an error before anything is read`() throws {
        _ = try fill(["a.csv": "1"])
        chmod(folder.path, 0o555)
        defer { chmod(folder.path, 0o755) }
        let error = #expect(throws: EnvironmentError.self) { _ = try RunDirectory(at: folder.path) }
        #expect(error?.description == "cannot write into \(folder.path): Permission denied")
    }
}
