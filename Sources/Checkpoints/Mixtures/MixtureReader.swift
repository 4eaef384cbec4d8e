import Base
import Synchronization
import Tensors

/// Reads tensors that no file holds: the blocks of the terms' tensors, mixed as they come. A block at a time and thread is in
/// memory, of each term that has to be decoded a window.
final class MixtureReader: TensorReader {
    let tensors: [TensorInfo]
    private let mixture: Mixture
    private let readers: [any TensorReader]
    /// What errors call it.
    private let name: String
    private let idle = Mutex<[IdleElements]>([])

    private struct IdleElements: @unchecked Sendable {
        let elements: MixedElements
    }

    /// - Parameter readers: those of the terms, in their order.
    init(_ mixture: Mixture, _ tensors: [TensorInfo], _ readers: [any TensorReader], _ name: String) {
        (self.mixture, self.tensors, self.readers, self.name) = (mixture, tensors, readers, name)
    }

    /// None of its own: what its terms read counts with them.
    var bytesRead: Int { 0 }

    func isDirect(_ tensor: Int) -> Bool {
        isMixed(tensor)
            ? zip(readers, mixture.places(of: tensor)).allSatisfy { $0.isDirect($1) }
            : readers[0].isDirect(mixture.places(of: tensor)[0])
    }

    private func isMixed(_ tensor: Int) -> Bool { tensors[tensor].elementType.hasStatistics }

    func read(
        _ tensor: Int, from element: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        precondition(isDirect(tensor), "'\(tensors[tensor].name)' must be read through a window")
        guard isMixed(tensor) else {
            return try costing { () throws(CheckpointError) in
                try readers[0].read(mixture.places(of: tensor)[0], from: element, into: buffer)
            }
        }
        guard let base = buffer.baseAddress else { return }
        let width = MixedElements.elementType.byteCount
        precondition(buffer.count % width == 0)
        for start in stride(from: 0, to: buffer.count / width, by: MixedElements.capacity) {
            let count = min(MixedElements.capacity, buffer.count / width - start)
            try mix(
                element + start..<element + start + count, of: tensor, windows: [:], to: base + start * width)
        }
    }

    func window(_ tensor: Int, capacity: Int) throws(CheckpointError) -> TensorWindow {
        precondition(!isDirect(tensor), "'\(tensors[tensor].name)' is read directly")
        return try costing { () throws(CheckpointError) in
            guard isMixed(tensor) else {
                return try readers[0].window(mixture.places(of: tensor)[0], capacity: capacity)
            }
            return TensorWindow(try MixtureWindow(self, tensor, capacity: capacity), of: tensors[tensor])
        }
    }

    func checkUnchanged() throws(CheckpointError) {
        for reader in readers { try costing { () throws(CheckpointError) in try reader.checkUnchanged() } }
    }

    /// It has no files of its own.
    func sampleFiles() -> (samples: [Fingerprint], byteCount: Int) { ([], 0) }

    /// The windows that a tensor's terms need, by term, with room for `capacity` bytes each.
    func windows(of tensor: Int, capacity: (Int) -> Int) throws(CheckpointError) -> [Int: TensorWindow] {
        let places = mixture.places(of: tensor)
        let indirect = places.indices.filter { !readers[$0].isDirect(places[$0]) }
        var windows: [Int: TensorWindow] = [:]
        for term in indirect {
            windows[term] = try readers[term].window(places[term], capacity: capacity(indirect.count))
        }
        return windows
    }

    /// Mixes at most `MixedElements.capacity` elements.
    /// - Parameter windows: where terms that are not direct have been loaded, by term.
    func mix(
        _ elements: Range<Int>, of tensor: Int, windows: [Int: TensorWindow], to target: UnsafeMutableRawPointer
    ) throws(CheckpointError) {
        let mixed = idle.withLock { $0.popLast() }?.elements ?? MixedElements()
        defer {
            let returned = IdleElements(elements: mixed)
            idle.withLock { $0.append(returned) }
        }
        mixed.begin()
        for (term, place) in mixture.places(of: tensor).enumerated() {
            let type = readers[term].tensors[place].elementType
            let source: UnsafeRawPointer
            if let window = windows[term] {
                source = window.pointer(to: elements.lowerBound)
            } else {
                let bytes = UnsafeMutableRawBufferPointer(rebasing: mixed.room[..<(elements.count * type.byteCount)])
                try costing { () throws(CheckpointError) in
                    try readers[term].read(place, from: elements.lowerBound, into: bytes)
                }
                source = UnsafeRawPointer(bytes.baseAddress ?? target)
            }
            mixed.add(mixture.terms[term].coefficient, times: source, type, count: elements.count)
        }
        mixed.round(count: elements.count, to: target)
    }

    /// Says of a term's failure that it is one of what is made of the term.
    func costing<Value>(_ body: () throws(CheckpointError) -> Value) throws(CheckpointError) -> Value {
        do throws(CheckpointError) {
            return try body()
        } catch {
            throw error.costing(name)
        }
    }
}

/// Mixed elements [start, end) of a tensor some of whose terms have to be decoded.
final class MixtureWindow: ElementWindow {
    private let reader: MixtureReader
    private let tensor: Int
    private let windows: [Int: TensorWindow]
    private var held: HeldElements

    /// - Parameter capacity: bytes of it and of the terms' windows together; each has room for 2^20 elements at least.
    init(_ reader: MixtureReader, _ tensor: Int, capacity: Int) throws(CheckpointError) {
        (self.reader, self.tensor) = (reader, tensor)
        windows = try reader.windows(of: tensor) { capacity / ($0 + 1) }
        let info = reader.tensors[tensor]
        let width = info.elementType.byteCount
        held = HeldElements(
            of: info.elementCount, elementByteCount: width,
            capacity: max(capacity / (windows.count + 1) / width, TensorWindow.leastCapacity))
    }

    func reach(from start: Int) -> Int { min(held.elementCount, start + held.capacity) }

    func load(_ range: Range<Int>, on threads: Threads) throws(CheckpointError) {
        held.advance(to: range)
        while held.range.upperBound < range.upperBound {
            let start = held.range.upperBound
            let end = windows.values.reduce(range.upperBound) { min($0, $1.reach(from: start)) }
            for (_, window) in windows.sorted(by: { $0.key < $1.key }) {
                try reader.costing { () throws(CheckpointError) in try window.load(start..<end, on: threads) }
            }
            let job = MixtureJob(
                reader: reader, tensor: tensor, windows: windows, elements: start..<end,
                target: held.bytes(of: start..<end))
            try threads.forEach(job.pieceCount) { (piece) throws(CheckpointError) in try job.run(piece) }
            held.extend(to: end)
        }
    }

    func pointer(to element: Int) -> UnsafeRawPointer { held.pointer(to: element) }
}

/// The mixing of one load: pieces write elements of their own, and the windows are only read.
private struct MixtureJob: @unchecked Sendable {
    let reader: MixtureReader
    let tensor: Int
    let windows: [Int: TensorWindow]
    let elements: Range<Int>
    let target: UnsafeMutableRawBufferPointer

    var pieceCount: Int { (elements.count + MixedElements.capacity - 1) / MixedElements.capacity }

    func run(_ piece: Int) throws(CheckpointError) {
        guard let base = target.baseAddress else { return }
        let start = elements.lowerBound + piece * MixedElements.capacity
        let end = min(start + MixedElements.capacity, elements.upperBound)
        let done = (start - elements.lowerBound) * MixedElements.elementType.byteCount
        try reader.mix(start..<end, of: tensor, windows: windows, to: base + done)
    }
}
