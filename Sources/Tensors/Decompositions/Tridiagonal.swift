import Base
import CBLAS

/// Eigenvalues of a symmetric matrix by two-stage tridiagonalisation: full to band by block reflectors, band to
/// tridiagonal by LAPACK's `dsbtrd`, then `dsterf`.
///
/// The usual one-stage reduction spends half of its work in matrix-vector products at the speed of memory and on one
/// thread. Here the cubic part is matrix products over fixed tiles, which the loop shares out (Bischof, Lang and Sun,
/// "A framework for symmetric band reduction", 2000). Cost: 4/3 n^3 in products, 6 n^2 b in the band.
enum Tridiagonal {
    /// Subdiagonals of the band: wide enough for the products, narrow enough for `dsbtrd`.
    static let band = 48
    private static let tile = 256
    private static let none = CChar(UInt8(ascii: "N"))
    private static let transposed = CChar(UInt8(ascii: "T"))

    /// All eigenvalues, ascending, of the n x n symmetric matrix whose lower triangle is given; destroys it.
    static func eigenvalues(_ matrix: Workspace, order: Int, on threads: Threads) throws -> [Double] {
        cb_use_one_thread()
        guard order > 4 * band else { return try small(matrix, order: order) }
        try reduceToBand(matrix, order: order, on: threads)

        let stored = Workspace((band + 1) * order)
        for column in 0..<order {
            let height = min(band + 1, order - column)
            (stored + column * (band + 1)).update(from: matrix + (column * order + column), count: height)
        }
        let diagonal = Workspace(order)
        let below = Workspace(order)
        let work = Workspace(order)
        try check(
            cb_dsbtrd(
                order.lapack, band.lapack, stored.base, (band + 1).lapack, diagonal.base, below.base, work.base),
            "dsbtrd")
        try check(cb_dsterf(order.lapack, diagonal.base, below.base), "dsterf")
        return diagonal.array
    }

    static func check(_ info: Int32, _ routine: String) throws(DecompositionError) {
        precondition(info >= 0, "argument \(-info) of \(routine)")
        if info > 0 { throw .notConverged(routine: routine, info: Int(info)) }
    }

    private static func small(_ matrix: Workspace, order: Int) throws -> [Double] {
        let values = Workspace(order)
        let work = Workspace(max(1, order * 40))
        var integers: [Int32] = [0]
        try check(
            cb_dsyevd_values(
                order.lapack, matrix.base, order.lapack, values.base, work.base, work.count.lapack, &integers, 1),
            "dsyevd")
        return values.array
    }

    /// Block by block: QR of what lies below the band, then the two-sided update of the rest,
    /// `A - V W' - W V'` with `X = A V T` and `W = X - 1/2 V (T' V' X)`.
    private static func reduceToBand(_ matrix: Workspace, order: Int, on threads: Threads) throws {
        let work = Workspace(64 * band)
        let tau = Workspace(band)
        let factor = Workspace(band * band)
        let reflectors = Workspace(order * band)
        let product = Workspace(order * band)
        // [V W] and [W V]: the rank-2b update is one product of these.
        let left = Workspace(2 * order * band)
        let right = Workspace(2 * order * band)

        var first = 0
        while first + band < order - 1 {
            let start = first + band
            let rest = order - start
            // The reflectors of the last block are fewer than the band is wide; its columns are still all updated.
            let width = min(band, rest)
            let panel = matrix + (first * order + start)
            try check(
                cb_dgeqrf(rest.lapack, band.lapack, panel, order.lapack, tau.base, work.base, work.count.lapack),
                "dgeqrf")
            for column in 0..<width {
                let target = reflectors + column * rest
                for row in 0..<rest {
                    target[row] = row < column ? 0 : row == column ? 1 : panel[column * order + row]
                }
            }
            // T is upper triangular; dlarft leaves the rest alone.
            factor.clear()
            cb_dlarft(
                rest.lapack, width.lapack, reflectors.base, rest.lapack, tau.base, factor.base, band.lapack)

            try multiplySymmetric(
                matrix + (start * order + start), stride: order, order: rest, by: reflectors, width: width,
                into: product, on: threads)
            prepareUpdate(
                reflectors: reflectors, product: product, factor: factor, rest: rest, width: width, left: left,
                right: right)
            let trailing = start * order + start
            let tiles = GramMatrix.lowerTiles(rest.pieces(of: tile))
            try threads.forEach(tiles.count) { (number: Int) throws(any Error) in
                let rows = rest.piece(tiles[number].row, of: tile)
                let columns = rest.piece(tiles[number].column, of: tile)
                cb_dgemm(
                    none, transposed, rows.count.lapack, columns.count.lapack, (2 * width).lapack, -1,
                    left + rows.lowerBound, rest.lapack, right + columns.lowerBound, rest.lapack, 1,
                    matrix + (trailing + columns.lowerBound * order + rows.lowerBound), order.lapack)
            }
            first = start
        }
    }

