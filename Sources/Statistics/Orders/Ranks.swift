import Foundation

/// Ranks, and how far two orders agree.
package enum Ranks {
    /// Ranks from 1, ties at the mean of the places that they take.
    package static func midranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for index in order[start..<end] { ranks[index] = Double(start + 1 + end) / 2 }
            start = end
        }
        return ranks
    }

    /// Spearman's rank correlation: Pearson's of the midranks, −1 to 1.
    /// - Returns: `nil` for fewer than two pairs, or where all values of a side are equal.
    package static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
        precondition(x.count == y.count)
        let (first, second) = (midranks(x), midranks(y))
        let middle = Double(x.count + 1) / 2
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for (a, b) in zip(first, second) {
            xx += (a - middle) * (a - middle)
            xy += (a - middle) * (b - middle)
            yy += (b - middle) * (b - middle)
        }
        guard xx > 0, yy > 0 else { return nil }
        return min(max(xy / (xx * yy).squareRoot(), -1), 1)
    }

    /// The percentile interval of ``correlation(_:_:)`` over resampled pairs; resamples without a correlation are left out.
    /// - Returns: `nil` for fewer than ``fewestPairs`` pairs, and for orders that agree or oppose throughout: so do all their
    ///   resamples, which tells nothing of other pairs.
    package static func correlationInterval(
        _ x: [Double], _ y: [Double], _ bootstrap: Bootstrap, confidence: Double = 0.95
    ) -> ClosedRange<Double>? {
        precondition(x.count == y.count)
        guard x.count >= fewestPairs, let found = correlation(x, y), abs(found) < 1 else { return nil }
        let correlations = (0..<bootstrap.resamples).compactMap { resample in
            let indices = bootstrap.indices(of: resample, count: x.count)
            return correlation(indices.map { x[$0] }, indices.map { y[$0] })
        }
        return Bootstrap.percentileInterval(correlations, confidence: confidence)
    }

    /// Below this, resamples hold so few different pairs that their spread says nothing.
    package static let fewestPairs = 5
}
