import Foundation

/// A Python with the packages of `Tests/requirements.txt`: `DYNAMICS_PYTHON`, or the package's own virtual environment;
/// `nil` when neither is there.
package let testPython: String? = {
    if let named = ProcessInfo.processInfo.environment["DYNAMICS_PYTHON"] { return named }
    let own = "\(packageRoot)/.venv/bin/python"
    return FileManager.default.isExecutableFile(atPath: own) ? own : nil
}()

/// Whether gnuplot is there; without it runs say so and leave figures undrawn.
package let hasGnuplot = program("gnuplot") != nil

/// The path of a program, where the shell would find it; `nil` when it is not there.
package func program(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
}

/// Runs a program to its end and returns its exit status.
package func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}
