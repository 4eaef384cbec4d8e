#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file or folder that somebody else may have written could not be read.
package struct FileReadingError: Error, Equatable, CustomStringConvertible {
    /// Whose fault it is.
    package enum Kind: Sendable {
        /// Nothing is there.
        case missing
        /// It is something else than was expected, too large, or may not be read.
        case unsuitable
        /// The machine failed: no descriptor or memory is left, or the disk does not answer.
        case machine
    }

    /// Whose fault it is.
    package let kind: Kind
    /// Which file or folder.
    package let path: String
    /// The system's reason, or what was expected and found.
    package let reason: String

    /// One line: the path and the reason.
    package var description: String { "cannot read \(path): \(reason)" }

    /// The error as a failure of the machine; `nil` for the other kinds.
    package var environment: EnvironmentError? {
        kind == .machine ? EnvironmentError("read", path, reason: reason) : nil
    }

    fileprivate init(_ kind: Kind, _ path: String, _ reason: String) {
        (self.kind, self.path, self.reason) = (kind, path, reason)
    }

    fileprivate init(_ path: String, errno code: Int32) {
        let isMissing = code == ENOENT || code == ENOTDIR
        let kind: Kind = isMachineFailure(code) ? .machine : isMissing ? .missing : .unsuitable
        self.init(kind, path, systemErrorText(code))
    }
}

/// Whether the system refused for a reason that lies with the machine and not with the file that was asked for.
package func isMachineFailure(_ code: Int32) -> Bool {
    [EMFILE, ENFILE, ENOMEM, EAGAIN, EIO, ENOSPC, EDQUOT, ENOBUFS, ENOLCK, ETIMEDOUT].contains(code)
}

/// The bytes of a regular file of at most `limit` bytes. Anything else is refused, and does not block: a FIFO would.
package func readFile(_ path: String, limit: Int) throws(FileReadingError) -> [UInt8] {
    try read(path) { (byteCount) throws(FileReadingError) in
        guard byteCount <= limit else {
            throw FileReadingError(.unsuitable, path, "it has \(byteCount) bytes; up to \(limit) are read")
        }
        return byteCount
    }
}

/// The first `count` bytes of a regular file, or all of a shorter one.
package func readStart(_ path: String, count: Int) throws(FileReadingError) -> [UInt8] {
    try read(path) { min($0, count) }
}

/// - Parameter count: the bytes to read of a file of so many.
private func read(
    _ path: String, count: (_ byteCount: Int) throws(FileReadingError) -> Int
) throws(FileReadingError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileReadingError(path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileReadingError(path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw FileReadingError(.unsuitable, path, "it is not a regular file")
    }
    var bytes = [UInt8](repeating: 0, count: try count(Int(status.st_size)))
    guard let done = bytes.withUnsafeMutableBytes({ readAll($0, from: descriptor, at: 0) }) else {
        throw FileReadingError(path, errno: errno)
    }
    // Somebody may have cut it short in the meantime: what is left is what it holds.
    bytes.removeLast(bytes.count - done)
    return bytes
}

/// The text of a regular file of at most `limit` bytes, in UTF-8; `nil` when its bytes are none.
package func readText(_ path: String, limit: Int) throws(FileReadingError) -> String? {
    String(validating: try readFile(path, limit: limit), as: UTF8.self)
}

/// The names in a folder, sorted; those of the folder itself and of the one above it left out.
package func folderNames(_ path: String) throws(FileReadingError) -> [String] {
    guard let folder = opendir(path) else { throw FileReadingError(path, errno: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(folder) else {
            guard errno == 0 else { throw FileReadingError(path, errno: errno) }
            return names.sorted()
        }
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                String(cString: $0)
            }
        }
        if name != ".", name != ".." { names.append(name) }
    }
}
