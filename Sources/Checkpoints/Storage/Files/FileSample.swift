import Tensors

/// What of a file is read to recognise it again: 64 blocks of 4 KiB at even distances, the first and the last 4 KiB among
/// them; all of a file that is no longer than they are.
///
/// Path, size, time and inode do not tell a file that was written over in place and given its time back. These blocks
/// do, wherever a changed stretch is longer than a 63rd of the file, as when another checkpoint took its place; a change
/// that lies between two blocks they cannot see.
enum FileSample {
    static let blockBytes = 4096
    static let blockCount = 64

    /// Where the blocks of a file of that size begin, ascending; none of an empty one.
    static func blocks(of byteCount: Int) -> [Range<Int>] {
        guard byteCount > blockBytes * blockCount else { return byteCount > 0 ? [0..<byteCount] : [] }
        let last = byteCount - blockBytes
        return (0..<blockCount).map { index in
            // On whole blocks of the file system, but for the last.
            let even = last / (blockCount - 1) * index + last % (blockCount - 1) * index / (blockCount - 1)
            let start = index == blockCount - 1 ? last : even / blockBytes * blockBytes
            return start..<start + blockBytes
        }
    }
}

extension CheckpointReader {
    /// The fingerprint of a sample of each file, in the order of `files`, and how many bytes were read for them. They are
    /// no tensor's, and `bytesRead` does not count them.
    ///
    /// Throws `.truncated` when a file was cut short, `.unreachable` when it cannot be read.
    package func sampleFiles() throws(CheckpointError) -> (samples: [Fingerprint], byteCount: Int) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: FileSample.blockBytes * FileSample.blockCount, alignment: 64)
        defer { buffer.deallocate() }
        var samples: [Fingerprint] = []
        var byteCount = 0
        for file in opened {
            let stream = Fingerprint.Stream()
            for block in FileSample.blocks(of: file.byteCount) {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<block.count])
                try file.read(at: block.lowerBound, into: part)
                stream.add(UnsafeRawBufferPointer(part))
                byteCount += block.count
            }
            samples.append(stream.fingerprint)
        }
        return (samples, byteCount)
    }
}
