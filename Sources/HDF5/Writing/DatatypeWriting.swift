import CHDF5

/// How one stored element is described to HDF5. All are little-endian.
package enum StoredType: Sendable, Equatable {
    /// A float with the sign in its top bit, then the exponent, then the mantissa: IEEE 754, bfloat16, OCP 8-bit.
    case float(byteCount: Int, exponentBits: Int, mantissaBits: Int)
    /// A two's complement or unsigned integer of 1, 2, 4 or 8 bytes.
    case integer(byteCount: Int, signed: Bool)
    /// One byte, as h5py stores booleans: an enumeration of FALSE (0) and TRUE (1).
    case boolean
    /// Two binary32 numbers `r` and `i`, as h5py stores complex numbers.
    case complex64
    /// A byte of something that HDF5 has no type for. It has no tag: h5py reads only opaque types without one.
    case opaque

    /// Bytes of one element.
    package var byteCount: Int {
        switch self {
        case .float(let byteCount, _, _), .integer(let byteCount, _): byteCount
        case .boolean, .opaque: 1
        case .complex64: 8
        }
    }

    /// The HDF5 datatype.
    func makeDatatype() throws(HDF5Error) -> Handle {
        switch self {
        case .float(let byteCount, let exponentBits, let mantissaBits):
            try makeFloat(byteCount: byteCount, exponentBits: exponentBits, mantissaBits: mantissaBits)
        case .integer(let byteCount, let signed):
            try copy(integerModel(byteCount: byteCount, signed: signed))
        case .boolean:
            try makeBoolean()
        case .complex64:
            try makeComplex64()
        case .opaque:
            try Handle(H5Tcreate(H5T_OPAQUE, 1), H5Tclose, "describe an opaque byte")
        }
    }

    private func makeFloat(byteCount: Int, exponentBits: Int, mantissaBits: Int) throws(HDF5Error) -> Handle {
        let bits = byteCount * 8
        precondition(1 + exponentBits + mantissaBits == bits && bits <= 64)
        // Starts from the widest type: HDF5 refuses fields that do not fit the current precision, so they shrink first.
        let type = try copy(chdf5_ieee_f64le())
        let action = "describe a \(bits)-bit float"
        try check(H5Tset_fields(type.id, bits - 1, mantissaBits, exponentBits, 0, mantissaBits), action)
        try check(H5Tset_precision(type.id, bits), action)
        try check(H5Tset_size(type.id, byteCount), action)
        try check(H5Tset_ebias(type.id, (1 << (exponentBits - 1)) - 1), action)
        return type
    }

    private func makeBoolean() throws(HDF5Error) -> Handle {
        let base = try copy(chdf5_std_i8le())
        let type = try Handle(H5Tenum_create(base.id), H5Tclose, "describe a boolean")
        for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
            var value = value
            try check(H5Tenum_insert(type.id, name, &value), "describe a boolean")
        }
        return type
    }

    private func makeComplex64() throws(HDF5Error) -> Handle {
        let part = try copy(chdf5_ieee_f32le())
        let type = try Handle(H5Tcreate(H5T_COMPOUND, 8), H5Tclose, "describe a complex number")
        try check(H5Tinsert(type.id, "r", 0, part.id), "describe a complex number")
        try check(H5Tinsert(type.id, "i", 4, part.id), "describe a complex number")
        return type
    }

    private func copy(_ model: hid_t) throws(HDF5Error) -> Handle {
        try Handle(H5Tcopy(model), H5Tclose, "copy a datatype")
    }

    private func integerModel(byteCount: Int, signed: Bool) -> hid_t {
        switch (byteCount, signed) {
        case (1, true): return chdf5_std_i8le()
        case (2, true): return chdf5_std_i16le()
        case (4, true): return chdf5_std_i32le()
        case (8, true): return chdf5_std_i64le()
        case (1, false): return chdf5_std_u8le()
        case (2, false): return chdf5_std_u16le()
        case (4, false): return chdf5_std_u32le()
        case (8, false): return chdf5_std_u64le()
        default: preconditionFailure("no integer has \(byteCount) bytes")
        }
    }
}
