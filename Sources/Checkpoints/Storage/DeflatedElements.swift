import Tensors

/// The elements of a deflated member of an archive: they come out front to back, a buffer at a time, and going back
/// means starting again.
struct DeflatedElements: Sendable, Equatable {
    let type: ElementType
    let entry: ZipArchive.Entry
    /// Index into the checkpoint's files.
    let file: Int
    /// Bytes of the member before the first element.
    let skip: Int
    let shape: [Int]
    /// Whether the first index varies fastest.
    let isColumnMajor: Bool
    let isBigEndian: Bool

    var elementCount: Int { shape.reduce(1, *) }
}

/// Reads a deflated tensor in ranges of row-major order that advance.
final class DeflatedReader {
    private let elements: DeflatedElements
    private let path: String
    private let checkpoint: String
    private var inflating: InflatingReader?
    /// The element that comes out next, in the order of the member.
    private var next = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)

    /// `path` and `checkpoint` stand in errors.
    init(_ elements: DeflatedElements, path: String, checkpoint: String) {
        (self.elements, self.path, self.checkpoint) = (elements, path, checkpoint)
    }

    var isColumnMajor: Bool { elements.isColumnMajor }

    deinit { scratch.deallocate() }

    /// Fills `target` with the elements `range`, little-endian. A range that begins before the end of the last one, and
    /// any range of a column-major tensor, starts at the front again.
    /// - Parameter read: fills a buffer from a byte of the archive on.
    func fill(
        _ target: UnsafeMutableRawBufferPointer, _ range: Range<Int>, _ read: ZipReading
    ) throws(CheckpointError) {
        guard !range.isEmpty else { return }
        if elements.isColumnMajor {
            try fillAcross(target, range, read)
        } else {
            if inflating == nil || range.lowerBound < next { try restart(read) }
            try pass((range.lowerBound - next) * elements.type.byteCount, read)
            try inflating?.read(into: target, read)
            next = range.upperBound
        }
        if elements.isBigEndian { swapBytes(target, of: elements.type) }
    }

    private func restart(_ read: ZipReading) throws(CheckpointError) {
        inflating = InflatingReader(elements.entry, path: path, checkpoint: checkpoint)
        next = 0
        try pass(elements.skip, read)
    }

    private func pass(_ byteCount: Int, _ read: ZipReading) throws(CheckpointError) {
        var left = byteCount
        while left > 0 {
            let count = min(left, scratch.count)
            try inflating?.read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<count]), read)
            left -= count
        }
    }

    /// Goes through the whole member and keeps what belongs to the range.
    private func fillAcross(
        _ target: UnsafeMutableRawBufferPointer, _ range: Range<Int>, _ read: ZipReading
    ) throws(CheckpointError) {
        try restart(read)
        let width = elements.type.byteCount
        // Row-major steps, and an odometer whose first digit turns fastest.
        var steps = [Int](repeating: 1, count: elements.shape.count)
        for place in steps.indices.dropLast().reversed() { steps[place] = steps[place + 1] * elements.shape[place + 1] }
        var digits = [Int](repeating: 0, count: elements.shape.count)
        var index = 0
        var left = elements.elementCount
        while left > 0 {
            let count = min(left, scratch.count / width)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(count * width)])
            try inflating?.read(into: bytes, read)
            for element in 0..<count {
                if range.contains(index) {
                    let place = (index - range.lowerBound) * width
                    for byte in 0..<width { target[place + byte] = bytes[element * width + byte] }
                }
                for place in digits.indices {
                    digits[place] += 1
                    index += steps[place]
                    guard digits[place] == elements.shape[place] else { break }
                    index -= elements.shape[place] * steps[place]
                    digits[place] = 0
                }
            }
            left -= count
        }
        next = elements.elementCount
    }
}
