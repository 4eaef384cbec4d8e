import Base
import Foundation

/// A regular file of this machine. Its descriptor may be closed while nobody reads, and is opened again when somebody
/// does: a series may have more members than a process may have open files.
final class LocalFile: ByteSource {
    let name: String
    let checkpoint: String
    let identity: FileIdentity
    let origin: (any ByteSource)?
    /// Of a file without a name, which could not be opened again.
    private let pinned: Descriptor?
    private let pool: DescriptorPool
    private let slot = DescriptorPool.Slot()

    /// Opens `name`. Anything but a regular file is refused, and does not block: a FIFO would.
    /// - Parameters:
    ///   - role: what errors begin with, for example `cannot open it` or `external storage 'x.bin'`.
    ///   - pool: what bounds the number of open files.
    init(
        _ name: String, checkpoint: String, role: String? = nil, pool: DescriptorPool = .shared
    ) throws(CheckpointError) {
        let role = role ?? "cannot open '\(name)'"
        guard let real = resolvedPath(name) else {
            let code = errno
            throw CheckpointError(opening: checkpoint, problem: "\(role): \(systemErrorText(code))", errno: code)
        }
        let descriptor: Descriptor
        do throws(Descriptor.Failure) {
            descriptor = try pool.opening(real)
        } catch {
            throw CheckpointError(
                opening: checkpoint, problem: "\(role): \(systemErrorText(error.code))", errno: error.code)
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else {
            let code = errno
            throw CheckpointError(opening: checkpoint, problem: "\(role): \(systemErrorText(code))", errno: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let found = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
            throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "\(role): \(found)")
        }
        self.name = name
        self.checkpoint = checkpoint
        self.pool = pool
        (origin, pinned) = (nil, nil)
        identity = FileIdentity(path: real, status: status)
        _ = pool.keep(descriptor, in: slot)
    }

    /// A file without a name, which holds a part of the archive `origin`; see the properties.
    init(_ descriptor: Descriptor, identity: FileIdentity, origin: any ByteSource) {
        (name, checkpoint, pool) = (identity.path, origin.checkpoint, .shared)
        (self.identity, self.origin, pinned) = (identity, origin, descriptor)
    }

    deinit { pool.give(slot) }

    /// The open file; it stays open for as long as somebody has it.
    ///
    /// Throws `.changed` when it has to be opened again, and is no longer what it was.
    func descriptor() throws(CheckpointError) -> Descriptor {
        if let open = pinned ?? slot.descriptor { return open }
        let descriptor: Descriptor
        do throws(Descriptor.Failure) {
            descriptor = try pool.opening(identity.path)
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else {
                throw CheckpointError(
                    opening: checkpoint, problem: "cannot open \(identity.path) again: \(systemErrorText(error.code))",
                    errno: error.code)
            }
            throw gone(error.code)
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw gone(errno) }
        let now = FileIdentity(path: identity.path, status: status)
        guard now.inode == identity.inode else { throw changed("was replaced") }
        try check(now)
        return pool.keep(descriptor, in: slot)
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
        let descriptor = try descriptor()
        guard let count = readAll(buffer, from: descriptor.number, at: offset) else {
            let code = errno
            throw CheckpointError(
                opening: checkpoint, problem: "cannot read \(identity.path): \(systemErrorText(code))", errno: code)
        }
        guard count == buffer.count else {
            throw CheckpointError(
                .truncated, checkpoint: checkpoint,
                problem: "\(identity.path) was cut short while it was read: "
                    + "it ends at byte \(offset + count), and had \(byteCount) bytes when it was opened")
        }
    }

    /// Reads all of it and keeps nothing: throws when the disk does not give what it holds.
    func readThrough() throws(CheckpointError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        for offset in stride(from: 0, to: byteCount, by: buffer.count) {
            try read(
                at: offset,
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, byteCount - offset)]))
        }
    }

    /// Also throws when the path leads to another file now.
    func checkUnchanged() throws(CheckpointError) {
        if let origin { return try origin.checkUnchanged() }
        var named = stat()
        guard stat(identity.path, &named) == 0 else { throw gone(errno) }
        var opened = named
        if let descriptor = slot.descriptor {
            guard fstat(descriptor.number, &opened) == 0 else { throw gone(errno) }
        }
        let now = FileIdentity(path: identity.path, status: opened)
        guard FileIdentity(path: identity.path, status: named) == now, now.inode == identity.inode else {
            throw changed("was replaced")
        }
        try check(now)
    }

    private func check(_ now: FileIdentity) throws(CheckpointError) {
        guard now != identity else { return }
        throw changed(
            now.byteCount == byteCount ? "was modified" : "went from \(byteCount) to \(now.byteCount) bytes")
    }

    /// Why it is not found any more, by the code of the system's refusal.
    private func gone(_ code: Int32) -> CheckpointError {
        guard isMachineFailure(code) else { return changed("disappeared") }
        return CheckpointError(
            opening: checkpoint, problem: "cannot look at \(identity.path): \(systemErrorText(code))", errno: code)
    }

    private func changed(_ what: String) -> CheckpointError {
        CheckpointError(.changed, checkpoint: checkpoint, problem: "\(identity.path) \(what) while it was read")
    }
}
