import CBLAS
import CKernels

/// `Z = A' (A X)` for a block of vectors, reading the matrix once: while a few rows are in the cache both products are
/// taken with them.
///
/// The rows are cut into ``slots`` strips, whatever the number of threads; each strip sums in row order into its own Z,
/// and the strips' sums are added in order.
final class GramOperator {
    let source: MatrixSource
    let scale: Double
    let loop: ParallelLoop
    /// Vectors applied at a time.
    let width: Int
    /// Z, columns x width.
    let result: Workspace
    /// A X of the last application, rows x width, row-major: where left singular vectors come from.
    let images: Workspace
    private let partial: Workspace

    static let slots = 16

    init(_ source: MatrixSource, scale: Double, width: Int, in loop: @escaping ParallelLoop) {
        cb_use_one_thread()
        self.source = source
        self.scale = scale
        self.width = width
        self.loop = loop
        result = Workspace(source.columns * width)
        images = Workspace(source.rows * width)
        partial = Workspace(Self.slots * source.columns * width)
    }

    /// Applies to `vectors` (columns x width, column-major).
    func apply(to vectors: UnsafeMutablePointer<Double>) throws {
        nonisolated(unsafe) let vectors = vectors
        let (source, scale, width, images, partial) = (source, scale, width, images, partial)
        let columns = source.columns
        let strip = source.rows.pieces(of: Self.slots)
        try forEach(Self.slots, in: loop) { slot in
            let sums = partial + slot * columns * width
            sums.update(repeating: 0, count: columns * width)
            let rows = slot * strip..<max(slot * strip, min(source.rows, (slot + 1) * strip))
            guard !rows.isEmpty else { return }
            if width == 1, scale == 1, case .memory(let matrix) = source.content {
                matrix.elements.withUnsafeBufferPointer { elements in
                    guard let base = elements.baseAddress else { return }
                    ck_gram_product_f32(
                        base + rows.lowerBound * columns, rows.count, columns, vectors, images + rows.lowerBound, sums)
                }
                return
            }
            // Half a million doubles: large enough for the products, small enough for a core's share of the cache.
            let height = max(4, min(rows.count, (1 << 19) / columns))
            let block = Workspace(height * columns)
            for index in 0..<rows.count.pieces(of: height) {
                let part = rows.count.piece(index, of: height)
                let taken = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
                try source.fill(rows: taken, columns: 0..<columns, scale: scale, into: block.base)
                let image = images + taken.lowerBound * width
                if width == 1 {
                    ck_gram_product_f64(block.base, part.count, columns, vectors, image, sums)
                } else {
                    Self.product(
                        block.base, rows: part.count, columns: columns, vectors: vectors, width: width, image: image,
                        sums: sums)
                }
            }
        }
        let result = result
        let length = columns * width
        try forEach(length.pieces(of: 1 << 14), in: loop) { piece in
            for index in length.piece(piece, of: 1 << 14) {
                var sum = 0.0
                for slot in 0..<Self.slots { sum += partial.base[slot * length + index] }
                result.base[index] = sum
            }
        }
    }

    private static func product(
        _ block: UnsafeMutablePointer<Double>, rows: Int, columns: Int, vectors: UnsafeMutablePointer<Double>,
        width: Int, image: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>
    ) {
        let none = CChar(UInt8(ascii: "N"))
        let transposed = CChar(UInt8(ascii: "T"))
        // The row-major block is its transpose to BLAS: (A X)' = X' A', and Z += A' (A X).
        cb_dgemm(
            transposed, none, width.lapack, rows.lapack, columns.lapack, 1, vectors, columns.lapack, block,
            columns.lapack, 0, image, width.lapack)
        cb_dgemm(
            none, transposed, columns.lapack, width.lapack, rows.lapack, 1, block, columns.lapack, image, width.lapack,
            1, sums, columns.lapack)
    }
}
