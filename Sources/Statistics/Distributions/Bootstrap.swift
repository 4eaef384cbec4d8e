import Base

/// Resampling with replacement: how much a statistic would differ on another sample of the same kind (Efron, 1979).
///
/// Every resample has a generator of its own, seeded by the bootstrap's seed and the resample's number: resamples may be
/// taken in any order, on any number of threads, and come out the same.
package struct Bootstrap: Sendable, Equatable {
    /// How an interval is read off resamples.
    package enum Interval: String, Codable, CaseIterable, Sendable {
        /// `percentileInterval`.
        case percentile
        /// `biasCorrectedInterval`.
        case biasCorrected = "bias_corrected"
    }

    /// Resamples to take.
    package let resamples: Int
    /// The seed of them all.
    package let seed: UInt64

    /// A bootstrap of that many resamples.
    package init(resamples: Int, seed: UInt64) {
        precondition(resamples > 0)
        self.resamples = resamples
        self.seed = seed
    }

    /// The places, out of `0..<count`, that a resample is made of: as many as there are values.
    /// - Parameter resample: 0 to `resamples` − 1.
    package func indices(of resample: Int, count: Int) -> [Int] {
        precondition(resample >= 0 && resample < resamples && count > 0)
        var random = generator(of: resample)
        return (0..<count).map { _ in random.index(below: count) }
    }

    /// The generator of one resample, for resampling that is not plain.
    func generator(of resample: Int) -> SplitMix64 {
        var seeds = SplitMix64(seed: seed)
        return SplitMix64(seed: seeds.next() ^ (UInt64(resample) &* 0xd134_2543_de82_ef95))
    }

    /// The percentile interval of a mean.
    /// - Returns: `nil` for fewer than two values.
    package func meanInterval(_ values: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
        guard values.count > 1 else { return nil }
        let means = (0..<resamples).map { resample in
            indices(of: resample, count: values.count).reduce(0) { $0 + values[$1] } / Double(values.count)
        }
        return Self.percentileInterval(means, confidence: confidence)
    }

    /// The central interval that holds `confidence` of the finite statistics (Efron and Tibshirani, 1993, section 13.3), by
    /// linear interpolation between order statistics, as NumPy's `percentile` does.
    /// - Returns: `nil` where no statistic is finite.
    package static func percentileInterval(_ statistics: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
        precondition(confidence > 0 && confidence < 1)
        let sorted = statistics.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        let tail = (1 - confidence) / 2
        return quantile(tail, ofSorted: sorted)...quantile(1 - tail, ofSorted: sorted)
    }

    /// The bias-corrected percentile interval of an estimate (Efron, 1981; Efron and Tibshirani, 1993, section 14.3, with an
    /// acceleration of 0): percentiles at Φ(2z₀ ∓ z), z₀ being the normal quantile of the share of resamples below the
    /// estimate, equal ones counted half.
    ///
    /// Least absolute deviations go through some of the runs: an estimate scatters more than the middle of its resamples, and
    /// percentiles alone, which lie around that middle, hold the truth too often. The acceleration would need slopes in
    /// each run's weight, which such estimates lack. z₀ is taken within ±1: beyond, the shift is no small correction.
    /// - Returns: `nil` where no statistic is finite.
    package static func biasCorrectedInterval(
        _ statistics: [Double], of estimate: Double, confidence: Double = 0.95
    ) -> ClosedRange<Double>? {
        precondition(confidence > 0 && confidence < 1)
        let sorted = statistics.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        let below = Double(sorted.count { $0 < estimate }) + 0.5 * Double(sorted.count { $0 == estimate })
        let least = 0.5 / Double(sorted.count)
        let shift = NormalDistribution.quantile(min(max(below / Double(sorted.count), least), 1 - least))
        let z = NormalDistribution.quantile(0.5 * (1 + confidence))
        func end(_ z: Double) -> Double {
            quantile(NormalDistribution.cumulative(2 * min(max(shift, -1), 1) + z), ofSorted: sorted)
        }
        return end(-z)...end(z)
    }

    /// The value below which a share of sorted values lies, by linear interpolation between order statistics.
    package static func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
        precondition(!sorted.isEmpty && share >= 0 && share <= 1)
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}
