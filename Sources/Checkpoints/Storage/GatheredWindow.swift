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
    private let elementByteCount: Int
    private let elementCount: Int
    /// Elements that the buffer holds at most.
    private let capacity: Int
    private let room: UnsafeMutableRawBufferPointer
    private let buffer: UnsafeMutableRawPointer
    private var held: Range<Int> = 0..<0

    private enum Source {
        case strided(StridedElements)
        case deflated(DeflatedReader, file: Int)
    }

    /// `nil` when the storage is of another kind.
    init?(_ reader: CheckpointReader, _ storage: TensorStorage, capacity: Int) {
        switch storage {
        case .strided(let elements):
            source = .strided(elements)
            (elementCount, elementByteCount) = (elements.elementCount, elements.type.byteCount)
        case .deflated(let elements):
            let path = reader.opened[elements.file].name
            source = .deflated(
                DeflatedReader(elements, path: path, checkpoint: reader.location.description), file: elements.file)
            (elementCount, elementByteCount) = (elements.elementCount, elements.type.byteCount)
        case .extents, .fill, .chunks, .served, .view: return nil
        }
        self.reader = reader
        self.capacity = min(elementCount, capacity)
        room = WindowBuffers.shared.take(max(1, self.capacity * elementByteCount))
        guard let base = room.baseAddress else { preconditionFailure("no room") }
        buffer = base
    }

    deinit { WindowBuffers.shared.give(room) }

    func reach(from start: Int) -> Int { min(elementCount, start + capacity) }

    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount && range.count <= capacity)
        keep(from: range.lowerBound)
        guard held.upperBound < range.upperBound else { return }
        // As much as there is room for: what is scattered costs a way through the storage each time.
        let missing = held.upperBound..<(readsAhead ? reach(from: range.lowerBound) : range.upperBound)
        let target = UnsafeMutableRawBufferPointer(
            start: buffer + (missing.lowerBound - held.lowerBound) * elementByteCount,
            count: missing.count * elementByteCount)
        switch source {
        case .strided(let elements):
            let read = reading(elements.extent.file)
            try elements.read(missing, into: target, read)
        case .deflated(let deflated, let file): try deflated.fill(target, missing, reading(file))
        }
        held = held.lowerBound..<missing.upperBound
    }

    func pointer(to element: Int) -> UnsafeRawPointer {
        precondition(held.contains(element))
        return UnsafeRawPointer(buffer + (element - held.lowerBound) * elementByteCount)
    }

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

    /// Moves what the window has from `start` on to its front.
    private func keep(from start: Int) {
        guard start >= held.lowerBound, start < held.upperBound else {
            held = start..<start
            return
        }
        memmove(
            buffer, buffer + (start - held.lowerBound) * elementByteCount, (held.upperBound - start) * elementByteCount)
        held = start..<held.upperBound
    }
}
