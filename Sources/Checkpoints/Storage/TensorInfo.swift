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
    /// Whether a selection leaves it out: it is there, and nothing is computed of it. A journal does not keep it.
    package private(set) var isDeselected = false

    private enum CodingKeys: CodingKey {
        case name, elementType, shape, layout, filters, storedByteCount, origin
    }

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

    /// Whether statistics are taken of it: its elements are numbers with a floating point, and it is not left out.
    package var isMeasured: Bool { elementType.hasStatistics && !isDeselected }

    /// The same tensor, left out.
    package var deselected: TensorInfo {
        var tensor = self
        tensor.isDeselected = true
        return tensor
    }
}
