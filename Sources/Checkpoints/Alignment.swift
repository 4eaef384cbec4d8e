import Tensors

/// Which tensors of two checkpoints are compared, and which are not, and why.
public struct Alignment: Sendable {
    /// How a tensor name fares.
    public enum Status: String, Sendable, CaseIterable {
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

        /// Whether it stops a run that does not allow unmatched tensors.
        public var isUnmatched: Bool {
            switch self {
            case .compared, .tied, .notFloat: false
            case .padded, .onlyInFrom, .onlyInTo, .shapeDiffers: true
            }
        }
    }

    /// One tensor name of either side.
    public struct Entry: Sendable {
        /// The name.
        public let name: String
        /// How it fares.
        public let status: Status
        /// Place of the tensor that stands for it on the `from` side; for a tied head, the embedding's.
        public let from: Int?
        /// The same on the `to` side.
        public let to: Int?
        /// One sentence where the status does not say all.
        public let note: String?

        /// Whether its elements enter the statistics.
        public var isCompared: Bool {
            switch status {
            case .compared, .padded: true
            case .tied: from != nil && to != nil
            default: false
            }
        }
    }

    /// In ascending order of name.
    public let entries: [Entry]

    private static let head = "lm_head.weight"
    private static let embeddings = [
        "model.embed_tokens.weight", "embed_tokens.weight", "transformer.embed_tokens.weight",
    ]

    /// Aligns two checkpoints by the names of their tensors.
    public init(from: Checkpoint, to: Checkpoint) {
        let (left, right) = (Side(from), Side(to))
        let names = Set(left.places.keys).union(right.places.keys).union(
            left.isTied || right.isTied ? [Alignment.head] : [])
        entries = names.sorted().map { Alignment.entry($0, left, right) }
    }

    private struct Side {
        let tensors: [TensorInfo]
        let places: [String: Int]
        let embedding: Int?

        init(_ checkpoint: Checkpoint) {
            tensors = checkpoint.tensors
            places = Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            embedding = Alignment.embeddings.lazy.compactMap { [places] in places[$0] }.first
        }

        /// A model with an input embedding and without an output head uses the one for the other.
        var isTied: Bool { places[Alignment.head] == nil && embedding != nil }

        func place(of name: String) -> Int? { places[name] ?? (name == Alignment.head ? embedding : nil) }
    }

    private static func entry(_ name: String, _ left: Side, _ right: Side) -> Entry {
        if name == head, left.isTied, right.isTied {
            return Entry(name: name, status: .tied, from: nil, to: nil, note: "both sides use the embedding")
        }
        guard let from = left.place(of: name) else {
            return Entry(name: name, status: .onlyInTo, from: nil, to: right.place(of: name), note: nil)
        }
        guard let to = right.place(of: name) else {
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
                name: name, status: .padded, from: from, to: to, note: "\(shapes): the first \(rows) rows are compared")
        }
        return Entry(name: name, status: .shapeDiffers, from: from, to: to, note: shapes)
    }

    private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
}
