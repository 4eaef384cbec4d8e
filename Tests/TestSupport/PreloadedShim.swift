import Foundation

/// Libraries of `Tests/Fixtures/preloaded` that are preloaded into a program under test, each built once; `nil` without a C
/// compiler, and where the system preloads nothing.
package enum PreloadedShim {
    /// Lets system calls fail.
    package static let failing = build("failing")
    /// Tells the most memory that a process held.
    package static let peak = build("peak")

    private static func build(_ name: String) -> String? {
        #if os(Linux)
            let source = "\(packageRoot)/Tests/Fixtures/preloaded/\(name).c"
            let shim = FileManager.default.temporaryDirectory.path + "/\(name)-\(getpid()).so"
            for compiler in ["cc", "clang", "gcc"] {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"]
                process.standardError = FileHandle.nullDevice
                guard (try? process.run()) != nil else { continue }
                process.waitUntilExit()
                if process.terminationStatus == 0 { return shim }
            }
        #endif
        return nil
    }
}

/// What a run of the built binary left.
package struct MeasuredRun {
    /// The exit code; minus the signal that ended it.
    package let code: Int32
    package let errors: String
    /// The most bytes that it held at a time: of a process of its own, whatever the tests hold beside it.
    package let peakByteCount: Int

    /// Runs the built binary in the package's folder to its end.
    package init(_ arguments: [String]) throws {
        let folder = try ScratchFolder()
        guard let shim = PreloadedShim.peak else { throw CocoaError(.featureUnsupported) }
        let process = Process()
        process.executableURL = URL(filePath: builtDynamics)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: packageRoot)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "LD_PRELOAD": shim, "PEAK_FILE": "\(folder.path)/peak",
        ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = try folder.write("errors", "")
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        self.errors = try folder.text("errors")
        peakByteCount = Int(try folder.text("peak").trimmingCharacters(in: .whitespacesAndNewlines)) ?? .max
    }
}
