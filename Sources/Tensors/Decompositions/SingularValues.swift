/// How singular values were computed.
package enum SpectrumMethod: String, Sendable, Codable {
    /// Square roots of the eigenvalues of the Gram matrix of the smaller side, in double.
    case gram
    /// LAPACK's SVD (`dgesdd`) of the triangular factor of a streamed QR.
    case svd
    /// Block Lanczos on the Gram matrix, which is never formed: the largest values only.
    case lanczos
}

/// All singular values of a matrix, or the largest of them, with how far they may be off.
package struct SingularValues: Sendable, Equatable {
    /// Rows of the matrix.
    package let rows: Int
    /// Columns of the matrix.
    package let columns: Int
    /// Descending. All min(rows, columns) of them, or the largest few where the method is `lanczos`.
    package let values: [Double]
    /// For every value, a bound of its absolute error.
    ///
    /// For `lanczos` it is a residual norm: a singular value lies that close, whatever the spectrum. For `gram` and
    /// `svd` it is the rounding model of ``ExactSpectrum``.
    package let errorBounds: [Double]
    /// The Frobenius norm, from all elements whatever the method.
    package let frobeniusNorm: Double
    /// How the values were computed.
    package let method: SpectrumMethod
    /// Whether `values` holds all of them.
    package var isComplete: Bool { values.count == min(rows, columns) }
    /// The largest error bound over the spectral norm, dimensionless; `nil` for a zero matrix.
    package var relativeErrorBound: Double? {
        guard let largest = values.first, largest > 0, let bound = errorBounds.max() else { return nil }
        return bound / largest
    }

    /// Values that come from elsewhere, such as a table read back; see the properties.
    package init(
        rows: Int, columns: Int, values: [Double], errorBounds: [Double], frobeniusNorm: Double, method: SpectrumMethod
    ) {
        precondition(values.count == errorBounds.count && values.count <= min(rows, columns))
        self.rows = rows
        self.columns = columns
        self.values = values
        self.errorBounds = errorBounds
        self.frobeniusNorm = frobeniusNorm
        self.method = method
    }
}
