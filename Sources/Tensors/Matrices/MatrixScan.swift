import Base
import CBLAS

/// What one pass over the elements tells: how large they are, and whether they are finite.
struct MatrixScan {
    /// Squared Frobenius norm of the scaled matrix.
    let sumOfSquares: Double
    /// A power of two that keeps squares within double's range; 1 unless the elements call for another.
    let scale: Double

    /// Reads every element once; three times where squares over- or underflow.
    ///
    /// - Returns: `nil` for a matrix of zeros.
    /// - Throws: ``DecompositionError/nonFinite(count:)``, and what the source throws.
    init?(of source: MatrixSource, on threads: Threads) throws {
        let sum = try Self.total(of: source, scale: 1, on: threads) { block, count in dot(block, block, count) }
        if Self.safe.contains(sum) {
            (sumOfSquares, scale) = (sum, 1)
            return
        }
        guard let needed = try Self.neededScale(of: source, on: threads) else { return nil }
        scale = needed
        sumOfSquares = try Self.total(of: source, scale: needed, on: threads) { block, count in dot(block, block, count)
        }
    }

    /// Sums of squares that neither lost small elements nor come near overflow.
    static let safe = 1e-200...1e200

    /// The scale that brings the largest element near 1; `nil` for a matrix of zeros.
    static func neededScale(of source: MatrixSource, on threads: Threads) throws -> Double? {
        let bad = try total(of: source, scale: 1, on: threads) { block, count in
            Double(UnsafeBufferPointer(start: block, count: count).count { !$0.isFinite })
        }
        guard bad == 0 else { throw DecompositionError.nonFinite(count: Int(bad)) }
        let largest = try reduce(source, scale: 1, on: threads, max) { block, count in
            UnsafeBufferPointer(start: block, count: count).reduce(0) { max($0, abs($1)) }
        }
        guard largest > 0 else { return nil }
        // 2^1000 at most: 1 / largest overflows where largest is denormal.
        let exponent = max(-1000, min(1000, -Int(largest.exponent)))
        return Double(sign: .plus, exponent: exponent, significand: 1)
    }

    private static func total(
        of source: MatrixSource, scale: Double, on threads: Threads,
        _ measure: @escaping @Sendable (UnsafeMutablePointer<Double>, Int) -> Double
    ) throws -> Double {
        try reduce(source, scale: scale, on: threads, +, measure)
    }

    /// Measures blocks of whole rows and combines the results in row order.
    private static func reduce(
        _ source: MatrixSource, scale: Double, on threads: Threads, _ combine: (Double, Double) -> Double,
        _ measure: @escaping @Sendable (UnsafeMutablePointer<Double>, Int) -> Double
    ) throws -> Double {
        let height = max(1, (1 << 16) / source.columns)
        let pieces = source.rows.pieces(of: height)
        let results = Workspace(pieces)
        try threads.forEach(pieces) { (piece: Int) throws(any Error) in
            let rows = source.rows.piece(piece, of: height)
            let block = Workspace(uninitialized: rows.count * source.columns)
            try source.fill(rows: rows, columns: 0..<source.columns, scale: scale, into: block.base)
            results.base[piece] = measure(block.base, block.count)
        }
        return results.array.reduce(0, combine)
    }
}

/// The scalar product of two vectors of `count` doubles.
func dot(_ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>, _ count: Int) -> Double {
    var result = 0.0
    cb_dgemv(CChar(UInt8(ascii: "T")), count.lapack, 1, 1, a, count.lapack, b, 0, &result)
    return result
}
