import CHDF5

/// How a dataset lies in its file: everything that is needed to read its elements without libhdf5, where that can be.
package struct InputDataset: Sendable {
    /// Extents, slowest first, empty for a scalar; `nil` for HDF5's null dataspace, which holds nothing.
    package var shape: [Int]?
    /// How an element is stored.
    package var type: InputType
    /// Where the elements are.
    package var storage: Storage
    /// Filters in the order they were applied on writing.
    package var filters: [Filter]
    /// Bytes the elements take in the file, after compression.
    package var storedByteCount: Int
    /// The value of elements that were never written, in the file's byte order.
    package var fill: [UInt8]

    /// Where the elements are.
    package enum Storage: Sendable {
        /// One run of bytes from this offset on, counted from the start of the file.
        case contiguous(offset: UInt64)
        /// Runs of bytes in other files, one after the other.
        case external([ExternalRun])
        /// Never written.
        case unallocated
        /// Chunks of this shape. `filtersEdges` is false when chunks that stick out of the dataset skip the filters.
        case chunked(shape: [Int], filtersEdges: Bool)
        /// Inside the object header.
        case compact
        /// Parts of datasets of other files (or of this one, called `.`).
        case virtual([VirtualSource])
    }

    /// A run of bytes in another file.
    package struct ExternalRun: Sendable {
        /// The file as it is named in this one.
        package var file: String
        /// First byte.
        package var offset: Int
        /// Number of bytes; `nil` for as many as are needed.
        package var byteCount: Int?

        /// Makes a run; see the properties.
        package init(file: String, offset: Int, byteCount: Int?) {
            self.file = file
            self.offset = offset
            self.byteCount = byteCount
        }
    }

    /// A dataset that a virtual dataset shows parts of.
    package struct VirtualSource: Sendable, Hashable {
        /// The file as it is named in this one.
        package var file: String
        /// The dataset's path in it.
        package var path: String

        /// Names a dataset of a file.
        package init(file: String, path: String) {
            self.file = file
            self.path = path
        }
    }

    /// One stage of the filter pipeline.
    package struct Filter: Sendable, Equatable {
        /// HDF5's registered number: 1 gzip, 2 shuffle, 3 fletcher32, 4 szip, 32000 lzf, ...
        package var id: Int
        /// The filter's parameters.
        package var parameters: [UInt32]

        /// Makes a stage; see the properties.
        package init(id: Int, parameters: [UInt32]) {
            self.id = id
            self.parameters = parameters
        }
    }
}

/// A chunk as it is stored.
package struct InputChunk: Sendable {
    /// Its first element, in elements along each dimension.
    package var origin: [UInt64]
    /// Bit i set: filter i was skipped.
    package var skippedFilters: UInt32
    /// Position of its bytes, without the user block.
    package var address: UInt64
    /// Number of its bytes, after compression.
    package var byteCount: UInt64
}

extension InputObject {
    /// Describes an open dataset called `name`. At most `sourceLimit` sources of a virtual dataset are listed;
    /// more are an error.
    package func dataset(name: String, sourceLimit: Int) throws(HDF5Error) -> InputDataset {
        let type = try Handle(H5Dget_type(handle.id), H5Tclose, "read the element type of '\(name)'")
        let list = try Handle(H5Dget_create_plist(handle.id), H5Pclose, "read the layout of '\(name)'")
        let element = try InputType(type.id)
        let shape = try self.shape(name)
        return InputDataset(
            shape: shape, type: element,
            storage: try storage(list, name, rank: shape?.count ?? 0, sourceLimit: sourceLimit),
            filters: try filters(list, name),
            storedByteCount: try whole(H5Dget_storage_size(handle.id), "read the stored size of '\(name)'"),
            fill: try fill(list, type, element, name))
    }

    private func shape(_ name: String) throws(HDF5Error) -> [Int]? {
        let action = "read the shape of '\(name)'"
        let space = try Handle(H5Dget_space(handle.id), H5Sclose, action)
        if H5Sget_simple_extent_type(space.id) == H5S_NULL { return nil }
        let rank = Int(try check(H5Sget_simple_extent_ndims(space.id), action))
        guard rank <= 32 else { throw HDF5Error(action, reason: "rank \(rank) is above 32") }
        var extents = [hsize_t](repeating: 0, count: rank)
        try check(H5Sget_simple_extent_dims(space.id, &extents, nil), action)
        return try wholes(extents, action)
    }

    private func storage(
        _ list: borrowing Handle, _ name: String, rank: Int, sourceLimit: Int
    ) throws(HDF5Error) -> InputDataset.Storage {
        let action = "read the layout of '\(name)'"
        switch H5Pget_layout(list.id) {
        case H5D_COMPACT: return .compact
        case H5D_CHUNKED:
            var extents = [hsize_t](repeating: 0, count: 33)
            let found = Int(try check(H5Pget_chunk(list.id, 33, &extents), action))
            guard found == rank, found > 0, extents[..<found].allSatisfy({ $0 > 0 }) else {
                throw HDF5Error(action, reason: "its chunks have rank \(found), the dataset has rank \(rank)")
            }
            var options: UInt32 = 0
            try check(H5Pget_chunk_opts(list.id, &options), action)
            return .chunked(shape: try wholes(Array(extents[..<found]), action), filtersEdges: options == 0)
        case H5D_VIRTUAL: return .virtual(try virtualSources(list, action, limit: sourceLimit))
        case H5D_CONTIGUOUS:
            let runs = try externalRuns(list, action)
            if !runs.isEmpty { return .external(runs) }
            let offset = H5Dget_offset(handle.id)
            return offset == chdf5_undefined_address() ? .unallocated : .contiguous(offset: UInt64(offset))
        default: throw HDF5Error(action)
        }
    }

