/// Weights w ≥ 0 with Σw = 1 that minimise ‖Σ w_i v_i‖, from the dot products of the vectors: the point of their convex
/// hull that is nearest to the origin.
///
/// Exact: of each set of vectors, the minimum with Σw = 1 solves a linear system (Lagrange); of those without a negative
/// weight, the smallest is the answer. 2^n systems, so n is limited.
package struct SimplexWeights: Sendable, Equatable {
    /// One a vector.
    package let weights: [Double]
    /// ‖Σ w_i v_i‖².
    package let squaredNorm: Double

    /// Vectors that are at most weighed.
    package static let limit = 12

    /// Finds the weights; `nil` for no vectors, more than `limit`, or dot products that are not finite.
    /// - Parameter dots: ⟨v_i, v_j⟩, symmetric.
    package init?(_ dots: [[Double]]) {
        let count = dots.count
        guard count > 0, count <= SimplexWeights.limit, dots.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            return nil
        }
        var best: SimplexWeights?
        for set in 1..<(1 << count) {
            let members = (0..<count).filter { set >> $0 & 1 == 1 }
            guard let part = SimplexWeights.stationary(members.map { i in members.map { dots[i][$0] } }),
                part.allSatisfy({ $0 >= 0 })
            else { continue }
            var weights = Array(repeating: 0.0, count: count)
            for (member, weight) in zip(members, part) { weights[member] = weight }
            let norm = SimplexWeights.squaredNorm(weights, dots)
            if norm < best?.squaredNorm ?? .infinity { best = SimplexWeights(weights: weights, squaredNorm: norm) }
        }
        guard let best else { return nil }
        self = best
    }

    private init(weights: [Double], squaredNorm: Double) {
        (self.weights, self.squaredNorm) = (weights, squaredNorm)
    }

    /// ‖Σ w_i v_i‖²; rounding may not make it negative.
    package static func squaredNorm(_ weights: [Double], _ dots: [[Double]]) -> Double {
        let square = weights.indices.reduce(0.0) { sum, i in
            sum + weights[i] * weights.indices.reduce(0.0) { $0 + weights[$1] * dots[i][$1] }
        }
        return max(0, square)
    }

    /// The weights where the norm is stationary under Σw = 1; `nil` when they are not unique.
    private static func stationary(_ dots: [[Double]]) -> [Double]? {
        let count = dots.count
        let scale = dots.indices.reduce(0) { max($0, dots[$1][$1]) }
        guard scale > 0 else { return count == 1 ? [1] : nil }
        // [G 1; 1 0] [w; λ] = [0; 1], G in units of its largest entry.
        var rows = dots.map { $0.map { $0 / scale } + [1, 0] } + [Array(repeating: 1.0, count: count) + [0, 1]]
        for column in rows.indices {
            guard let pivot = (column..<rows.count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-12
            else { return nil }
            rows.swapAt(column, pivot)
            for row in rows.indices where row != column {
                let factor = rows[row][column] / rows[column][column]
                guard factor != 0 else { continue }
                for index in column..<rows[row].count { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return (0..<count).map { rows[$0][count + 1] / rows[$0][$0] }
    }
}
