import Foundation

/// The spectrum of a matrix of independent elements of one variance s², of m x n elements, n <= m: singular values lie
/// between `s (√m - √n)` and `s (√m + √n)` (Marchenko and Pastur, 1967).
package enum MarchenkoPastur {
    /// The upper edge of the bulk, `s (√rows + √columns)`, in the unit of the values.
    ///
    /// s is estimated robustly, from the median singular value: `s = median / √(m μ)`, where μ is the median of the
    /// Marchenko-Pastur law (Gavish and Donoho, 2014, "The optimal hard threshold for singular values is 4/√3"). A few
    /// large values, which are what is looked for, hardly move the median; the elements' own variance would count them
    /// in. At finite size the largest value of pure noise fluctuates about the edge by its share of n^(-2/3), so a count
    /// of one or two beyond it is not yet a finding.
    ///
    /// - Parameter values: all min(rows, columns) singular values, descending.
    /// - Returns: `nil` where the median is zero.
    package static func bulkEdge(values: [Double], rows: Int, columns: Int) -> Double? {
        precondition(values.count == min(rows, columns))
        guard !values.isEmpty else { return nil }
        let median = (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
        guard median > 0 else { return nil }
        let (m, n) = (Double(max(rows, columns)), Double(min(rows, columns)))
        let deviation = median / (m * self.median(aspect: n / m)).squareRoot()
        return deviation * (m.squareRoot() + n.squareRoot())
    }

    /// The median of the law of eigenvalues of `A'A / m` for unit variance, `aspect` = n / m in (0, 1].
    static func median(aspect: Double) -> Double {
        let lower = (1 - aspect.squareRoot()) * (1 - aspect.squareRoot())
        let upper = (1 + aspect.squareRoot()) * (1 + aspect.squareRoot())
        var (low, high) = (lower, upper)
        // 60 halvings reach the precision of a double.
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let below = share(below: middle, lower: lower, upper: upper, aspect: aspect)
            if below < 0.5 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The share of the law below x: the density `√((upper - t)(t - lower)) / (2π aspect t)`, integrated.
    ///
    /// With `t = lower + (upper - lower)(1 - cos θ)/2` the square roots at the edges become a smooth `sin² θ`, also where
    /// aspect = 1 and the density itself is infinite at 0; Simpson's rule then needs few points.
    private static func share(below x: Double, lower: Double, upper: Double, aspect: Double) -> Double {
        let half = (upper - lower) / 2
        let end = acos(max(-1, min(1, 1 - (x - lower) / half)))
        let intervals = 200
        let step = end / Double(intervals)
        var sum = 0.0
        for index in 0...intervals {
            let angle = Double(index) * step
            let weight: Double = index == 0 || index == intervals ? 1 : index % 2 == 1 ? 4 : 2
            let t = lower + half * (1 - cos(angle))
            // At the lower edge of a square matrix sin²/t tends to 2 / half.
            let density = t > 0 ? half * half * sin(angle) * sin(angle) / t : 2 * half
            sum += weight * density
        }
        return sum * step / 3 / (2 * Double.pi * aspect)
    }
}
