import Base
import CBLAS
import CKernels

/// `Z = A' (A X)` for one or four vectors, reading the matrix once: while a few rows are in the cache both products are
/// taken with them.
///
/// The rows are cut into ``slots`` strips, whatever the number of threads; each strip sums in row order into its own Z,
/// and the strips' sums are added in order.
final class GramOperator {
    private let source: MatrixSource
    private let scale: Double
    private let threads: Threads
    /// Vectors applied at a time: 1 or 4.
    let width: Int
    /// Z, columns x width, column-major.
    let result: Workspace
    /// A X of the last application, `width` values a row: where left singular vectors come from.
    let images: Workspace
    private let partial: Workspace

    static let slots = 16

    init(_ source: MatrixSource, scale: Double, width: Int, on threads: Threads) {
        precondition(width == 1 || width == 4)
        self.source = source
        self.scale = scale
        self.width = width
        self.threads = threads
        result = Workspace(source.columns * width)
        images = Workspace(source.rows * width)
        partial = Workspace(Self.slots * source.columns * width)
    }

    /// Applies to `vectors` (columns x width, column-major).
    func apply(to vectors: Workspace) throws {
        let (source, scale, width, images, partial) = (source, scale, width, images, partial)
        let columns = source.columns
        let length = columns * width
        let strip = source.rows.pieces(of: Self.slots)
        try threads.forEach(Self.slots) { (slot: Int) throws(any Error) in
            let sums = partial + slot * length
            sums.update(repeating: 0, count: length)
            let rows = slot * strip..<max(slot * strip, min(source.rows, (slot + 1) * strip))
            if scale == 1, case .memory(let matrix) = source.content {
                matrix.elements.withUnsafeBufferPointer { elements in
                    guard let base = elements.baseAddress else { return }
                    ck_gram_product_f32(
                        base + rows.lowerBound * columns, rows.count, columns, width, vectors.base,
                        images + rows.lowerBound * width, sums)
                }
                return
            }
            // About a core's own cache; whole groups of the kernel, so that streamed sums are those in memory.
            let height = max(16, (1 << 16) / columns / 16 * 16)
            let block = Workspace(uninitialized: min(height, rows.count) * columns)
            for index in 0..<rows.count.pieces(of: height) {
                let part = rows.count.piece(index, of: height)
                let taken = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
                try source.fill(rows: taken, columns: 0..<columns, scale: scale, into: block.base)
                ck_gram_product_f64(
                    block.base, part.count, columns, width, vectors.base, images + taken.lowerBound * width, sums)
            }
        }
        let result = result
        try threads.forEach(length.pieces(of: 1 << 14)) { (piece: Int) throws(any Error) in
            for index in length.piece(piece, of: 1 << 14) {
                var sum = 0.0
                for slot in 0..<Self.slots { sum += partial.base[slot * length + index] }
                result.base[index] = sum
            }
        }
    }
}
