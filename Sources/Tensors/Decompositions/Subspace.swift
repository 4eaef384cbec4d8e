import CBLAS
import Foundation

/// The span of a few orthonormal vectors, such as the leading singular vectors of a matrix.
package struct Subspace: Sendable, Equatable {
    /// Length of the vectors.
    package let dimension: Int
    /// `dimension * count` doubles, one vector after another; orthonormal.
    package let vectors: [Double]
    /// Number of vectors.
    package var count: Int { dimension == 0 ? 0 : vectors.count / dimension }

    /// Takes orthonormal vectors, one after another.
    package init(dimension: Int, vectors: [Double]) {
        precondition(dimension > 0 ? vectors.count % dimension == 0 : vectors.isEmpty)
        self.dimension = dimension
        self.vectors = vectors
    }

    /// The span of the first `count` vectors.
    package func prefix(_ count: Int) -> Subspace {
        Subspace(dimension: dimension, vectors: Array(vectors.prefix(count * dimension)))
    }

    /// Principal angles to another subspace of the same space, ascending, in radians from 0 to π/2: as many as the
    /// smaller one has dimensions; none when either is empty.
    ///
    /// Cosines are the singular values of `Q₁ᵀQ₂`; angles below 45° come from sines, the singular values of
    /// `Q₂ − Q₁Q₁ᵀQ₂`, because the cosine of a small angle has lost it (Björck and Golub, 1973).
    ///
    /// - Throws: ``DecompositionError/notConverged(routine:info:)``.
    package func principalAngles(to other: Subspace) throws -> [Double] {
        precondition(dimension == other.dimension, "subspaces of \(dimension) and \(other.dimension) dimensions")
        // The larger one is projected on, so that there are as many sines as cosines.
        let (basis, projected) = count >= other.count ? (self, other) : (other, self)
        let (p, q, n) = (basis.count, projected.count, dimension)
        guard q > 0 else { return [] }
        let none = CChar(UInt8(ascii: "N"))
        let transposed = CChar(UInt8(ascii: "T"))
        let overlap = Workspace(p * q)
        let rest = Workspace(n * q)
        rest.base.update(from: projected.vectors, count: n * q)
        cb_use_one_thread()
        cb_dgemm(
            transposed, none, p.lapack, q.lapack, n.lapack, 1, basis.vectors, n.lapack, projected.vectors, n.lapack, 0,
            overlap.base, p.lapack)
        cb_dgemm(
            none, none, n.lapack, q.lapack, p.lapack, -1, basis.vectors, n.lapack, overlap.base, p.lapack, 1, rest.base,
            n.lapack)
        let cosines = try Self.singularValues(overlap, rows: p, columns: q)
        let sines = try Self.singularValues(rest, rows: n, columns: q)
        return (0..<q).map { index in
            let (cosine, sine) = (min(1, cosines[index]), min(1, sines[q - 1 - index]))
            return cosine * cosine > 0.5 ? asin(sine) : acos(cosine)
        }
    }

    /// Mean squared cosine of the principal angles: 1 for the same span, 0 for orthogonal ones, about `max(p, q) / n`
    /// for unrelated ones of p and q of n dimensions; `nil` when either is empty.
    ///
    /// - Throws: ``DecompositionError/notConverged(routine:info:)``.
    package func overlap(with other: Subspace) throws -> Double? {
        let angles = try principalAngles(to: other)
        guard !angles.isEmpty else { return nil }
        return angles.reduce(0) { $0 + cos($1) * cos($1) } / Double(angles.count)
    }

    private static func singularValues(_ matrix: Workspace, rows: Int, columns: Int) throws -> [Double] {
        let smaller = min(rows, columns)
        let values = Workspace(smaller)
        let work = Workspace(smaller * (smaller + 64) + 64 * max(rows, columns))
        var integers = [Int32](repeating: 0, count: 8 * smaller)
        try Tridiagonal.check(
            cb_dgesdd_values(
                rows.lapack, columns.lapack, matrix.base, rows.lapack, values.base, work.base, work.count.lapack,
                &integers),
            "dgesdd")
        return values.array
    }
}
