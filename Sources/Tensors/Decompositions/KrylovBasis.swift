import Base
import CBLAS

/// Orthonormal vectors, grown a block at a time, each block made orthogonal to all before it (twice: Giraud, Langou and
/// Rozloznik, 2005, "twice is enough").
final class KrylovBasis {
    let length: Int
    let capacity: Int
    let vectors: Workspace
    private(set) var count = 0
    private let coefficients: Workspace
    private let threads: Threads
    private var random: SplitMix64

    private static let none = CChar(UInt8(ascii: "N"))
    private static let transposed = CChar(UInt8(ascii: "T"))

    /// Room for `capacity` vectors of the given length.
    init(length: Int, capacity: Int, block: Int, seed: UInt64, on threads: Threads) {
        self.length = length
        self.capacity = capacity
        self.threads = threads
        vectors = Workspace(uninitialized: length * capacity)
        coefficients = Workspace(uninitialized: capacity * block)
        cb_use_one_thread()
        random = SplitMix64(seed: seed)
    }

    /// Subtracts from the block its components in the basis, and returns them: count x width, column-major.
    func project(_ block: Workspace, width: Int) throws -> [Double] {
        var total = [Double](repeating: 0, count: count * width)
        for _ in 0..<2 {
            try subtractOnce(block, width: width)
            for index in 0..<total.count { total[index] += coefficients.base[index] }
        }
        return total
    }

    private func subtractOnce(_ block: Workspace, width: Int) throws {
        let (vectors, coefficients, length, count) = (vectors, coefficients, length, count)
        try threads.forEach(count.pieces(of: 64)) { (piece: Int) throws(any Error) in
            let part = count.piece(piece, of: 64)
            Self.multiply(
                Self.transposed, part.count, width, length, 1, vectors + part.lowerBound * length, length, block.base,
                length, 0, coefficients + part.lowerBound, count)
        }
        try threads.forEach(length.pieces(of: 2048)) { (piece: Int) throws(any Error) in
            let part = length.piece(piece, of: 2048)
            Self.multiply(
                Self.none, part.count, width, count, -1, vectors + part.lowerBound, length, coefficients.base, count, 1,
                block + part.lowerBound, length)
        }
    }

    /// `dgemm`, or `dgemv` for a single vector, which `dgemm` would pack in vain.
    private static func multiply(
        _ flip: CChar, _ rows: Int, _ columns: Int, _ inner: Int, _ alpha: Double, _ a: UnsafeMutablePointer<Double>,
        _ lda: Int, _ b: UnsafeMutablePointer<Double>, _ ldb: Int, _ beta: Double, _ c: UnsafeMutablePointer<Double>,
        _ ldc: Int
    ) {
        if columns == 1 {
            let (m, n) = flip == none ? (rows, inner) : (inner, rows)
            cb_dgemv(flip, m.lapack, n.lapack, alpha, a, lda.lapack, b, beta, c)
        } else {
            cb_dgemm(
                flip, none, rows.lapack, columns.lapack, inner.lapack, alpha, a, lda.lapack, b, ldb.lapack, beta, c,
                ldc.lapack)
        }
    }

    /// Appends random directions, at most `width` of them, and returns their places.
    func appendRandom(_ width: Int) throws -> Range<Int> {
        let old = count
        // Columns of zeros become random directions.
        _ = try append(Workspace(length * width), width: width, negligible: 0)
        return old..<count
    }

    /// Appends the block, already orthogonal to the basis, as orthonormal vectors Q, and returns the triangle R of
    /// `block = Q R` (width x width, column-major).
    ///
    /// A column that has nothing of its own left (its norm is at most `negligible`) becomes a random direction with a
    /// zero on R's diagonal: the Krylov space was exhausted, and what it missed, such as further copies of a multiple
    /// value, can still be found. Stops short at ``capacity``.
    func append(_ block: Workspace, width: Int, negligible: Double) throws -> [Double] {
        var triangle = [Double](repeating: 0, count: width * width)
        let column = Workspace(length)
        let old = count
        for index in 0..<width where count < capacity {
            column.base.update(from: block + index * length, count: length)
            for _ in 0..<2 {
                for earlier in old..<count {
                    let component = dot(vectors + earlier * length, column.base, length)
                    subtract(component, vectors + earlier * length, from: column.base)
                    triangle[index * width + (earlier - old)] += component
                }
            }
            var norm = dot(column.base, column.base, length).squareRoot()
            if norm > negligible {
                triangle[index * width + index] = norm
            } else {
                norm = try randomDirection(into: column)
            }
            let target = vectors + count * length
            for row in 0..<length { target[row] = column.base[row] / norm }
            count += 1
        }
        return triangle
    }

    /// A random vector orthogonal to the basis; returns its norm.
    private func randomDirection(into column: Workspace) throws -> Double {
        while true {
            for row in 0..<length { column.base[row] = random.symmetric() }
            let before = dot(column.base, column.base, length).squareRoot()
            if count > 0 { _ = try project(column, width: 1) }
            let norm = dot(column.base, column.base, length).squareRoot()
            // A second look at what cancellation may have spoiled; count < length, so some direction is left.
            if norm > 1e-8 * before { return norm }
        }
    }

    private func subtract(
        _ factor: Double, _ a: UnsafeMutablePointer<Double>, from b: UnsafeMutablePointer<Double>
    ) {
        for row in 0..<length { b[row] -= factor * a[row] }
    }
}
