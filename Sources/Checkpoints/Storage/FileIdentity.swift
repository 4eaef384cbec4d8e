import Base
import Foundation

/// A file as it was when it was opened; what tells whether it was replaced or cut short since.
package struct FileIdentity: Sendable, Hashable, Codable {
    /// Real path, links resolved.
    package var path: String
    /// Size in bytes.
    package var byteCount: Int
    /// Time of the last modification, in nanoseconds since 1970.
    package var modificationTimeNanoseconds: Int
    /// The file system's number of the file.
    package var inode: UInt64
}

extension FileIdentity {
    init(path: String, status: stat) {
        self.path = path
        byteCount = Int(status.st_size)
        modificationTimeNanoseconds = status.modificationTimeNanoseconds
        inode = UInt64(status.st_ino)
    }
}

/// A regular file, open for reading for as long as the object lives.
final class OpenFile: Sendable {
    let descriptor: Int32
    let identity: FileIdentity
    /// The archive that this is a copy out of; `nil` for a file of its own.
    let origin: OpenFile?

    /// Takes over a descriptor; see the properties.
    init(descriptor: Int32, identity: FileIdentity, origin: OpenFile?) {
        (self.descriptor, self.identity, self.origin) = (descriptor, identity, origin)
    }

    /// Opens `path`. `checkpoint` and `role` stand in errors, for example `the file` or `external storage 'x.bin'`.
    init(path: String, checkpoint: String, role: String) throws(CheckpointError) {
        guard let real = resolvedPath(path) else {
            let code = errno
            throw CheckpointError(opening: checkpoint, problem: "\(role): \(systemErrorText(code))", errno: code)
        }
        // Without O_NONBLOCK, opening a FIFO would wait for a writer.
        let descriptor = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            throw CheckpointError(
                opening: checkpoint, problem: "\(role): \(systemErrorText(code))", errno: code)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let found = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
            throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "\(role): \(found)")
        }
        self.descriptor = descriptor
        identity = FileIdentity(path: real, status: status)
        origin = nil
    }

    deinit { close(descriptor) }

    /// Reads exactly `buffer.count` bytes from `offset` on.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer, checkpoint: String) throws(CheckpointError) {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let code = errno
                throw CheckpointError(
                    opening: checkpoint, problem: "cannot read \(identity.path): \(systemErrorText(code))", errno: code)
            }
            guard count > 0 else {
                throw CheckpointError(
                    .truncated, checkpoint: checkpoint,
                    problem: "\(identity.path) was cut short while it was read: "
                        + "it ends at byte \(offset + done), and had \(identity.byteCount) bytes when it was opened")
            }
            done += count
        }
    }

    /// Throws when the file, or what its path now leads to, is not what was opened.
    func checkUnchanged(checkpoint: String) throws(CheckpointError) {
        if let origin { return try origin.checkUnchanged(checkpoint: checkpoint) }
        var opened = stat()
        var named = stat()
        guard fstat(descriptor, &opened) == 0, stat(identity.path, &named) == 0 else {
            throw CheckpointError(
                .changed, checkpoint: checkpoint, problem: "\(identity.path) disappeared while it was read")
        }
        let now = FileIdentity(path: identity.path, status: opened)
        guard FileIdentity(path: identity.path, status: named) == now else {
            throw CheckpointError(
                .changed, checkpoint: checkpoint, problem: "\(identity.path) was replaced while it was read")
        }
        guard now == identity else {
            let what =
                now.byteCount == identity.byteCount
                ? "was modified" : "went from \(identity.byteCount) to \(now.byteCount) bytes"
            throw CheckpointError(
                .changed, checkpoint: checkpoint, problem: "\(identity.path) \(what) while it was read")
        }
    }
}
