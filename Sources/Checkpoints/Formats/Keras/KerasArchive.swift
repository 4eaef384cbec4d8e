import Base

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Keras's `.keras` file: a zip archive with the weights in an HDF5 file, `model.weights.h5`.
///
/// libhdf5 finds no file inside another, so the member is copied into a temporary one, which has no name from the start
/// and is gone with the process.
///
/// Format: `saving_lib.py` of https://github.com/keras-team/keras
enum KerasArchive {
    private static let member = "model.weights.h5"
    private static let blockByteCount = 1 << 20

    /// Whether the archive is one of Keras's.
    static func isOne(_ archive: ZipArchive) -> Bool { archive[member] != nil }

    /// The HDF5 file in the archive at `path`; `nil` when it is none of Keras's.
    static func weights(_ path: String, checkpoint: String) throws(CheckpointError) -> OpenFile? {
        guard let file = try? SourceFile(path, checkpoint: checkpoint), try FileFormat(of: file) == .zip,
            let entry = try ZipArchive(of: file)[member]
        else { return nil }
        let origin = try OpenFile(path: path, checkpoint: checkpoint, role: "cannot open it")
        let copy = try OpenFile(temporaryFor: origin, member: member, checkpoint: checkpoint)
        let inflating = entry.isDeflated ? InflatingReader(entry, path: path, checkpoint: checkpoint) : nil
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockByteCount, alignment: 4096)
        defer { buffer.deallocate() }
        for offset in stride(from: 0, to: entry.byteCount, by: buffer.count) {
            let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, entry.byteCount - offset)])
            if let inflating {
                try inflating.read(into: block) { (place, target) throws(CheckpointError) in
                    try file.read(at: place, into: target)
                }
            } else {
                try file.read(at: entry.stored.lowerBound + offset, into: block)
            }
            try copy.append(UnsafeRawBufferPointer(block), checkpoint: checkpoint)
        }
        return try OpenFile(finished: copy, checkpoint: checkpoint)
    }
}

extension OpenFile {
    /// An empty file without a name, for a member of the archive `origin`.
    fileprivate convenience init(
        temporaryFor origin: OpenFile, member: String, checkpoint: String
    ) throws(CheckpointError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/dynamics-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw CheckpointError(
                .environment, checkpoint: checkpoint,
                problem: "cannot make a temporary file in '\(folder)': \(lastError())",
                remedy: "name a folder with room in the environment variable TMPDIR")
        }
        unlink(template)
        var identity = origin.identity
        identity.path += "/" + member
        self.init(descriptor: descriptor, identity: identity, origin: origin)
    }

    /// The same file, once all of it was written.
    fileprivate convenience init(finished file: OpenFile, checkpoint: String) throws(CheckpointError) {
        var status = stat()
        let descriptor = dup(file.descriptor)
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw CheckpointError(.environment, checkpoint: checkpoint, problem: "cannot copy '\(file.identity.path)': \(lastError())")
        }
        var identity = file.identity
        identity.byteCount = Int(status.st_size)
        self.init(descriptor: descriptor, identity: identity, origin: file.origin)
    }

    fileprivate func append(_ bytes: UnsafeRawBufferPointer, checkpoint: String) throws(CheckpointError) {
        var done = 0
        while done < bytes.count {
            let count = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CheckpointError(
                    .environment, checkpoint: checkpoint,
                    problem: "cannot copy '\(identity.path)' into a temporary file: \(lastError())",
                    remedy: "name a folder with room in the environment variable TMPDIR")
            }
            done += count
        }
    }
}
