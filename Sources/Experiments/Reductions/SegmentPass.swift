import Checkpoints
import Tensors

/// Reads one segment of a component block by block and feeds the accumulators, on one thread.
final class SegmentPass {
    /// Elements that all reductions take before the next are touched: one tile of a pair of tensors stays in the first
    /// cache level.
    private static let tileElements = 4096
    /// What the blocks of all inputs may take: they stay in the second cache level of one core.
    private static let blockBytes = 512 << 10

    private var buffers = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { buffers.deallocate() }

    /// The reductions' summaries of one segment, in the component's order.
    /// - Parameter windows: where inputs that are not direct have been loaded, by their places.
    func summaries(
        of component: PlanComponent, segment: Int, in checkpoints: [Checkpoint], windows: [Int: TensorWindow]
    ) throws -> [any ReductionSummary] {
        let widths = component.types.map(\.byteCount)
        let blockElements = SegmentPass.blockElements(widths)
        reserve(widths.reduce(0, +) * blockElements)
        guard let base = buffers.baseAddress else { preconditionFailure("no buffer") }

        let accumulators = component.reductions.map {
            $0.reduction.accumulator(types: $0.types, capacity: SegmentPass.tileElements)
        }
        var blocks = Array(repeating: UnsafeRawPointer(base), count: component.inputs.count)
        var tiles = component.reductions.map { $0.places.map { _ in UnsafeRawPointer(base) } }
        let elements = component.elements(ofSegment: segment)
        var start = elements.lowerBound
        while start < elements.upperBound {
            try Interruption.check()
            let end = min(start + blockElements, elements.upperBound)
            var room = base
            for (place, input) in component.inputs.enumerated() {
                let here = min(end, component.elementCounts[place]) - start
                guard here > 0 else { continue }
                if let window = windows[place] {
                    blocks[place] = window.pointer(to: start)
                } else {
                    let bytes = UnsafeMutableRawBufferPointer(start: room, count: here * widths[place])
                    try checkpoints[input.checkpoint].read(input, from: start, into: bytes)
                    blocks[place] = UnsafeRawPointer(room)
                    room += blockElements * widths[place]
                }
            }
            for tile in stride(from: start, to: end, by: SegmentPass.tileElements) {
                let tileEnd = min(tile + SegmentPass.tileElements, end)
                for (index, planned) in component.reductions.enumerated() {
                    let count = min(tileEnd, planned.elementCount) - tile
                    guard count > 0 else { continue }
                    for (input, place) in planned.places.enumerated() {
                        tiles[index][input] = blocks[place] + (tile - start) * widths[place]
                    }
                    accumulators[index].add(tiles[index], first: tile, count: count)
                }
            }
            start = end
        }
        return accumulators.map(\.summary)
    }

    /// A multiple of the tile, and with it of the kernels' blocks: results do not depend on it.
    private static func blockElements(_ widths: [Int]) -> Int {
        let fitting = blockBytes / max(1, widths.reduce(0, +)) / tileElements * tileElements
        return min(max(fitting, tileElements), 65536)
    }

    private func reserve(_ byteCount: Int) {
        guard buffers.count < byteCount else { return }
        buffers.deallocate()
        buffers = .allocate(byteCount: byteCount, alignment: 4096)
    }
}

/// A tensor that could not be read.
struct ReadFailure: Error {
    let checkpoint: Int
    let error: CheckpointError
}

extension Checkpoint {
    fileprivate func read(
        _ input: TensorReference, from element: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(ReadFailure) {
        guard let reader else { preconditionFailure("\(label) is planned to be read, but is not there") }
        do {
            try reader.read(input.tensor, from: element, into: buffer)
        } catch {
            throw ReadFailure(checkpoint: input.checkpoint, error: error)
        }
    }
}
