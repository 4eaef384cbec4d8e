import Foundation
import TestSupport

/// The committed series.
let tinySeries = "\(packageRoot)/experiments/data/tiny-olmo2"

/// What a process that has ended leaves: its exit code (minus the signal that killed it), stdout and stderr.
struct Finished: Equatable {
    var code: Int32
    var output: String
    var errors: String
}

/// The built binary, as a user starts it.
final class DynamicsProcess {
    private let process = Process()
    private let scratch: Workplace
    private let files: [FileHandle]

    var identifier: pid_t { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Starts `dynamics` with these arguments; `before` and `shell`, such as `>/dev/full`, are what the user's shell adds.
    /// What goes to `output` instead of a file is not in the result.
    init(
        _ arguments: [String], in folder: String = packageRoot, before: String = "", shell: String = "",
        output: FileHandle? = nil
    ) throws {
        let scratch = try Workplace()
        // Files, not pipes: nobody has to empty them.
        files = try ["output", "errors"].map { name in
            try FileHandle(forWritingTo: URL(filePath: scratch.write(name, "")))
        }
        self.scratch = scratch
        process.executableURL = URL(filePath: "/bin/sh")
        // `exec`, so that the process is the shell's.
        process.arguments = ["-c", "\(before) exec \"$0\" \"$@\" \(shell)", builtDynamics] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "COLUMNS" }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? files[0]
        process.standardError = files[1]
        try process.run()
    }

    func send(_ signal: Int32) { kill(identifier, signal) }

    func wait() throws -> Finished {
        process.waitUntilExit()
        return Finished(
            code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try scratch.text("output"), errors: try scratch.text("errors"))
    }
}

/// Runs `dynamics` to its end.
func dynamics(_ arguments: String..., in folder: String = packageRoot, shell: String = "") throws -> Finished {
    try DynamicsProcess(arguments, in: folder, shell: shell).wait()
}

/// A folder that goes away with its owner. There is a space in its name: paths of users have them.
final class Workplace {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/front door \(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (place: Workplace, name: String) -> String { "\(place.path)/\(name)" }

    /// Writes a file and the folders above it; hands back its path.
    @discardableResult
    func write(_ name: String, _ content: Data) throws -> String {
        let file = URL(filePath: self / name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
        return file.path
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> String { try write(name, Data(content.utf8)) }

    /// A copy of a file of the committed series.
    @discardableResult
    func copy(_ checkpoint: String, to name: String) throws -> String {
        try write(name, try Data(contentsOf: URL(filePath: "\(tinySeries)/\(checkpoint)")))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: self / name)), as: UTF8.self)
    }

    /// Everything in a folder, hidden files too; `nil` when it is not there.
    func list(_ name: String) -> [String]? {
        try? FileManager.default.contentsOfDirectory(atPath: self / name).sorted()
    }

    /// The cells of a CSV table without quotes, a dictionary a row.
    func table(_ name: String) throws -> [[String: String]] {
        let lines = try text(name).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// A member of a JSON file's object.
    func json(_ name: String, _ key: String) throws -> Any? {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: self / name)))
        return (object as? [String: Any])?[key]
    }

    /// Everything in a results folder that is the same for equal input, without pages and PDF, which are made of the rest.
    func tables(_ folder: String) throws -> [String: String] {
        var tables: [String: String] = [:]
        for name in list(folder) ?? []
        where !["machine.json", "index.html"].contains(name) && !name.hasPrefix(".") && !name.hasSuffix(".pdf") {
            tables[name] = try text("\(folder)/\(name)")
        }
        return tables
    }
}
