import CHDF5

/// How the elements of a dataset are stored, as far as checkpoints use it.
package struct InputType: Equatable, Sendable {
    /// The number format.
    package enum Format: Equatable, Sendable {
        case bfloat16, float16, float32, float64, float8e4m3, float8e5m2
        case signed, unsigned
        /// An 8-bit enumeration of FALSE = 0 and TRUE = 1, as h5py writes NumPy's bool.
        case boolean
        /// A compound of two 32-bit floats `r` and `i`, as h5py writes it.
        case complex64
        /// Bytes without meaning to HDF5.
        case opaque
        /// Anything else, in words.
        case other(String)
    }

    /// The number format.
    package var format: Format
    /// Bytes of one element.
    package var byteCount: Int
    /// Whether the most significant byte comes first.
    package var bigEndian: Bool
}

extension InputType {
    /// Describes the type with HDF5 id `id`.
    init(_ id: hid_t) throws(HDF5Error) {
        byteCount = H5Tget_size(id)
        bigEndian = false
        switch H5Tget_class(id) {
        case H5T_FLOAT: (format, bigEndian) = try InputType.float(id, byteCount)
        case H5T_INTEGER: (format, bigEndian) = InputType.integer(id, byteCount)
        case H5T_ENUM: format = try InputType.isBoolean(id) ? .boolean : .other("enumeration")
        case H5T_COMPOUND: (format, bigEndian) = try InputType.compound(id, byteCount)
        case H5T_OPAQUE: format = .opaque
        case H5T_STRING: format = .other("string")
        case H5T_ARRAY: format = .other("array type")
        case H5T_VLEN: format = .other("variable-length type")
        case H5T_REFERENCE: format = .other("reference")
        case H5T_TIME: format = .other("time")
        case H5T_BITFIELD: format = .other("bit field")
        default: throw HDF5Error("read an element type")
        }
    }

    private static func float(_ id: hid_t, _ byteCount: Int) throws(HDF5Error) -> (Format, Bool) {
        var sign = 0, exponent = 0, exponentBits = 0, fraction = 0, fractionBits = 0
        try check(
            H5Tget_fields(id, &sign, &exponent, &exponentBits, &fraction, &fractionBits), "read a float's layout")
        let order = H5Tget_order(id)
        let layout = FloatLayout(
            byteCount: byteCount, sign: sign, exponent: exponent, exponentBits: exponentBits, fraction: fraction,
            fractionBits: fractionBits, bias: H5Tget_ebias(id))
        let whole = H5Tget_precision(id) == 8 * byteCount && H5Tget_norm(id) == H5T_NORM_IMPLIED
        guard order == H5T_ORDER_LE || order == H5T_ORDER_BE, whole, let format = FloatLayout.known[layout] else {
            return (.other("\(byteCount)-byte float of an unknown layout"), false)
        }
        return (format, order == H5T_ORDER_BE)
    }

    private static func integer(_ id: hid_t, _ byteCount: Int) -> (Format, Bool) {
        let order = H5Tget_order(id)
        guard [1, 2, 4, 8].contains(byteCount), H5Tget_precision(id) == 8 * byteCount,
            order == H5T_ORDER_LE || order == H5T_ORDER_BE
        else { return (.other("\(byteCount)-byte integer of an unusual layout"), false) }
        return (H5Tget_sign(id) == H5T_SGN_NONE ? .unsigned : .signed, order == H5T_ORDER_BE)
    }

    private static func isBoolean(_ id: hid_t) throws(HDF5Error) -> Bool {
        guard H5Tget_size(id) == 1, H5Tget_nmembers(id) == 2 else { return false }
        for (index, expected) in ["FALSE", "TRUE"].enumerated() {
            var value: UInt8 = 0xff
            try check(H5Tget_member_value(id, UInt32(index), &value), "read an enumeration's value")
            guard value == index, memberName(id, index) == expected else { return false }
        }
        return true
    }

    private static func compound(_ id: hid_t, _ byteCount: Int) throws(HDF5Error) -> (Format, Bool) {
        let other = (Format.other("compound type"), false)
        guard byteCount == 8, H5Tget_nmembers(id) == 2 else { return other }
        var parts: [InputType] = []
        for (index, expected) in ["r", "i"].enumerated() {
            guard memberName(id, index) == expected, H5Tget_member_offset(id, UInt32(index)) == 4 * index else {
                return other
            }
            let member = try Handle(H5Tget_member_type(id, UInt32(index)), H5Tclose, "read a compound's member")
            parts.append(try InputType(member.id))
        }
        guard parts[0].format == .float32, parts[0] == parts[1] else { return other }
        return (.complex64, parts[0].bigEndian)
    }

    private static func memberName(_ id: hid_t, _ index: Int) -> String? {
        guard let name = H5Tget_member_name(id, UInt32(index)) else { return nil }
        defer { H5free_memory(name) }
        return String(cString: name)
    }
}

/// The bit fields of a float: position of the sign, start and width of exponent and fraction, exponent bias.
private struct FloatLayout: Hashable {
    var byteCount, sign, exponent, exponentBits, fraction, fractionBits: Int
    var bias: Int

    static let known: [FloatLayout: InputType.Format] = [
        ieee(2, exponentBits: 5): .float16,
        ieee(2, exponentBits: 8): .bfloat16,
        ieee(4, exponentBits: 8): .float32,
        ieee(8, exponentBits: 11): .float64,
        // The layouts that HDF5 2.0 gives its 8-bit floats.
        ieee(1, exponentBits: 4): .float8e4m3,
        ieee(1, exponentBits: 5): .float8e5m2,
    ]

    private static func ieee(_ byteCount: Int, exponentBits: Int) -> FloatLayout {
        let fractionBits = 8 * byteCount - 1 - exponentBits
        return FloatLayout(
            byteCount: byteCount, sign: 8 * byteCount - 1, exponent: fractionBits, exponentBits: exponentBits,
            fraction: 0, fractionBits: fractionBits, bias: (1 << (exponentBits - 1)) - 1)
    }
}
