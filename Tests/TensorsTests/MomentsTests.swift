import CKernels
import TestSupport
import Testing

@testable import Tensors

/// The moments of a sample, as an accumulator gives them when fed up to each of `cuts` in turn.
private func moments(
    _ sample: KernelSample, rowLength: Int? = nil, first: Int = 0, threshold: Double = 6, cuts: [Int] = []
) -> TensorMoments {
    let accumulator = MomentsAccumulator(sample.type, rowLength: rowLength, outlierThreshold: threshold)
    sample.bytes.withUnsafeBytes { bytes in
        guard let elements = bytes.baseAddress else { return }
        for (start, end) in zip([0] + cuts, cuts + [sample.count]) where end > start {
            accumulator.add(
                elements + start * sample.type.byteCount, first: first + start, count: end - start)
        }
    }
    return accumulator.moments
}

private func sample(_ type: ElementType, _ values: [Double]) -> KernelSample {
    KernelSample(type, values.map { pattern(of: $0, as: type) })
}

/// The plain loops: the mean first, then powers of the distance from it, all in double.
private struct MomentsTwin {
    var mean = 0.0
    var (deviation, skewness, kurtosis, absolute) = (0.0, 0.0, 0.0, 0.0)

    init(_ values: [Double]) {
        let n = Double(values.count)
        mean = values.reduce(0, +) / n
        // What rounding the mean left over.
        let rest = values.reduce(0) { $0 + ($1 - mean) } / n
        var sums = [0.0, 0.0, 0.0]
        for value in values {
            let d = value - mean - rest
            sums[0] += d * d
            sums[1] += d * d * d
            sums[2] += d * d * d * d
        }
        deviation = (sums[0] / n).squareRoot()
        skewness = sums[1] / n / (deviation * deviation * deviation)
        kurtosis = sums[2] / n / (deviation * deviation * deviation * deviation) - 3
        absolute = values.reduce(0) { $0 + abs($1) }
    }

    /// What `found` has that differs by more than the relative error of the sums.
    func disagreements(_ found: TensorMoments, accuracy: Double) -> [String] {
        let expected = [
            ("mean", mean, found.central.mean, absolute / Double(max(1, found.central.count))),
            ("deviation", deviation, found.standardDeviation, deviation),
            ("skewness", skewness, found.skewness, 1 + abs(skewness)),
            ("kurtosis", kurtosis, found.excessKurtosis, 4 + abs(kurtosis)),
            ("absolute", absolute, found.absoluteSum, absolute),
        ]
        return expected.compactMap { name, value, found, scale in
            guard let found, abs(found - value) <= accuracy * scale else {
                return "\(name) is \(found as Any), not \(value)"
            }
            return nil
        }
    }
}

/// Of sums of float32 blocks 1e-7; in double, what the plain loops lose themselves.
private func accuracy(_ type: ElementType) -> Double { type.byteCount == 2 ? 1e-7 : 1e-12 }

/// Serialized: the level in use is one for the process.
@Suite(.serialized) struct MomentsTests {
    private static let lengths = [0, 1, 31, 80, 1024, 1025, 4096, 4097, 20_000]

