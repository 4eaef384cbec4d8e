import CKernels

/// An update of a series: the step from one checkpoint to another, by their places in a list of inputs.
package struct UpdateEdge: Codable, Sendable, Hashable {
    /// Place of the checkpoint the update starts from.
    package var from: Int
    /// Place of the checkpoint it leads to.
    package var to: Int

    /// The update θ_to − θ_from.
    package init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }
}

/// The Gram matrix of a series' updates: ⟨u_e, u_f⟩ for f ≤ e, row by row.
package struct UpdateGram: Codable, Sendable, Equatable {
    /// Number of updates.
    package let updateCount: Int
    /// Lower triangle, updateCount·(updateCount + 1)/2 numbers.
    package private(set) var dots: [Double]

    /// The zero matrix.
    package init(updateCount: Int) {
        self.updateCount = updateCount
        dots = Array(repeating: 0, count: updateCount * (updateCount + 1) / 2)
    }

    init(updateCount: Int, dots: [Double]) {
        self.updateCount = updateCount
        self.dots = dots
    }

    /// ⟨u_e, u_f⟩, in either order.
    package subscript(e: Int, f: Int) -> Double {
        let (high, low) = (max(e, f), min(e, f))
        return dots[high * (high + 1) / 2 + low]
    }

    /// Adds another part's dot products.
    package mutating func append(_ next: UpdateGram) {
        precondition(next.updateCount == updateCount)
        for index in dots.indices { dots[index] += next.dots[index] }
    }

    /// ⟨u_e, Σ_f x_f u_f⟩ for every update u_e, with one coefficient x_f an update: the matrix times x.
    package func times(_ x: [Double]) -> [Double] {
        precondition(x.count == updateCount)
        let used = x.indices.filter { x[$0] != 0 }
        return (0..<updateCount).map { e in used.reduce(0) { $0 + x[$1] * self[e, $1] } }
    }

    /// ⟨Σ_e x_e u_e, Σ_f y_f u_f⟩ for coefficient vectors x and y, one number an update.
    package func dot(_ x: [Double], _ y: [Double]) -> Double {
        zip(x, times(y)).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

/// Accumulates an `UpdateGram` from blocks of raw elements of several aligned tensors. Of 16-bit floats, blocks of 512
/// are summed in float32 behind a guard of their exponents; of all others, everything is in double. Inputs of unlike
/// types are widened exactly first.
package final class UpdateGramAccumulator {
    private let inputs: WidenedInputs
    private let inputCount: Int
    private let edges: [Int32]
    private let scratch: UnsafeMutableRawBufferPointer
    private var dots: [Double]

    /// Prepares for blocks of at most `capacity` elements of inputs of these types.
    package init(_ types: [ElementType], edges: [UpdateEdge], capacity: Int) {
        inputs = WidenedInputs(types, capacity: capacity)
        inputCount = types.count
        self.edges = edges.flatMap { [Int32($0.from), Int32($0.to)] }
        scratch = .allocate(
            byteCount: ck_gram_scratch_bytes(inputs.kernelType, types.count, edges.count), alignment: 64)
        dots = UpdateGram(updateCount: edges.count).dots
    }

    deinit { scratch.deallocate() }

    /// Adds `count` elements of every input.
    package func add(_ blocks: UnsafeBufferPointer<UnsafeRawPointer>, count: Int) {
        ck_gram_add(
            inputs.kernelType, inputs.widened(blocks, count: count), inputCount, edges, edges.count / 2, count,
            scratch.baseAddress, &dots)
    }

    /// The dot products of all elements added so far.
    package var gram: UpdateGram { UpdateGram(updateCount: edges.count / 2, dots: dots) }
}
