import Base
import CBLAS

/// The Gram matrix of the smaller side, `A'A` or `AA'`, in double: the lower triangle of an n x n column-major matrix,
/// n = min(rows, columns).
///
/// The matrix is read once, in panels of ``depth`` rows (columns where it is wide), so memory is n^2 + depth * n doubles.
/// Panels are added in order; within a panel the tiles of the triangle are independent, each one BLAS call.
struct GramMatrix {
    let order: Int
    let lower: Workspace

    static let depth = 512
    static let tile = 256

    /// Sum of the diagonal: the squared Frobenius norm, in the source's scale.
    var trace: Double {
        var sum = 0.0
        for index in 0..<order { sum += lower.base[index * order + index] }
        return sum
    }

    init(of source: MatrixSource, scale: Double, on threads: Threads) throws {
        cb_use_one_thread()
        let tall = source.rows >= source.columns
        let order = min(source.rows, source.columns)
        let length = max(source.rows, source.columns)
        let depth = Self.depth
        let panel = Workspace(uninitialized: min(depth, length) * order)
        let lower = Workspace(order * order)
        let tiles = Self.lowerTiles(order.pieces(of: Self.tile))

        for index in 0..<length.pieces(of: depth) {
            let range = length.piece(index, of: depth)
            // Reading is shared out too: converting costs as much memory traffic as the product.
            let strips = tall ? range.count.pieces(of: 64) : order.pieces(of: 64)
            try threads.forEach(strips) { (strip: Int) throws(any Error) in
                if tall {
                    let part = range.count.piece(strip, of: 64)
                    try source.fill(
                        rows: range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound,
                        columns: 0..<order, scale: scale, into: panel + part.lowerBound * order)
                } else {
                    let part = order.piece(strip, of: 64)
                    try source.fill(
                        rows: part, columns: range, scale: scale, into: panel + part.lowerBound * range.count)
                }
            }
            // A row-major panel is its transpose to BLAS: n x depth for a tall matrix, depth x n for a wide one.
            let stride = (tall ? order : range.count).lapack
            let inner = range.count.lapack
            try threads.forEach(tiles.count) { (number: Int) throws(any Error) in
                let (row, column) = tiles[number]
                let rows = order.piece(row, of: Self.tile)
                let columns = order.piece(column, of: Self.tile)
                let left = panel + rows.lowerBound * (tall ? 1 : range.count)
                let right = panel + columns.lowerBound * (tall ? 1 : range.count)
                let target = lower + (columns.lowerBound * order + rows.lowerBound)
                let none = tall ? CChar(UInt8(ascii: "N")) : CChar(UInt8(ascii: "T"))
                let flip = tall ? CChar(UInt8(ascii: "T")) : CChar(UInt8(ascii: "N"))
                if row == column {
                    cb_dsyrk_lower(none, rows.count.lapack, inner, 1, left, stride, 1, target, order.lapack)
                } else {
                    cb_dgemm(
                        none, flip, rows.count.lapack, columns.count.lapack, inner, 1, left, stride, right, stride, 1,
                        target, order.lapack)
                }
            }
        }
        self.order = order
        self.lower = lower
    }

    /// The tiles of a lower triangle of `side` tiles a side, row by row.
    static func lowerTiles(_ side: Int) -> [(row: Int, column: Int)] {
        (0..<side).flatMap { row in (0...row).map { (row, $0) } }
    }
}
