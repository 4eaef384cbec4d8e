import Checkpoints
import Tensors

/// Loads the weights of one checkpoint.
struct WeightReader: Sendable {
    let checkpoint: Checkpoint
    let execution: Execution
    fileprivate let reader: any TensorReader
    private let places: [String: Int]

    /// Bytes that one thread reads at a time.
    private static let pieceBytes = 4 << 20
    /// Decoded bytes of a window over compressed weights.
    fileprivate static let windowBytes = 64 << 20

    /// - Precondition: the checkpoint's files are there.
    init(_ checkpoint: Checkpoint, _ execution: Execution) {
        guard let reader = checkpoint.reader else { preconditionFailure("\(checkpoint.label) is not there") }
        (self.checkpoint, self.reader, self.execution) = (checkpoint, reader, execution)
        places = Dictionary(
            checkpoint.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func place(_ name: String) -> Int {
        guard let place = places[name] else { preconditionFailure("'\(name)' was not checked to be there") }
        return place
    }

    fileprivate func stored(_ place: Int, rows: Int) -> StoredWeights {
        let info = reader.tensors[place]
        let columns = info.shape.last ?? 1
        return StoredWeights(rows: rows, columns: columns, type: info.elementType)
    }

    fileprivate func rowCount(_ place: Int) -> Int {
        let shape = reader.tensors[place].shape
        return shape.count < 2 ? 1 : shape[0]
    }

    /// A whole tensor.
    func load(_ name: String) throws -> StoredWeights {
        let place = place(name)
        let bands = try WeightBands(self, place, rows: max(1, rowCount(place)))
        return try bands.next()?.weights ?? stored(place, rows: 0)
    }

    /// A tensor's rows in bands of at most `rows`.
    func bands(_ name: String, rows: Int) throws -> WeightBands { try WeightBands(self, place(name), rows: rows) }

    /// Single rows, in ascending order, as float32, to where `target` says.
    func rows(
        _ name: String, _ wanted: [Int], _ target: @escaping @Sendable (Int) -> UnsafeMutablePointer<Float>
    ) throws {
        let place = place(name)
        let info = reader.tensors[place]
        let (columns, width) = (info.shape.last ?? 1, info.elementType.readByteCount)
        guard reader.isDirect(place) else {
            var next = wanted[...]
            let bands = try bands(name, rows: max(1, WeightReader.windowBytes / (columns * width)))
            while let (first, weights) = try bands.next(), !next.isEmpty {
                while let row = next.first, row < first + weights.rows {
                    weights.copy(rows: row - first..<row - first + 1, to: target(row))
                    next.removeFirst()
                }
            }
            return
        }
        let pieces = (wanted.count + 255) / 256
        try execution.threads.forEach(pieces) { (piece) throws(CheckpointError) in
            let row = StoredWeights(rows: 1, columns: columns, type: info.elementType)
            for number in wanted[piece * 256..<min(wanted.count, piece * 256 + 256)] {
                try reader.read(
                    place, from: number * columns,
                    into: UnsafeMutableRawBufferPointer(rebasing: row.bytes[..<(columns * width)]))
                row.copy(rows: 0..<1, to: target(number))
            }
        }
    }

    fileprivate func read(_ place: Int, firstRow: Int, into weights: StoredWeights) throws(CheckpointError) {
        let width = reader.tensors[place].elementType.readByteCount
        let elements = weights.rows * weights.columns
        let piece = WeightReader.pieceBytes / width
        try execution.threads.forEach((elements + piece - 1) / piece) { (index) throws(CheckpointError) in
            let start = index * piece
            let end = min(start + piece, elements)
            try reader.read(
                place, from: firstRow * weights.columns + start,
                into: UnsafeMutableRawBufferPointer(rebasing: weights.bytes[start * width..<end * width]))
        }
    }

    fileprivate func decode(
        _ window: TensorWindow, _ place: Int, firstRow: Int, into weights: StoredWeights
    ) throws(CheckpointError) {
        guard let base = weights.bytes.baseAddress else { return }
        let width = reader.tensors[place].elementType.readByteCount
        let first = firstRow * weights.columns
        let end = first + weights.rows * weights.columns
        var start = first
        while start < end {
            let reach = min(window.reach(from: start), end)
            try window.load(start..<reach, on: execution.threads)
            (base + (start - first) * width).copyMemory(
                from: window.pointer(to: start), byteCount: (reach - start) * width)
            start = reach
        }
    }
}

/// The rows of one tensor, band after band.
final class WeightBands {
    private let source: WeightReader
    private let place: Int
    private let bandRows: Int
    private let window: TensorWindow?
    private var first = 0

    fileprivate init(_ source: WeightReader, _ place: Int, rows: Int) throws {
        (self.source, self.place, bandRows) = (source, place, rows)
        let isDirect = source.reader.isDirect(place)
        window = isDirect ? nil : try source.reader.window(place, capacity: WeightReader.windowBytes)
    }

    /// The next band and the number of its first row; `nil` after the last.
    func next() throws -> (first: Int, weights: StoredWeights)? {
        let count = source.rowCount(place)
        guard first < count else { return nil }
        try source.execution.check()
        let weights = source.stored(place, rows: min(bandRows, count - first))
        if let window {
            try source.decode(window, place, firstRow: first, into: weights)
        } else {
            try source.read(place, firstRow: first, into: weights)
        }
        defer { first += weights.rows }
        return (first, weights)
    }
}
