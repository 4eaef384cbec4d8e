import Base

/// Keras's `.keras` file: a zip archive with the weights in an HDF5 file, `model.weights.h5`.
///
/// libhdf5 finds no file inside another, so the member is copied into a temporary one.
///
/// Format: `saving_lib.py` of https://github.com/keras-team/keras
enum KerasArchive {
    private static let member = "model.weights.h5"
    private static let blockByteCount = 1 << 20

    /// Whether the archive is one of Keras's.
    static func isOne(_ archive: ZipArchive) -> Bool { archive[member] != nil }

    /// The HDF5 file in the archive at `path`; `nil` when it is none of Keras's.
    static func weights(_ path: String, checkpoint: String) throws(CheckpointError) -> LocalFile? {
        let opened = try SourceCheckpoint.unlessMachineFails(nil) { () throws(CheckpointError) in
            try ByteSources.open(path, checkpoint: checkpoint) as (any ByteSource)?
        }
        guard let file = opened, try FileFormat(of: file) == .zip, let entry = try ZipArchive(of: file)[member] else {
            return nil
        }
        let copy = try TemporaryFile(to: "copy '\(member)' into a temporary file", checkpoint: checkpoint)
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
            try copy.write(UnsafeRawBufferPointer(block), at: offset)
        }
        var identity = file.identity
        identity.path += "/" + member
        identity.byteCount = entry.byteCount
        return LocalFile(copy.descriptor, identity: identity, origin: file)
    }
}
