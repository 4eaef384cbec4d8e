import Tensors
import TestSupport
import Testing

@Suite struct AccumulatorTests {
    private static func sums(_ sample: KernelSample, cuts: [Int]) -> TensorSums {
        var accumulator = TensorSumsAccumulator(sample.type)
        withPointers([sample]) { pointers in
            for (start, end) in zip([0] + cuts, cuts + [sample.count]) {
                accumulator.add(pointers[0] + start * sample.type.byteCount, count: end - start)
            }
        }
        return accumulator.sums
    }

    private static func differences(_ a: KernelSample, _ b: KernelSample, cuts: [Int] = []) -> DifferenceSums {
        var accumulator = DifferenceAccumulator(a.type, b.type, threshold: 1e-2, capacity: max(1, a.count))
        withPointers([a, b]) { pointers in
            for (start, end) in zip([0] + cuts, cuts + [a.count]) {
                accumulator.add(
                    pointers[0] + start * a.type.byteCount, pointers[1] + start * b.type.byteCount, count: end - start)
            }
        }
        return accumulator.sums
    }

    private static let cuts = [[512], [1024, 1536], [512, 1024, 1536, 2048], [2560]]

    @Test(arguments: kernelTypes)
    func `sums do not depend on how a tensor is cut into blocks`(type: ElementType) {
        let a = KernelSample(type, count: 3000, .uneven, seed: 1)
        let b = KernelSample(type, count: 3000, .uneven, seed: 2)
        let (alone, together) = (Self.sums(a, cuts: []), Self.differences(a, b))
        let edges = [UpdateEdge(from: 0, to: 1), UpdateEdge(from: 1, to: 0)]
        let dots = gram([a, b], edges)
        for cuts in Self.cuts {
            #expect(Self.sums(a, cuts: cuts) == alone)
            #expect(Self.differences(a, b, cuts: cuts) == together)
            let accumulator = UpdateGramAccumulator([type, type], edges: edges, capacity: 3000)
            withPointers([a, b]) { pointers in
                for (start, end) in zip([0] + cuts, cuts + [a.count]) {
                    pointers.map { $0 + start * type.byteCount }.withUnsafeBufferPointer {
                        accumulator.add($0, count: end - start)
                    }
                }
            }
            #expect(accumulator.gram == dots)
        }
    }

    @Test(arguments: [
        (ElementType.bfloat16, ElementType.float32), (.float16, .bfloat16), (.float32, .float64), (.float64, .float16),
        (.float32, .float16),
    ])
    func `unlike types are compared after exact widening`(types: (ElementType, ElementType)) throws {
        let common = try #require(types.0.widened(with: types.1))
        #expect(common == types.1.widened(with: types.0))
        let a = KernelSample(types.0, count: 1300, .special, seed: 3)
        let b = KernelSample(types.1, count: 1300, .special, seed: 4)
        func widened(_ sample: KernelSample) -> KernelSample {
            guard sample.type != common else { return sample }
            return KernelSample(
                common,
                common == .float64
                    ? sample.doubles.map(\.bitPattern) : sample.singles.map { UInt64($0.bitPattern) })
        }
        let (found, expected) = (Self.differences(a, b), Self.differences(widened(a), widened(b)))
        #expect(found.changedCount == expected.changedCount && found.changedCount > 1200)
        #expect(found.changedBitsCount == expected.changedBitsCount)
        #expect(found.movedCount == expected.movedCount)
        #expect(found.signFlipCount == expected.signFlipCount && found.signFlipCount > 100)
        #expect(found.maximumMagnitude.isNaN)

        let c = KernelSample(types.0, count: 1300, .weights, seed: 3)
        let d = KernelSample(types.1, count: 1300, .weights, seed: 4)
        #expect(Self.differences(c, d) == Self.differences(widened(c), widened(d)))
        let edge = [UpdateEdge(from: 0, to: 1)]
        #expect(gram([c, d], edge) == gram([widened(c), widened(d)], edge))
        let grouping = Grouping(run: 7, groups: 5)
        #expect(Self.grouped(c, d, grouping) == Self.grouped(widened(c), widened(d), grouping))
    }

    private static func grouped(_ a: KernelSample, _ b: KernelSample, _ grouping: Grouping) -> GroupedSums {
        var accumulator = GroupedAccumulator(a.type, b.type, grouping: grouping, capacity: a.count)
        withPointers([a, b]) { accumulator.add($0[0], $0[1], first: 0, count: a.count) }
        return accumulator.sums
    }

    @Test func `the first element that is not finite is found across blocks and segments`() {
        var patterns = KernelSample(.bfloat16, count: 2000, .weights, seed: 5).patterns
        patterns[1500] = 0x7fc0
        patterns[1700] = 0xff80
        let sample = KernelSample(.bfloat16, patterns)
        #expect(Self.sums(sample, cuts: []).firstNonFinite == 1500)
        #expect(Self.sums(sample, cuts: [512, 1024]).firstNonFinite == 1500)
        var whole = Self.sums(sample.slice(0..<1000), cuts: [])
        #expect(whole.firstNonFinite == nil)
        whole.append(Self.sums(sample.slice(1000..<1600), cuts: []))
        whole.append(Self.sums(sample.slice(1600..<2000), cuts: []))
        #expect(whole.firstNonFinite == 1500)
        #expect(whole.nonFiniteCount == 2)
        #expect(whole.count == 2000)
    }

