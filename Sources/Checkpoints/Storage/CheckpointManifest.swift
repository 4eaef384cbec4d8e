import Base
import HDF5

/// All that is known of a checkpoint before its tensors are read: what the HDF5 worker or the safetensors header told.
struct CheckpointManifest: Sendable {
    /// Tensors in ascending order of name.
    var tensors: [TensorInfo]
    /// Where the bytes of `tensors[i]` are.
    var storage: [TensorStorage]
    /// What extents and chunks refer to, by index.
    var files: [any ByteSource]
    /// Root attributes (HDF5) or facts of the directory (Hugging Face): `model`, `revision`, `stage`, `step`, ...
    var attributes: [String: AttributeValue]
    /// The Hugging Face `config.json`, verbatim.
    var config: String?
    /// Objects that are not tensors, with the reason: strings, compounds, unsupported number types.
    var leftOut: [LeftOut]

    /// A pebibyte, a few hundred times the largest model: what thousands of checkpoints below it claim together can
    /// still be counted.
    static let byteLimit = 1 << 50

    /// Throws `.refused` when its tensors claim more, in elements or as stored, than can be counted across a series.
    func checkTotals(_ checkpoint: String) throws(CheckpointError) {
        var elements = 0
        var stored = 0
        for tensor in tensors {
            // Each step adds less than 2^63 to less than 2^50: unsigned, it cannot overflow.
            let sums = (
                UInt(elements) + UInt(tensor.elementCount.multipliedClamping(by: tensor.elementType.byteCount)),
                UInt(stored) + UInt(tensor.storedByteCount)
            )
            guard max(sums.0, sums.1) <= CheckpointManifest.byteLimit else {
                throw CheckpointError(
                    .refused, checkpoint: checkpoint,
                    problem: "up to '\(tensor.name)' its tensors claim \(max(sums.0, sums.1)) bytes, "
                        + "more than the \(CheckpointManifest.byteLimit) that are counted")
            }
            (elements, stored) = (Int(sums.0), Int(sums.1))
        }
    }
}

/// Where a tensor's bytes are.
enum TensorStorage: Sendable, Equatable {
    /// Bytes in file order, little-endian unless `bigEndian`, one extent after the other.
    case extents([Extent], bigEndian: Bool)
    /// Every element is this value, in little-endian bytes.
    case fill([UInt8])
    /// HDF5 chunks that the harness reads and decodes itself; the number is the dataset's index in the worker.
    case chunks(dataset: Int, bigEndian: Bool)
    /// Blocks that only libhdf5 can read (compact, szip, plugins); served by the worker.
    case served(dataset: Int, bigEndian: Bool)
    /// Plain bytes in another order than row-major, or with a sign that is only noted.
    case strided(StridedElements)
    /// A deflated member of an archive.
    case deflated(DeflatedElements)
    /// These elements, in order, of another tensor.
    indirect case view(Blocks, of: TensorStorage)
    /// 8-bit floats, which are read as float32.
    indirect case float8(Float8Elements, of: TensorStorage)

    /// Where the whole tensor is that this one is a view of.
    var whole: TensorStorage {
        switch self {
        case .view(_, let whole): whole
        case .float8(_, let stored): stored.whole
        default: self
        }
    }
}

/// A run of bytes in one file.
struct Extent: Sendable, Equatable, Codable {
    /// Index into `CheckpointManifest.files`.
    var file: Int
    /// First byte.
    var offset: Int
    /// Number of bytes.
    var byteCount: Int
}

/// An object of a checkpoint that is not compared, and why.
package struct LeftOut: Sendable, Equatable, Codable {
    /// Its path, with `/` read as `.`.
    package var name: String
    /// For example `string`, `compound type`, `7-byte float`.
    package var reason: String
    /// Elements of an array whose values cannot be read, and which may be weights; `nil` of anything else.
    package var elementCount: Int?

    /// The reason for names that would act on a terminal, or that are damaged UTF-8.
    static let unprintableName = "its name is not printable text"

    /// The reason for datasets of HDF5 files that no storage was ever allocated for.
    package static let neverWritten = "it was never written, so that the file has no data for it"

    /// Makes an entry; see the properties.
    package init(name: String, reason: String, elementCount: Int? = nil) {
        self.name = name
        self.reason = reason
        self.elementCount = elementCount
    }
}

/// A root attribute's value.
package enum AttributeValue: Sendable, Equatable, Codable {
    case string(String)
    case integer(Int)
    case number(Double)

    /// The same with what is not printable in a text escaped: a revision's name stands in titles and files.
    var printable: AttributeValue {
        guard case .string(let text) = self else { return self }
        return .string(Base.printable(text, limit: .max))
    }
}
