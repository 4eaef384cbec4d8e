// The one door for whole numbers that come from outside: sizes, counts, offsets and extents that a file claims pass
// through here before anything is allocated, read or indexed by them. None of these functions traps.

/// The product of numbers that an untrusted file claims; `nil` when one is negative, when no `Int` holds it, or would
/// hold it were the zeros not there: in whatever order the factors are multiplied later, nothing overflows.
package func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
        guard factor >= 0 else { return nil }
        guard factor > 0 else { continue }
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        product = next
    }
    return factors.contains(0) ? 0 : product
}

/// The sum of numbers that an untrusted file claims; `nil` when one is negative or no `Int` holds it.
package func sum(_ terms: [Int]) -> Int? {
    var sum = 0
    for term in terms {
        let (next, overflow) = sum.addingReportingOverflow(term)
        if overflow || term < 0 { return nil }
        sum = next
    }
    return sum
}

extension Range<Int> {
    /// The bytes of `count` elements of `width` bytes from element `start` on, which a file claims; `nil` when a number
    /// is negative, or when they do not all lie below `limit`.
    package init?(claimed start: Int, count: Int, width: Int = 1, limit: Int) {
        guard let lower = product([start, width]), let length = product([count, width]),
            let upper = sum([lower, length]), upper <= limit
        else { return nil }
        self = lower..<upper
    }
}

extension Int {
    /// The product, or the largest `Int` when none holds it.
    package func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// The sum, or the largest `Int` when none holds it.
    package func addedClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The whole number that 8 little-endian bytes of a file mean as an unsigned one; `nil` from 2⁶³ on.
    package init?(claimed unsigned: UInt64) {
        guard unsigned <= UInt64(Int.max) else { return nil }
        self = Int(unsigned)
    }
}
