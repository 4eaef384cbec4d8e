import HDF5

/// Tells a file that is no HDF5 at all, or is too new for the library, before a worker is started for it.
enum HDF5Signature {
    /// What an HDF5 file begins with, unless a block of its user stands before it.
    static let bytes: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    /// The newest superblock that HDF5 1.10 reads.
    private static let newestSuperblock = 3

    /// What to do about a file with structures newer than HDF5 1.10.
    static let remedy =
        "if a newer HDF5 wrote it, rewrite it with that HDF5's h5repack --high=2 (v110), or write it with libver 'v110'"

    /// Throws unless the signature stands at byte 0, 512, 1024, 2048, ..., with a superblock of a readable version.
    static func check(_ file: any ByteSource) throws(CheckpointError) {
        let (size, checkpoint) = (file.byteCount, file.checkpoint)
        guard size > 0 else { throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "the file is empty") }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
        defer { buffer.deallocate() }
        var offset = 0
        while offset <= size - buffer.count {
            try file.read(at: offset, into: buffer)
            if buffer.dropLast().elementsEqual(bytes) {
                let version = Int(buffer[bytes.count])
                guard version <= newestSuperblock else {
                    throw CheckpointError(
                        .unsupported, checkpoint: checkpoint,
                        problem: "its HDF5 superblock has version \(version); up to \(newestSuperblock) can be read",
                        remedy: remedy)
                }
                return
            }
            offset = offset == 0 ? 512 : 2 * offset
        }
        throw CheckpointError(.malformed, checkpoint: checkpoint, problem: "it is not an HDF5 file")
    }
}
