import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// What others make of our files, and we of theirs.
@Suite struct ImporterInteropTests {
    private static let root = URL(filePath: packageRoot)

    /// A Python with h5py, safetensors, torch and ml_dtypes.
    private static let python: String? = {
        let named = ProcessInfo.processInfo.environment["DYNAMICS_PYTHON"]
        let local = root.appending(path: ".venv/bin/python").path
        guard let found = named ?? (FileManager.default.isExecutableFile(atPath: local) ? local : nil) else {
            return nil
        }
        // torch is too large to be installed for this: who has it gets these tests.
        let check = Process()
        check.executableURL = URL(filePath: found)
        check.arguments = ["-c", "import torch, safetensors, h5py, ml_dtypes"]
        check.standardError = FileHandle.nullDevice
        guard (try? check.run()) != nil else { return nil }
        check.waitUntilExit()
        return check.terminationStatus == 0 ? found : nil
    }()

    private static let h5dump = ["/usr/bin/h5dump", "/opt/homebrew/bin/h5dump", "/usr/local/bin/h5dump"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private let folder: ImportFolder

    init() throws { folder = try ImportFolder() }

    /// Runs a program and hands back what it printed; a failure is an issue with its messages.
    private func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = folder.path + "/stdout"
        let messages = folder.path + "/stderr"
        for path in [output, messages] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: messages)
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            Issue.record("\(program) \(arguments): \(try String(contentsOfFile: messages, encoding: .utf8))")
        }
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    private func script(_ name: String) -> String {
        ImporterInteropTests.root.appending(path: "Tests/Fixtures/import/\(name)").path
    }

    @Test(
        .enabled(if: python != nil, "no Python with torch in .venv or DYNAMICS_PYTHON"),
        arguments: Importer.Link.allCases)
    func `h5py reads every type as safetensors wrote it`(link: Importer.Link) throws {
        let python = try #require(ImporterInteropTests.python)
        let source = folder.path + "/stage1-step25-tokens1B"
        _ = try run(python, [script("make_source.py"), source])
        let result = try Importer(.init(destination: folder.path + "/out", link: link)).run([source])
        let file = try #require(result.written.first?.path, "\(result.failed)")
        let count = try run(
            python, [script("check_import.py"), source, file, "stage1-step25-tokens1B"],
            environment: link == .relative ? ["HDF5_EXTFILE_PREFIX": "${ORIGIN}"] : [:])
        #expect(count == "23\n")
    }

    @Test(.enabled(if: h5dump != nil, "no h5dump (hdf5-tools)"))
    func `h5dump shows the structure`() throws {
        let program = try #require(ImporterInteropTests.h5dump)
        let json = "{" + entry("norm", "BF16", [2], 0, 4) + "," + entry("ids", "I64", [], 4, 12) + "}"
        try folder.write("step7/model.safetensors", safetensors(json, data: [UInt8](repeating: 1, count: 12)))
        let result = try Importer(.init(destination: folder.path, model: "tiny")).run([folder.path + "/step7"])
        #expect(result.written.count == 1)
        let text = try run(program, ["-p", "-H", folder.path + "/step7.h5"])
        let attributes = text.matches(of: /ATTRIBUTE "(\w+)"/).map { String($0.1) }
        #expect(attributes == ["format", "format_version", "model", "revision", "source_fingerprint", "step"])
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                #"DATASET "ids" { DATATYPE H5T_STD_I64LE DATASPACE SCALAR STORAGE_LAYOUT { CONTIGUOUS SIZE 8 OFFSET"#))
        #expect(
            words.contains(
                #"DATASET "norm" { DATATYPE 16-bit little-endian floating-point 16-bit precision "#
                    + "DATASPACE SIMPLE { ( 2 ) / ( 2 ) } STORAGE_LAYOUT { CONTIGUOUS SIZE 4 OFFSET"))
    }
}
