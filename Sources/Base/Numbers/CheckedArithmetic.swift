/// The product of numbers that an untrusted file claims; `nil` when no `Int` holds it, or would hold it were the zeros
/// not there: in whatever order the factors are multiplied later, nothing overflows.
package func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors where factor != 0 {
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        product = next
    }
    return factors.contains(0) ? 0 : product
}

extension Int {
    /// The product, or the largest `Int` when none holds it.
    package func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
