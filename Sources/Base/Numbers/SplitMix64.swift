/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: numbers that are the
/// same for a seed on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// Starts at a seed.
    @inlinable package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    @inlinable package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    @inlinable package mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Uniform in (-1, 1): as good a start for a Krylov method as a Gaussian, without its logarithms.
    @inlinable package mutating func symmetric() -> Double {
        Double(Int64(bitPattern: next()) >> 11) * 0x1p-52
    }

    /// Uniform in 0..<count.
    @inlinable package mutating func index(below count: Int) -> Int {
        Int(unit() * Double(count))
    }
}
