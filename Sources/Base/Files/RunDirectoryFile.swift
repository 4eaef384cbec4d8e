#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file being written from its start, through a buffer.
///
/// `TextOutputStream` cannot throw: the first failure is kept, what follows it is dropped, and `finish` throws it.
package final class OutputFile: TextOutputStream {
    private static let bufferSize = 1 << 16

    /// The path that errors name.
    private let path: String
    /// `nil` once it is closed.
    private var descriptor: Int32?
    private var buffer: [UInt8] = []
    private var failure: EnvironmentError?

    /// Makes the file, or empties the one that is there. Errors name `place`, where the file is to be in the end.
    package init(at path: String, for place: String? = nil) throws(EnvironmentError) {
        self.path = place ?? path
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw EnvironmentError("write", self.path) }
        descriptor = opened
        buffer.reserveCapacity(OutputFile.bufferSize)
    }

    deinit {
        if let descriptor { _ = close(descriptor) }
    }

    /// Appends `text` in UTF-8.
    package func write(_ text: String) { append(text.utf8) }

    /// Appends bytes as they are.
    package func write(_ bytes: [UInt8]) { append(bytes) }

    private func append(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= OutputFile.bufferSize { flush() }
    }

    /// Writes what is buffered and closes the file; throws the first failure since it was opened.
    package func finish() throws(EnvironmentError) {
        flush()
        // A network file system may find out only now that there is no room.
        if let descriptor, close(descriptor) != 0, failure == nil { failure = EnvironmentError("write", path) }
        descriptor = nil
        if let failure { throw failure }
    }

    private func flush() {
        guard let descriptor else { preconditionFailure("\(path) is written to after it was finished") }
        if failure == nil, !buffer.withUnsafeBytes({ writeAll($0, to: descriptor) }) {
            failure = EnvironmentError("write", path)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Writes a file beside its place and renames it into it: at any moment it is the old one or the new one.
package func replaceFile(_ path: String, _ body: (OutputFile) -> Void) throws(EnvironmentError) {
    let staged = "\(path).staging-\(getpid())"
    do throws(EnvironmentError) {
        let file = try OutputFile(at: staged, for: path)
        body(file)
        try file.finish()
        guard rename(staged, path) == 0 else { throw EnvironmentError("replace", path) }
    } catch {
        unlink(staged)
        throw error
    }
}
