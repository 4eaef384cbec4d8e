#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A regular file that is open for reading; its size and time are those at opening.
struct SourceFile: ~Copyable {
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
                let reason = count < 0 ? lastError() : "it ends at byte \(offset + done); it was cut short"
                throw CheckpointError(
                    count < 0 ? .unreachable : .changed, checkpoint: checkpoint,
                    problem: "cannot read '\(path)': \(reason)")
            }
            done += count
        }
    }

    /// Reads `count` bytes from `offset` on into memory.
    func bytes(at offset: Int, count: Int) throws(CheckpointError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        try read(at: offset, into: buffer)
        return [UInt8](buffer)
    }

    /// The whole content of a file that must not be longer than `limit` bytes.
    static func contents(of path: String, limit: Int, checkpoint: String) throws(CheckpointError) -> [UInt8] {
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

extension stat {
    /// When the content last changed, in nanoseconds since 1970.
    var modificationTimeNanoseconds: Int {
        #if canImport(Darwin)
            st_mtimespec.tv_sec * 1_000_000_000 + st_mtimespec.tv_nsec
        #else
            st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec
        #endif
    }
}

/// Whether a directory entry is there. A link whose target is gone counts: opening it gives the clearer error.
func entryExists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
}

/// Whether `path` leads to a directory.
func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The path without links, `.` and `..`; `nil` when it does not exist.
func resolvedPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The system's reason for the call that just failed.
func lastError() -> String { String(cString: strerror(errno)) }
