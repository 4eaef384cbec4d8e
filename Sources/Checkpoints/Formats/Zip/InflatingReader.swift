import Base
import CCodecs

/// Inflates a run of a file's bytes front to back, a buffer at a time: a member of any size takes little memory. The
/// zlib library, because libdeflate inflates only what is in memory whole.
final class InflatingReader {
    private var stream = z_stream()
    private let input: UnsafeMutableRawBufferPointer
    private var next: Int
    private let entry: ZipArchive.Entry
    private var checksum: UInt
    private var produced = 0

    private static let inputByteCount = 256 << 10

    init(_ entry: ZipArchive.Entry) {
        self.entry = entry
        next = entry.stored.lowerBound
        checksum = crc32(0, nil, 0)
        input = .allocate(byteCount: InflatingReader.inputByteCount, alignment: 64)
        // Raw deflate, without zlib's own header.
        let status = inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory or another version")
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
    }

    /// Fills `buffer` with the bytes that follow those read before. With the last byte of the member the checksum is
    /// verified.
    func read(
        from file: any ByteSource, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        precondition(produced + buffer.count <= entry.byteCount)
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
        stream.next_out = start.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(buffer.count)
        while stream.avail_out > 0 {
            if stream.avail_in == 0 {
                let count = min(input.count, entry.stored.upperBound - next)
                guard count > 0 else { throw damage(file, "its content ends early") }
                try file.read(at: next, into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
                next += count
                stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_in = UInt32(count)
            }
            let status = inflate(&stream, Z_NO_FLUSH)
            if status == Z_STREAM_END, stream.avail_out > 0 { throw damage(file, "its content ends early") }
            guard status == Z_OK || status == Z_STREAM_END else { throw damage(file, "its deflated bytes are damaged") }
        }
        checksum = crc32(checksum, start.assumingMemoryBound(to: UInt8.self), UInt32(buffer.count))
        produced += buffer.count
        guard produced < entry.byteCount || checksum == UInt(entry.checksum) else {
            throw damage(file, "its checksum is wrong")
        }
    }

    private func damage(_ file: any ByteSource, _ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: file.checkpoint,
            problem: "member '\(printable(entry.name))' of '\(file.name)': \(problem)", remedy: "fetch it again")
    }
}
