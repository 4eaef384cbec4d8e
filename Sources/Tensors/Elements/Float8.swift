/// The values of the OCP 8-bit floating-point formats (OFP8, revision 1.0, 2023): E4M3 without infinities, E5M2 as IEEE 754
/// would have it.
package struct Float8: Sendable, Equatable {
    /// By bit pattern: 256 values.
    private let values: [Float]

    /// The format of an element type; `nil` for what is no 8-bit float.
    package init?(_ type: ElementType) {
        switch type {
        case .float8e4m3, .scaledFloat8e4m3: values = (0..<256).map { Float8.e4m3(UInt8($0)) }
        case .float8e5m2, .scaledFloat8e5m2: values = (0..<256).map { Float8.e5m2(UInt8($0)) }
        default: return nil
        }
    }

    private static func e4m3(_ bits: UInt8) -> Float {
        let (exponent, fraction) = (Int(bits >> 3 & 0xf), Float(bits & 7))
        if exponent == 15, fraction == 7 { return .nan }
        return signed(bits, exponent, fraction / 8, bias: 7)
    }

    private static func e5m2(_ bits: UInt8) -> Float {
        let (exponent, fraction) = (Int(bits >> 2 & 0x1f), Float(bits & 3))
        if exponent == 31 { return fraction == 0 ? (bits & 0x80 == 0 ? .infinity : -.infinity) : .nan }
        return signed(bits, exponent, fraction / 4, bias: 15)
    }

    private static func signed(_ bits: UInt8, _ exponent: Int, _ fraction: Float, bias: Int) -> Float {
        let magnitude =
            exponent == 0
            ? fraction * Float(sign: .plus, exponent: 1 - bias, significand: 1)
            : (1 + fraction) * Float(sign: .plus, exponent: exponent - bias, significand: 1)
        return bits & 0x80 == 0 ? magnitude : -magnitude
    }

    /// Writes `count` elements as float32, each times `scale`, rounded once.
    package func widen(
        _ source: UnsafePointer<UInt8>, count: Int, scale: Float, to target: UnsafeMutablePointer<Float>
    ) {
        values.withUnsafeBufferPointer { values in
            for index in 0..<count { target[index] = values[Int(source[index])] * scale }
        }
    }
}
