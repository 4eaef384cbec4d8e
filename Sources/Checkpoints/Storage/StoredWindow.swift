import Base
import Foundation
import Synchronization
import Tensors

/// Decoded elements [start, end) of a stored tensor whose chunks are compressed, or whose elements only libhdf5 can read. It
/// advances in row-major order, and each chunk is decoded once: a band of chunks that exceeds the capacity passes through a
/// temporary file. Only where that has no room, its chunks are decoded for each window again.
///
/// Used by one thread, except that `load` shares out its own work.
final class StoredWindow: ElementWindow {
    private let reader: CheckpointReader
    private let elementType: ElementType
    private let dataset: WorkerBackedDataset
    private let number: Int
    private let bigEndian: Bool
    private let chunks: Chunks?
    private var held: HeldElements
    /// The band that was decoded last, where it exceeds the capacity.
    private var spilled: SpilledBand?
    private var temporary: TemporaryFile?

    private struct Chunks: Sendable {
        let grid: ChunkGrid
        let table: ChunkTable
        let decoder: ChunkDecoder
        let pool: ScratchPool
    }

    /// A window over the whole tensor that `tensor` is, or is a view of, with room for `capacity` elements.
    init(_ reader: CheckpointReader, _ tensor: Int, capacity: Int) throws(CheckpointError) {
        let info = reader.tensors[tensor]
        let number: Int
        switch reader.storage[tensor].whole {
        case .chunks(let dataset, let order), .served(let dataset, let order):
            number = dataset
            bigEndian = order
        case .extents, .fill, .view, .strided, .deflated, .float8:
            preconditionFailure("'\(info.name)' is read otherwise")
        }
        let dataset = reader.backed[number]
        var chunks: Chunks?
        if let (shape, decoder) = dataset.chunking {
            let grid = ChunkGrid(shape: dataset.shape, chunk: shape)
            if let table = try reader.chunkTable(tensor, number, grid: grid) {
                chunks = Chunks(
                    grid: grid, table: table, decoder: decoder, pool: ScratchPool(capacity: decoder.byteLimit))
            }
        }
        self.reader = reader
        elementType = info.elementType
        self.number = number
        self.dataset = dataset
        self.chunks = chunks
        held = HeldElements(
            of: dataset.shape.reduce(1, *), elementByteCount: info.elementType.byteCount, capacity: capacity)
    }

    deinit {
        // Only elements that it serves keep the worker busy.
        if chunks == nil { dataset.worker.rest() }
    }

    /// One past the last element that a window starting at `start` may hold: the end of the last band of chunks that
    /// fits, or, when not even one fits, as many elements as do.
    func reach(from start: Int) -> Int {
        let most = min(held.elementCount, start + held.capacity)
        guard let grid = chunks?.grid, most < held.elementCount else { return most }
        let boundary = grid.band(of: most).lowerBound
        return boundary > start ? boundary : most
    }

    /// Moves the window to `range`, which ends no later than `reach` allows: keeps what it has, loads the rest.
    ///
    /// Chunks are read and decoded on `threads`, outside of any lock. Throws `.malformed` when a chunk is damaged,
    /// `.truncated` when the file was cut short, `.unsupported`
    /// when a filter is unknown, `.crashed` when the worker died.
    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError) {
        held.advance(to: range)
        guard held.range.upperBound < range.upperBound else { return }
        var end = range.upperBound
        if let chunks {
            let band = chunks.grid.band(of: range.upperBound - 1).upperBound
            if band - range.lowerBound <= held.capacity { end = band }
            try decode(held.range.upperBound..<end, chunks, threads)
        } else {
            let missing = held.range.upperBound..<end
            let target = held.bytes(of: missing)
            try dataset.worker.fill(
                target, .read(dataset: dataset.dataset, range: missing, folder: dataset.folder))
            reader.countStored(target.count)
            if bigEndian { swapBytes(target, of: elementType) }
        }
        held.extend(to: end)
    }

    func pointer(to element: Int) -> UnsafeRawPointer { held.pointer(to: element) }

    private func decode(
        _ range: Range<Int>, _ chunks: Chunks, _ threads: Threads
    ) throws(CheckpointError) {
        let target = held.bytes(of: range)
        if chunks.table.count < chunks.grid.chunkCount { fill(target, with: dataset.fill) }
        var start = range.lowerBound
        while start < range.upperBound {
            let band = chunks.grid.band(of: start)
            guard band.count > held.capacity else {
                try decode(start..<range.upperBound, into: held.bytes(of: start..<range.upperBound), chunks, threads)
                break
            }
            let part = start..<min(band.upperBound, range.upperBound)
            if let spilled = try spill(band, chunks, threads) {
                try spilled.read(
                    part, into: held.bytes(of: part), elementByteCount: held.elementByteCount, threads: threads)
            } else {
                try decode(part, into: held.bytes(of: part), chunks, threads)
            }
            start = part.upperBound
        }
        if bigEndian { swapBytes(target, of: elementType) }
    }

    /// The band in a temporary file; `nil` where it is a single chunk, which stays decoded, or where there is no room.
    private func spill(
        _ band: Range<Int>, _ chunks: Chunks, _ threads: Threads
    ) throws(CheckpointError) -> SpilledBand? {
        if let spilled, spilled.range == band { return spilled }
        spilled = nil
        let stored = chunks.table.entries(in: band, of: chunks.grid)
        let chunkByteCount = chunks.decoder.chunkByteCount
        guard stored.count > 1,
            let byteCount = SpilledBand.byteCount(of: stored, chunkByteCount: chunkByteCount),
            temporary != nil || TemporaryFile.hasRoom(for: byteCount)
        else { return nil }
        let file: TemporaryFile
        if let temporary {
            file = temporary
        } else {
            file = try TemporaryFile(
                to: "decode '\(dataset.name)' into a temporary file", checkpoint: reader.location.description)
            temporary = file
        }
        let job = ChunkJob(
            entries: stored, range: band, target: UnsafeMutableRawBufferPointer(start: nil, count: 0),
            elementByteCount: held.elementByteCount, grid: chunks.grid, decoder: chunks.decoder, pool: chunks.pool,
            reader: reader, dataset: dataset)
        let made = try SpilledBand(
            band, stored, of: chunks.grid, chunkByteCount: chunkByteCount, file: file, threads: threads
        ) { (entry, use) throws(CheckpointError) in try job.withDecoded(entry, use) }
        spilled = made
        return made
    }

    private func decode(
        _ range: Range<Int>, into target: UnsafeMutableRawBufferPointer, _ chunks: Chunks, _ threads: Threads
    ) throws(CheckpointError) {
        let stored = chunks.table.entries(in: range, of: chunks.grid)
        let job = ChunkJob(
            entries: stored, range: range, target: target, elementByteCount: held.elementByteCount, grid: chunks.grid,
            decoder: chunks.decoder, pool: chunks.pool, reader: reader, dataset: dataset)
        try threads.forEach(stored.count) { (index) throws(CheckpointError) in try job.run(index) }
    }
}

