import Tensors

// What the C kernels compute, in plain Swift: one element after the other, sixteen lanes, float32 within blocks of 512
// for 16-bit types unless the block's largest magnitude forbids it.

/// Elements of a block.
private let blockCount = 512

/// Lane of element i of a block: of 16-bit types, a pair of neighbours shares one.
private func lane(_ i: Int, _ type: ElementType) -> Int { type.byteCount == 2 ? i / 2 % 16 : i % 16 }

/// Chain of element i of a block that is summed in float32: even and odd elements have 16 lanes each, and where there
/// are four sets, so have the even and the odd stretches of 32 elements.
private func chain(_ i: Int, sets: Int) -> Int {
    let set = sets == 4 ? i / 32 % 2 * 2 + i % 2 : i % 2
    return set * 16 + i / 2 % 16
}

/// The 16 lanes that sets of them add up to.
private func merged(_ chains: [Float]) -> [Float] {
    (0..<16).map { lane in
        let sets = stride(from: lane, to: chains.count, by: 16).map { chains[$0] }
        return sets.count == 4 ? (sets[0] + sets[1]) + (sets[2] + sets[3]) : sets[0] + sets[1]
    }
}

/// Whether float32 squares of a block could overflow or underflow; true for NaN and infinity.
func needsDouble(_ magnitude: Float) -> Bool { !(magnitude == 0 || (magnitude >= 0x1p-50 && magnitude <= 0x1p60)) }

/// The largest magnitude, a NaN counting as larger than infinity.
private func largest(_ values: some Sequence<Float>) -> Float {
    Float(bitPattern: values.reduce(0) { max($0, $1.magnitude.bitPattern) })
}

private func largest(_ values: some Sequence<Double>) -> Double {
    Double(bitPattern: values.reduce(0) { max($0, $1.magnitude.bitPattern) })
}

/// Twin of `ck_unary`.
struct UnaryTwin {
    var square = [Double](repeating: 0, count: 16)
    var spacing = [Double](repeating: 0, count: 16)
    var maximum = 0.0
    var nonFinite = 0
    var firstNonFinite = -1

    /// `guarded: false` leaves the exponent guard out.
    init(_ sample: KernelSample, guarded: Bool = true) {
        for (index, value) in sample.doubles.enumerated() {
            if value.isFinite {
                maximum = max(maximum, value.magnitude)
            } else {
                if nonFinite == 0 { firstNonFinite = index }
                nonFinite += 1
            }
        }
        for start in stride(from: 0, to: sample.count, by: blockCount) {
            let end = min(start + blockCount, sample.count)
            if sample.type.byteCount == 2, !guarded || !needsDouble(largest(sample.singles[start..<end])) {
                addInSingle(sample, start..<end)
            } else {
                addInDouble(sample, start..<end)
            }
        }
    }

    private mutating func addInSingle(_ sample: KernelSample, _ block: Range<Int>) {
        var squares = [Float](repeating: 0, count: 64)
        var spacings = squares
        for i in block {
            let chain = chain(i - block.lowerBound, sets: 4)
            let x = sample.singles[i]
            let p = Float(UnaryTwin.powerOfTwo(Double(x), sample.type))
            squares[chain].addProduct(x, x)
            spacings[chain].addProduct(p, p)
        }
        for (lane, sums) in zip(merged(squares), merged(spacings)).enumerated() {
            square[lane] += Double(sums.0)
            spacing[lane] += Double(sums.1)
        }
    }

    private mutating func addInDouble(_ sample: KernelSample, _ block: Range<Int>) {
        for i in block {
            let lane = lane(i - block.lowerBound, sample.type)
            let x = sample.doubles[i]
            let p = UnaryTwin.powerOfTwo(x, sample.type)
            square[lane].addProduct(x, x)
            spacing[lane].addProduct(p, p)
        }
    }

    /// 2^⌊log₂|x|⌋; of what is not finite, infinity. Zeros count as 0, and so do subnormals; those of float16 as 2^-14.
    private static func powerOfTwo(_ x: Double, _ type: ElementType) -> Double {
        guard x.isFinite else { return .infinity }
        guard x != 0 else { return 0 }
        let power = x.magnitude.binade
        switch type {
        case .float16: return max(power, 0x1p-14)
        case .float64: return x.isSubnormal ? 0 : power
        default: return power < 0x1p-126 ? 0 : power
        }
    }
}

/// Twin of `ck_pair`.
struct PairTwin {
    var square = [Double](repeating: 0, count: 16)
    var sum = [Double](repeating: 0, count: 16)
    var absolute = [Double](repeating: 0, count: 16)
    var maximum = 0.0
    var changedBits = 0
    var changed = 0
    var moved = 0
    var signFlips = 0

