/// The elements of a tensor that may turn out to lie far from its mean, once mean and deviation are known.
///
/// While a tensor is read, its elements beyond some bounds are kept; the bounds follow the moments known so far. What
/// was not kept lies between `innerLow` and `innerHigh`. So a count beyond given limits is exact as long as these lie
/// outside that interval, and otherwise not known.
struct TensorTail: Codable, Sendable, Equatable {
    /// Distinct values that are kept at most: 4 MiB.
    static let limit = 1 << 18

    /// Elements that were kept, with how many there are of each.
    private(set) var values: [Double] = []
    private(set) var counts: [Int] = []
    /// Extremes of those that were not.
    private(set) var innerLow = Double.infinity
    private(set) var innerHigh = -Double.infinity
    /// Whether all elements beyond the inner ones were kept.
    private(set) var isWhole = true

    /// The tail of no elements.
    init() {}

    init(values: [Double], counts: [Int], inner: (low: Double, high: Double), isWhole: Bool) {
        (self.values, self.counts, innerLow, innerHigh) = (values, counts, inner.low, inner.high)
        self.isWhole = isWhole
    }

    /// Adds the tail of the segment that follows.
    mutating func append(_ next: TensorTail) {
        innerLow = min(innerLow, next.innerLow)
        innerHigh = max(innerHigh, next.innerHigh)
        isWhole = isWhole && next.isWhole
        values += next.values
        counts += next.counts
        if values.count > TensorTail.limit { compact() }
        if values.count > TensorTail.limit { isWhole = false }
        if !isWhole { (values, counts) = ([], []) }
    }

    /// Counts equal values together.
    private mutating func compact() {
        var totals: [Double: Int] = [:]
        for (value, count) in zip(values, counts) { totals[value, default: 0] += count }
        values = totals.keys.sorted()
        counts = values.map { totals[$0] ?? 0 }
    }

    /// How many elements lie below `low` or above `high`; `nil` when too few were kept to tell.
    func count(outside limits: (low: Double, high: Double)) -> Int? {
        guard isWhole, innerLow >= limits.low, innerHigh <= limits.high else { return nil }
        return zip(values, counts).reduce(0) { sum, kept in
            sum + (kept.0 < limits.low || kept.0 > limits.high ? kept.1 : 0)
        }
    }
}
