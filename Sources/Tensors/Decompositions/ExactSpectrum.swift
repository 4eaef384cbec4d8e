import Base
import CBLAS

/// All singular values of a matrix in double precision.
///
/// The eigenvalues of the n x n Gram matrix, n = min(rows, columns), cost a fraction of an SVD, but squaring loses the
/// small values: an error `4 eps s1^2` of the eigenvalue is an error of `4 eps s1^2 / s` of the singular value s. The
/// rule is: where that bound is below `accuracy * s1` for every value, they are taken (`gram`); otherwise the matrix is
/// reduced to its triangular factor by a streamed QR, and the factor goes through LAPACK's SVD (`svd`), whose error is
/// of order `eps s1` for every value. So `gram` is taken down to s / s1 of
/// `4 eps / accuracy`, 9e-6 by default.
package enum ExactSpectrum {
    /// Error of an eigenvalue of the Gram matrix near zero, in units of `eps s1^2`: what the rule stands on.
    ///
    /// Worst-case analysis grows with n^2, but rounding errors do not conspire. Measured on Gaussian, decaying,
    /// geometric, low-rank and spiked matrices of 256 to 2048: at most 1.7, whatever the size.
    static let smallEigenvalueError = 4.0

    /// Error of a singular value of the leading end, in units of `eps s1`. Measured as above: at most n / 50 beyond
    /// n = 256.
    static func largeValueError(order: Int) -> Double {
        16 + Double(order) / 16
    }

    /// Computes all singular values.
    ///
    /// - Parameters:
    ///   - source: the matrix; read once, and a second time where the rule chooses `svd`.
    ///   - accuracy: largest acceptable error relative to the spectral norm.
    ///   - threads: what the work is shared out to.
    /// - Throws: ``DecompositionError``, and what the source throws.
    /// - Complexity: `rows columns n + 4/3 n^3`; memory n^2 + 1024 max(rows, columns) doubles. The `svd` route needs
    ///   about 3 n^2 and is serial.
    package static func singularValues(
        of source: MatrixSource, accuracy: Double = 1e-10, on threads: Threads = .one
    ) throws -> SingularValues {
        let order = min(source.rows, source.columns)
        guard order > 0 else { throw DecompositionError.empty(rows: source.rows, columns: source.columns) }
        var scale = 1.0
        var gram = try GramMatrix(of: source, scale: scale, on: threads)
        var trace = gram.trace
        // Squares near the ends of double's range, a zero matrix, NaN: rare, so they pay for a second look.
        if !MatrixScan.safe.contains(trace) {
            guard let needed = try MatrixScan.neededScale(of: source, on: threads) else { return zeros(source) }
            scale = needed
            gram = try GramMatrix(of: source, scale: scale, on: threads)
            trace = gram.trace
        }

        let eigenvalues = try Tridiagonal.eigenvalues(gram.lower, order: order, on: threads)
        let squares = eigenvalues.reversed().map { max(0, $0) }
        let largest = squares[0].squareRoot()
        let unit = Double.ulpOfOne * largest
        let base = largeValueError(order: order) * unit
        let slack = smallEigenvalueError * unit * largest
        // |sqrt(a) - sqrt(b)| is at most |a - b| / sqrt(a), and at most sqrt|a - b|.
        var values = squares.map { $0.squareRoot() }
        var bounds = values.map { base + min($0 > 0 ? slack / $0 : .infinity, slack.squareRoot()) }
        var method = SpectrumMethod.gram
        if let worst = bounds.max(), worst > accuracy * largest {
            values = try TriangularFactor.singularValues(of: source, scale: scale)
            bounds = values.map { _ in base }
            method = .svd
        }
        return SingularValues(
            rows: source.rows, columns: source.columns, values: values.map { $0 / scale },
            errorBounds: bounds.map { $0 / scale }, frobeniusNorm: trace.squareRoot() / scale, method: method)
    }

    private static func zeros(_ source: MatrixSource) -> SingularValues {
        let order = min(source.rows, source.columns)
        let zeros = [Double](repeating: 0, count: order)
        return SingularValues(
            rows: source.rows, columns: source.columns, values: zeros, errorBounds: zeros, frobeniusNorm: 0,
            method: .gram)
    }
}
