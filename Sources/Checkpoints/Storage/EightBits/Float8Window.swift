import Base
import Tensors

/// How 8-bit floats become float32.
struct Float8Elements: Sendable, Equatable {
    let format: Float8
    /// What they are multiplied by, and its place among the checkpoint's tensors.
    let scale: Scale?

    struct Scale: Sendable, Equatable {
        let tensor: Int
        let spread: ElementScale
        /// Extents of the stored tensor.
        let shape: [Int]
        /// Elements of it that these are; `nil` for all.
        let blocks: Blocks?
    }
}

/// A window over 8-bit floats: float32, times their scale.
///
/// The scale's values are held whole: one for each row, or for a block of thousands of elements, or of 32.
final class Float8Window: ElementWindow {
    private let reader: CheckpointReader
    private let tensor: Int
    private let elements: Float8Elements
    private let stored: TensorStorage
    /// Over the stored bytes; `nil` where they can be read at any place.
    private let inner: TensorWindow?
    private var scales: [Float] = []
    private var held: HeldElements
    private var bytes: [UInt8] = []

    init(
        _ reader: CheckpointReader, _ tensor: Int, _ elements: Float8Elements, _ stored: TensorStorage, capacity: Int
    ) throws(CheckpointError) {
        (self.reader, self.tensor, self.elements, self.stored) = (reader, tensor, elements, stored)
        let count = reader.tensors[tensor].elementCount
        inner =
            CheckpointReader.isDirect(stored) ? nil : try TensorWindow(reader, tensor, stored, capacity: capacity)
        held = HeldElements(of: count, elementByteCount: 4, capacity: capacity)
    }

    func reach(from start: Int) -> Int {
        let most = min(held.elementCount, start + held.capacity)
        return inner.map { min(most, $0.reach(from: start)) } ?? most
    }

    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError) {
        if let scale = elements.scale, scales.isEmpty { scales = try reader.floats(scale.tensor, on: threads) }
        held.advance(to: range)
        let missing = held.range.upperBound..<range.upperBound
        guard !missing.isEmpty else { return }
        if let inner {
            try inner.load(missing, on: threads)
            widen(inner.pointer(to: missing.lowerBound).assumingMemoryBound(to: UInt8.self), missing)
        } else {
            if bytes.count < missing.count { bytes = [UInt8](repeating: 0, count: missing.count) }
            try bytes.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
                try reader.read(
                    stored, of: reader.tensors[tensor], from: missing.lowerBound,
                    into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<missing.count])))
            }
            bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { widen(base, missing) } }
        }
        held.extend(to: range.upperBound)
    }

    func pointer(to element: Int) -> UnsafeRawPointer { held.pointer(to: element) }

    /// Writes the elements `range`, which lie at `source`, to where they are held.
    private func widen(_ source: UnsafePointer<UInt8>, _ range: Range<Int>) {
        guard let target = held.bytes(of: range).baseAddress?.assumingMemoryBound(to: Float.self) else { return }
        guard let scale = elements.scale else {
            return elements.format.widen(source, count: range.count, scale: 1, to: target)
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let (value, run) = scale.value(at: index)
            let count = min(run, range.upperBound - index)
            let place = index - range.lowerBound
            elements.format.widen(source + place, count: count, scale: scales[value], to: target + place)
            index += count
        }
    }
}

extension Float8Elements.Scale {
    /// Which value of the scale an element is multiplied by, and how many elements from it on are, at least.
    func value(at index: Int) -> (place: Int, run: Int) {
        guard spread.shape.contains(where: { $0 != 1 }) else { return (0, .max) }
        let element = blocks?.place(index) ?? index
        var (rest, place, step) = (element, 0, 1)
        for dimension in shape.indices.reversed() {
            place += rest % shape[dimension] / spread.block[dimension] * step
            rest /= shape[dimension]
            step *= spread.shape[dimension]
        }
        // Elements that follow one another share a value along the last dimension, or along all but the first.
        let width = shape.dropFirst().reduce(1, *)
        let (extent, block) =
            spread.shape.dropFirst().allSatisfy { $0 == 1 }
            ? (shape[0] * width, spread.block[0] * width) : (shape[shape.count - 1], spread.block[shape.count - 1])
        let here = element % extent
        let run = min(block - here % block, extent - here)
        return (place, blocks.map { min(run, $0.run - index % $0.run) } ?? run)
    }
}

extension CheckpointReader {
    /// All values of a tensor as float32.
    fileprivate func floats(_ tensor: Int, on threads: Threads) throws(CheckpointError) -> [Float] {
        let info = tensors[tensor]
        let (count, width) = (info.elementCount, info.elementType.byteCount)
        var bytes = [UInt8](repeating: 0, count: count * width)
        if isDirect(tensor) {
            try bytes.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
                try read(tensor, from: 0, into: UnsafeMutableRawBufferPointer(buffer))
            }
        } else {
            let window = try window(tensor, capacity: count * width)
            var start = 0
            while start < count {
                let end = window.reach(from: start)
                try window.load(start..<end, on: threads)
                let source = UnsafeRawBufferPointer(start: window.pointer(to: start), count: (end - start) * width)
                bytes.withUnsafeMutableBytes { $0[(start * width)...].copyBytes(from: source) }
                start = end
            }
        }
        return bytes.withUnsafeBytes { source in
            [Float](unsafeUninitializedCapacity: count) { target, filled in
                if let from = source.baseAddress, let to = target.baseAddress {
                    info.elementType.copy(from, count: count, to: to)
                }
                filled = count
            }
        }
    }
}
