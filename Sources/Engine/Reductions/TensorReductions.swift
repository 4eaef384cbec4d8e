import Checkpoints
import Tensors

/// A tensor's own sums, and its fingerprint.
package struct ContentReduction: Reduction {
    /// See `TensorSumsAccumulator` and `Fingerprint`.
    package static let kernel = "content/1"
    /// The tensor.
    let input: TensorReference
    /// Whether to hash its bytes.
    let fingerprints: Bool
    package let elementLimit: Int?

    /// Asks for the content of a tensor, or of its first `elementLimit` elements.
    package init(_ input: TensorReference, fingerprints: Bool, elementLimit: Int? = nil) {
        self.input = input
        self.fingerprints = fingerprints
        self.elementLimit = elementLimit
    }

    package var parameters: String { "fingerprints=\(fingerprints)" + (elementLimit.map { " first=\($0)" } ?? "") }
    package var inputs: [TensorReference] { [input] }
    package typealias Summary = TensorContent

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(ContentState(sums: TensorSumsAccumulator(types[0]), stream: fingerprints ? .init() : nil)) {
            [byteCount = types[0].readByteCount] state, blocks, _, count in
            state.sums.add(blocks[0], count: count)
            state.stream?.add(UnsafeRawBufferPointer(start: blocks[0], count: count * byteCount))
        } summarizing: { state in
            var content = TensorContent()
            content.sums = state.sums.sums
            if let stream = state.stream { content.segments = [stream.fingerprint] }
            return content
        }
    }

    private struct ContentState {
        var sums: TensorSumsAccumulator
        let stream: Fingerprint.Stream?
    }
}

/// The differences of two tensors, element by element.
package struct DifferenceReduction: Reduction {
    /// See `DifferenceAccumulator`.
    package static let kernel = "difference/1"
    /// The tensor that differences are measured from.
    let from: TensorReference
    /// The tensor they lead to.
    let to: TensorReference
    /// |b − a| above which an element counts as moved.
    let movedThreshold: Double

    /// Asks for the differences of two tensors.
    package init(from: TensorReference, to: TensorReference, movedThreshold: Double) {
        self.from = from
        self.to = to
        self.movedThreshold = movedThreshold
    }

    package var parameters: String { "moved_threshold=\(movedThreshold)" }
    package var inputs: [TensorReference] { [from, to] }
    package typealias Summary = DifferenceSums

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(DifferenceAccumulator(types[0], types[1], threshold: movedThreshold, capacity: capacity)) {
            $0.add($1[0], $1[1], count: $3)
        } summarizing: {
            $0.sums
        }
    }
}

/// All dot products between the updates of a series, for one tensor.
package struct UpdateGramReduction: Reduction {
    /// See `UpdateGramAccumulator`.
    package static let kernel = "update-gram/1"
    /// The tensor in each checkpoint of the series.
    package let inputs: [TensorReference]
    /// The updates, by places in `inputs`.
    let edges: [UpdateEdge]

    /// Asks for the Gram matrix of these updates.
    package init(_ inputs: [TensorReference], edges: [UpdateEdge]) {
        self.inputs = inputs
        self.edges = edges
    }

    package var parameters: String { "edges=" + edges.map { "\($0.from)>\($0.to)" }.joined(separator: ",") }
    package typealias Summary = UpdateGram

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(UpdateGramAccumulator(types, edges: edges, capacity: capacity)) {
            $0.add($1, count: $3)
        } summarizing: {
            $0.gram
        }
    }
}

/// The differences of two tensors by group: attention heads, rows of an embedding.
package struct GroupedDifferenceReduction: Reduction {
    /// See `GroupedAccumulator`.
    package static let kernel = "grouped-difference/1"
    /// The tensor that differences are measured from.
    let from: TensorReference
    /// The tensor they lead to.
    let to: TensorReference
    /// Which element belongs to which group.
    let grouping: Grouping

    /// Asks for the differences of two tensors by group.
    package init(from: TensorReference, to: TensorReference, grouping: Grouping) {
        self.from = from
        self.to = to
        self.grouping = grouping
    }

    package var parameters: String { "run=\(grouping.run) groups=\(grouping.groups)" }
    package var inputs: [TensorReference] { [from, to] }
    package typealias Summary = GroupedSums

    package func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator {
        Accumulating(GroupedAccumulator(types[0], types[1], grouping: grouping, capacity: capacity)) {
            $0.add($1[0], $1[1], first: $2, count: $3)
        } summarizing: {
            $0.sums
        }
    }
}
