import Base
import Checkpoints
import Tensors

/// Reads one segment of a component block by block and feeds the accumulators, on one thread.
package final class SegmentPass {
    /// Elements that all reductions take before the next are touched: one tile of a pair of tensors stays in the first
    /// cache level.
    private static let tileElements = 4096
    /// What the block of an input may take: long enough for a read, short enough for a pair's to stay in the second cache
    /// level of one core.
    private static let blockBytes = 256 << 10
    /// What the blocks of all inputs may take.
    private static let allBlocksBytes = 2 << 20

    private var buffers = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { buffers.deallocate() }

    /// The reductions' summaries of one segment, in the component's order.
    /// - Parameter windows: where inputs that are not direct have been loaded, by their indices.
    func summaries(
        of component: PlanComponent, segment: Int, in checkpoints: [Checkpoint], windows: [Int: TensorWindow]
    ) throws -> [any ReductionSummary] {
        let widths = component.types.map(\.readByteCount)
        let blockElements = SegmentPass.blockElements(widths)
        reserve(widths.reduce(0, +) * blockElements)
        guard let base = buffers.baseAddress else { preconditionFailure("no buffer") }

        let feeds = component.reductions.map { Feed($0, widths: widths, capacity: SegmentPass.tileElements) }
        var blocks = Array(repeating: UnsafeRawPointer(base), count: component.inputs.count)
        let elements = component.elements(ofSegment: segment)
        var start = elements.lowerBound
        while start < elements.upperBound {
            try Interruption.check()
            let end = min(start + blockElements, elements.upperBound)
            var room = base
            for (index, input) in component.inputs.enumerated() {
                let here = min(end, component.elementCounts[index]) - start
                guard here > 0 else { continue }
                if let window = windows[index] {
                    blocks[index] = window.pointer(to: start)
                } else {
                    let bytes = UnsafeMutableRawBufferPointer(start: room, count: here * widths[index])
                    try blaming(input.checkpoint) {
                        try reader(input, checkpoints).read(input.tensor, from: start, into: bytes)
                    }
                    blocks[index] = UnsafeRawPointer(room)
                    room += blockElements * widths[index]
                }
            }
            for feed in feeds { feed.point(at: blocks) }
            for tile in stride(from: start, to: end, by: SegmentPass.tileElements) {
                for feed in feeds { feed.add(first: tile, end: min(tile + SegmentPass.tileElements, end)) }
            }
            start = end
        }
        return feeds.map(\.summary)
    }

    private func reader(_ input: TensorReference, _ checkpoints: [Checkpoint]) -> any TensorReader {
        let checkpoint = checkpoints[input.checkpoint]
        guard let reader = checkpoint.reader else { preconditionFailure("\(checkpoint.label) is not there") }
        return reader
    }

    /// A multiple of the tile, and with it of the kernels' blocks: results do not depend on it.
    private static func blockElements(_ widths: [Int]) -> Int {
        let room = min(blockBytes * widths.count, allBlocksBytes)
        let fitting = room / max(1, widths.reduce(0, +)) / tileElements * tileElements
        return min(max(fitting, tileElements), 131072)
    }

    /// Bytes that the blocks of a component of these types take, on each thread.
    static func blockBytes(of types: [ElementType]) -> Int {
        let widths = types.map(\.byteCount)
        return widths.reduce(0, +) * blockElements(widths)
    }

    private func reserve(_ byteCount: Int) {
        guard buffers.count < byteCount else { return }
        buffers.deallocate()
        buffers = .allocate(byteCount: byteCount, alignment: 4096)
    }
}

/// One reduction's accumulator and the places of its inputs in the current block. Touched by one thread only: the tile
/// loop shares nothing with other threads, not even reference counts.
private final class Feed {
    private let accumulator: any SegmentAccumulator
    private let indices: [Int]
    private let widths: [Int]
    private let elementCount: Int
    private let tiles: UnsafeMutableBufferPointer<UnsafeRawPointer>

    init(_ planned: PlannedReduction, widths: [Int], capacity: Int) {
        accumulator = planned.reduction.accumulator(types: planned.types, capacity: capacity)
        indices = Array(planned.indices)
        self.widths = planned.indices.map { widths[$0] }
        elementCount = planned.elementCount
        tiles = .allocate(capacity: indices.count)
    }

    deinit { tiles.deallocate() }

    var summary: any ReductionSummary { accumulator.summary }

    /// Goes to the beginning of a block.
    func point(at blocks: [UnsafeRawPointer]) { _ = tiles.initialize(fromContentsOf: indices.map { blocks[$0] }) }

    /// Adds the next elements of the block, as far as the reduction covers them.
    func add(first: Int, end: Int) {
        let count = min(end, elementCount) - first
        guard count > 0 else { return }
        accumulator.add(TensorBlocks(tiles), first: first, count: count)
        for index in tiles.indices { tiles[index] += count * widths[index] }
    }
}
