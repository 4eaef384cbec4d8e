import CKernels
import Tensors
import TestSupport
import Testing

/// Serialized: the level in use is one for the process.
@Suite(.serialized) struct KernelTests {
    private static let kinds = KernelSample.Kind.allCases

    private static func samples(
        _ type: ElementType, _ body: (KernelSample, KernelSample, String) throws -> Void
    ) rethrows {
        for kind in kinds {
            let lengths = kernelLengths + (kind == .uneven ? [70_000] : [])
            for length in lengths {
                let a = KernelSample(type, count: length, kind, seed: 11)
                try body(a, KernelSample(type, count: length, kind, seed: 12), "\(type), \(length) \(kind)")
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `sums over a tensor have the same bits as the plain loop, at every level`(type: ElementType) {
        Self.samples(type) { sample, _, what in
            let twin = UnaryTwin(sample)
            atEveryLevel { level in
                let state = unary(sample)
                #expect(same(lanes(state.square), twin.square), "square of \(what) at \(level)")
                #expect(same(lanes(state.spacing), twin.spacing), "spacing of \(what) at \(level)")
                #expect(same(state.maximum, twin.maximum), "\(what) at \(level)")
                #expect(Int(state.nonfinite) == twin.nonFinite, "\(what) at \(level)")
                #expect(Int(state.first_nonfinite) == twin.firstNonFinite, "\(what) at \(level)")
                #expect(Int(state.count) == sample.count, "\(what) at \(level)")
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `sums over differences have the same bits as the plain loop, at every level`(type: ElementType) {
        Self.samples(type) { a, b, what in
            let twin = PairTwin(a, b, threshold: 1e-2)
            atEveryLevel { level in
                let state = pair(a, b, threshold: 1e-2)
                #expect(same(lanes(state.square), twin.square), "square of \(what) at \(level)")
                #expect(same(lanes(state.sum), twin.sum), "sum of \(what) at \(level)")
                #expect(same(lanes(state.absolute), twin.absolute), "absolute of \(what) at \(level)")
                #expect(same(state.maximum, twin.maximum), "maximum of \(what) at \(level)")
                #expect(Int(state.changed_bits) == twin.changedBits, "changed bits of \(what) at \(level)")
                #expect(Int(state.changed) == twin.changed, "changed of \(what) at \(level)")
                #expect(Int(state.moved) == twin.moved, "moved of \(what) at \(level)")
                #expect(Int(state.sign_flips) == twin.signFlips, "flips of \(what) at \(level)")
                #expect(Int(state.count) == a.count, "\(what) at \(level)")
            }
        }
    }

    /// Six updates fill one tile of the kernel and part of a second.
    @Test(arguments: kernelTypes)
    func `dot products of updates have the same bits as the plain loop, at every level`(type: ElementType) {
        let edges = [(0, 1), (1, 2), (2, 3), (0, 3), (1, 3), (3, 0)].map { UpdateEdge(from: $0.0, to: $0.1) }
        for kind in Self.kinds {
            for length in [0, 1, 31, 512, 513, 4097] {
                let inputs = (0..<4).map { KernelSample(type, count: length, kind, seed: UInt64(20 + $0)) }
                let twin = gramTwin(inputs, edges)
                atEveryLevel { level in
                    let found = gram(inputs, edges)
                    #expect(same(found.dots, twin), "\(length) \(kind) at \(level)")
                }
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `sums by group have the same bits as the plain loop, at every level`(type: ElementType) {
        for (run, groups, first) in [(1, 1, 0), (5, 3, 0), (5, 3, 7), (64, 10, 100), (1000, 4, 513), (8192, 2, 0)] {
            for kind in [KernelSample.Kind.weights, .tiny, .special] {
                let a = KernelSample(type, count: 4097, kind, seed: 31)
                let b = KernelSample(type, count: 4097, kind, seed: 32)
                let twin = groupedTwin(a, b, first: first, run: run, groups: groups)
                atEveryLevel { level in
                    var sums = [Double](repeating: 0, count: 3 * groups)
                    ck_grouped_add(a.kernelType, a.bytes, b.bytes, first, a.count, run, groups, &sums)
                    #expect(same(sums, twin), "run \(run), \(groups) groups, \(kind) at \(level)")
                }
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `every 16-bit pattern and its like widens to the value that its format defines`(type: ElementType) {
        let patterns: [UInt64] =
            type.byteCount == 2
            ? Array(0...0xffff) : KernelSample(type, count: 1000, .special, seed: 41).patterns
        let sample = KernelSample(type, patterns)
        var doubles = [Double](repeating: 0, count: sample.count)
        ck_widen(sample.kernelType, CK_FLOAT64, sample.bytes, &doubles, sample.count)
        #expect(zip(doubles, sample.doubles).allSatisfy { same($0, $1) })
        guard type != .float64 else { return }
        var singles = [Float](repeating: 0, count: sample.count)
        ck_widen(sample.kernelType, CK_FLOAT32, sample.bytes, &singles, sample.count)
        // Bits, payloads of NaN included: the engine compares patterns after widening.
        #expect(zip(singles, sample.singles).allSatisfy { $0.bitPattern == $1.bitPattern })
    }

    @Test(arguments: kernelTypes)
    func `elements may lie at any address`(type: ElementType) {
        let a = KernelSample(type, count: 1100, .uneven, seed: 51)
        let b = KernelSample(type, count: 1100, .uneven, seed: 52)
        let (alone, together) = (unary(a), pair(a, b, threshold: 1e-5))
        for shift in [1, 2, 3, 7, 63] {
            let padding = [UInt8](repeating: 0xff, count: shift)
            let (moved, other) = (padding + a.bytes, padding + b.bytes)
            moved.withUnsafeBytes { x in
                other.withUnsafeBytes { y in
                    var state = ck_unary()
                    ck_unary_init(&state)
                    ck_unary_add(a.kernelType, x.baseAddress! + shift, a.count, &state)
                    #expect(same(lanes(state.square), lanes(alone.square)), "\(shift)")
                    #expect(same(lanes(state.spacing), lanes(alone.spacing)), "\(shift)")
                    var sums = ck_pair()
                    ck_pair_add(a.kernelType, x.baseAddress! + shift, y.baseAddress! + shift, a.count, 1e-5, &sums)
                    #expect(same(lanes(sums.square), lanes(together.square)), "\(shift)")
                    #expect(sums.changed_bits == together.changed_bits, "\(shift)")
                }
            }
        }
    }

    /// 1e-7 is the accuracy that is promised for float32 blocks. Without the guard, squares of 1e-21 are denormal
    /// float32 numbers, and those of 1e20 infinite.
    @Test(arguments: [KernelSample.Kind.tiny, .huge])
    func `blocks outside float32's range of squares need the exponent guard`(kind: KernelSample.Kind) {
        let a = KernelSample(.bfloat16, count: 4097, kind, seed: 61)
        let b = KernelSample(.bfloat16, count: 4097, kind, seed: 62)
        let exact = a.doubles.reduce(0) { $0 + $1 * $1 }
        let exactDifference = zip(a.doubles, b.doubles).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
        func error(_ lanes: [Double], _ exact: Double) -> Double { abs(lanes.reduce(0, +) - exact) / exact }

        #expect(error(lanes(unary(a).square), exact) < 1e-12)
        #expect(error(lanes(pair(a, b, threshold: 0).square), exactDifference) < 1e-12)
        #expect(!(error(UnaryTwin(a, guarded: false).square, exact) < 1e-7))
        #expect(!(error(PairTwin(a, b, threshold: 0, guarded: false).square, exactDifference) < 1e-7))
        let edge = [UpdateEdge(from: 0, to: 1)]
        #expect(error(gram([a, b], edge).dots, exactDifference) < 1e-12)
        #expect(!(error(gramTwin([a, b], edge, guarded: false), exactDifference) < 1e-7))
    }
}

func unary(_ sample: KernelSample) -> ck_unary {
    var state = ck_unary()
    ck_unary_init(&state)
    ck_unary_add(sample.kernelType, sample.bytes, sample.count, &state)
    return state
}

func pair(_ a: KernelSample, _ b: KernelSample, threshold: Double) -> ck_pair {
    var state = ck_pair()
    ck_pair_add(a.kernelType, a.bytes, b.bytes, a.count, threshold, &state)
    return state
}

func gram(_ inputs: [KernelSample], _ edges: [UpdateEdge]) -> UpdateGram {
    let accumulator = UpdateGramAccumulator(inputs.map(\.type), edges: edges, capacity: max(1, inputs[0].count))
    withPointers(inputs) { accumulator.add($0, count: inputs[0].count) }
    return accumulator.gram
}

/// The samples' bytes at addresses that stay put during `body`.
func withPointers(_ samples: [KernelSample], _ body: (UnsafeBufferPointer<UnsafeRawPointer>) -> Void) {
    let rooms = samples.map { sample in
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, sample.bytes.count), alignment: 8)
        room.copyBytes(from: sample.bytes)
        return room
    }
    defer { for room in rooms { room.deallocate() } }
    rooms.compactMap { room in room.baseAddress.map { UnsafeRawPointer($0) } }.withUnsafeBufferPointer(body)
}

/// The sixteen lanes of a kernel's sum.
func lanes<Lanes>(_ lanes: Lanes) -> [Double] { withUnsafeBytes(of: lanes) { Array($0.bindMemory(to: Double.self)) } }