    @Test(arguments: kernelTypes)
    func `a difference that is no number stays the largest, whatever follows`(type: ElementType) {
        let zero = KernelSample(type, Array(repeating: 0, count: 2048))
        var patterns = KernelSample(type, count: 2048, .weights, seed: 6).patterns
        patterns[3] = pattern(of: .nan, as: type)
        let broken = KernelSample(type, patterns)
        #expect(Self.differences(zero, broken).maximumMagnitude.isNaN)
        #expect(Self.differences(zero, broken, cuts: [512]).maximumMagnitude.isNaN)
        var whole = Self.differences(zero.slice(0..<1024), broken.slice(0..<1024))
        whole.append(Self.differences(zero.slice(1024..<2048), broken.slice(1024..<2048)))
        #expect(whole.maximumMagnitude.isNaN)
    }

    /// The threshold is compared as a double, although differences of 16-bit types are float32.
    @Test(arguments: kernelTypes)
    func `an element moved when its change exceeds the threshold, and not when it equals it`(type: ElementType) {
        let change = 0x1.8p-8
        let zero = KernelSample(type, Array(repeating: 0, count: 600))
        let moved = KernelSample(type, Array(repeating: pattern(of: -change, as: type), count: 600))
        for (threshold, expected) in [(change, 0), (change.nextDown, 600), (change.nextUp, 0), (0, 600), (1, 0)] {
            var accumulator = DifferenceAccumulator(type, type, threshold: threshold, capacity: 600)
            withPointers([zero, moved]) { accumulator.add($0[0], $0[1], count: 600) }
            #expect(accumulator.sums.movedCount == expected, "\(threshold)")
        }
    }

    @Test func `signed zeros differ in bits and not in value`() {
        for type in kernelTypes {
            let sign: UInt64 = 1 << UInt64(8 * type.byteCount - 1)
            let (a, b) = (KernelSample(type, [0, sign, 0, sign]), KernelSample(type, [sign, 0, 0, sign]))
            let sums = Self.differences(a, b)
            #expect(sums.changedBitsCount == 2 && sums.changedCount == 0, "\(type)")
            #expect(sums.signFlipCount == 0 && sums.movedCount == 0 && sums.maximumMagnitude == 0, "\(type)")
        }
    }

    @Test(arguments: kernelTypes)
    func `differences of exchanged tensors are the reverse`(type: ElementType) {
        let a = KernelSample(type, count: 1300, .uneven, seed: 7)
        let b = KernelSample(type, count: 1300, .uneven, seed: 8)
        let (forward, backward) = (Self.differences(a, b), Self.differences(b, a))
        #expect(forward.reversed == backward)
        #expect(forward.sum == -backward.sum && forward.sum != 0)
    }

    /// 2^k changes exponents only, and every sum is scaled exactly, as long as nothing leaves the range of its guard.
    @Test(arguments: kernelTypes)
    func `scaling by a power of two scales every sum by it`(type: ElementType) {
        let fraction = UInt64(type.fractionBits ?? 0)
        let a = KernelSample(type, count: 1300, .weights, seed: 9)
        let b = KernelSample(type, count: 1300, .weights, seed: 10)
        func scaled(_ sample: KernelSample) -> KernelSample {
            KernelSample(type, sample.patterns.map { $0 + 3 << fraction })
        }
        let (before, after) = (Self.differences(a, b), Self.differences(scaled(a), scaled(b)))
        #expect(after.squareSum == 64 * before.squareSum && before.squareSum > 0)
        #expect(after.sum == 8 * before.sum)
        #expect(after.absoluteSum == 8 * before.absoluteSum)
        #expect(after.maximumMagnitude == 8 * before.maximumMagnitude)
        #expect(after.changedCount == before.changedCount && after.signFlipCount == before.signFlipCount)
        let (alone, larger) = (Self.sums(a, cuts: []), Self.sums(scaled(a), cuts: []))
        #expect(larger.squareSum == 64 * alone.squareSum)
        #expect(larger.spacingSquareSum == 64 * alone.spacingSquareSum)
    }

    @Test func `dot products follow from coefficients of the updates`() {
        // Updates (3, 4) and (0, 2): their dots are 25, 8 and 4.
        let inputs = [[0.0, 0], [3, 4], [3, 6]].map { values in
            KernelSample(.float32, values.map { pattern(of: $0, as: .float32) })
        }
        let found = gram(inputs, [UpdateEdge(from: 0, to: 1), UpdateEdge(from: 1, to: 2)])
        #expect(found.dots == [25, 8, 4])
        #expect(found[0, 1] == 8 && found[1, 0] == 8)
        #expect(found.dot([1, 1], [1, 1]) == 45)  // ‖(3, 6)‖²
        #expect(found.dot([1, 1], [1, 0]) == 33)  // (3, 6)·(3, 4)
    }

    @Test func `rows and columns are told apart by their runs`() {
        let a = KernelSample(.float32, [1, 2, 3, 4, 5, 6].map { pattern(of: $0, as: .float32) })
        let b = KernelSample(.float32, [1, 2, 3, 4, 5, 8].map { pattern(of: $0, as: .float32) })
        // A 2x3 matrix by rows, and by columns.
        #expect(Self.grouped(a, b, Grouping(run: 3, groups: 2)).squareFrom(0) == 14)
        #expect(Self.grouped(a, b, Grouping(run: 3, groups: 2)).squareTo(1) == 105)
        let columns = Self.grouped(a, b, Grouping(run: 1, groups: 3))
        #expect((0..<3).map { columns.squareFrom($0) } == [17, 29, 45])
        #expect((0..<3).map { columns.squareDifference($0) } == [0, 0, 4])
    }
}
