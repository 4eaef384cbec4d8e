import HDF5
import Tensors

/// Which tensors of two checkpoints are compared, and which are not, and why.
package struct Alignment: Sendable {
    /// How a tensor name fares.
    package enum Status: String, Sendable, CaseIterable {
        /// On both sides, of one shape.
        case compared
        /// The output head of one side or both shares the embedding's weights.
        case tied
        /// Not a floating-point tensor on at least one side: listed, no statistics.
        case notFloat = "not_float"
        /// One side has more vocabulary rows; the rows that both have are compared.
        case padded
        case onlyInFrom = "only_in_from"
        case onlyInTo = "only_in_to"
        case shapeDiffers = "shape_differs"
        /// A selection leaves it out.
        case deselected

        /// Whether it stops a run that does not allow unmatched tensors.
        package var isUnmatched: Bool {
            switch self {
            case .compared, .tied, .notFloat, .deselected: false
            case .padded, .onlyInFrom, .onlyInTo, .shapeDiffers: true
            }
        }
    }

    /// One tensor name of either side.
    package struct Entry: Sendable {
        /// The name.
        package let name: String
        /// How it fares.
        package let status: Status
        /// Place of the tensor that stands for it on the `from` side; for a tied head, the embedding's.
        package let from: Int?
        /// The same on the `to` side.
        package let to: Int?
        /// One sentence where the status does not say all.
        package let note: String?

        /// Whether its elements enter the statistics.
        package var isCompared: Bool {
            switch status {
            case .compared, .padded: true
            case .tied: from != nil && to != nil
            default: false
            }
        }
    }

    /// In ascending order of name.
    package let entries: [Entry]

    /// What a tied output head is called where neither side has one.
    private static let head = "lm_head.weight"

    /// Aligns two checkpoints by the names of their tensors.
    package init(from: Checkpoint, to: Checkpoint) {
        let (left, right) = (Side(from), Side(to))
        let head = left.head ?? right.head ?? Alignment.head
        var names = Set(left.places.keys).union(right.places.keys)
        if left.isTied || right.isTied { names.insert(head) }
        entries = names.sorted().map { Alignment.entry($0, head: head, left, right) }
    }

    private struct Side {
        let tensors: [TensorInfo]
        let places: [String: Int]
        /// Place of the input embedding.
        let embedding: Int?
        /// Name of the output head.
        let head: String?

        init(_ checkpoint: Checkpoint) {
            tensors = checkpoint.tensors
            places = Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            let modules = tensors.map { $0.shape.count == 2 ? ParameterName($0.name).module : .other }
            embedding = modules.firstIndex(of: .embedding)
            head = modules.firstIndex(of: .unembedding).map { [tensors] in tensors[$0].name }
        }

        /// A model with an input embedding and without an output head uses the one for the other.
        var isTied: Bool { head == nil && embedding != nil }

        func deselects(_ name: String) -> Bool { places[name].map { tensors[$0].isDeselected } ?? false }

        /// Where the tensor of that name is, `head` being what an output head is called.
        func place(of name: String, head: String) -> Int? { places[name] ?? (name == head && isTied ? embedding : nil) }
    }

    private static func entry(_ name: String, head: String, _ left: Side, _ right: Side) -> Entry {
        if name == head, left.isTied, right.isTied {
            return Entry(name: name, status: .tied, from: nil, to: nil, note: "both sides use the embedding")
        }
        if left.deselects(name) || right.deselects(name) {
            return Entry(
                name: name, status: .deselected, from: left.places[name], to: right.places[name], note: nil)
        }
        guard let from = left.place(of: name, head: head) else {
            return Entry(name: name, status: .onlyInTo, from: nil, to: right.place(of: name, head: head), note: nil)
        }
        guard let to = right.place(of: name, head: head) else {
            return Entry(name: name, status: .onlyInFrom, from: from, to: nil, note: nil)
        }
        let (a, b) = (left.tensors[from], right.tensors[to])
        guard a.elementType.hasStatistics, b.elementType.hasStatistics else {
            return Entry(
                name: name, status: .notFloat, from: from, to: to,
                note: "\(a.elementType.rawValue) and \(b.elementType.rawValue)")
        }
        let tied = name == head && (left.isTied || right.isTied)
        if a.shape == b.shape {
            let note = tied ? "the \(left.isTied ? "first" : "second") side uses its embedding" : nil
            return Entry(name: name, status: tied ? .tied : .compared, from: from, to: to, note: note)
        }
        let shapes = "\(text(a.shape)) against \(text(b.shape))"
        let module = ParameterName(name).module
        if module == .embedding || module == .unembedding, a.shape.count == 2, b.shape.count == 2,
            a.shape[1] == b.shape[1]
        {
            let rows = min(a.shape[0], b.shape[0])
            return Entry(
                name: name, status: .padded, from: from, to: to, note: "\(shapes): \(rows) rows in common")
        }
        return Entry(name: name, status: .shapeDiffers, from: from, to: to, note: shapes)
    }

    private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
}
