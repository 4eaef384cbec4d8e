import Base

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file without a name, for bytes that would take too much memory: it is gone with the process. It lies in the folder that
/// the environment variable TMPDIR names, or in `/tmp`.
struct TemporaryFile: Sendable {
    let descriptor: Descriptor
    /// What errors say of it, such as `decode 'w' into a temporary file`.
    private let purpose: String
    private let checkpoint: String

    private static let remedy = "name a folder with room in the environment variable TMPDIR"
    private static var folder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Makes an empty one.
    init(to purpose: String, checkpoint: String) throws(CheckpointError) {
        (self.purpose, self.checkpoint) = (purpose, checkpoint)
        let folder = TemporaryFile.folder
        var template = Array("\(folder)/dynamics-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0 else {
            throw CheckpointError(
                .environment, checkpoint: checkpoint,
                problem: "cannot make a temporary file in '\(folder)': \(lastError())", remedy: TemporaryFile.remedy)
        }
        unlink(template)
        descriptor = Descriptor(taking: number)
    }

    /// Whether its folder has twice the room that so many bytes take: others want some too.
    static func hasRoom(for byteCount: Int) -> Bool {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return false }
        let free = Int(clamping: status.f_bavail).multipliedClamping(by: Int(clamping: status.f_frsize))
        return free / 2 >= byteCount
    }

    /// Writes all of `bytes` from byte `offset` on; any number of threads may do so at different places.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
        guard writeAll(bytes, to: descriptor.number, at: offset) else { throw failure() }
    }

    /// Fills `buffer` with what was written from byte `offset` on.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor.number, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            done += count
        }
    }

    private func failure() -> CheckpointError {
        CheckpointError(
            .environment, checkpoint: checkpoint, problem: "cannot \(purpose): \(lastError())",
            remedy: TemporaryFile.remedy)
    }
}
