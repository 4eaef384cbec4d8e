/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: start vectors that are
/// the same for a seed on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in (-1, 1): as good a start for a Krylov method as a Gaussian, without its logarithms.
    mutating func symmetric() -> Double {
        Double(Int64(bitPattern: next()) >> 11) * 0x1p-52
    }
}
