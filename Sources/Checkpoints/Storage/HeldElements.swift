import Foundation

/// The elements that a window has loaded: a run that advances over a tensor, in memory of `WindowBuffers`.
struct HeldElements: ~Copyable {
    /// Elements of the tensor.
    let elementCount: Int
    let elementByteCount: Int
    /// Elements that there is room for.
    let capacity: Int
    /// The elements that are there.
    private(set) var range: Range<Int> = 0..<0
    private let room: UnsafeMutableRawBufferPointer
    private let base: UnsafeMutableRawPointer

    /// Room for `capacity` of a tensor's elements, or for all of them where they are fewer.
    init(of elementCount: Int, elementByteCount: Int, capacity: Int) {
        (self.elementCount, self.elementByteCount) = (elementCount, elementByteCount)
        self.capacity = min(elementCount, capacity)
        room = WindowBuffers.shared.take(max(1, self.capacity * elementByteCount))
        guard let base = room.baseAddress else { preconditionFailure("no room") }
        self.base = base
    }

    deinit { WindowBuffers.shared.give(room) }

    /// Moves what is there from the beginning of `wanted` on to the front, and makes room for the rest of it.
    mutating func advance(to wanted: Range<Int>) {
        precondition(wanted.lowerBound >= 0 && wanted.upperBound <= elementCount && wanted.count <= capacity)
        let start = wanted.lowerBound
        guard start >= range.lowerBound, start < range.upperBound else {
            range = start..<start
            return
        }
        if start > range.lowerBound {
            memmove(
                base, base + (start - range.lowerBound) * elementByteCount,
                (range.upperBound - start) * elementByteCount)
        }
        range = start..<range.upperBound
    }

    /// The place of elements that are there, or are about to be.
    func bytes(of elements: Range<Int>) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: base + (elements.lowerBound - range.lowerBound) * elementByteCount,
            count: elements.count * elementByteCount)
    }

    /// Tells that elements up to `end` are there now.
    mutating func extend(to end: Int) { range = range.lowerBound..<end }

    /// Points to an element that is there; valid until the next `advance`.
    func pointer(to element: Int) -> UnsafeRawPointer {
        precondition(range.contains(element))
        return UnsafeRawPointer(base + (element - range.lowerBound) * elementByteCount)
    }
}
