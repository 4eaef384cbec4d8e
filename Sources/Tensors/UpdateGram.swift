import CKernels

/// An update of a series: the step from one checkpoint to another, by their places in a list of inputs.
public struct UpdateEdge: Codable, Sendable, Hashable {
    /// Place of the checkpoint the update starts from.
    public var from: Int
    /// Place of the checkpoint it leads to.
    public var to: Int

    /// The update θ_to − θ_from.
    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }
}

/// The Gram matrix of a series' updates: ⟨u_e, u_f⟩ for f ≤ e, row by row.
public struct UpdateGram: Codable, Sendable, Equatable {
    /// Number of updates.
    public let updateCount: Int
    /// Lower triangle, updateCount·(updateCount + 1)/2 numbers.
    public private(set) var dots: [Double]

    /// The zero matrix.
    public init(updateCount: Int) {
        self.updateCount = updateCount
        dots = Array(repeating: 0, count: updateCount * (updateCount + 1) / 2)
    }

    init(updateCount: Int, dots: [Double]) {
        self.updateCount = updateCount
        self.dots = dots
    }

    /// ⟨u_e, u_f⟩, in either order.
    public subscript(e: Int, f: Int) -> Double {
        let (high, low) = (max(e, f), min(e, f))
        return dots[high * (high + 1) / 2 + low]
    }

    /// Adds another part's dot products.
    public mutating func append(_ next: UpdateGram) {
        precondition(next.updateCount == updateCount)
        for index in dots.indices { dots[index] += next.dots[index] }
    }

    /// ⟨Σ_e x_e u_e, Σ_f y_f u_f⟩ for coefficient vectors x and y, one number an update.
    public func dot(_ x: [Double], _ y: [Double]) -> Double {
        precondition(x.count == updateCount && y.count == updateCount)
        var sum = 0.0
        for e in 0..<updateCount where x[e] != 0 {
            for f in 0..<updateCount where y[f] != 0 { sum += x[e] * y[f] * self[e, f] }
        }
        return sum
    }
}

/// Accumulates an `UpdateGram` from blocks of raw elements of several aligned tensors. Of 16-bit floats, blocks of 512
/// are summed in float32 behind a guard of their exponents; of all others, everything is in double. Inputs of unlike
/// types are widened exactly first.
public final class UpdateGramAccumulator {
    private let types: [ElementType]
    private let common: ElementType
    private let kernelType: ck_type
    private let edges: [Int32]
    private let capacity: Int
    private let scratch: UnsafeMutableRawBufferPointer
    private let widened: UnsafeMutableRawBufferPointer
    private var dots: [Double]

    /// Prepares for blocks of at most `capacity` elements of inputs of these types.
    public init(_ types: [ElementType], edges: [UpdateEdge], capacity: Int) {
        var common: ElementType? = types.first
        for type in types { common = common?.widened(with: type) }
        guard let common, let kernelType = common.kernelType else { preconditionFailure("no statistics on \(types)") }
        self.types = types
        self.common = common
        self.kernelType = kernelType
        self.edges = edges.flatMap { [Int32($0.from), Int32($0.to)] }
        self.capacity = capacity
        let mixed = types.contains { $0 != common }
        scratch = .allocate(byteCount: ck_gram_scratch_bytes(kernelType, types.count, edges.count), alignment: 64)
        widened = .allocate(byteCount: mixed ? types.count * capacity * common.byteCount : 0, alignment: 64)
        dots = UpdateGram(updateCount: edges.count).dots
    }

    deinit {
        scratch.deallocate()
        widened.deallocate()
    }

    /// Adds `count` elements of every input.
    public func add(_ inputs: [UnsafeRawPointer], count: Int) {
        precondition(inputs.count == types.count && count <= capacity)
        var pointers: [UnsafeRawPointer?] = []
        for (place, input) in inputs.enumerated() {
            guard types[place] != common, let base = widened.baseAddress else {
                pointers.append(input)
                continue
            }
            let room = base + place * capacity * common.byteCount
            pointers.append(widen(input, types[place], to: common, count: count, scratch: room))
        }
        ck_gram_add(
            kernelType, &pointers, pointers.count, edges, edges.count / 2, count, scratch.baseAddress, &dots)
    }

    /// The dot products of all elements added so far.
    public var gram: UpdateGram { UpdateGram(updateCount: edges.count / 2, dots: dots) }
}
