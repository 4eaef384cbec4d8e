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
        bytes = .allocate(byteCount: max(1, rows * columns * type.readByteCount), alignment: 64)
    }

    deinit { bytes.deallocate() }

    /// Writes some rows as float32.
    func copy(rows range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        guard let base = bytes.baseAddress else { return }
        type.copy(
            base + range.lowerBound * columns * type.readByteCount, count: range.count * columns, to: target)
    }

    /// All of it as float32.
    var floats: [Float] {
        [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
            if let target = buffer.baseAddress { copy(rows: 0..<rows, to: target) }
            count = rows * columns
        }
    }
}
