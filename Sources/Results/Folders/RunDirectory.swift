import Base
import Foundation

/// A results folder that one run fills: files are staged beside their places and take them together at the end.
///
/// A run that fails or is killed before `publish` leaves the folder as it was; each file is at any moment the old one or
/// the new one. What a killed run staged is removed by the next one. Two runs cannot fill one folder at a time.
///
/// ```swift
/// let run = try RunDirectory(at: "results/drift")
/// try run.write("tensors.csv") { CSVWriter().write(tensors, to: &$0) }
/// try run.write("run.json") { record.write(to: &$0) }
/// let paths = try run.publish(owning: ["tensors.csv", "heads.csv", "run.json"])
/// ```
package struct RunDirectory: ~Copyable {
    private static let stagingPrefix = ".staging-"

    /// The folder, as it was given.
    package let path: String
    private let staging: String
    /// Of the folder itself; its lock is held until it closes, which the system sees to if we are killed.
    private let descriptor: Int32
    /// Whether this run made the folder: if it leaves nothing there, the folder goes too.
    private let isNew: Bool
    /// Names in the order of writing, which is the order in which they take their places.
    private var staged: [String] = []

    /// Makes the folder if need be, reserves it for this run, checks that it can be written, and removes what a killed run
    /// left. Nothing else changes until `publish`.
    package init(at path: String) throws(EnvironmentError) {
        isNew = access(path, F_OK) != 0
        descriptor = try RunDirectory.reserve(path)
        self.path = path
        staging = "\(path)/\(RunDirectory.stagingPrefix)\(getpid())"
    }

    deinit {
        RunDirectory.remove(staging)
        if isNew { rmdir(path) }
        close(descriptor)
    }

    /// Stages a file; `body` writes its text.
    /// - Precondition: `name` is a plain file name that this run has not staged yet.
    package mutating func write(_ name: String, _ body: (inout OutputFile) -> Void) throws(EnvironmentError) {
        precondition(!name.isEmpty && !name.hasPrefix(".") && !name.contains("/"), "'\(name)' is not a plain file name")
        precondition(!staged.contains(name), "\(name) is written twice")
        if staged.isEmpty { try makeFolder(staging) }
        var file = try OutputFile(at: "\(staging)/\(name)", for: "\(path)/\(name)")
        body(&file)
        try file.finish()
        staged.append(name)
    }

    /// The folder in which files are staged, for programs that read and write there.
    var stagingFolder: String { staging }

    /// Stages the file of an earlier run as it is.
    mutating func keep(_ name: String) throws(EnvironmentError) {
        precondition(!staged.contains(name), "\(name) is written twice")
        let place = "\(path)/\(name)"
        if staged.isEmpty { try makeFolder(staging) }
        do {
            try FileManager.default.copyItem(atPath: place, toPath: "\(staging)/\(name)")
        } catch {
            throw EnvironmentError("copy", place, reason: error.localizedDescription)
        }
        staged.append(name)
    }

    /// Stages a file that another program wrote into `stagingFolder`, if it did.
    mutating func adopt(_ name: String) {
        precondition(!staged.contains(name), "\(name) is written twice")
        if pathExists("\(staging)/\(name)") { staged.append(name) }
    }

    /// Moves the staged files into their places, in the order of writing: the one that says what was run comes last.
    ///
    /// `owned` are the files that an earlier run left. Those that this one does not leave are removed, because they would
    /// speak of another run: first, for once the new record is in place, nothing tells whose they are.
    /// - Returns: the paths of the files, in the order of writing.
    package consuming func publish(owning owned: [String] = []) throws(EnvironmentError) -> [String] {
        for name in owned where !staged.contains(name) {
            let place = "\(path)/\(name)"
            guard unlink(place) == 0 || errno == ENOENT else { throw EnvironmentError("remove", place) }
        }
        var paths: [String] = []
        for name in staged {
            let place = "\(path)/\(name)"
            guard rename("\(staging)/\(name)", place) == 0 else { throw EnvironmentError("replace", place) }
            paths.append(place)
        }
        return paths
    }

    private static func reserve(_ path: String) throws(EnvironmentError) -> Int32 {
        while true {
            try makeFolder(path)
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw EnvironmentError("open", path) }
            do throws(EnvironmentError) {
                let isLocked = try lock(descriptor, path)
                if isPlace(path, of: descriptor) {
                    // Before hours of reading, not after.
                    guard access(path, W_OK | X_OK) == 0 else { throw EnvironmentError("write into", path) }
                    removeStale(in: path, isLocked: isLocked)
                    return descriptor
                }
            } catch {
                close(descriptor)
                throw error
            }
            // A run that failed has removed the folder that it made; there may be a new one of this name by now.
            close(descriptor)
        }
    }

    private static func isPlace(_ path: String, of descriptor: Int32) -> Bool {
        var (opened, named) = (stat(), stat())
        guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0 else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }

    /// Whether the lock is held; `false` where the file system has none (some network ones).
    private static func lock(_ descriptor: Int32, _ path: String) throws(EnvironmentError) -> Bool {
        // A child process of an owner that has just let go may hold the lock until it has become its own program.
        for _ in 0..<50 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            usleep(10_000)
        }
        throw EnvironmentError("write into", path, reason: "another run is using it; wait for it to end")
    }

    private static func removeStale(in path: String, isLocked: Bool) {
        let names = (try? folderNames(path)) ?? []
        for name in names where name.hasPrefix(stagingPrefix) {
            // Who holds the lock is alone. Without one, the process in the name tells; our own number is a dead one's too.
            guard let owner = Int32(name.dropFirst(stagingPrefix.count)) else { continue }
            let isAlive = owner != getpid() && (kill(owner, 0) == 0 || errno == EPERM)
            if isLocked || !isAlive { remove("\(path)/\(name)") }
        }
    }

    /// Best effort: what cannot be removed now is met again by the next run.
    private static func remove(_ folder: String) {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
