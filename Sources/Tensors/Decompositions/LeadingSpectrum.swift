import Base
import CBLAS

/// The largest singular values of a matrix, with their vectors, by block Lanczos.
package struct LeadingSpectrum: Sendable {
    /// The values and their error bounds: σ₁ ≥ ... ≥ σ_k.
    package let singularValues: SingularValues
    /// Right singular vectors of the values that are not numerically zero.
    package let right: Subspace
    /// Left singular vectors of the same values.
    package let left: Subspace
    /// Passes over the matrix.
    package let passes: Int
    /// Whether every error bound is within the tolerance that was asked for. The bounds hold either way.
    package let converged: Bool
}

extension LeadingSpectrum {
    /// What to compute, and how hard to try.
    package struct Settings: Sendable {
        /// Number of singular values.
        package var count: Int
        /// Largest error bound wanted, relative to the spectral norm.
        package var tolerance: Double
        /// Seed of the start vectors.
        package var seed: UInt64
        /// Memory for the Krylov basis, in bytes; what is reached within it is reported.
        package var basisBytes: Int

        /// `count` values to `tolerance` relative to the spectral norm.
        package init(count: Int = 16, tolerance: Double = 1e-6, seed: UInt64 = 0, basisBytes: Int = 256 << 20) {
            precondition(count > 0 && tolerance > 0)
            self.count = count
            self.tolerance = tolerance
            self.seed = seed
            self.basisBytes = basisBytes
        }
    }

    /// Computes the leading singular values and vectors.
    ///
    /// Block Lanczos on A'A (Golub and Underwood, 1977) with full reorthogonalisation, in double; four vectors a block,
    /// one where a single value is asked for. A step reads the matrix once. It stops when, for every value, the residual
    /// `r = ‖A'A v - s² v‖` bounds the error: a singular value lies within `min(r / s, √r)` of s. Power iteration's rule,
    /// that the value no longer changes, would stop early on a flat spectrum; a residual cannot. Bounds and vectors are
    /// taken from last passes over the matrix, not from the recurrence.
    ///
    /// A residual cannot tell that a copy of a multiple value is missing. Up to four copies are found by construction;
    /// more are looked for by a few steps from fresh random vectors before the result is accepted.
    ///
    /// - Parameters:
    ///   - source: the matrix; read once a step, once before and `count / 4` times after.
    ///   - settings: how many values, how exactly, from which start.
    ///   - threads: what the work is shared out to.
    /// - Throws: ``DecompositionError``, and what the source throws.
    /// - Complexity: `16 rows columns` a step. Memory: the basis, and `70 columns + 8 rows` doubles.
    package static func compute(
        of source: MatrixSource, _ settings: Settings = Settings(), on threads: Threads = .one
    ) throws -> LeadingSpectrum {
        guard source.rows > 0, source.columns > 0 else {
            throw DecompositionError.empty(rows: source.rows, columns: source.columns)
        }
        let wanted = min(settings.count, source.rows, source.columns)
        guard let scan = try MatrixScan(of: source, on: threads) else { return zero(source, count: wanted) }
        let iteration = LanczosIteration(
            source, settings: settings, count: wanted, scale: scan.scale, on: threads)
        let ritz = try iteration.run()
        return try verified(ritz, of: source, settings: settings, scan: scan, passes: iteration.steps, on: threads)
    }

    /// Rayleigh quotients, residuals and left vectors of the Ritz vectors, from the matrix itself.
    private static func verified(
        _ ritz: Workspace, of source: MatrixSource, settings: Settings, scan: MatrixScan, passes: Int,
        on threads: Threads
    ) throws -> LeadingSpectrum {
        let columns = source.columns
        let rows = source.rows
        let count = ritz.count / columns
        let width = count == 1 ? 1 : 4
        let operation = GramOperator(source, scale: scan.scale, width: width, on: threads)
        let products = Workspace(columns * count)
        let images = Workspace(rows * count)
        let groups = count.pieces(of: width)
        for group in 0..<groups {
            let part = count.piece(group, of: width)
            let input = Workspace(columns * width)
            input.base.update(from: ritz + part.lowerBound * columns, count: columns * part.count)
            try operation.apply(to: input)
            (products + part.lowerBound * columns).update(from: operation.result.base, count: columns * part.count)
            for (column, vector) in part.enumerated() {
                for row in 0..<rows { images.base[vector * rows + row] = operation.images.base[row * width + column] }
            }
        }
        var pairs: [(value: Double, bound: Double, index: Int)] = []
        let rounding = Double.ulpOfOne * scan.sumOfSquares
        for index in 0..<count {
            let (square, residual) = rayleigh(ritz + index * columns, products + index * columns, columns)
            // What the products themselves may have lost, which a small residual would hide.
            let slack = residual + rounding
            let value = square.squareRoot()
            let bound = min(value > 0 ? slack / value : .infinity, slack.squareRoot())
            pairs.append((value, bound, index))
        }
        pairs.sort { $0.value > $1.value || ($0.value == $1.value && $0.index < $1.index) }

        let nonzero = pairs.filter { $0.value > max($0.bound, 1e-7 * pairs[0].value) }
        let right = Workspace(columns * nonzero.count)
        let left = Workspace(rows * nonzero.count)
        for (place, pair) in nonzero.enumerated() {
            (right + place * columns).update(from: ritz + pair.index * columns, count: columns)
            for row in 0..<rows {
                left.base[place * rows + row] = images.base[pair.index * rows + row] / pair.value
            }
        }
        let values = SingularValues(
            rows: rows, columns: columns, values: pairs.map { $0.value / scan.scale },
            errorBounds: pairs.map { $0.bound / scan.scale },
            frobeniusNorm: scan.sumOfSquares.squareRoot() / scan.scale, method: .lanczos)
        return LeadingSpectrum(
            singularValues: values, right: Subspace(dimension: columns, vectors: right.array),
            left: Subspace(dimension: rows, vectors: left.array), passes: 1 + passes + groups,
            converged: (values.relativeErrorBound ?? 0) <= settings.tolerance)
    }

    /// `v'Mv` and `‖Mv - (v'Mv) v‖` of a unit vector v and its product Mv.
    private static func rayleigh(
        _ vector: UnsafeMutablePointer<Double>, _ product: UnsafeMutablePointer<Double>, _ count: Int
    ) -> (quotient: Double, residual: Double) {
        let quotient = max(0, dot(vector, product, count))
        var square = 0.0
        for row in 0..<count {
            let difference = product[row] - quotient * vector[row]
            square += difference * difference
        }
        return (quotient, square.squareRoot())
    }

    private static func zero(_ source: MatrixSource, count: Int) -> LeadingSpectrum {
        let zeros = [Double](repeating: 0, count: count)
        return LeadingSpectrum(
            singularValues: SingularValues(
                rows: source.rows, columns: source.columns, values: zeros, errorBounds: zeros, frobeniusNorm: 0,
                method: .lanczos),
            right: Subspace(dimension: source.columns, vectors: []),
            left: Subspace(dimension: source.rows, vectors: []), passes: 1, converged: true)
    }
}
