import Foundation
import Reports
import Testing

/// What other people's readers make of our files. Needs a Python, given by `DYNAMICS_PYTHON` or found at
/// `.venv/bin/python`; the tests are skipped without it.
@Suite struct InteroperabilityTests {
    @Test(.enabled(if: Python.exists, "no Python: see CONTRIBUTING"))
    func `Python reads back every field and every double`() throws {
        let records = Sample.hostile + Self.numbers.map { Sample(tensor: "number", step: 7, drift: $0) }
        try withFolder { folder in
            try CSVWriter().text(Sample.table(records)).write(
                toFile: "\(folder)/tensors.csv", atomically: false, encoding: .utf8)
            let program = """
                import csv, math, sys
                with open(sys.argv[1], newline='', encoding='utf-8') as file:
                    rows = list(csv.reader(file, strict=True))[1:]
                assert all(len(row) == 4 for row in rows)
                assert [row[0] for row in rows[:8]] == ['model.layers.0.self_attn.q_proj.weight', 'a,b', 'say "hi"',
                    'two\\r\\nlines', '<script>alert(1)</script>', 'μ_层|∑', '', '']
                numbers = [row[2] for row in rows if row[2]]
                assert all(repr(float(text)) == text for text in numbers), numbers
                print('\\n'.join(float(text).hex() for text in numbers))
                """
            let output = try Python.run(program, "\(folder)/tensors.csv")
            let read = output.split(separator: "\n").map { Double(String($0)) }
            #expect(read == records.compactMap(\.drift).filter(\.isFinite))
        }
    }

    @Test(.enabled(if: Python.has("frictionless"), "the Python package 'frictionless' is not installed"))
    func `frictionless finds the data package valid`() throws {
        try withFolder { folder in
            let table = Sample.table(Array(Sample.hostile.dropLast(2)), primaryKey: ["tensor"])
            try CSVWriter().text(table).write(toFile: "\(folder)/tensors.csv", atomically: false, encoding: .utf8)
            var package = ""
            DataPackage("drift", title: "What moved", tables: [table]).write(to: &package)
            try package.write(toFile: "\(folder)/datapackage.json", atomically: false, encoding: .utf8)
            let program = """
                import sys, frictionless
                report = frictionless.validate(sys.argv[1])
                assert report.valid, report.to_summary()
                resource = frictionless.Package(sys.argv[1]).resources[0]
                row = resource.read_rows()[3]
                print(row['tensor'] == 'two\\r\\nlines', row['step'], row['relative_drift'], row['is_changed'])
                print(resource.schema.get_field('step').to_descriptor()['unit'])
                """
            #expect(try Python.run(program, "\(folder)/datapackage.json") == "True None None False\nsteps\n")
        }
    }

    /// Powers of ten and their neighbours, where shortest digits and layouts change.
    private static let numbers: [Double] = (-320...308).flatMap { exponent -> [Double] in
        let power = Double("1e\(exponent)") ?? 0
        return [power, power.nextUp, -power.nextDown, power / 3]
    }
}

private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "reports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path())
}

/// The Python of the interoperability tests.
private enum Python {
    static let path: String =
        ProcessInfo.processInfo.environment["DYNAMICS_PYTHON"]
        ?? URL(filePath: #filePath).appending(path: "../../../.venv/bin/python").standardized.path()

    static var exists: Bool { FileManager.default.isExecutableFile(atPath: path) }

    static func has(_ package: String) -> Bool {
        exists && (try? run("import \(package)")) != nil
    }

    struct Failure: Error { let message: String }

    /// Runs `program` and hands back its standard output.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-X", "utf8", "-c", program] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The programs print their errors last and briefly: one pipe after the other does not block.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(message: problem) }
        return text
    }
}
