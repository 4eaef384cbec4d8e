import Base

/// A band of chunks that a window cannot hold, such as all rows of a matrix whose chunks hold all rows of some columns.
/// Every window needs a part of each of its chunks: so each chunk is decoded once, into a temporary file, and the windows
/// take their elements from there.
struct SpilledBand: Sendable {
    /// Elements of the tensor.
    let range: Range<Int>
    private let entries: [ChunkTable.Entry]
    private let grid: ChunkGrid
    private let chunkByteCount: Int
    private let file: TemporaryFile

    /// Decodes all chunks of the band.
    /// - Parameters:
    ///   - file: what is in it is overwritten.
    ///   - decode: gives the decoded bytes of a chunk to its second argument, on any thread.
    init(
        _ range: Range<Int>, _ entries: [ChunkTable.Entry], of grid: ChunkGrid, chunkByteCount: Int,
        file: TemporaryFile,
        threads: Threads,
        decode:
            @Sendable (
                ChunkTable.Entry, (UnsafeRawPointer) throws(CheckpointError) -> Void
            ) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        (self.range, self.entries, self.grid) = (range, entries, grid)
        (self.chunkByteCount, self.file) = (chunkByteCount, file)
        try threads.forEach(entries.count) { (index) throws(CheckpointError) in
            try decode(entries[index]) { (bytes) throws(CheckpointError) in
                try file.write(
                    UnsafeRawBufferPointer(start: bytes, count: chunkByteCount), at: index * chunkByteCount)
            }
        }
    }

    /// Bytes that a band of so many chunks takes in the file; `nil` when no number holds them.
    static func byteCount(of entries: [ChunkTable.Entry], chunkByteCount: Int) -> Int? {
        product([entries.count, chunkByteCount])
    }

    /// Puts the elements of `part`, which lies in the band, into `target`; those of chunks that were never written are left
    /// as they are.
    func read(
        _ part: Range<Int>, into target: UnsafeMutableRawBufferPointer, elementByteCount: Int, threads: Threads
    ) throws(CheckpointError) {
        let place = Place(bytes: target)
        try threads.forEach(entries.count) { (index) throws(CheckpointError) in
            var failure: CheckpointError?
            grid.forEachRun(ofChunk: entries[index].place, in: part) { source, element, count in
                guard failure == nil else { return }
                let start = (element - part.lowerBound) * elementByteCount
                do throws(CheckpointError) {
                    try file.read(
                        at: index * chunkByteCount + source * elementByteCount,
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: place.bytes[start..<start + count * elementByteCount]))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
    }

    /// Each chunk writes its own elements, so threads never meet.
    private struct Place: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }
}
