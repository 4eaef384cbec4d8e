/// Resampling with replacement: how much a statistic would differ on another sample of the same kind (Efron, 1979).
///
/// Every resample has a generator of its own, seeded by the bootstrap's seed and the resample's number: resamples may be
/// taken in any order, on any number of threads, and come out the same.
public struct Bootstrap: Sendable, Equatable {
    /// Resamples to take.
    public let resamples: Int
    /// The seed of them all.
    public let seed: UInt64

    /// A bootstrap of that many resamples.
    public init(resamples: Int, seed: UInt64) {
        precondition(resamples > 0)
        self.resamples = resamples
        self.seed = seed
    }

    /// The places, out of `0..<count`, that a resample is made of: as many as there are values.
    /// - Parameter resample: 0 to `resamples` − 1.
    public func indices(of resample: Int, count: Int) -> [Int] {
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
    public func meanInterval(_ values: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
        guard values.count > 1 else { return nil }
        let means = (0..<resamples).map { resample in
            indices(of: resample, count: values.count).reduce(0) { $0 + values[$1] } / Double(values.count)
        }
        return Self.percentileInterval(means, confidence: confidence)
    }

    /// The central interval that holds `confidence` of the finite statistics (Efron and Tibshirani, 1993, section 13.3), by
    /// linear interpolation between order statistics, as NumPy's `percentile` does.
    /// - Returns: `nil` where no statistic is finite.
    public static func percentileInterval(_ statistics: [Double], confidence: Double = 0.95) -> ClosedRange<Double>? {
        precondition(confidence > 0 && confidence < 1)
        let sorted = statistics.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        let tail = (1 - confidence) / 2
        return quantile(tail, ofSorted: sorted)...quantile(1 - tail, ofSorted: sorted)
    }

    /// The value below which a share of sorted values lies, by linear interpolation between order statistics.
    public static func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
        precondition(!sorted.isEmpty && share >= 0 && share <= 1)
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}
