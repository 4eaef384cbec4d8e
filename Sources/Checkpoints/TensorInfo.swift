import Tensors

/// What is known of a tensor before a byte of it is read.
public struct TensorInfo: Sendable, Equatable, Codable {
    /// Hugging Face's name, or the name as stored, with `/` read as `.`, where that is not known: for example
    /// `model.layers.3.self_attn.q_proj.weight`.
    public var name: String
    /// How an element is stored.
    public var elementType: ElementType
    /// Extents, slowest first; empty for a scalar.
    public var shape: [Int]
    /// How the bytes lie in the file.
    public var layout: Layout
    /// Filters in the order they were applied on writing: `shuffle`, `gzip`, `fletcher32`, `lzf`, `szip`, or `filter 32015`.
    public var filters: [String]
    /// Bytes the tensor takes in its file, after compression.
    public var storedByteCount: Int
    /// Where it stands in the file; `nil` when it is stored whole and under its name.
    public var origin: TensorOrigin?

    /// How a tensor's bytes lie in its file.
    public enum Layout: String, Sendable, Codable {
        case contiguous, chunked, compact, external, virtual
        /// No storage was ever allocated; every element is the fill value.
        case unallocated
    }

    /// Makes a description; see the properties.
    public init(
        name: String, elementType: ElementType, shape: [Int], layout: Layout, filters: [String], storedByteCount: Int
    ) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.layout = layout
        self.filters = filters
        self.storedByteCount = storedByteCount
    }

    /// Number of elements: the product of `shape`, 1 for a scalar.
    public var elementCount: Int { shape.reduce(1, *) }
}
