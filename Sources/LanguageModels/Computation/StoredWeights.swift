import Checkpoints
import Tensors

/// Rows of a weight matrix (a vector is one row) in memory, as their file stores them; widened piece by piece where they
/// are used.
final class StoredWeights: @unchecked Sendable {
    let rows: Int
    let columns: Int
    private let type: ElementType
    /// Written while it is loaded, read by any number of threads afterwards.
    let bytes: UnsafeMutableRawBufferPointer

    init(rows: Int, columns: Int, type: ElementType) {
        (self.rows, self.columns, self.type) = (rows, columns, type)
        bytes = .allocate(byteCount: max(1, rows * columns * type.byteCount), alignment: 64)
    }

    deinit { bytes.deallocate() }

    /// Writes some rows as float32.
    func copy(rows range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        guard let base = bytes.baseAddress else { return }
        type.copy(
            base + range.lowerBound * columns * type.byteCount, count: range.count * columns, to: target)
    }

    /// All of it as float32.
    var floats: [Float] {
        [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
            if let target = buffer.baseAddress { copy(rows: 0..<rows, to: target) }
            count = rows * columns
        }
    }
}

/// Loads the weights of one checkpoint.
struct WeightReader: Sendable {
    let checkpoint: Checkpoint
    let execution: Execution
    private let reader: CheckpointReader
    private let places: [String: Int]

    /// Bytes that one thread reads at a time.
    private static let pieceBytes = 4 << 20
    /// Decoded bytes of a window over compressed weights.
    private static let windowBytes = 64 << 20

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

    private func stored(_ place: Int, rows: Int) -> StoredWeights {
        let info = reader.tensors[place]
        let columns = info.shape.last ?? 1
        return StoredWeights(rows: rows, columns: columns, type: info.elementType)
    }

    private func rowCount(_ place: Int) -> Int {
        let shape = reader.tensors[place].shape
        return shape.count < 2 ? 1 : shape[0]
    }

    /// A whole tensor.
    func load(_ name: String) throws -> StoredWeights {
        var whole: StoredWeights?
        let place = place(name)
        try bands(name, rows: max(1, rowCount(place))) { _, weights in whole = weights }
        return whole ?? stored(place, rows: 0)
    }

    /// Calls `body` with at most `rows` rows after another, each band with the number of its first row.
    func bands(_ name: String, rows bandRows: Int, _ body: (Int, StoredWeights) throws -> Void) throws {
        let place = place(name)
        let count = rowCount(place)
        var window: TensorWindow?
        if !reader.isDirect(place) { window = try reader.window(place, capacity: WeightReader.windowBytes) }
        for first in stride(from: 0, to: count, by: bandRows) {
            try execution.check()
            let weights = stored(place, rows: min(bandRows, count - first))
            if let window {
                try decode(window, place, firstRow: first, into: weights)
            } else {
                try read(place, firstRow: first, into: weights)
            }
            try body(first, weights)
        }
    }

    /// Single rows, in ascending order, as float32, to where `target` says.
    func rows(
        _ name: String, _ wanted: [Int], _ target: @escaping @Sendable (Int) -> UnsafeMutablePointer<Float>
    ) throws {
        let place = place(name)
        let info = reader.tensors[place]
        let (columns, width) = (info.shape.last ?? 1, info.elementType.byteCount)
        guard reader.isDirect(place) else {
            var next = wanted[...]
            try bands(name, rows: max(1, WeightReader.windowBytes / (columns * width))) { first, weights in
                while let row = next.first, row < first + weights.rows {
                    weights.copy(rows: row - first..<row - first + 1, to: target(row))
                    next.removeFirst()
                }
            }
            return
        }
        let pieces = (wanted.count + 255) / 256
        try execution.forEach(pieces) { (piece) throws(CheckpointError) in
            let row = StoredWeights(rows: 1, columns: columns, type: info.elementType)
            for number in wanted[piece * 256..<min(wanted.count, piece * 256 + 256)] {
                try reader.read(
                    place, from: number * columns,
                    into: UnsafeMutableRawBufferPointer(rebasing: row.bytes[..<(columns * width)]))
                row.copy(rows: 0..<1, to: target(number))
            }
        }
    }

    private func read(_ place: Int, firstRow: Int, into weights: StoredWeights) throws(CheckpointError) {
        let width = reader.tensors[place].elementType.byteCount
        let elements = weights.rows * weights.columns
        let piece = WeightReader.pieceBytes / width
        try execution.forEach((elements + piece - 1) / piece) { (index) throws(CheckpointError) in
            let start = index * piece
            let end = min(start + piece, elements)
            try reader.read(
                place, from: firstRow * weights.columns + start,
                into: UnsafeMutableRawBufferPointer(rebasing: weights.bytes[start * width..<end * width]))
        }
    }

    private func decode(
        _ window: TensorWindow, _ place: Int, firstRow: Int, into weights: StoredWeights
    ) throws(CheckpointError) {
        guard let base = weights.bytes.baseAddress else { return }
        let width = reader.tensors[place].elementType.byteCount
        let first = firstRow * weights.columns
        let end = first + weights.rows * weights.columns
        var start = first
        while start < end {
            let reach = min(window.reach(from: start), end)
            try window.load(start..<reach) { (count, body) throws(CheckpointError) in
                try execution.forEach(count, body)
            }
            (base + (start - first) * width).copyMemory(
                from: window.pointer(to: start), byteCount: (reach - start) * width)
            start = reach
        }
    }
}
