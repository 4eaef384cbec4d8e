import Base

/// Bytes that stay where they are and are read block by block: a file of this machine, or whatever else can tell its size
/// and give any range of itself. Everything that is read of a checkpoint comes out of one of these.
///
/// Any thread may read at any time.
package protocol ByteSource: AnyObject, Sendable {
    /// What messages call it: the path as it was given.
    var name: String { get }
    /// The checkpoint it belongs to, for messages.
    var checkpoint: String { get }
    /// What it was when it was opened.
    var identity: FileIdentity { get }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// Throws `.truncated` when it ends before, `.changed` when it is no longer what was opened, `.unreachable` when it cannot
    /// be read, and `.environment` when the machine fails.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError)
    /// Throws `.changed` when it is no longer what was opened.
    func checkUnchanged() throws(CheckpointError)
}

extension ByteSource {
    /// Size in bytes.
    var byteCount: Int { identity.byteCount }

    /// Reads `count` bytes from `offset` on into memory.
    func bytes(at offset: Int, count: Int) throws(CheckpointError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBufferPointer { buffer throws(CheckpointError) in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }
}

/// Where bytes come from: the only place that knows what a name leads to.
package enum ByteSources {
    /// Opens what `name` leads to.
    ///
    /// Throws `.unreachable` when nothing is there or it may not be read, `.malformed` when it holds no bytes, and
    /// `.environment` when the machine fails.
    static func open(_ name: String, checkpoint: String) throws(CheckpointError) -> any ByteSource {
        try LocalFile(name, checkpoint: checkpoint)
    }

    /// The whole content of what must not be longer than `limit` bytes.
    package static func contents(of name: String, limit: Int, checkpoint: String) throws(CheckpointError) -> [UInt8] {
        let source = try open(name, checkpoint: checkpoint)
        guard source.byteCount <= limit else {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint,
                problem: "'\(name)' has \(source.byteCount) bytes; at most \(limit) were expected")
        }
        return try source.bytes(at: 0, count: source.byteCount)
    }
}
