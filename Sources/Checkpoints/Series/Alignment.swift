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
        /// Beside the weights, on one side or both: listed with the reason, no statistics.
        case notWeight = "not_weight"
        /// An array whose values cannot be read: it may be weights.
        case leftOut = "left_out"

        /// Whether it stops a run that does not allow unmatched tensors.
        package var isUnmatched: Bool {
            switch self {
            case .compared, .tied, .notFloat, .notWeight, .leftOut: false
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

        /// Stored elements that it stands for: those of the larger side; 0 for what is no weight.
        package var elementCount = 0
        /// How many of them are compared.
        package var comparedCount = 0

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

    /// Whether the two have anything in common that is compared.
    package var comparesAny: Bool { entries.contains(where: \.isCompared) }

    /// What a tied output head is called where neither side has one.
    private static let head = "lm_head.weight"

    /// Aligns two checkpoints by the names of their tensors.
    package init(from: Checkpoint, to: Checkpoint) {
        let (left, right) = (Side(from), Side(to))
        let head = left.head ?? right.head ?? Alignment.head
        var names = Set(left.places.keys).union(right.places.keys)
        if left.isTied || right.isTied { names.insert(head) }
        names.formUnion(left.leftOut.keys)
        names.formUnion(right.leftOut.keys)
        entries = names.sorted().map { name in
            var entry = Alignment.entry(name, head: head, left, right)
            entry.count(left, right)
            return entry
        }
    }

    fileprivate struct Side {
        let tensors: [TensorInfo]
        let places: [String: Int]
        /// Place of the input embedding.
        let embedding: Int?
        /// Name of the output head.
        let head: String?
        /// Why a tensor is no weight, by place.
        let notWeights: [NotWeight?]
        /// Arrays that cannot be read, by name.
        let leftOut: [String: LeftOut]

        init(_ checkpoint: Checkpoint) {
            tensors = checkpoint.tensors
            places = Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            notWeights = checkpoint.notWeights
            leftOut = Dictionary(
                checkpoint.contents.unreadWeights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let modules = zip(tensors, notWeights).map {
                $0.shape.count == 2 && $1 == nil ? ParameterName($0.name).module : .other
            }
            embedding = modules.firstIndex(of: .embedding)
            head = modules.firstIndex(of: .unembedding).map { [tensors] in tensors[$0].name }
        }

        /// A model with an input embedding and without an output head uses the one for the other.
        var isTied: Bool { head == nil && embedding != nil }

        /// Where the tensor of that name is, `head` being what an output head is called.
        func place(of name: String, head: String) -> Int? { places[name] ?? (name == head && isTied ? embedding : nil) }

        /// Stored elements under a name.
        func elementCount(_ name: String) -> Int {
            places[name].map { tensors[$0].elementCount } ?? leftOut[name]?.elementCount ?? 0
        }

        /// Why the tensor of that name is no weight.
        func notWeight(_ name: String) -> NotWeight? { places[name].flatMap { notWeights[$0] } }
    }

    private static func entry(_ name: String, head: String, _ left: Side, _ right: Side) -> Entry {
        if let reason = left.notWeight(name) ?? right.notWeight(name) {
            return Entry(
                name: name, status: .notWeight, from: left.places[name], to: right.places[name], note: reason.rawValue)
        }
        if let unreadable = left.leftOut[name] ?? right.leftOut[name] {
            return Entry(
                name: name, status: .leftOut, from: left.places[name], to: right.places[name],
                note: "\(unreadable.reason), \(unreadable.elementCount ?? 0) elements")
        }
        if name == head, left.isTied, right.isTied {
            return Entry(name: name, status: .tied, from: nil, to: nil, note: "both sides use the embedding")
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
        let scales = zip(["first", "second"], [a.scale, b.scale]).compactMap { side, scale in
            scale.map { "the \(side) side is read times \($0)" }
        }
        if a.shape == b.shape {
            let notes = (tied ? ["the \(left.isTied ? "first" : "second") side uses its embedding"] : []) + scales
            return Entry(
                name: name, status: tied ? .tied : .compared, from: from, to: to,
                note: notes.isEmpty ? nil : notes.joined(separator: "; "))
        }
        let shapes = "\(text(a.shape)) against \(text(b.shape))"
        let module = ParameterName(name).module
        if module == .embedding || module == .unembedding, a.shape.count == 2, b.shape.count == 2,
            a.shape[1] == b.shape[1]
        {
            let rows = min(a.shape[0], b.shape[0])
            return Entry(
                name: name, status: .padded, from: from, to: to,
                note: (["\(shapes): \(rows) rows in common"] + scales).joined(separator: "; "))
        }
        return Entry(name: name, status: .shapeDiffers, from: from, to: to, note: shapes)
    }

    /// What of both sides' stored weights is compared.
    package var coverage: WeightCoverage {
        entries.reduce(into: WeightCoverage()) { $0.add(compared: $1.comparedCount, of: $1.elementCount) }
    }

    private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
}

extension Alignment.Entry {
    /// Counts its elements. A head that is tied on one side is stored on the other.
    fileprivate mutating func count(_ left: Alignment.Side, _ right: Alignment.Side) {
        guard status != .notWeight else { return }
        let counts = (left.elementCount(name), right.elementCount(name))
        elementCount = max(counts.0, counts.1)
        comparedCount = isCompared ? (status == .padded ? min(counts.0, counts.1) : elementCount) : 0
    }
}

/// How many of the weights that are there a number speaks for.
package struct WeightCoverage: Sendable, Hashable {
    /// Elements that went into it.
    package private(set) var compared = 0
    /// Elements that are stored, without what is no weight.
    package private(set) var stored = 0

    /// None of none.
    package init() {}

    /// Adds a tensor.
    package mutating func add(compared: Int, of stored: Int) {
        self.compared += compared
        self.stored += stored
    }

    /// The fraction; 1 when nothing is stored.
    package var share: Double { stored == 0 ? 1 : Double(compared) / Double(stored) }
    /// Whether nothing is missing.
    package var isWhole: Bool { compared == stored }
    /// `1056 of 604704 weights (0.175%)`.
    package var description: String {
        let percent = (100_000 * share).rounded(.down) / 1000
        return "\(compared) of \(stored) weights (\(percent)%)"
    }
}
