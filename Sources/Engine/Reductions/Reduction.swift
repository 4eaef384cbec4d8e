import Checkpoints
import Tensors

/// One tensor of one checkpoint, by their indices.
package struct TensorReference: Hashable, Sendable {
    /// Index of the checkpoint in the run.
    package var checkpoint: Int
    /// Index in that checkpoint's tensors.
    package var tensor: Int

    /// Makes a reference.
    package init(checkpoint: Int, tensor: Int) {
        self.checkpoint = checkpoint
        self.tensor = tensor
    }
}

/// A pass over aligned tensors, block by block, that leaves a small summary.
///
/// A new kind is one type: its inputs, the text of what else decides its result, and an accumulator for a segment.
package protocol Reduction: Request where Summary: ReductionSummary {
    /// The tensors it reads, all from their first element on.
    var inputs: [TensorReference] { get }

    /// How many elements it covers at most; `nil` for all that every input has.
    var elementLimit: Int? { get }

    /// Starts a segment: `types[i]` is the element type of `inputs[i]`; no block is longer than `capacity` elements.
    func accumulator(types: [ElementType], capacity: Int) -> any SegmentAccumulator
}

extension Reduction {
    package var elementLimit: Int? { nil }
    package var operands: Operands { .tensors(inputs) }
}

/// What a reduction leaves of a segment, and of a tensor.
package protocol ReductionSummary: Codable, Sendable {
    /// Adds the summary of the segment that follows.
    mutating func append(_ next: Self)
    /// What is kept of a whole tensor's: a summary that needs more than that to append segments drops it here.
    func sealed() -> Self
}

extension ReductionSummary {
    package func sealed() -> Self { self }
}

extension TensorContent: ReductionSummary {}
extension DifferenceSums: ReductionSummary {}
extension UpdateGram: ReductionSummary {}
extension GroupedSums: ReductionSummary {}
extension TensorMoments: ReductionSummary {}

/// The places of a reduction's inputs in memory: `blocks[i]` holds elements of its input i.
package typealias TensorBlocks = UnsafeBufferPointer<UnsafeRawPointer>

/// Takes the blocks of one segment in order, on one thread.
package protocol SegmentAccumulator: AnyObject {
    /// Adds `count` elements of every input, of which the first has the flat index `first`.
    func add(_ blocks: TensorBlocks, first: Int, count: Int)
    /// The summary of all blocks added so far.
    var summary: any ReductionSummary { get }
}

/// A segment's accumulator of any kind: its state, how elements enter it, and what it leaves.
package final class Accumulating<State: ~Copyable>: SegmentAccumulator {
    /// Apart, because an access to a property of this object would be checked at run time, tile after tile.
    private let state: UnsafeMutablePointer<State>
    private let adding: (inout State, TensorBlocks, _ first: Int, _ count: Int) -> Void
    private let summarizing: (borrowing State) -> any ReductionSummary

    /// Starts with `state`.
    init(
        _ state: consuming State,
        adding: @escaping (inout State, TensorBlocks, _ first: Int, _ count: Int) -> Void,
        summarizing: @escaping (borrowing State) -> any ReductionSummary
    ) {
        self.state = .allocate(capacity: 1)
        self.state.initialize(to: state)
        self.adding = adding
        self.summarizing = summarizing
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    package func add(_ blocks: TensorBlocks, first: Int, count: Int) { adding(&state.pointee, blocks, first, count) }

    package var summary: any ReductionSummary { summarizing(state.pointee) }
}

extension ReductionSummary {
    /// This summary with another of the same type appended.
    func appending(_ next: any ReductionSummary) -> any ReductionSummary {
        guard let next = next as? Self else { preconditionFailure("summaries of two kinds") }
        var whole = self
        whole.append(next)
        return whole
    }
}
