import Base
import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

/// Serialized: the level in use is one for the process.
@Suite(.serialized) struct ScanTests {
    private static let lengths = [0, 1, 31, 512, 513, 4096, 4097, 9000]

    private func scan(_ sample: KernelSample, seed: UInt64 = 3) -> TensorScan {
        var accumulator = TensorScanAccumulator(sample.type, seed: seed)
        sample.bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            accumulator.add(base, first: 0, count: sample.count)
        }
        return accumulator.scan
    }

    @Test(arguments: kernelTypes)
    func `ranges and counts are those of a plain loop, at every level`(type: ElementType) {
        let normal: Double = type == .float16 ? 0x1p-14 : type == .float64 ? 0x1p-1022 : 0x1p-126
        for kind in KernelSample.Kind.allCases {
            for length in Self.lengths {
                let sample = KernelSample(type, count: length, kind, seed: 7)
                let values = sample.doubles
                atEveryLevel { level in
                    let found = scan(sample)
                    let what = "\(type) \(kind) \(length) at \(level)"
                    #expect(found.zeroCount == values.count { $0 == 0 }, "\(what)")
                    #expect(found.denormalCount == values.count { $0 != 0 && abs($0) < normal }, "\(what)")
                    #expect(found.nanCount == values.count { $0.isNaN }, "\(what)")
                    #expect(found.infinityCount == values.count { $0.isInfinite }, "\(what)")
                    if values.contains(where: \.isNaN) || values.isEmpty {
                        #expect(found.values == nil, "\(what)")
                    } else {
                        #expect(
                            found.values?.smallest == values.min() && found.values?.largest == values.max(), "\(what)")
                    }
                }
            }
        }
    }

    /// The plain loop: the signs and groups of `Scan.h`, in double; sums of 16-bit types are float32 within a block.
    private func projection(_ sample: KernelSample, seed: UInt64) -> [Double] {
        func mixed(_ seed: UInt64, _ counter: UInt64) -> UInt64 {
            var generator = SplitMix64(seed: seed &+ counter &* 0x9e37_79b9_7f4a_7c15)
            return generator.next()
        }
        var sums = [Double](repeating: 0, count: TensorProjection.count)
        for (index, value) in sample.doubles.enumerated() {
            let group = Int(mixed(~seed, UInt64(index / 512)) >> 61)
            let random = UInt32(truncatingIfNeeded: mixed(seed, UInt64(index / 32)) >> 32)
            let (lane, isOdd) = (index % 32 / 2, index % 2)
            let isTurned = random >> UInt32(31 - lane - 16 * isOdd) & 1 == 1
            sums[16 * group + lane] += isTurned ? -value : value
        }
        return sums
    }

    @Test(arguments: kernelTypes)
    func `a projection is that of a plain loop, and the same at every level`(type: ElementType) {
        for length in Self.lengths {
            let sample = KernelSample(type, count: length, .weights, seed: 9)
            let twin = projection(sample, seed: 3)
            var levels: [[Double]] = []
            atEveryLevel { _ in levels.append(scan(sample).projection.sums) }
            #expect(levels.allSatisfy { $0 == levels[0] })
            // 32 float32 additions of numbers up to 2^-5 err by at most 32 · 2^-24 · 1.
            #expect(zip(levels[0], twin).allSatisfy { abs($0 - $1) <= 2e-6 }, "\(type) \(length)")
        }
    }

    @Test func `a projection does not depend on the type an element is stored in`() {
        let narrow = KernelSample(.bfloat16, count: 5000, .weights, seed: 4)
        let wide = KernelSample(.float64, narrow.doubles.map(\.bitPattern))
        let pairs = zip(scan(narrow).projection.sums, scan(wide).projection.sums)
        #expect(pairs.allSatisfy { abs($0 - $1) <= 2e-6 })
    }

    /// Over 400 seeds the mean squared length is known to √(2/k/400), here 1 %; four of these are allowed.
    @Test func `squared distances are unbiased, and spread as told`() {
        let a = KernelSample(.float32, count: 6000, .weights, seed: 1)
        let b = KernelSample(.float32, count: 6000, .weights, seed: 2)
        let exact = zip(a.doubles, b.doubles).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let ratios = (0..<400).map { seed in
            (scan(a, seed: seed).projection.squaredDistance(to: scan(b, seed: seed).projection) ?? 0) / exact
        }
        let mean = ratios.reduce(0, +) / 400
        let variance = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
        let expected = 2 / TensorProjection.effectiveCount(elements: 6000)
        #expect(abs(mean - 1) < 4 * (expected / 400).squareRoot(), "\(mean)")
        #expect(abs(variance / expected - 1) < 0.3, "\(variance) \(expected)")
    }

    @Test func `a projection survives a journal as it is sealed`() throws {
        var scan = scan(KernelSample(.bfloat16, count: 5000, .weights, seed: 4)).sealed()
        scan.append(TensorScan())
        #expect(try JSONDecoder().decode(TensorScan.self, from: JSONEncoder().encode(scan)) == scan)
    }

    @Test func `the residual of an average is told in units in the last place`() {
        func sums(_ values: [[Double]], _ types: [ElementType]) -> AverageSums {
            let accumulator = AverageAccumulator(types, capacity: 512)
            let samples = zip(values, types).map { row, type in
                KernelSample(type, row.map { pattern(of: $0, as: type) })
            }
            withPointers(samples) { accumulator.add($0, count: values[0].count) }
            return accumulator.sums
        }
        let types: [ElementType] = [.bfloat16, .bfloat16, .bfloat16]
        // bfloat16 has a spacing of 2^-7 from 1 to 2, and half of that below 1.
        let exact = sums([[1.5, 3, -0.25], [1, 2, -0.5], [2, 4, 0]], types)
        #expect(exact.squareSum == 0 && exact.beyondCount == 0 && exact.maximumULPs == 0 && exact.count == 3)
        // Off by half a spacing: what rounding the mean leaves. By one: what rounding the ingredients as well may leave.
        let half = sums([[1 + 0x1p-7], [1], [1 + 0x1p-7]], types)
        #expect(half.maximumULPs == 0.5 && half.beyondOnceCount == 0 && half.beyondCount == 0)
        #expect(half.squareSum == 0x1p-16)
        let one = sums([[1 + 0x1p-6], [1], [1 + 0x1p-6]], types)
        #expect(one.maximumULPs == 1 && one.beyondOnceCount == 1 && one.beyondCount == 0)
        let two = sums([[1 + 0x1p-6], [1], [1]], types)
        #expect(two.maximumULPs == 2 && two.beyondCount == 1)
        // Ingredients in float32 were not rounded to bfloat16.
        let mixed = sums([[1 + 0x1p-6], [1], [1 + 0x1p-6]], [.bfloat16, .float32, .float32])
        #expect(mixed.beyondCount == 1)
    }

    @Test func `rows are gathered across segments`() {
        let sample = KernelSample(.float32, count: 40, .weights, seed: 8)
        func rows(_ ranges: [Range<Int>]) -> RowContents {
            var whole: RowContents?
            for range in ranges {
                var part = RowContentsAccumulator(.float32, rowLength: 10, rows: [1, 3])
                sample.slice(range).bytes.withUnsafeBytes { bytes in
                    guard let base = bytes.baseAddress else { return }
                    part.add(base, first: range.lowerBound, count: range.count)
                }
                if whole == nil { whole = part.contents } else { whole?.append(part.contents) }
            }
            return whole?.sealed() ?? RowContents(.float32)
        }
        let found = rows([0..<40])
        #expect(found == rows([0..<15, 15..<18, 18..<40]))
        #expect(found.rows.map(\.row) == [1, 3])
        let row = sample.doubles[10..<20]
        #expect(abs((found.rows.first?.squareSum ?? 0) - row.reduce(0) { $0 + $1 * $1 }) < 1e-12)
        #expect(abs((found.rows.first?.cosine(to: found.rows[0]) ?? 0) - 1) < 1e-12)
    }
}
