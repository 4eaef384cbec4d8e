/// How an array is cut into chunks, and where the elements of a chunk go in row-major order.
///
/// A *band* is the smallest run of elements that whole chunks fill: of a matrix cut into 64 x 64 chunks, 64 rows.
struct ChunkGrid: Sendable {
    /// Extents of the array, slowest first; all above 0.
    let shape: [Int]
    /// Extents of a chunk; chunks at the edges stick out of the array.
    let chunk: [Int]
    /// Number of chunks along each dimension.
    let counts: [Int]
    /// Elements from one index to the next along each dimension of the array.
    private let steps: [Int]
    /// The first dimension along which a chunk holds more than one index; slower ones split the array into bands as
    /// they are.
    private let bandDimension: Int

    init(shape: [Int], chunk: [Int]) {
        precondition(!shape.isEmpty && shape.count == chunk.count && !shape.contains(0))
        self.shape = shape
        self.chunk = chunk
        counts = zip(shape, chunk).map { ($0 - 1) / $1 + 1 }
        var steps = [Int](repeating: 1, count: shape.count)
        for k in shape.indices.dropLast().reversed() { steps[k] = steps[k + 1] * shape[k + 1] }
        self.steps = steps
        bandDimension = chunk.firstIndex { $0 > 1 } ?? shape.count - 1
    }

    /// Number of elements of the array.
    var elementCount: Int { steps[0] * shape[0] }

    /// The band that holds `element`.
    func band(of element: Int) -> Range<Int> {
        let slab = steps[bandDimension] * shape[bandDimension]
        let first = element / slab * slab
        let row = (element - first) / steps[bandDimension] / chunk[bandDimension] * chunk[bandDimension]
        let end = min(row + chunk[bandDimension], shape[bandDimension])
        return first + row * steps[bandDimension]..<first + end * steps[bandDimension]
    }

    /// Number of chunks.
    var chunkCount: Int { counts.reduce(1, *) }

    /// Places, in the row-major grid, between which every chunk with elements of `range` lies.
    func places(of range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        var (first, last) = (range.lowerBound, range.upperBound - 1)
        var place = 0
        for k in shape.indices {
            let (low, high) = (first / steps[k], last / steps[k])
            place *= counts[k]
            guard low == high else {
                let behind = counts[(k + 1)...].reduce(1, *)
                return (place + low / chunk[k]) * behind..<(place + high / chunk[k] + 1) * behind
            }
            place += low / chunk[k]
            first -= low * steps[k]
            last -= high * steps[k]
        }
        return place..<place + 1
    }

    /// Whether a chunk may hold elements of `range`: true for every chunk that does, and exact for whole bands.
    func chunk(_ place: Int, mayHold range: Range<Int>) -> Bool {
        var range = range
        for (k, origin) in origin(ofChunk: place).enumerated() {
            let from = max(range.lowerBound, origin * steps[k])
            let to = min(range.upperBound, (origin + min(chunk[k], shape[k] - origin)) * steps[k])
            guard from < to else { return false }
            let index = from / steps[k]
            // Across several indices the range may touch all of the faster dimensions; within one it goes on in them.
            guard (to - 1) / steps[k] == index else { return true }
            range = from - index * steps[k]..<to - index * steps[k]
        }
        return true
    }

    /// The indices of a chunk's first element.
    private func origin(ofChunk place: Int) -> [Int] {
        var origin = [Int](repeating: 0, count: shape.count)
        var rest = place
        for k in shape.indices.reversed() {
            origin[k] = rest % counts[k] * chunk[k]
            rest /= counts[k]
        }
        return origin
    }

    /// Calls `body` for each run of elements of a chunk that is contiguous both in the chunk and in the array and lies in
    /// `range`: first element in the chunk, first element in the array, number of elements.
    func forEachRun(ofChunk place: Int, in range: Range<Int>, _ body: (Int, Int, Int) -> Void) {
        let origin = origin(ofChunk: place)
        let extents = shape.indices.map { min(chunk[$0], shape[$0] - origin[$0]) }
        // Dimensions that a chunk spans from edge to edge join the run of the next slower one.
        var joined = shape.count - 1
        var run = extents[joined]
        while joined > 0, chunk[joined] == shape[joined] {
            joined -= 1
            run *= extents[joined]
        }
        var chunkSteps = [Int](repeating: 1, count: shape.count)
        for k in shape.indices.dropLast().reversed() { chunkSteps[k] = chunkSteps[k + 1] * chunk[k + 1] }
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        var target = zip(origin, steps).reduce(0) { $0 + $1.0 * $1.1 }
        while true {
            let from = max(target, range.lowerBound)
            let to = min(target + run, range.upperBound)
            if from < to { body(source + from - target, from, to - from) }
            var k = joined - 1
            while k >= 0 {
                index[k] += 1
                source += chunkSteps[k]
                target += steps[k]
                if index[k] < extents[k] { break }
                source -= index[k] * chunkSteps[k]
                target -= index[k] * steps[k]
                index[k] = 0
                k -= 1
            }
            if k < 0 { return }
        }
    }
}
