import Checkpoints
import Tensors

/// A tensor's own sums, and its fingerprint.
struct ContentReduction: Reduction {
    /// See `TensorSumsAccumulator` and `Fingerprint`.
    static let kernel = "content/1"
    /// The tensor.
    let input: TensorReference
    /// Whether to hash its bytes.
    let fingerprints: Bool
    let elementLimit: Int?

    /// Asks for the content of a tensor, or of its first `elementLimit` elements.
    init(_ input: TensorReference, fingerprints: Bool, elementLimit: Int? = nil) {
        self.input = input
        self.fingerprints = fingerprints
        self.elementLimit = elementLimit
    }

    var parameters: String { "fingerprints=\(fingerprints)" + (elementLimit.map { " first=\($0)" } ?? "") }
    var inputs: [TensorReference] { [input] }

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(types[0], fingerprints: fingerprints)
    }

    /// The empty tensor's and every segment's `summary` is a `TensorContent`.
    typealias Summary = TensorContent

    private final class Accumulator: SegmentAccumulator {
        private let byteCount: Int
        private var sums: TensorSumsAccumulator
        private let stream: Fingerprint.Stream?

        init(_ type: ElementType, fingerprints: Bool) {
            byteCount = type.byteCount
            sums = TensorSumsAccumulator(type)
            stream = fingerprints ? Fingerprint.Stream() : nil
        }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) {
            sums.add(blocks[0], count: count)
            stream?.add(UnsafeRawBufferPointer(start: blocks[0], count: count * byteCount))
        }

        var summary: any ReductionSummary {
            var content = TensorContent()
            content.sums = sums.sums
            if let stream { content.segments = [stream.fingerprint] }
            return content
        }
    }
}

/// The differences of two tensors, element by element.
struct DifferenceReduction: Reduction {
    /// See `DifferenceAccumulator`.
    static let kernel = "difference/1"
    /// The tensor that differences are measured from.
    let from: TensorReference
    /// The tensor they lead to.
    let to: TensorReference
    /// |b − a| above which an element counts as moved.
    let movedThreshold: Double

    /// Asks for the differences of two tensors.
    init(from: TensorReference, to: TensorReference, movedThreshold: Double) {
        self.from = from
        self.to = to
        self.movedThreshold = movedThreshold
    }

    var parameters: String { "moved_threshold=\(movedThreshold)" }
    var inputs: [TensorReference] { [from, to] }
    typealias Summary = DifferenceSums

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(types, movedThreshold, capacity)
    }

    private final class Accumulator: SegmentAccumulator {
        private var differences: DifferenceAccumulator

        init(_ types: [ElementType], _ threshold: Double, _ capacity: Int) {
            differences = DifferenceAccumulator(types[0], types[1], threshold: threshold, capacity: capacity)
        }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) {
            differences.add(blocks[0], blocks[1], count: count)
        }

        var summary: any ReductionSummary { differences.sums }
    }
}

/// All dot products between the updates of a series, for one tensor.
struct UpdateGramReduction: Reduction {
    /// See `UpdateGramAccumulator`.
    static let kernel = "update-gram/1"
    /// The tensor in each checkpoint of the series.
    let inputs: [TensorReference]
    /// The updates, by places in `inputs`.
    let edges: [UpdateEdge]

    /// Asks for the Gram matrix of these updates.
    init(_ inputs: [TensorReference], edges: [UpdateEdge]) {
        self.inputs = inputs
        self.edges = edges
    }

    var parameters: String { "edges=" + edges.map { "\($0.from)>\($0.to)" }.joined(separator: ",") }
    typealias Summary = UpdateGram

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(types, edges, capacity)
    }

    private final class Accumulator: SegmentAccumulator {
        private let gram: UpdateGramAccumulator

        init(_ types: [ElementType], _ edges: [UpdateEdge], _ capacity: Int) {
            gram = UpdateGramAccumulator(types, edges: edges, capacity: capacity)
        }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) { gram.add(blocks, count: count) }

        var summary: any ReductionSummary { gram.gram }
    }
}

/// The differences of two tensors by group: attention heads, rows of an embedding.
struct GroupedDifferenceReduction: Reduction {
    /// See `GroupedAccumulator`.
    static let kernel = "grouped-difference/1"
    /// The tensor that differences are measured from.
    let from: TensorReference
    /// The tensor they lead to.
    let to: TensorReference
    /// Which element belongs to which group.
    let grouping: Grouping

    /// Asks for the differences of two tensors by group.
    init(from: TensorReference, to: TensorReference, grouping: Grouping) {
        self.from = from
        self.to = to
        self.grouping = grouping
    }

    var parameters: String { "run=\(grouping.run) groups=\(grouping.groups)" }
    var inputs: [TensorReference] { [from, to] }
    typealias Summary = GroupedSums

    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulator(types, grouping, capacity)
    }

    private final class Accumulator: SegmentAccumulator {
        private var groups: GroupedAccumulator

        init(_ types: [ElementType], _ grouping: Grouping, _ capacity: Int) {
            groups = GroupedAccumulator(types[0], types[1], grouping: grouping, capacity: capacity)
        }

        func add(_ blocks: [UnsafeRawPointer], first: Int, count: Int) {
            groups.add(blocks[0], blocks[1], first: first, count: count)
        }

        var summary: any ReductionSummary { groups.sums }
    }
}
