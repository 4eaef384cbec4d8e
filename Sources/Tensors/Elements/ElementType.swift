/// How one element of a tensor is stored.
package enum ElementType: String, Codable, Sendable, CaseIterable {
    case bfloat16, float16, float32, float64
    /// OCP 8-bit floats, named as ml_dtypes and HDF5 2.0 name them, whose values are handed on as float32.
    case float8e4m3 = "float8_e4m3fn"
    case float8e5m2 = "float8_e5m2"
    /// The same where another tensor holds what they are multiplied by.
    case scaledFloat8e4m3 = "float8_e4m3fn_scaled"
    case scaledFloat8e5m2 = "float8_e5m2_scaled"
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case bool
    case complex64

    /// Bytes of one element as it is stored.
    package var byteCount: Int {
        switch self {
        case .float8e4m3, .float8e5m2, .scaledFloat8e4m3, .scaledFloat8e5m2, .int8, .uint8, .bool: 1
        case .bfloat16, .float16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64, .complex64: 8
        }
    }

    /// Whether the harness computes statistics on it.
    package var hasStatistics: Bool {
        switch self {
        case .bfloat16, .float16, .float32, .float64: true
        default: isFloat8
        }
    }

    /// Whether it is an 8-bit float, scaled or not.
    package var isFloat8: Bool {
        switch self {
        case .float8e4m3, .float8e5m2, .scaledFloat8e4m3, .scaledFloat8e5m2: true
        default: false
        }
    }

    /// Whether another tensor holds what its elements are multiplied by.
    package var isScaled: Bool { self == .scaledFloat8e4m3 || self == .scaledFloat8e5m2 }

    /// The exponent of the smallest normal number of an 8-bit float that has no scale: zeros and subnormals are as far
    /// apart as the numbers above it.
    package var leastExponent: Int? {
        switch self {
        case .float8e4m3: -6
        case .float8e5m2: -14
        default: nil
        }
    }

    /// The same 8-bit float with a scale; `nil` for other types.
    package var scaled: ElementType? {
        switch self {
        case .float8e4m3: .scaledFloat8e4m3
        case .float8e5m2: .scaledFloat8e5m2
        default: nil
        }
    }

    /// Bytes of one element as it is read: 8-bit floats are widened to float32, nothing else is.
    package var readByteCount: Int { isFloat8 ? 4 : byteCount }

    /// Stored bits of the significand, without the implicit one: the spacing of numbers near x is 2^(⌊log₂|x|⌋ − bits).
    /// `nil` for types without statistics.
    package var fractionBits: Int? {
        switch self {
        case .bfloat16: 7
        case .float16: 10
        case .float32: 23
        case .float64: 52
        case .float8e4m3, .scaledFloat8e4m3: 3
        case .float8e5m2, .scaledFloat8e5m2: 2
        default: nil
        }
    }
}