    @Test(arguments: kernelTypes)
    func `moments have the same bits at every level`(type: ElementType) {
        for kind in KernelSample.Kind.allCases {
            for length in Self.lengths {
                for width in [nil, 1, 64, 80, 4096] {
                    let sample = KernelSample(type, count: length, kind, seed: 61)
                    var found: [String] = []
                    atEveryLevel { _ in
                        // The sign of a NaN is the processor's choice.
                        let text = "\(moments(sample, rowLength: width, threshold: 2))"
                        found.append(text.replacing("-nan", with: "nan"))
                    }
                    #expect(Set(found).count == 1, "\(length) \(kind) in rows of \(width as Any)")
                }
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `moments agree with plain loops`(type: ElementType) {
        for kind in [KernelSample.Kind.weights, .uneven, .tiny, .huge] where type.byteCount == 2 || kind == .weights {
            for length in Self.lengths where length > 1 {
                let sample = KernelSample(type, count: length, kind, seed: 62)
                let found = moments(sample).sealed()
                // Beside one weight 2^21 times as large, float32 rounds the weights of its lane by 2^-3 of themselves.
                let accuracy = kind == .uneven ? 5 * accuracy(type) : accuracy(type)
                #expect(
                    MomentsTwin(sample.doubles).disagreements(found, accuracy: accuracy) == [], "\(length) \(kind)")
                #expect(found.values == Extremes(sample.doubles))
                #expect(found.central.count == length)
            }
        }
    }

    @Test(arguments: kernelTypes)
    func `zeros, denormals and extremes are counted exactly`(type: ElementType) throws {
        let normal = KernelSample(type, count: 5000, .special, seed: 63)
        let sample = KernelSample(
            type, zip(normal.patterns, normal.doubles).map { $1.isFinite ? $0 : 0 })
        let found = moments(sample).sealed()
        let smallest: Double = type == .float16 ? 0x1p-14 : type == .float64 ? 0x1p-1022 : 0x1p-126
        #expect(found.zeroCount == sample.doubles.filter { $0 == 0 }.count && found.zeroCount > 20)
        #expect(found.denormalCount == sample.doubles.filter { $0 != 0 && abs($0) < smallest }.count)
        #expect(found.denormalCount > 10)
        #expect(found.values == Extremes(sample.doubles))
        for sign in [1.0, -1] {
            let oneSided = KernelSample(
                type,
                sample.patterns.filter { $0 != 0 }.map { $0 & ~(1 << UInt64(8 * type.byteCount - 1)) }
                    .map { sign > 0 ? $0 : $0 | 1 << UInt64(8 * type.byteCount - 1) })
            #expect(moments(oneSided).values == Extremes(oneSided.doubles))
        }
    }

    /// Mean 1e4 and deviation 1e-2: the naive Σx⁴ has lost all digits of the fourth moment in double. A double knows this
    /// mean to 1e-10 deviations, and so the others to about 1e-9.
    @Test(arguments: [ElementType.float32, .float64])
    func `a large mean does not cancel the moments`(type: ElementType) throws {
        let noise = KernelSample(.float32, count: 20_000, .weights, seed: 64)
        let values = noise.singles.map { type == .float32 ? Double(10_000 + $0) : 10_000 + Double($0) }
        let found = moments(sample(type, values)).sealed()
        let twin = MomentsTwin(values)
        #expect(twin.disagreements(found, accuracy: 1e-9) == [])

        let (n, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
        let powers = (1...4).map { power in
            values.reduce(0) { sum, x in sum + (1..<power).reduce(x) { product, _ in product * x } } / n
        }
        let naive = powers[3] - 4 * mean * powers[2] + 6 * mean * mean * powers[1] - 3 * mean * mean * mean * mean
        let deviation = twin.deviation
        #expect(abs(naive / (deviation * deviation * deviation * deviation) - 3 - twin.kurtosis) > 1)
    }

    /// Gains: nearly ones, a few steps of bfloat16 apart.
    @Test func `gains near one keep their moments`() {
        var generator = SampleGenerator(seed: 65)
        let values = (0..<10_000).map { _ in 1 + Double(generator.draw() % 7) / 128 }
        #expect(MomentsTwin(values).disagreements(moments(sample(.bfloat16, values)).sealed(), accuracy: 1e-11) == [])
    }

    /// Half of the tiles are summed about zero, half about their own mean.
    @Test func `tiles of unlike means are merged`() {
        let noise = KernelSample(.bfloat16, count: 40_960, .weights, seed: 66)
        let values = noise.doubles.enumerated().map { $0 / 4096 % 2 == 0 ? $1 : 3 + Double(($0 * 37) % 5) / 64 }
        #expect(MomentsTwin(values).disagreements(moments(sample(.bfloat16, values)).sealed(), accuracy: 1e-7) == [])
    }

    @Test(arguments: kernelTypes)
    func `moments do not depend on the block size`(type: ElementType) {
        let sample = KernelSample(type, count: 20_000, .uneven, seed: 67)
        for width in [nil, 80, 4096, 50_000] {
            let whole = moments(sample, rowLength: width)
            #expect(moments(sample, rowLength: width, cuts: [4096]) == whole)
            #expect(moments(sample, rowLength: width, cuts: [8192, 12_288]) == whole)
        }
    }

    @Test(arguments: kernelTypes)
    func `segments give the whole, whatever rows they cut`(type: ElementType) throws {
        for width in [64, 80, 4096, 9000] {
            let sample = KernelSample(type, count: 4 * 9000 / width * width, .weights, seed: 68)
            let whole = moments(sample, rowLength: width).sealed()
            let cut = 8192
            var parts = moments(sample.slice(0..<cut), rowLength: width)
            parts.append(moments(sample.slice(cut..<2 * cut), rowLength: width, first: cut))
            parts.append(moments(sample.slice(2 * cut..<sample.count), rowLength: width, first: 2 * cut))
            let joined = parts.sealed()
            #expect(MomentsTwin(sample.doubles).disagreements(joined, accuracy: accuracy(type)) == [])
            #expect(joined.values == whole.values && joined.zeroCount == whole.zeroCount)

            let rows = stride(from: 0, to: sample.count, by: width).map { start in
                sample.doubles[start..<start + width].reduce(0) { $0 + $1 * $1 }
            }
            let columns = (0..<width).map { column in
                stride(from: column, to: sample.count, by: width).reduce(0) {
                    $0 + sample.doubles[$1] * sample.doubles[$1]
                }
            }
            for (found, expected) in [
                (joined.rows, rows), (whole.rows, rows), (joined.columns, columns), (whole.columns, columns),
            ] {
                let found = try #require(found), expected = try #require(Extremes(expected))
                #expect(abs(found.smallest - expected.smallest) <= 2 * accuracy(type) * expected.smallest, "\(width)")
                #expect(abs(found.largest - expected.largest) <= 2 * accuracy(type) * expected.largest, "\(width)")
            }
        }
    }

    /// Squares of 2^-70 vanish in float32 beside nothing but their like.
    @Test func `a column of tiny weights keeps its norm`() throws {
        let values = (0..<64 * 64).map { $0 % 64 == 5 ? 0x1p-70 : 0.5 }
        let found = moments(sample(.bfloat16, values), rowLength: 64).sealed()
        #expect(found.columns == Extremes([64 * 0x1p-140, 16]))
        #expect(try #require(found.rows).smallest == 63 * 0.25)
    }

    @Test func `rows and columns of a small matrix`() {
        let found = moments(sample(.float32, [1, 2, 3, 4, 5, 6]), rowLength: 3).sealed()
        #expect(found.rows == Extremes([14, 77]))
        #expect(found.columns == Extremes([17, 45]))
    }
}

@Suite struct OutlierTests {
    /// ±1 but for one: the variance is 1 + (100² − 1)/n less the mean's square, so that 6σ is near 20.
    @Test(arguments: kernelTypes)
    func `one weight far off is an outlier`(type: ElementType) {
        let values = (0..<1000).map { $0 == 700 ? 100 : $0 % 2 == 0 ? 1.0 : -1 }
        #expect(moments(sample(type, values)).sealed().outlierCount == 1)
        #expect(moments(sample(type, values), threshold: 40).sealed().outlierCount == 0)
    }

    @Test(arguments: kernelTypes)
    func `outliers of an even tensor are counted in one reading`(type: ElementType) throws {
        // Products of uniform draws have heavy tails.
        var generator = SampleGenerator(seed: 71)
        func uniform() -> Double { Double(generator.draw() % 4096) / 4096 - 0.5 }
        let values = (0..<60_000).map { _ in
            let x = uniform() * uniform() * uniform() * uniform()
            let bits = type == .float16 ? Float(x).bitPattern & 0xffff_e000 : Float(x).bitPattern & 0xffff_0000
            let rounded = Double(Float(bitPattern: bits))
            return type == .float16 && abs(rounded) < 0x1p-14 ? 0 : rounded
        }
        for threshold in [3.0, 4, 6] {
            let found = moments(sample(type, values), threshold: threshold).sealed()
            let (low, high) = try #require(found.outlierLimits)
            let expected = values.filter { $0 < low || $0 > high }.count
            #expect(found.outlierCount == expected && expected > 10, "\(threshold)")
        }
    }

    /// One part in ten is a hundred times as wide: its bounds are far beyond the tensor's limits.
    @Test(arguments: kernelTypes)
    func `a second reading counts what the first did not keep`(type: ElementType) throws {
        var generator = SampleGenerator(seed: 72)
        let wide = 4096..<8192
        let values = (0..<409_600).map { index in
            let value = Double(Int(generator.draw() % 255) - 127) / 128
            return wide.contains(index) ? value : value / 128
        }
        let sample = sample(type, values)
        var whole = moments(sample.slice(0..<8192))
        whole.append(moments(sample.slice(8192..<sample.count)))
        let found = whole.sealed()
        #expect(found.outlierCount == nil)
        let limits = try #require(found.outlierLimits)
        var counter = OutlierCounter(type, limits: limits)
        sample.bytes.withUnsafeBytes { counter.add($0.baseAddress!, count: sample.count) }
        let expected = values.filter { $0 < limits.low || $0 > limits.high }.count
        #expect(counter.count == expected && expected > 100)
        #expect(found.with(outliers: counter.count).outlierCount == expected)
    }

    @Test func `each tensor has its own outliers`() {
        let values = (0..<1000).map { $0 == 700 ? 100 : $0 % 2 == 0 ? 1.0 : -1 }
        var both = moments(sample(.float32, values)).sealed()
        both.add(tensor: moments(sample(.float32, values.map { $0 * 1000 })).sealed())
        #expect(both.outlierCount == 2)
        #expect(both.central.count == 2000)
    }

    @Test(arguments: kernelTypes)
    func `a tensor without spread has no shape and no outliers`(type: ElementType) {
        // 0.1 in bfloat16, a sum of which rounds.
        for (value, count) in [(0.10009765625, 5000), (0, 5000), (1, 1), (-3, 4097)] {
            let found = moments(sample(type, Array(repeating: value, count: count))).sealed()
            #expect(found.standardDeviation == 0 && found.outlierCount == 0)
            #expect(found.skewness == nil && found.excessKurtosis == nil)
            #expect(abs(found.central.mean - value) <= 1e-7 * abs(value))
        }
    }

    @Test(arguments: kernelTypes)
    func `a tensor without elements has nothing`(type: ElementType) {
        let found = moments(sample(type, []), rowLength: 0).sealed()
        #expect(found.standardDeviation == nil && found.skewness == nil && found.excessKurtosis == nil)
        #expect(found.values == nil && found.rows == nil && found.columns == nil)
        #expect(found.outlierCount == 0 && found.zeroCount == 0)
    }
}
