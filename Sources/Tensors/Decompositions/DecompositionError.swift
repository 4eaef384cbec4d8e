/// Why a matrix has no decomposition. What a ``MatrixSource`` itself throws is passed on as it is.
package enum DecompositionError: Error, Equatable, CustomStringConvertible {
    /// No rows or no columns.
    case empty(rows: Int, columns: Int)
    /// NaN or infinity among the elements; how many.
    case nonFinite(count: Int)
    /// A LAPACK routine gave up; `info` is its code.
    case notConverged(routine: String, info: Int)

    /// One line for a person; whose matrix it was is the caller's to say.
    package var description: String {
        switch self {
        case .empty(let rows, let columns): "a \(rows)x\(columns) matrix has no singular values"
        case .nonFinite(let count): "\(count) elements are NaN or infinite"
        case .notConverged(let routine, let info): "LAPACK's \(routine) did not converge (info \(info))"
        }
    }
}
