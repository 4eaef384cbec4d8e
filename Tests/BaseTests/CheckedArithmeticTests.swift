import Base
import Testing

@Suite struct CheckedArithmeticTests {
    @Test func `a product that no order of multiplying overflows`() {
        #expect(product([]) == 1 && product([2, 3, 4]) == 24 && product([5, 0, 7]) == 0)
        #expect(product([0, .max, 2]) == nil && product([1 << 32, 1 << 31]) == nil)
        #expect(product([-1]) == nil && product([0, -1]) == nil && product([.min, 0]) == nil)
        #expect(product([.max]) == .max)
    }

    @Test func `a sum of what is not negative`() {
        #expect(sum([]) == 0 && sum([1, 2]) == 3 && sum([.max]) == .max)
        #expect(sum([.max, 1]) == nil && sum([5, -1]) == nil && sum([.min]) == nil)
    }

    @Test func `claimed bytes lie below the limit, or are none`() {
        #expect(Range(claimed: 2, count: 3, width: 4, limit: 20) == 8..<20)
        #expect(Range(claimed: 2, count: 3, width: 4, limit: 19) == nil)
        #expect(Range(claimed: 0, count: 0, limit: 0) == 0..<0)
        #expect(Range(claimed: -1, count: 1, limit: 9) == nil && Range(claimed: 1, count: -1, limit: 9) == nil)
        #expect(Range(claimed: .max, count: 1, limit: .max) == nil)
        #expect(Range(claimed: .max, count: 0, width: 8, limit: .max) == nil)
        #expect(Int(claimed: UInt64(Int.max)) == .max && Int(claimed: UInt64(Int.max) + 1) == nil)
        #expect(Int.max.addedClamping(1) == .max && 1.addedClamping(2) == 3)
    }
}
