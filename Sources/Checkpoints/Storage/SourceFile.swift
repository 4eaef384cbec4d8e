import Base

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A regular file that is open for reading; its size and time are those at opening.
package struct SourceFile: ~Copyable {
    let path: String
    /// The checkpoint it belongs to, for messages.
    let checkpoint: String
    let byteCount: Int
    let modificationTimeNanoseconds: Int
    private let descriptor: Int32

    /// Opens it. Anything but a regular file is refused, and does not block (a FIFO would).
    init(_ path: String, checkpoint: String) throws(CheckpointError) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            let code = errno
            throw CheckpointError(
                opening: checkpoint, problem: "cannot open '\(path)': \(String(cString: strerror(code)))", errno: code)
        }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "'\(path)' is not a regular file")
        }
        self.path = path
        self.checkpoint = checkpoint
        byteCount = Int(status.st_size)
        modificationTimeNanoseconds = status.modificationTimeNanoseconds
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from byte `offset` on.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                if count < 0 {
                    throw CheckpointError(
                        opening: checkpoint, problem: "cannot read '\(path)': \(systemErrorText(code))", errno: code)
                }
                throw CheckpointError(
                    .truncated, checkpoint: checkpoint,
                    problem: "cannot read '\(path)': it ends at byte \(offset + done); it was cut short")
            }
            done += count
        }
    }

    /// Reads `count` bytes from `offset` on into memory.
    func bytes(at offset: Int, count: Int) throws(CheckpointError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBufferPointer { buffer throws(CheckpointError) in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }

    /// The whole content of a file that must not be longer than `limit` bytes.
    package static func contents(of path: String, limit: Int, checkpoint: String) throws(CheckpointError) -> [UInt8] {
        let file = try SourceFile(path, checkpoint: checkpoint)
        guard file.byteCount <= limit else {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint,
                problem: "'\(path)' has \(file.byteCount) bytes; at most \(limit) were expected")
        }
        return try file.bytes(at: 0, count: file.byteCount)
    }

    /// Throws when the open file is no longer as long and as old as when it was opened.
    func checkUnchanged() throws(CheckpointError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount,
            status.modificationTimeNanoseconds == modificationTimeNanoseconds
        else {
            throw CheckpointError(.changed, checkpoint: checkpoint, problem: "'\(path)' changed while it was read")
        }
    }
}
