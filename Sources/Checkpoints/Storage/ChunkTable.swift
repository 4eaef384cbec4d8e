/// Where the stored chunks of a dataset are.
struct ChunkTable: Sendable {
    struct Entry: Sendable {
        /// Place in the row-major grid of chunks.
        let place: Int
        let offset: Int
        let byteCount: Int
        let skippedFilters: UInt32
    }

    /// Ascending by place; chunks that were never written are absent.
    private let entries: [Entry]

    /// Asks the worker, and checks every chunk against the grid and the file. `nil` when the worker finds too many.
    init?(_ dataset: WorkerBackedDataset, grid: ChunkGrid, checkpoint: String) throws(CheckpointError) {
        guard let decoder = dataset.chunking?.decoder else { return nil }
        var numbers: [Int] = []
        try dataset.worker.collect(.chunks(dataset: dataset.dataset)) { (message) throws(MessageReader.Malformed) in
            numbers.append(try message.integer())
        }
        if numbers == [-1] { return nil }
        let chunkCount = grid.chunkCount
        let fileByteCount = dataset.file.byteCount
        var entries: [Entry] = []
        for start in stride(from: 0, to: numbers.count - numbers.count % 4, by: 4) {
            let entry = Entry(
                place: numbers[start], offset: numbers[start + 1], byteCount: numbers[start + 2],
                skippedFilters: UInt32(truncatingIfNeeded: numbers[start + 3]))
            guard (0..<chunkCount).contains(entry.place), entry.offset >= 0, entry.byteCount >= 0,
                entry.offset <= fileByteCount, entry.byteCount <= fileByteCount - entry.offset,
                entry.byteCount <= decoder.byteLimit
            else {
                throw CheckpointError(
                    .malformed, checkpoint: checkpoint,
                    problem: "chunk \(entry.place) of '\(dataset.name)' takes \(entry.byteCount) bytes from byte "
                        + "\(entry.offset) on, which cannot be in a file of \(fileByteCount)")
            }
            entries.append(entry)
        }
        entries.sort { $0.place < $1.place }
        for (a, b) in zip(entries, entries.dropFirst()) where a.place == b.place {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint, problem: "chunk \(a.place) of '\(dataset.name)' is stored twice")
        }
        self.entries = entries
    }

    /// Number of chunks that are stored.
    var count: Int { entries.count }

    /// The stored chunks that may hold elements of `range`; of a sparse array, far fewer than the range covers.
    func entries(in range: Range<Int>, of grid: ChunkGrid) -> [Entry] {
        let places = grid.places(of: range)
        return entries[first(from: places.lowerBound)..<first(from: places.upperBound)].filter {
            grid.chunk($0.place, mayHold: range)
        }
    }

    /// The index of the first entry at this place or behind it.
    private func first(from place: Int) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