    /// `into = A V` for symmetric A (lower triangle), row block by row block.
    private static func multiplySymmetric(
        _ matrix: UnsafeMutablePointer<Double>, stride: Int, order: Int, by vectors: Workspace, width: Int,
        into product: Workspace, on threads: Threads
    ) throws {
        nonisolated(unsafe) let matrix = matrix
        let blocks = order.pieces(of: tile)
        try threads.forEach(blocks) { (block: Int) throws(any Error) in
            let rows = order.piece(block, of: tile)
            for other in 0..<blocks {
                let columns = order.piece(other, of: tile)
                let target = product + rows.lowerBound
                let source = vectors + columns.lowerBound
                let beta: Double = other == 0 ? 0 : 1
                if other == block {
                    multiplyDiagonal(
                        matrix + (rows.lowerBound * stride + rows.lowerBound), stride: stride, order: rows.count,
                        by: source, vectorStride: order, width: width, beta: beta, into: target)
                } else if other < block {
                    cb_dgemm(
                        none, none, rows.count.lapack, width.lapack, columns.count.lapack, 1,
                        matrix + (columns.lowerBound * stride + rows.lowerBound), stride.lapack, source, order.lapack,
                        beta, target, order.lapack)
                } else {
                    cb_dgemm(
                        transposed, none, rows.count.lapack, width.lapack, columns.count.lapack, 1,
                        matrix + (rows.lowerBound * stride + columns.lowerBound), stride.lapack, source, order.lapack,
                        beta, target, order.lapack)
                }
            }
        }
    }

    /// A tile on the diagonal is stored by half: completed in scratch first.
    private static func multiplyDiagonal(
        _ matrix: UnsafeMutablePointer<Double>, stride: Int, order: Int, by vectors: UnsafeMutablePointer<Double>,
        vectorStride: Int, width: Int, beta: Double, into product: UnsafeMutablePointer<Double>
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: order * order) { full in
            for column in 0..<order {
                for row in column..<order {
                    full[column * order + row] = matrix[column * stride + row]
                    full[row * order + column] = matrix[column * stride + row]
                }
            }
            cb_dgemm(
                none, none, order.lapack, width.lapack, order.lapack, 1, full.baseAddress, order.lapack, vectors,
                vectorStride.lapack, beta, product, vectorStride.lapack)
        }
    }

    /// `[V W]` and `[W V]` from V, A V and T.
    private static func prepareUpdate(
        reflectors: Workspace, product: Workspace, factor: Workspace, rest: Int, width: Int, left: Workspace,
        right: Workspace
    ) {
        let rows = rest.lapack
        let columns = width.lapack
        let leading = band.lapack
        let updated = left + width * rest
        // W starts as X = A V T.
        cb_dgemm(none, none, rows, columns, columns, 1, product.base, rows, factor.base, leading, 0, updated, rows)
        // S = T' V' X, then W = X - 1/2 V S.
        let inner = Workspace(band * band)
        let small = Workspace(band * band)
        cb_dgemm(
            transposed, none, columns, columns, rows, 1, reflectors.base, rows, updated, rows, 0, inner.base, leading)
        cb_dgemm(
            transposed, none, columns, columns, columns, 1, factor.base, leading, inner.base, leading, 0, small.base,
            leading)
        cb_dgemm(none, none, rows, columns, columns, -0.5, reflectors.base, rows, small.base, leading, 1, updated, rows)
        left.base.update(from: reflectors.base, count: width * rest)
        right.base.update(from: updated, count: width * rest)
        (right + width * rest).update(from: reflectors.base, count: width * rest)
    }
}
