/// The c ≥ 0 that makes ‖A c − b‖² least, for a handful of columns.
///
/// Every set of columns is tried as the one where c > 0: exact, and for the at most six terms of a law cheaper than an
/// active-set method.
enum NonNegativeLeastSquares {
    /// - Parameters:
    ///   - gram: AᵀA, a row a column of A.
    ///   - projection: Aᵀb.
    /// - Returns: c, and ‖A c − b‖² − ‖b‖²; all zeros where no other set is possible.
    static func solve(gram: [[Double]], projection: [Double]) -> (solution: [Double], excess: Double) {
        let count = projection.count
        precondition(count <= 6 && gram.count == count)
        var best = ([Double](repeating: 0, count: count), 0.0)
        for set in 1..<(1 << count) {
            let columns = (0..<count).filter { set >> $0 & 1 == 1 }
            let inner = columns.map { row in columns.map { gram[row][$0] } }
            guard let factor = CholeskyFactor(inner) else { continue }
            let solution = factor.solve(columns.map { projection[$0] })
            guard solution.allSatisfy({ $0 >= 0 }) else { continue }
            // At the minimum over these columns, cᵀGc = cᵀp.
            let excess = -zip(columns, solution).reduce(0) { $0 + projection[$1.0] * $1.1 }
            guard excess < best.1 else { continue }
            var full = [Double](repeating: 0, count: count)
            for (column, value) in zip(columns, solution) { full[column] = value }
            best = (full, excess)
        }
        return best
    }
}

/// G = L Lᵀ of a small symmetric positive definite matrix.
struct CholeskyFactor {
    private let lower: [[Double]]

    /// - Returns: `nil` where the matrix is not positive definite, or so nearly not that its solution would be noise.
    init?(_ matrix: [[Double]]) {
        let count = matrix.count
        var lower = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for row in 0..<count {
            for column in 0...row {
                var sum = matrix[row][column]
                for k in 0..<column { sum -= lower[row][k] * lower[column][k] }
                if row == column {
                    guard sum > 1e-13 * matrix[row][row], sum > 0 else { return nil }
                    lower[row][row] = sum.squareRoot()
                } else {
                    lower[row][column] = sum / lower[column][column]
                }
            }
        }
        self.lower = lower
    }

    /// The x with G x = `right`.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in x.indices {
            for k in 0..<row { x[row] -= lower[row][k] * x[k] }
            x[row] /= lower[row][row]
        }
        for row in x.indices.reversed() {
            for k in (row + 1)..<x.count { x[row] -= lower[k][row] * x[k] }
            x[row] /= lower[row][row]
        }
        return x
    }

    /// G⁻¹.
    var inverse: [[Double]] {
        lower.indices.map { index in
            var unit = [Double](repeating: 0, count: lower.count)
            unit[index] = 1
            return solve(unit)
        }
    }
}

/// Eigenvalues of a small symmetric matrix, ascending, by Jacobi's rotations.
func symmetricEigenvalues(_ matrix: [[Double]]) -> [Double] {
    var a = matrix
    let count = a.count
    for _ in 0..<60 {
        var off = 0.0
        for p in 0..<count { for q in 0..<p { off += a[p][q] * a[p][q] } }
        if off < 1e-30 { break }
        for p in 0..<count {
            for q in 0..<p where a[p][q] != 0 {
                let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot()
                let s = t * c
                for k in 0..<count {
                    let (kp, kq) = (a[k][p], a[k][q])
                    a[k][p] = c * kp - s * kq
                    a[k][q] = s * kp + c * kq
                }
                for k in 0..<count {
                    let (pk, qk) = (a[p][k], a[q][k])
                    a[p][k] = c * pk - s * qk
                    a[q][k] = s * pk + c * qk
                }
            }
        }
    }
    return (0..<count).map { a[$0][$0] }.sorted()
}
