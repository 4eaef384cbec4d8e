import Foundation
import TestSupport
import Testing

/// Files that h5py writes at test time, where there is a Python with h5py.
enum PythonFixtures {
    /// `DYNAMICS_PYTHON`, or the package's own virtual environment; `nil` when neither exists.
    static let python: String? = {
        if let named = ProcessInfo.processInfo.environment["DYNAMICS_PYTHON"] { return named }
        let own = "\(packageRoot)/.venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: own) ? own : nil
    }()

    /// The folder with everything `make_files.py` writes; made once a test run.
    static let folder: Result<String, any Error> = Result {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "python3")
        process.arguments = ["\(readingFixtures)/make_files.py", folder.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ScriptFailure() }
        kept = folder
        atexit { PythonFixtures.kept.map { _ = try? FileManager.default.removeItem(atPath: $0.path) } }
        return folder.path
    }

    /// `make_files.py` failed; its own words are on stderr.
    struct ScriptFailure: Error {}

    nonisolated(unsafe) private static var kept: TemporaryFolder?
}

extension Trait where Self == ConditionTrait {
    /// Skips, visibly, where no Python with h5py is at hand.
    static var needsPython: Self {
        .enabled(if: PythonFixtures.python != nil, "needs h5py: .venv/bin/python or DYNAMICS_PYTHON")
    }
}