    private func externalRuns(_ list: borrowing Handle, _ action: String) throws(HDF5Error) -> [InputDataset
        .ExternalRun]
    {
        let count = try check(H5Pget_external_count(list.id), action)
        guard count <= 4096 else { throw HDF5Error(action, reason: "\(count) external files") }
        var runs: [InputDataset.ExternalRun] = []
        for index in 0..<UInt32(count) {
            var file = [CChar](repeating: 0, count: 4097)
            var offset: off_t = 0
            var byteCount: hsize_t = 0
            try check(H5Pget_external(list.id, index, 4096, &file, &offset, &byteCount), action)
            runs.append(
                InputDataset.ExternalRun(
                    file: text(file), offset: Int(offset),
                    byteCount: byteCount == chdf5_unlimited() ? nil : try whole(byteCount, action)))
        }
        return runs
    }

    private func virtualSources(
        _ list: borrowing Handle, _ action: String, limit: Int
    ) throws(HDF5Error) -> [InputDataset.VirtualSource] {
        var count = 0
        try check(H5Pget_virtual_count(list.id, &count), action)
        guard count <= limit else { throw HDF5Error(action, reason: "\(count) virtual sources") }
        var sources: [InputDataset.VirtualSource] = []
        var met: Set<InputDataset.VirtualSource> = []
        for index in 0..<count {
            var file = [CChar](repeating: 0, count: 4097)
            var path = file
            try check(H5Pget_virtual_filename(list.id, index, &file, 4096), action)
            try check(H5Pget_virtual_dsetname(list.id, index, &path, 4096), action)
            let source = InputDataset.VirtualSource(file: text(file), path: text(path))
            if met.insert(source).inserted { sources.append(source) }
        }
        return sources
    }

    private func filters(_ list: borrowing Handle, _ name: String) throws(HDF5Error) -> [InputDataset.Filter] {
        let action = "read the filters of '\(name)'"
        let count = try check(H5Pget_nfilters(list.id), action)
        var filters: [InputDataset.Filter] = []
        for index in 0..<UInt32(count) {
            var flags: UInt32 = 0, configuration: UInt32 = 0
            var parameterCount = 32
            var parameters = [UInt32](repeating: 0, count: parameterCount)
            let id = H5Pget_filter2(list.id, index, &flags, &parameterCount, &parameters, 0, nil, &configuration)
            try check(id, action)
            filters.append(InputDataset.Filter(id: Int(id), parameters: Array(parameters.prefix(parameterCount))))
        }
        return filters
    }

    private func fill(
        _ list: borrowing Handle, _ type: borrowing Handle, _ element: InputType, _ name: String
    ) throws(HDF5Error) -> [UInt8] {
        // Types that are left out can be of any size; nobody asks for their fill value.
        guard element.byteCount <= 16 else { return [] }
        var bytes = [UInt8](repeating: 0, count: element.byteCount)
        var status = H5D_FILL_VALUE_UNDEFINED
        try check(H5Pfill_value_defined(list.id, &status), "read the fill value of '\(name)'")
        if status == H5D_FILL_VALUE_USER_DEFINED {
            try check(H5Pget_fill_value(list.id, type.id, &bytes), "read the fill value of '\(name)'")
        }
        return bytes
    }

    /// Number of chunks that are stored. `name` stands in errors.
    package func chunkCount(name: String) throws(HDF5Error) -> Int {
        let space = try Handle(H5Dget_space(handle.id), H5Sclose, "count the chunks of '\(name)'")
        var count: hsize_t = 0
        try check(H5Dget_num_chunks(handle.id, space.id, &count), "count the chunks of '\(name)'")
        return try whole(count, "count the chunks of '\(name)'")
    }

    /// The stored chunk with this number, in the order of the index. Takes time proportional to `index` in HDF5 1.10.
    package func chunk(_ index: Int, rank: Int, name: String) throws(HDF5Error) -> InputChunk {
        let space = try Handle(H5Dget_space(handle.id), H5Sclose, "find a chunk of '\(name)'")
        // HDF5 counts the bytes of an element as one dimension more.
        var chunk = InputChunk(
            origin: [UInt64](repeating: 0, count: rank + 1), skippedFilters: 0, address: 0, byteCount: 0)
        var address: haddr_t = 0
        try check(
            H5Dget_chunk_info(
                handle.id, space.id, hsize_t(index), &chunk.origin, &chunk.skippedFilters, &address, &chunk.byteCount),
            "find chunk \(index) of '\(name)'")
        chunk.address = UInt64(address)
        chunk.origin.removeLast()
        return chunk
    }
}

/// Throws when libhdf5 hands out a number that no array index can hold.
func whole(_ value: UInt64, _ action: @autoclosure () -> String) throws(HDF5Error) -> Int {
    guard let value = Int(exactly: value) else { throw HDF5Error(action(), reason: "\(value) is out of range") }
    return value
}

private func wholes(_ values: [UInt64], _ action: String) throws(HDF5Error) -> [Int] {
    var wholes: [Int] = []
    for value in values { wholes.append(try whole(value, action)) }
    return wholes
}

/// Text up to the first zero; bytes that are not UTF-8 read as U+FFFD.
func text(_ bytes: [CChar]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
