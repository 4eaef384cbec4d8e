import Base
import HDF5

/// The arrays of a NumPy `.npz` file: a zip archive of `.npy` members, as they are (`np.savez`) or deflated
/// (`np.savez_compressed`); or the one array of a `.npy` file.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumPyArchive {
    private(set) var tensors: [SourceCheckpoint.Tensor] = []
    /// Arrays of text, objects or records.
    private(set) var leftOut: [LeftOut] = []

    /// Those of them that are arrays of numbers of other types: an import without them would lose weights.
    private(set) var lost: [LeftOut] = []

    private static let ending = ".npy"
    /// The name of the array that a `.npy` file holds.
    static let soleName = "array"

    /// - Parameter number: the file's index in the checkpoint.
    init(
        _ archive: ZipArchive, _ file: any ByteSource, number: Int, dumps: Set<BFloat16Dump>
    ) throws(CheckpointError) {
        for entry in archive.entries {
            guard entry.name.hasSuffix(NumPyArchive.ending) else {
                leftOut.append(LeftOut(name: printable(entry.name), reason: "not a .npy member"))
                continue
            }
            let name = String(entry.name.dropLast(NumPyArchive.ending.count))
            _ = try add(entry, named: name, file, number: number, dumps: dumps)
        }
    }

    /// The array of a `.npy` file, and the bytes that its header takes.
    static func single(
        _ file: any ByteSource, number: Int, dumps: Set<BFloat16Dump>
    ) throws(CheckpointError) -> (content: NumPyArchive, headerByteCount: Int) {
        let entry = ZipArchive.Entry(
            name: soleName + ending, isDeflated: false, checksum: 0, byteCount: file.byteCount,
            stored: 0..<file.byteCount)
        var content = NumPyArchive()
        let header = try content.add(entry, named: soleName, file, number: number, dumps: dumps)
        return (content, header.byteCount)
    }

    private init() {}

    private mutating func add(
        _ entry: ZipArchive.Entry, named name: String, _ file: any ByteSource, number: Int,
        dumps: Set<BFloat16Dump>
    ) throws(CheckpointError) -> NumPyHeader {
        let header = try NumPyHeader(of: entry, in: file)
        guard let (type, isBigEndian) = header.type(dumps) else {
            lost.append(
                LeftOut(
                    name: printable(name), reason: "NumPy type \(printable(header.type))",
                    // Numbers of a kind that is not read, or raw bytes: not text, objects and times.
                    elementCount: header.type.contains(where: "fiucV".contains) ? product(header.shape) : nil))
            leftOut += lost.suffix(1)
            return header
        }
        guard let byteCount = product(header.shape + [type.bitCount / 8]),
            byteCount == entry.byteCount - header.byteCount
        else {
            throw CheckpointError(
                .malformed, checkpoint: file.checkpoint,
                problem: "'\(file.name)' has \(entry.byteCount - header.byteCount) bytes for "
                    + "'\(printable(name))', which is \(printable(header.type)) \(header.shape)",
                remedy: "fetch it again")
        }
        var extent = Extent(file: number, offset: entry.stored.lowerBound, byteCount: entry.stored.count)
        if !entry.isDeflated {
            extent.offset += header.byteCount
            extent.byteCount = byteCount
        }
        // Along one axis there is one order.
        let isColumnMajor = header.isColumnMajor && header.shape.count(where: { $0 != 1 }) > 1 && byteCount > 0
        var tensor = SourceCheckpoint.Tensor(
            name: name, type: type, shape: header.shape, extent: extent, isBigEndian: isBigEndian)
        if let elementType = type.elementType {
            if entry.isDeflated {
                tensor.form = .deflated(
                    DeflatedElements(
                        type: elementType, entry: entry, file: number, skip: header.byteCount, shape: header.shape,
                        isColumnMajor: isColumnMajor, isBigEndian: isBigEndian))
            } else if isColumnMajor,
                let elements = StridedElements(
                    elementType, shape: header.shape, strides: StridedElements.columnMajorStrides(header.shape),
                    first: 0, extent: extent, isBigEndian: isBigEndian)
            {
                tensor.form = .strided(elements)
            }
        }
        tensors.append(tensor)
        return header
    }
}
