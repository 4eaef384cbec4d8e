import CHDF5

/// The value of an attribute that holds one string or one number.
package enum InputAttributeValue: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case number(Double)
}

extension InputObject {
    /// The names of the attributes, ascending; at most `limit` of them.
    package func attributeNames(limit: Int) throws(HDF5Error) -> [String] {
        var found = (names: [String](), limit: limit)
        var position: hsize_t = 0
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            H5Aiterate2(
                handle.id, H5_INDEX_NAME, H5_ITER_INC, &position,
                { _, name, _, context in
                    guard let name, let context else { return -1 }
                    let found = context.assumingMemoryBound(to: (names: [String], limit: Int).self)
                    guard found.pointee.names.count < found.pointee.limit else { return 1 }
                    found.pointee.names.append(String(cString: name))
                    return 0
                }, pointer)
        }
        try check(status, "list attributes")
        return found.names
    }

    /// The attribute called `name`; `nil` when it is absent or holds anything but one string or one number.
    package func attribute(_ name: String) throws(HDF5Error) -> InputAttributeValue? {
        let action = "read attribute '\(name)'"
        guard try check(H5Aexists(handle.id, name), action) > 0 else { return nil }
        let attribute = try Handle(H5Aopen(handle.id, name, chdf5_default()), H5Aclose, action)
        let space = try Handle(H5Aget_space(attribute.id), H5Sclose, action)
        guard H5Sget_simple_extent_npoints(space.id) == 1 else { return nil }
        let type = try Handle(H5Aget_type(attribute.id), H5Tclose, action)
        switch H5Tget_class(type.id) {
        case H5T_INTEGER:
            var value: Int64 = 0
            try check(H5Aread(attribute.id, chdf5_native_int64(), &value), action)
            return .integer(Int(value))
        case H5T_FLOAT:
            var value = 0.0
            try check(H5Aread(attribute.id, chdf5_native_double(), &value), action)
            return .number(value)
        case H5T_STRING:
            return try H5Tis_variable_str(type.id) > 0
                ? variableString(attribute, type, space, action) : fixedString(attribute, type, action)
        default:
            return nil
        }
    }

    private func fixedString(
        _ attribute: borrowing Handle, _ type: borrowing Handle, _ action: String
    ) throws(HDF5Error) -> InputAttributeValue {
        let byteCount = H5Tget_size(type.id)
        // More than any attribute can store: a damaged size must not become an allocation.
        guard byteCount > 0, byteCount <= 1 << 26 else {
            throw HDF5Error(action, reason: "it takes \(byteCount) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        try check(H5Aread(attribute.id, type.id, &bytes), action)
        var text = bytes.prefix { $0 != 0 }
        if H5Tget_strpad(type.id) == H5T_STR_SPACEPAD {
            while text.last == UInt8(ascii: " ") { text.removeLast() }
        }
        return .string(String(decoding: text, as: UTF8.self))
    }

    private func variableString(
        _ attribute: borrowing Handle, _ type: borrowing Handle, _ space: borrowing Handle, _ action: String
    ) throws(HDF5Error) -> InputAttributeValue {
        var text: UnsafeMutablePointer<CChar>?
        try check(H5Aread(attribute.id, type.id, &text), action)
        defer { H5Dvlen_reclaim(type.id, space.id, chdf5_default(), &text) }
        return .string(text.map { String(cString: $0) } ?? "")
    }
}
