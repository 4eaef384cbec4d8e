import CHDF5

/// A dataset opened to read its elements through libhdf5, unconverted.
package struct ElementSource: ~Copyable {
    private let dataset: Handle
    private let type: Handle
    private let space: Handle
    private let name: String
    private let shape: [Int]
    /// Bytes of one element.
    package let elementByteCount: Int

    /// Opens the dataset at `path`. `cacheByteCount` bounds the decoded chunks that libhdf5 keeps; relative names of a
    /// virtual dataset's sources are looked up below `folder`.
    package init(
        _ file: borrowing InputFile, path: String, name: String, shape: [Int], cacheByteCount: Int, folder: String?
    ) throws(HDF5Error) {
        let access = try Handle(H5Pcreate(chdf5_dataset_access()), H5Pclose, "prepare to read '\(name)'")
        // 12421 is a prime well above the chunks that fit; weight 1: chunks that were read to their end go first.
        try check(H5Pset_chunk_cache(access.id, 12421, cacheByteCount, 1), "prepare to read '\(name)'")
        if let folder { try check(H5Pset_virtual_prefix(access.id, folder), "prepare to read '\(name)'") }
        let dataset = try Handle(H5Dopen2(file.handle.id, path, access.id), H5Dclose, "open '\(name)'")
        let type = try Handle(H5Dget_type(dataset.id), H5Tclose, "read the element type of '\(name)'")
        let space = try Handle(H5Dget_space(dataset.id), H5Sclose, "read the shape of '\(name)'")
        self.name = name
        self.shape = shape
        elementByteCount = H5Tget_size(type.id)
        self.dataset = dataset
        self.type = type
        self.space = space
    }

    /// Reads elements `range`, in row-major order and in the file's byte order, into `buffer`, which holds just them.
    package func read(_ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        precondition(buffer.count == range.count * elementByteCount)
        guard let base = buffer.baseAddress else { return }
        let action = "read '\(name)'"
        if shape.isEmpty {
            try check(H5Dread(dataset.id, type.id, chdf5_all(), chdf5_all(), chdf5_default(), base), action)
            return
        }
        var position = base
        for box in Hyperslab.covering(range, of: shape) {
            let byteCount = box.elementCount * elementByteCount
            try check(
                H5Sselect_hyperslab(
                    space.id, H5S_SELECT_SET, box.start.map(hsize_t.init), nil, box.count.map(hsize_t.init), nil),
                action)
            var elementCount = hsize_t(box.elementCount)
            let memory = try Handle(H5Screate_simple(1, &elementCount, nil), H5Sclose, action)
            try check(H5Dread(dataset.id, type.id, memory.id, space.id, chdf5_default(), position), action)
            position += byteCount
        }
    }
}

/// A box of elements.
struct Hyperslab: Equatable {
    /// First index along each dimension.
    var start: [Int]
    /// Number of indices along each dimension.
    var count: [Int]

    var elementCount: Int { count.reduce(1, *) }

    /// The fewest boxes that, one after the other, hold the row-major `range` of an array of this shape: at most two
    /// a dimension.
    static func covering(_ range: Range<Int>, of shape: [Int]) -> [Hyperslab] {
        var boxes: [Hyperslab] = []
        var position = range.lowerBound
        while position < range.upperBound {
            // The slowest dimension whose step both starts here and fits.
            var dimension = shape.count - 1
            var step = 1
            while dimension > 0, position % (step * shape[dimension]) == 0,
                position + step * shape[dimension] <= range.upperBound
            {
                step *= shape[dimension]
                dimension -= 1
            }
            var start = [Int](repeating: 0, count: shape.count)
            var count = [Int](repeating: 1, count: shape.count)
            var rest = position / step
            for k in stride(from: dimension, through: 0, by: -1) {
                start[k] = rest % shape[k]
                rest /= shape[k]
            }
            count[dimension] = min((range.upperBound - position) / step, shape[dimension] - start[dimension])
            for k in (dimension + 1)..<shape.count { count[k] = shape[k] }
            boxes.append(Hyperslab(start: start, count: count))
            position += count[dimension] * step
        }
        return boxes
    }
}

/// Whether libhdf5 can undo the filter with this number, by itself or with a plugin it finds.
package func canDecode(filter id: Int) -> Bool {
    guard let id = Int32(exactly: id), H5Zfilter_avail(id) > 0 else { return false }
    var configuration: UInt32 = 0
    return H5Zget_filter_info(id, &configuration) >= 0 && configuration & UInt32(H5Z_FILTER_CONFIG_DECODE_ENABLED) != 0
}

/// A function that undoes a filter, called as `H5Z_func_t`.
package typealias FilterFunction =
    @convention(c) (
        UInt32, Int, UnsafePointer<UInt32>?, Int, UnsafeMutablePointer<Int>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int

/// Teaches libhdf5 to undo a filter it does not know, for this process.
package func register(filter id: Int32, _ name: StaticString, decode: FilterFunction) throws(HDF5Error) {
    precondition(name.hasPointerRepresentation)
    var description = H5Z_class2_t()
    description.version = H5Z_CLASS_T_VERS
    description.id = H5Z_filter_t(id)
    description.encoder_present = 0
    description.decoder_present = 1
    description.name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    description.filter = decode
    try check(H5Zregister(&description), "register the filter \(name)")
}
