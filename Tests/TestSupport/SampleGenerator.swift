import Tensors

/// Pseudo-random floating-point bit patterns: the generator that `Fixtures/drift/make_edge_cases.py` describes, so that
/// both make the same inputs.
package struct SampleGenerator {
    private var state: UInt64

    /// Starts from a seed.
    package init(seed: UInt64) { state = seed }

    /// The next 32 bits.
    package mutating func draw() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 32
    }

    /// The bits of a normal number of either sign whose exponent is `exponent` or at most `spread` − 1 below it.
    package mutating func element(_ type: ElementType, exponent: Int, spread: UInt64) -> UInt64 {
        let width = UInt64(type.fractionBits ?? 0)
        let r = draw()
        let fraction = width < 32 ? draw() >> (32 - width) : draw() << 20 | draw() >> 12
        let field = UInt64(exponent + SampleGenerator.bias(type)) - (r >> 1) % spread
        return (r & 1) << UInt64(8 * type.byteCount - 1) | field << width | fraction
    }

    /// The exponent field of 1.
    package static func bias(_ type: ElementType) -> Int {
        switch type {
        case .float16: 15
        case .float64: 1023
        default: 127
        }
    }
}

/// Bit patterns as the little-endian bytes of elements of `type`.
package func bytes(of patterns: [UInt64], as type: ElementType) -> [UInt8] {
    let width = type.byteCount
    return [UInt8](unsafeUninitializedCapacity: patterns.count * width) { buffer, count in
        for (index, pattern) in patterns.enumerated() {
            for byte in 0..<width { buffer[index * width + byte] = UInt8(truncatingIfNeeded: pattern >> (8 * byte)) }
        }
        count = patterns.count * width
    }
}

/// The bit pattern of a value in a type that holds it exactly; a NaN becomes the quiet one.
package func pattern(of value: Double, as type: ElementType) -> UInt64 {
    switch type {
    case .bfloat16:
        let bits = Float(value).bitPattern
        precondition(value.isNaN || (Double(Float(value)) == value && bits & 0xffff == 0), "\(value) is no bfloat16")
        return UInt64(bits >> 16)
    case .float16:
        // Float16 is not there on every platform: the format's three cases are written out.
        precondition(value.isNaN || !value.isFinite || abs(value) <= 65504, "\(value) is no float16")
        let sign: UInt64 = value.sign == .minus ? 0x8000 : 0
        if value.isNaN { return 0x7e00 }
        if value.isInfinite { return sign | 0x7c00 }
        let magnitude = abs(value)
        let fraction: Double
        let field: UInt64
        if magnitude < 0x1p-14 {
            (fraction, field) = (magnitude * 0x1p24, 0)
        } else {
            (fraction, field) = ((magnitude.significand - 1) * 0x1p10, UInt64(Int(magnitude.exponent) + 15))
        }
        precondition(fraction == fraction.rounded(), "\(value) is no float16")
        return sign | field << 10 | UInt64(fraction)
    case .float32: return UInt64(Float(value).bitPattern)
    case .float64: return value.bitPattern
    default:
        guard let integer = Int64(exactly: value) else { preconditionFailure("\(value) is no integer") }
        return UInt64(bitPattern: integer)
    }
}
