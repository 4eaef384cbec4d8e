import CHDF5

/// A scalar attribute's value.
package enum AttributeContent: Sendable, Equatable {
    /// UTF-8 of variable length, which h5py shows as `str` and which may exceed an object header's 64 KiB.
    case string(String)
    /// A 64-bit integer.
    case integer(Int)
    /// A binary64 number.
    case number(Double)
}

/// Attaches a scalar attribute to the object `owner`.
func writeAttribute(_ name: String, _ content: AttributeContent, to owner: hid_t) throws(HDF5Error) {
    let action = "write attribute '\(name)'"
    switch content {
    case .string(let text):
        let type = try Handle(H5Tcopy(chdf5_c_string()), H5Tclose, action)
        // H5T_VARIABLE, a cast that Swift cannot import.
        try check(H5Tset_size(type.id, -1), action)
        try check(H5Tset_cset(type.id, H5T_CSET_UTF8), action)
        let attribute = try createAttribute(name, type: type.id, on: owner)
        let status = text.withCString { characters in
            withUnsafePointer(to: characters) { H5Awrite(attribute.id, type.id, $0) }
        }
        try check(status, action)
    case .integer(let value):
        let attribute = try createAttribute(name, type: chdf5_std_i64le(), on: owner)
        var value = Int64(value)
        try check(H5Awrite(attribute.id, chdf5_native_int64(), &value), action)
    case .number(var value):
        let attribute = try createAttribute(name, type: chdf5_ieee_f64le(), on: owner)
        try check(H5Awrite(attribute.id, chdf5_native_double(), &value), action)
    }
}

private func createAttribute(_ name: String, type: hid_t, on owner: hid_t) throws(HDF5Error) -> Handle {
    let space = try Handle(H5Screate(H5S_SCALAR), H5Sclose, "create a scalar dataspace")
    return try Handle(
        H5Acreate2(owner, name, type, space.id, chdf5_default(), chdf5_default()), H5Aclose,
        "create attribute '\(name)'")
}
