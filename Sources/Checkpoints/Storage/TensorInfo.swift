import Tensors

/// What is known of a tensor before a byte of it is read.
package struct TensorInfo: Sendable, Equatable, Codable {
    /// Hugging Face's name, or the name as stored, with `/` read as `.`, where that is not known: for example
    /// `model.layers.3.self_attn.q_proj.weight`.
    package var name: String
    /// How an element is stored.
    package var elementType: ElementType
    /// Extents, slowest first; empty for a scalar.
    package var shape: [Int]
    /// How the bytes lie in the file.
    package var layout: Layout
    /// Filters in the order they were applied on writing: `shuffle`, `gzip`, `fletcher32`, `lzf`, `szip`, or `filter 32015`.
    package var filters: [String]
    /// Bytes the tensor takes in its file, after compression.
    package var storedByteCount: Int
    /// Where it stands in the file; `nil` when it is stored whole and under its name.
    package var origin: TensorOrigin?
    /// Why it is no weight, where its file says so.
    package var notWeight: NotWeight?
    /// What its elements are multiplied by when they are read.
    package var scale: ElementScale?

    /// How a tensor's bytes lie in its file.
    package enum Layout: String, Sendable, Codable {
        case contiguous, chunked, compact, external, virtual
        /// Without elements, and so without storage.
        case unallocated
    }

    /// Makes a description; see the properties.
    package init(
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
    package var elementCount: Int { shape.reduce(1, *) }
}
