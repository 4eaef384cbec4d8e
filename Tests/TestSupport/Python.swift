import Foundation

/// A Python with the packages of `Tests/requirements.txt`: `DYNAMICS_PYTHON`, or the package's own virtual environment;
/// `nil` when neither is there.
public let testPython: String? = {
    if let named = ProcessInfo.processInfo.environment["DYNAMICS_PYTHON"] { return named }
    let own = "\(packageRoot)/.venv/bin/python"
    return FileManager.default.isExecutableFile(atPath: own) ? own : nil
}()

/// Runs a program to its end and returns its exit status.
public func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}
