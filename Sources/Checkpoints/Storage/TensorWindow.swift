import Base
import Foundation
import Tensors

/// Decoded elements [start, end) of a tensor that is not direct. It advances in row-major order.
///
/// Of a tensor that is part of a stored one, the window holds what lies between its elements as well: half again as much
/// as of a plain one for OLMo's fused tensors, three times as much for GPT-NeoX's.
///
/// Used by one thread, except that `load` shares out its own work.
package final class TensorWindow {
    private let stored: any ElementWindow
    /// Which elements of the stored tensor; `nil` when they are all of them.
    private let blocks: Blocks?
    private let elementByteCount: Int
    private let elementCount: Int
    /// Elements of several blocks, put together.
    private var gathered = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var held: Range<Int> = 0..<0

    /// The fewest elements a window holds, so that a band larger than the capacity costs few repeated decodings.
    static let leastCapacity = 1 << 20

    convenience init(_ reader: CheckpointReader, _ tensor: Int, capacity: Int) throws(CheckpointError) {
        try self.init(reader, tensor, reader.storage[tensor], capacity: capacity)
    }

    /// - Parameter storage: the tensor's own, or what 8-bit floats are stored as.
    init(
        _ reader: CheckpointReader, _ tensor: Int, _ storage: TensorStorage, capacity: Int
    ) throws(CheckpointError) {
        let info = reader.tensors[tensor]
        elementCount = info.elementCount
        if case .float8(let elements, let stored) = storage {
            elementByteCount = info.elementType.readByteCount
            blocks = nil
            self.stored = try Float8Window(
                reader, tensor, elements, stored, capacity: max(capacity / elementByteCount, TensorWindow.leastCapacity)
            )
            return
        }
        elementByteCount = info.elementType.byteCount
        var least = TensorWindow.leastCapacity
        if case .view(let blocks, _) = storage {
            self.blocks = blocks
            // As many elements of the view, wherever they start in a block.
            if blocks.count > 1 { least = (least / blocks.run + 2) * blocks.period }
        } else {
            blocks = nil
        }
        let most = max(capacity / elementByteCount, least)
        if let gathered = GatheredWindow(reader, storage.whole, capacity: most) {
            stored = gathered
        } else {
            stored = try StoredWindow(reader, tensor, capacity: most)
        }
    }

    /// A window over elements that are put together as it advances.
    init(_ window: any ElementWindow, of info: TensorInfo) {
        elementByteCount = info.elementType.byteCount
        elementCount = info.elementCount
        blocks = nil
        stored = window
    }

    deinit { gathered.deallocate() }

    /// One past the last element that a window starting at `start` may hold: the end of the last band of chunks that
    /// fits, or, when not even one fits, as many elements as do.
    package func reach(from start: Int) -> Int {
        guard let blocks else { return stored.reach(from: start) }
        return blocks.count(before: stored.reach(from: blocks.place(start)))
    }

    /// Moves the window to `range`, which ends no later than `reach` allows: keeps what it has, loads the rest.
    ///
    /// Chunks are read and decoded on `threads`, outside of any lock. Throws `.malformed` when a chunk is damaged,
    /// `.truncated` when the file was cut short, `.unsupported`
    /// when a filter is unknown, `.crashed` when the worker died.
    package func load(
        _ range: Range<Int>, on threads: Threads
    ) throws(CheckpointError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount && !range.isEmpty)
        guard let blocks else { return try stored.load(range, on: threads) }
        try stored.load(blocks.place(range.lowerBound)..<blocks.place(range.upperBound - 1) + 1, on: threads)
        held = range
        guard blocks.count > 1 else { return }
        if gathered.count < range.count * elementByteCount {
            gathered.deallocate()
            gathered = .allocate(byteCount: range.count * elementByteCount, alignment: 64)
        }
        guard let target = gathered.baseAddress else { return }
        var done = 0
        blocks.forEachRun(in: range) { run in
            memcpy(target + done, stored.pointer(to: run.lowerBound), run.count * elementByteCount)
            done += run.count * elementByteCount
        }
    }

    /// Points to `element`, which is in the window; little-endian, valid until the next `load`.
    package func pointer(to element: Int) -> UnsafeRawPointer {
        guard let blocks else { return stored.pointer(to: element) }
        precondition(held.contains(element))
        guard blocks.count > 1, let base = gathered.baseAddress else {
            return stored.pointer(to: blocks.place(element))
        }
        return UnsafeRawPointer(base + (element - held.lowerBound) * elementByteCount)
    }
}
