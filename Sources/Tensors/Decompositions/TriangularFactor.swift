import CBLAS

/// The triangular factor of a matrix's QR decomposition, a block at a time, and its singular values.
///
/// Blocks of the longer side are stacked below the factor so far and factored again, so a 100352 x 4096 matrix needs
/// five 4096 x 4096 squares. The singular values of R are those of the matrix.
enum TriangularFactor {
    static func singularValues(of source: MatrixSource, scale: Double) throws -> [Double] {
        cb_use_one_thread()
        let tall = source.rows >= source.columns
        let order = min(source.rows, source.columns)
        let length = max(source.rows, source.columns)
        // A matrix of at most twice its smaller side is one block, and needs no factor: `dgesdd` takes it as it is.
        let depth = max(2 * order, 512)
        let single = length <= depth
        let stacked = Workspace((order + depth) * order)
        let block = Workspace(uninitialized: depth * order)
        let tau = Workspace(order)
        let work = Workspace(64 * order)

        // Rows of R that are there: none before the first block.
        var height = 0
        for index in 0..<length.pieces(of: depth) {
            let range = length.piece(index, of: depth)
            let leading = order + depth
            if tall {
                try source.fill(rows: range, columns: 0..<order, scale: scale, into: block.base)
            } else {
                try source.fill(rows: 0..<order, columns: range, scale: scale, into: block.base)
            }
            for column in 0..<order {
                let target = stacked + (column * leading + height)
                for row in 0..<range.count {
                    target[row] = block.base[tall ? row * order + column : column * range.count + row]
                }
            }
            height += range.count
            if single { break }
            try Tridiagonal.check(
                cb_dgeqrf(
                    height.lapack, order.lapack, stacked.base, leading.lapack, tau.base, work.base, work.count.lapack),
                "dgeqrf")
            height = min(height, order)
            for column in 0..<order {
                let target = stacked + column * leading
                for row in (column + 1)..<max(column + 1, order) { target[row] = 0 }
            }
        }

        let values = Workspace(order)
        let needed = Workspace(order * (order + 80) + 64 * height)
        var integers = [Int32](repeating: 0, count: 8 * order)
        try Tridiagonal.check(
            cb_dgesdd_values(
                height.lapack, order.lapack, stacked.base, (order + depth).lapack, values.base, needed.base,
                needed.count.lapack, &integers),
            "dgesdd")
        return values.array
    }
}
