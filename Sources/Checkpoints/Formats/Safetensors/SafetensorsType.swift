import Tensors

/// The element types of the safetensors format, version 0.8, by the names that headers use.
enum SafetensorsType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case f4 = "F4"
    case f6e2m3 = "F6_E2M3"
    case f6e3m2 = "F6_E3M2"
    case u8 = "U8"
    case i8 = "I8"
    case f8e5m2 = "F8_E5M2"
    case f8e4m3 = "F8_E4M3"
    case f8e8m0 = "F8_E8M0"
    case f8e4m3fnuz = "F8_E4M3FNUZ"
    case f8e5m2fnuz = "F8_E5M2FNUZ"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// Bits of one element; fewer than eight where elements are packed.
    var bitCount: Int {
        switch self {
        case .f4: 4
        case .f6e2m3, .f6e3m2: 6
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
        case .i16, .u16, .f16, .bf16: 16
        case .i32, .u32, .f32: 32
        case .c64, .f64, .i64, .u64: 64
        }
    }

    /// The harness's own type; `nil` for microscaling formats, packed ones and the AMD variants of 8-bit floats, which
    /// no HDF5 tool knows either: an import keeps their bytes, and nothing compares them.
    var elementType: ElementType? {
        switch self {
        case .bool: .bool
        case .u8: .uint8
        case .i8: .int8
        case .f8e5m2: .float8e5m2
        case .f8e4m3: .float8e4m3
        case .i16: .int16
        case .u16: .uint16
        case .f16: .float16
        case .bf16: .bfloat16
        case .i32: .int32
        case .u32: .uint32
        case .f32: .float32
        case .c64: .complex64
        case .f64: .float64
        case .i64: .int64
        case .u64: .uint64
        case .f4, .f6e2m3, .f6e3m2, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: nil
        }
    }
}
