/// How one element of a tensor is stored.
package enum ElementType: String, Codable, Sendable, CaseIterable {
    case bfloat16, float16, float32, float64
    /// OCP 8-bit floats, named as ml_dtypes and HDF5 2.0 name them: listed and copied, no statistics.
    case float8e4m3 = "float8_e4m3fn"
    case float8e5m2 = "float8_e5m2"
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case bool
    case complex64

    /// Bytes of one element.
    package var byteCount: Int {
        switch self {
        case .float8e4m3, .float8e5m2, .int8, .uint8, .bool: 1
        case .bfloat16, .float16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64, .complex64: 8
        }
    }

    /// Whether the harness computes statistics on it.
    package var hasStatistics: Bool {
        switch self {
        case .bfloat16, .float16, .float32, .float64: true
        default: false
        }
    }

    /// Stored bits of the significand, without the implicit one: the spacing of numbers near x is 2^(⌊log₂|x|⌋ − bits).
    /// `nil` for types without statistics.
    package var fractionBits: Int? {
        switch self {
        case .bfloat16: 7
        case .float16: 10
        case .float32: 23
        case .float64: 52
        default: nil
        }
    }
}
