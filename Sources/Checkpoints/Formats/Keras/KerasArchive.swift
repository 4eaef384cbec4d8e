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
    static func weights(_ path: String, checkpoint: String) throws(CheckpointError) -> LocalFile? {
        guard let file = try? ByteSources.open(path, checkpoint: checkpoint), try FileFormat(of: file) == .zip,
            let entry = try ZipArchive(of: file)[member]
        else { return nil }
        let copy = try TemporaryCopy(of: member, checkpoint: checkpoint)
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
            try copy.append(UnsafeRawBufferPointer(block))
        }
        var identity = file.identity
        identity.path += "/" + member
        identity.byteCount = entry.byteCount
        return LocalFile(copy.descriptor, identity: identity, origin: file)
    }
}

/// An empty file without a name, to be filled.
private struct TemporaryCopy {
    let descriptor: Descriptor
    private let member: String
    private let checkpoint: String

    init(of member: String, checkpoint: String) throws(CheckpointError) {
        (self.member, self.checkpoint) = (member, checkpoint)
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/dynamics-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0 else {
            throw CheckpointError(
                .environment, checkpoint: checkpoint,
                problem: "cannot make a temporary file in '\(folder)': \(lastError())",
                remedy: "name a folder with room in the environment variable TMPDIR")
        }
        unlink(template)
        descriptor = Descriptor(taking: number)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        guard writeAll(bytes, to: descriptor.number) else {
            throw CheckpointError(
                .environment, checkpoint: checkpoint,
                problem: "cannot copy '\(member)' into a temporary file: \(lastError())",
                remedy: "name a folder with room in the environment variable TMPDIR")
        }
    }
}