    init(_ a: KernelSample, _ b: KernelSample, threshold: Double, guarded: Bool = true) {
        precondition(a.type == b.type && a.count == b.count)
        for i in 0..<a.count {
            let (x, y) = (a.doubles[i], b.doubles[i])
            changedBits += a.patterns[i] == b.patterns[i] ? 0 : 1
            changed += x == y ? 0 : 1
            signFlips += (x < 0 && y > 0) || (x > 0 && y < 0) ? 1 : 0
        }
        for start in stride(from: 0, to: a.count, by: blockCount) {
            add(a, b, start..<min(start + blockCount, a.count), threshold, guarded)
        }
    }

    private mutating func add(
        _ a: KernelSample, _ b: KernelSample, _ block: Range<Int>, _ threshold: Double, _ guarded: Bool
    ) {
        if a.type.byteCount == 2 {
            let differences = block.map { b.singles[$0] - a.singles[$0] }
            if !guarded || !needsDouble(largest(differences)) { return addInSingle(differences, threshold) }
        }
        let differences = block.map { b.doubles[$0] - a.doubles[$0] }
        note(largest(differences))
        for (i, d) in differences.enumerated() {
            let lane = lane(i, a.type)
            square[lane].addProduct(d, d)
            sum[lane] += d
            absolute[lane] += d.magnitude
            moved += d.magnitude > threshold ? 1 : 0
        }
    }

    private mutating func addInSingle(_ differences: [Float], _ threshold: Double) {
        note(Double(largest(differences)))
        var squares = [Float](repeating: 0, count: 32)
        var (sums, magnitudes) = (squares, squares)
        for (i, d) in differences.enumerated() {
            let chain = chain(i, sets: 2)
            squares[chain].addProduct(d, d)
            sums[chain] += d
            magnitudes[chain] += d.magnitude
            moved += Double(d.magnitude) > threshold ? 1 : 0
        }
        for lane in 0..<16 {
            square[lane] += Double(merged(squares)[lane])
            sum[lane] += Double(merged(sums)[lane])
            absolute[lane] += Double(merged(magnitudes)[lane])
        }
    }

    private mutating func note(_ magnitude: Double) {
        if !maximum.isNaN, !(magnitude <= maximum) { maximum = magnitude }
    }
}

/// Eight lanes' sum in the kernels' order.
private func sumOfEight(_ v: [Double]) -> Double {
    ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}

/// Twin of `ck_gram_add`: dot products of updates, lower triangle row by row.
func gramTwin(_ inputs: [KernelSample], _ edges: [UpdateEdge], guarded: Bool = true) -> [Double] {
    let type = inputs[0].type
    var dots = [Double](repeating: 0, count: edges.count * (edges.count + 1) / 2)
    for start in stride(from: 0, to: inputs[0].count, by: blockCount) {
        let block = start..<min(start + blockCount, inputs[0].count)
        var singles: [[Float]] = []
        if type.byteCount == 2 {
            singles = edges.map { edge in
                block.map { inputs[edge.to].singles[$0] - inputs[edge.from].singles[$0] }
            }
        }
        let isSafe = type.byteCount == 2 && (!guarded || !singles.contains { needsDouble(largest($0)) })
        let doubles = edges.map { edge in
            block.map { inputs[edge.to].doubles[$0] - inputs[edge.from].doubles[$0] }
        }
        for e in edges.indices {
            for f in 0...e {
                var lanes = [Double](repeating: 0, count: 16)
                if isSafe {
                    var few = [Float](repeating: 0, count: 16)
                    for i in 0..<block.count { few[lane(i, type)].addProduct(singles[e][i], singles[f][i]) }
                    lanes = few.map { Double($0) }
                } else {
                    for i in 0..<block.count { lanes[lane(i, type)].addProduct(doubles[e][i], doubles[f][i]) }
                }
                dots[e * (e + 1) / 2 + f] += sumOfEight((0..<8).map { lanes[$0] + lanes[$0 + 8] })
            }
        }
    }
    return dots
}

/// Twin of `ck_grouped_add`: Σa², Σb², Σ(b−a)² of each group, of runs cut into pieces of at most 512.
func groupedTwin(_ a: KernelSample, _ b: KernelSample, first: Int, run: Int, groups: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: 3 * groups)
    var start = 0
    while start < a.count {
        let index = first + start
        let count = min(a.count - start, run - index % run, blockCount)
        let group = index / run % groups
        var lanes = [[Double]](repeating: [Double](repeating: 0, count: 8), count: 3)
        let whole = count / 8 * 8
        for i in 0..<whole {
            let (x, y) = (a.doubles[start + i], b.doubles[start + i])
            for (s, value) in [x, y, y - x].enumerated() { lanes[s][i % 8].addProduct(value, value) }
        }
        for s in 0..<3 { sums[3 * group + s] += sumOfEight(lanes[s]) }
        for i in whole..<count {
            let (x, y) = (a.doubles[start + i], b.doubles[start + i])
            for (s, value) in [x, y, y - x].enumerated() { sums[3 * group + s] += value * value }
        }
        start += count
    }
    return sums
}
