import CHDF5

/// A new HDF5 file whose structure libhdf5 writes and whose payloads the caller writes.
///
/// `createDataset` hands back the place of each payload. Once `finish` has returned, the structure is complete on disk
/// and the payloads may be written at those places with plain file writes, as fast as the disk is.
///
/// The same calls give the same bytes: nothing in the file tells when or where it was made. The format is that of
/// HDF5 1.8, which has checksums on its structure and no 64 KiB limit on a group's attributes, and which every later
/// release reads.
package struct FileWriter: ~Copyable {
    private let file: Handle
    private let linkProperties: Handle

    /// Creates the file, or empties the one that is there. HDF5 takes no lock on it: the caller has one, or needs none.
    package init(creating path: String) throws(HDF5Error) {
        prepareHDF5()
        let action = "create '\(path)'"
        let access = try Handle(H5Pcreate(chdf5_file_access()), H5Pclose, action)
        try check(H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V18), action)
        try check(H5Pset_file_locking(access.id, false, true), action)
        let creation = try Handle(H5Pcreate(chdf5_file_create()), H5Pclose, action)
        try check(H5Pset_obj_track_times(creation.id, false), action)
        let links = try Handle(H5Pcreate(chdf5_link_create()), H5Pclose, action)
        try check(H5Pset_char_encoding(links.id, H5T_CSET_UTF8), action)
        let created = try Handle(H5Fcreate(path, chdf5_acc_trunc(), creation.id, access.id), H5Fclose, action)
        file = created
        linkProperties = links
    }

    /// Writes a scalar attribute of the root group.
    package func setAttribute(_ name: String, _ content: AttributeContent) throws(HDF5Error) {
        try writeAttribute(name, content, to: file.id)
    }

    /// Creates a contiguous dataset in the root group. A name holds no slash: HDF5 would look for groups.
    /// - Parameters:
    ///   - shape: extents, slowest first; empty for a scalar.
    ///   - external: the bytes' place in another file, which is neither read nor written here; `nil` reserves room in
    ///     this file.
    /// - Returns: the file offset of the room in bytes; `nil` for external storage and for datasets without elements.
    package func createDataset(
        _ name: String, type: StoredType, shape: [Int], external: ExternalStorage? = nil,
        attributes: [(name: String, content: AttributeContent)] = []
    ) throws(HDF5Error) -> Int? {
        let action = "create dataset '\(name)'"
        let datatype = try type.makeDatatype()
        let extents = shape.map { hsize_t($0) }
        let space = try Handle(
            shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extents, nil), H5Sclose, action
        )
        let creation = try Handle(H5Pcreate(chdf5_dataset_create()), H5Pclose, action)
        try check(H5Pset_obj_track_times(creation.id, false), action)
        // Room without content: the payload is written once, by the caller; and a source file is never touched.
        try check(H5Pset_fill_time(creation.id, H5D_FILL_TIME_NEVER), action)
        if let external {
            try check(
                H5Pset_external(creation.id, external.path, off_t(external.offset), hsize_t(external.byteCount)),
                action)
        } else {
            try check(H5Pset_alloc_time(creation.id, H5D_ALLOC_TIME_EARLY), action)
        }
        let dataset = try Handle(
            H5Dcreate2(file.id, name, datatype.id, space.id, linkProperties.id, creation.id, chdf5_default()),
            H5Dclose, action)
        for attribute in attributes {
            try writeAttribute(attribute.name, attribute.content, to: dataset.id)
        }
        let offset = external == nil ? H5Dget_offset(dataset.id) : chdf5_undefined_address()
        return offset == chdf5_undefined_address() ? nil : Int(offset)
    }

    /// Writes what libhdf5 still holds, then closes the file.
    package consuming func finish() throws(HDF5Error) {
        // Closing reports nothing, so that what can fail is done before it.
        try check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), "write the file's structure")
    }
}

/// Where a dataset's bytes are when they are not in its own file (HDF5 external storage).
package struct ExternalStorage: Sendable, Equatable {
    /// The other file. A relative path means the working directory to libhdf5, unless `HDF5_EXTFILE_PREFIX` is set.
    package var path: String
    /// First byte.
    package var offset: Int
    /// Number of bytes.
    package var byteCount: Int

    /// Names a place; see the properties.
    package init(path: String, offset: Int, byteCount: Int) {
        self.path = path
        self.offset = offset
        self.byteCount = byteCount
    }
}
