import Base
import Tensors

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file under construction: `.NAME.partial` beside its place, renamed into it when complete, removed otherwise.
///
/// The name is always the same, so that what a killed process left is taken over and not left for good; a lock keeps
/// two living processes apart.
struct PartialFile: ~Copyable {
    /// Where the finished file goes.
    let destination: String
    /// Where it grows.
    let path: String
    private let descriptor: Int32
    private var isCommitted = false

    init(for destination: String) throws(OutputError) {
        let path = PartialFile.path(for: destination)
        // A link that somebody put there would have its target overwritten; a FIFO would be waited for.
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        guard opened >= 0 else { throw OutputError(destination, lastError()) }
        // A file system without locks gives another error, and must do without.
        let isTaken = flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
        // The previous holder may have renamed it away between the two calls.
        var own = stat()
        var entry = stat()
        guard !isTaken, fstat(opened, &own) == 0, lstat(path, &entry) == 0, own.st_ino == entry.st_ino else {
            close(opened)
            throw OutputError(destination, "another process is writing it")
        }
        self.destination = destination
        self.path = path
        descriptor = opened
    }

    /// The longest name that file systems take, in bytes.
    private static let nameLimit = 255

    /// `.NAME.partial`; where that is too long, the end of the name gives way to its hash.
    private static func path(for destination: String) -> String {
        let place = PathText(destination)
        let name = place.name ?? ""
        var partial = ".\(name).partial"
        if partial.utf8.count > nameLimit {
            let hash = "\(Fingerprint(of: name))"
            let kept = name.unicodeScalars.reduce(into: "") { kept, scalar in
                if kept.utf8.count + 4 + hash.utf8.count + ".-.partial".utf8.count <= nameLimit {
                    kept.unicodeScalars.append(scalar)
                }
            }
            partial = ".\(kept)-\(hash).partial"
        }
        let folder = place.folder
        return folder.isEmpty ? partial : folder == "/" ? "/\(partial)" : "\(folder)/\(partial)"
    }

    deinit {
        if !isCommitted { unlink(path) }
        close(descriptor)
    }

    /// Bytes written so far, holes included.
    func byteCount() throws(OutputError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw OutputError(destination, lastError()) }
        return Int(status.st_size)
    }

    /// Writes all of `bytes` from byte `offset` on.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(OutputError) {
        guard writeAll(bytes, to: descriptor, at: offset) else { throw OutputError(destination, lastError()) }
    }

    /// Gives the file its name, in place of one that is there.
    consuming func commit() throws(OutputError) {
        guard rename(path, destination) == 0 else { throw OutputError(destination, lastError()) }
        isCommitted = true
    }

    /// Whether the file at the destination is as long, and has the same bytes outside `ranges` (ascending). One that
    /// cannot be read is neither equal nor different: that is an error.
    func matchesDestination(outside ranges: [Range<Int>]) throws(OutputError) -> Bool {
        let length = try byteCount()
        do throws(CheckpointError) {
            let existing = try ByteSources.open(destination, checkpoint: destination)
            let partial = try ByteSources.open(path, checkpoint: destination)
            guard existing.byteCount == length else { return false }
            var start = 0
            for range in ranges + [length..<length] {
                for offset in stride(from: start, to: range.lowerBound, by: 1 << 20) {
                    let count = min(range.lowerBound - offset, 1 << 20)
                    if try existing.bytes(at: offset, count: count) != partial.bytes(at: offset, count: count) {
                        return false
                    }
                }
                start = range.upperBound
            }
            return true
        } catch {
            throw OutputError(destination, "what is there cannot be compared with it: \(error.problem)")
        }
    }
}

/// A file could not be written: which one and why, as the system says it.
package struct OutputError: Error, Equatable, CustomStringConvertible {
    /// The file that was to be there.
    package let path: String
    /// For example `No space left on device`.
    package let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// One line for a person.
    package var description: String { "cannot write '\(path)': \(reason)" }
}
