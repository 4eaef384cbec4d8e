import CHDF5

/// An HDF5 file opened for reading. Nothing reached through it can lie in another file, save what a virtual or
/// external dataset names, which only reading its elements touches.
package struct InputFile: ~Copyable {
    let handle: Handle
    let insideOnly: Handle

    /// Opens `path`. Throws when it is no HDF5 file, or its superblock is damaged or too new.
    package init(path: String) throws(HDF5Error) {
        let file = try Handle(chdf5_open_reading(path), H5Fclose, "open it as an HDF5 file")
        let list = try Handle(chdf5_inside_only(), H5Pclose, "prepare to follow links")
        handle = file
        insideOnly = list
    }

    /// Bytes before the HDF5 content, such as a MATLAB header; addresses of chunks do not count them.
    package func userBlockByteCount() throws(HDF5Error) -> UInt64 {
        let list = try Handle(H5Fget_create_plist(handle.id), H5Pclose, "read the file's creation properties")
        var count: hsize_t = 0
        try check(H5Pget_userblock(list.id, &count), "read the size of the user block")
        return count
    }

    /// Opens the group, dataset or named type at `path`, following hard and soft links inside the file.
    package func object(at path: String) throws(HDF5Error) -> InputObject {
        try InputObject(H5Oopen(handle.id, path, insideOnly.id), path: path)
    }
}

/// An open group, dataset or named type.
package struct InputObject: ~Copyable {
    /// What an object is.
    package enum Kind: Sendable {
        case group, dataset, other
    }

    let handle: Handle
    /// What it is.
    package let kind: Kind
    /// Its address: the same for every link that leads to it.
    package let address: UInt64

    init(_ id: hid_t, path: String) throws(HDF5Error) {
        let object = try Handle(id, H5Oclose, "open '\(path)'")
        var address: haddr_t = 0
        try check(chdf5_object_address(id, &address), "find the address of '\(path)'")
        handle = object
        kind =
            switch H5Iget_type(id) {
            case H5I_GROUP: .group
            case H5I_DATASET: .dataset
            default: .other
            }
        self.address = UInt64(address)
    }

    /// The links of a group, ascending by name. Throws when there are more than `limit`.
    package func links(limit: Int) throws(HDF5Error) -> [InputLink] {
        var found = LinkCollection(limit: limit)
        let status = withUnsafeMutablePointer(to: &found) { pointer in
            chdf5_each_link(
                handle.id,
                { name, type, valueSize, context in
                    guard let name, let context else { return -1 }
                    let found = context.assumingMemoryBound(to: LinkCollection.self)
                    guard found.pointee.links.count < found.pointee.limit else { return 1 }
                    var byteCount = 0
                    while name[byteCount] != 0 { byteCount += 1 }
                    found.pointee.links.append(
                        (
                            name: [CChar](UnsafeBufferPointer(start: name, count: byteCount + 1)), type: type,
                            valueSize: valueSize
                        ))
                    return 0
                }, pointer)
        }
        try check(status, "list the links of a group")
        guard status == 0 else {
            throw HDF5Error("list the links of a group", reason: "there are more than \(limit)")
        }
        var links: [InputLink] = []
        links.reserveCapacity(found.links.count)
        for link in found.links {
            links.append(InputLink(name: text(link.name), target: try target(of: link)))
        }
        return links
    }

    private func target(of link: LinkCollection.Element) throws(HDF5Error) -> InputLink.Target {
        if link.type == H5L_TYPE_HARD.rawValue { return .object }
        guard link.type == H5L_TYPE_SOFT.rawValue || link.type == H5L_TYPE_EXTERNAL.rawValue else {
            return .userDefined(Int(link.type))
        }
        // 64 KiB is the longest link value the file format can hold for external links.
        guard link.valueSize > 0, link.valueSize <= 1 << 17 else {
            throw HDF5Error("read a link", reason: "its target takes \(link.valueSize) bytes")
        }
        var value = [UInt8](repeating: 0, count: link.valueSize + 1)
        try check(
            H5Lget_val(handle.id, link.name, &value, link.valueSize, chdf5_default()),
            "read a link")
        if link.type == H5L_TYPE_SOFT.rawValue {
            return .soft(String(decoding: value.prefix { $0 != 0 }, as: UTF8.self))
        }
        // One byte of version and flags, then the file's name and the object's path, each ended by a zero.
        let parts = value.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2 else {
            throw HDF5Error("read an external link", reason: "it does not hold a file name and a path")
        }
        return .external(
            file: String(decoding: parts[0], as: UTF8.self), path: String(decoding: parts[1], as: UTF8.self))
    }
}

/// One entry of a group.
package struct InputLink: Sendable {
    /// Where a link leads.
    package enum Target: Sendable {
        /// An object of this group's file, reached directly.
        case object
        /// A path inside the file.
        case soft(String)
        /// A path inside another file.
        case external(file: String, path: String)
        /// A kind of link that only the application that wrote it can follow.
        case userDefined(Int)
    }

    /// Its name within the group; bytes that are not UTF-8 read as U+FFFD.
    package let name: String
    /// Where it leads.
    package let target: Target
}

/// What the callback of a link iteration fills.
private struct LinkCollection {
    typealias Element = (name: [CChar], type: Int32, valueSize: Int)
    let limit: Int
    var links: [Element] = []
}
