import Base
import Foundation
import Tensors

/// What a `TensorWindow` moves over: decoded elements [start, end) of a stored tensor, in row-major order.
protocol ElementWindow: AnyObject {
    /// One past the last element that a window starting at `start` may hold.
    func reach(from start: Int) -> Int
    /// Moves the window to `range`: keeps what it has, loads the rest.
    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError)
    /// Points to `element`, which is in the window; little-endian, valid until the next `load`.
    func pointer(to element: Int) -> UnsafeRawPointer
}

/// A window over elements that are put together from plain bytes: strided ones, and members of archives that are deflated.
final class GatheredWindow: ElementWindow {
    private let reader: CheckpointReader
    private let source: Source
    private var held: HeldElements

    private enum Source {
        case strided(StridedElements)
        case deflated(DeflatedReader, file: Int)
    }

    /// `nil` when the storage is of another kind.
    init?(_ reader: CheckpointReader, _ storage: TensorStorage, capacity: Int) {
        let (elementCount, elementByteCount): (Int, Int)
        switch storage {
        case .strided(let elements):
            source = .strided(elements)
            (elementCount, elementByteCount) = (elements.elementCount, elements.type.byteCount)
        case .deflated(let elements):
            let path = reader.opened[elements.file].name
            source = .deflated(
                DeflatedReader(elements, path: path, checkpoint: reader.location.description), file: elements.file)
            (elementCount, elementByteCount) = (elements.elementCount, elements.type.byteCount)
        case .extents, .fill, .chunks, .served, .view, .float8: return nil
        }
        self.reader = reader
        held = HeldElements(of: elementCount, elementByteCount: elementByteCount, capacity: capacity)
    }

    func reach(from start: Int) -> Int { min(held.elementCount, start + held.capacity) }

    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError) {
        held.advance(to: range)
        guard held.range.upperBound < range.upperBound else { return }
        // As much as there is room for: what is scattered costs a way through the storage each time.
        let missing = held.range.upperBound..<(readsAhead ? reach(from: range.lowerBound) : range.upperBound)
        let target = held.bytes(of: missing)
        switch source {
        case .strided(let elements):
            let read = reading(elements.extent.file)
            try elements.read(missing, into: target, read)
        case .deflated(let deflated, let file): try deflated.fill(target, missing, reading(file))
        }
        held.extend(to: missing.upperBound)
    }

    func pointer(to element: Int) -> UnsafeRawPointer { held.pointer(to: element) }

    private var readsAhead: Bool {
        switch source {
        case .strided: true
        case .deflated(let deflated, _): deflated.isColumnMajor
        }
    }

    private func reading(_ file: Int) -> ZipReading {
        let opened = reader.opened[file]
        return { [reader] (offset, bytes) throws(CheckpointError) in
            try opened.read(at: offset, into: bytes)
            reader.countStored(bytes.count)
        }
    }
}