/// Decoding of the chunks of one load: each writes its own elements of the target, so threads never meet.
private struct ChunkJob: @unchecked Sendable {
    let entries: [ChunkTable.Entry]
    let range: Range<Int>
    let target: UnsafeMutableRawBufferPointer
    let elementByteCount: Int
    let grid: ChunkGrid
    let decoder: ChunkDecoder
    let pool: ScratchPool
    let reader: CheckpointReader
    let dataset: WorkerBackedDataset

    func run(_ index: Int) throws(CheckpointError) {
        let entry = entries[index]
        var (scratch, decoded) = pool.take(entry.place)
        defer { pool.give(scratch, holding: decoded.map { ($0, entry.place) }) }
        if decoded == nil { decoded = try decode(entry, scratch) }
        guard let elements = decoded, let base = target.baseAddress else { return }
        grid.forEachRun(ofChunk: entry.place, in: range) { source, element, count in
            memcpy(
                base + (element - range.lowerBound) * elementByteCount, elements + source * elementByteCount,
                count * elementByteCount)
        }
    }

    /// Decodes a chunk and gives its bytes to `use`.
    func withDecoded(
        _ entry: ChunkTable.Entry, _ use: (UnsafeRawPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let (scratch, _) = pool.take(entry.place)
        defer { pool.give(scratch, holding: nil) }
        try use(try decode(entry, scratch))
    }

    private func decode(_ entry: ChunkTable.Entry, _ scratch: ChunkScratch) throws(CheckpointError) -> UnsafeRawPointer
    {
        let checkpoint = reader.location.description
        try dataset.file.read(
            at: entry.offset, into: UnsafeMutableRawBufferPointer(start: scratch.bytes, count: entry.byteCount))
        reader.countStored(entry.byteCount)
        do throws(ChunkDamage) {
            return try decoder.decode(
                scratch, storedByteCount: entry.byteCount, skippedFilters: entry.skippedFilters)
        } catch {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint,
                problem: "chunk \(entry.place) of '\(dataset.name)' is damaged: \(error.reason)")
        }
    }
}

/// Decoding buffers, one a thread, used again from chunk to chunk: fresh pages cost as much as decoding. Each remembers
/// what it holds: a chunk that is larger than the window is decoded once, and not once a window.
private final class ScratchPool: Sendable {
    private let capacity: Int
    private let idle = Mutex<[ScratchBox]>([])

    private struct ScratchBox: @unchecked Sendable {
        let scratch: ChunkScratch
        let holding: (elements: UnsafeRawPointer, chunk: Int)?
    }

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// A buffer, and the elements of that chunk where it holds them: of the others the one that was used the longest ago.
    func take(_ chunk: Int) -> (ChunkScratch, UnsafeRawPointer?) {
        let found: ScratchBox? = idle.withLock { idle in
            guard !idle.isEmpty else { return nil }
            return idle.remove(at: idle.firstIndex { $0.holding?.chunk == chunk } ?? 0)
        }
        guard let found else { return (ChunkScratch(capacity: capacity), nil) }
        return (found.scratch, found.holding.flatMap { $0.chunk == chunk ? $0.elements : nil })
    }

    func give(_ scratch: ChunkScratch, holding: (elements: UnsafeRawPointer, chunk: Int)?) {
        let box = ScratchBox(scratch: scratch, holding: holding)
        idle.withLock { $0.append(box) }
    }
}
