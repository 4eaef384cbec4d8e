import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments

/// Whether a drift exceeds rounding, decided for weights that were rounded and nothing else, and for weights that moved.
///
/// Rounding is done here in double, by the definition of the formats, and not by the code under test.
@Suite struct DriftRoundingTests {
    /// What a format keeps: fraction bits, and the exponent below which its numbers are evenly spaced.
    private struct Format {
        let type: ElementType
        let bits: Int
        let least: Int

        func round(_ value: Double) -> Double {
            guard value != 0 else { return value }
            let exponent = max(Int(value.exponent), least)
            let spacing = Double(sign: .plus, exponent: exponent - bits, significand: 1)
            return (value / spacing).rounded(.toNearestOrEven) * spacing
        }
    }

    private static let formats = [
        "float32": Format(type: .float32, bits: 23, least: -126),
        "bfloat16": Format(type: .bfloat16, bits: 7, least: -126),
        "float16": Format(type: .float16, bits: 10, least: -14),
        "e4m3": Format(type: .float8e4m3, bits: 3, least: -6),
        "e5m2": Format(type: .float8e5m2, bits: 2, least: -14),
    ]

    private enum Spread: CaseIterable {
        /// Normal, as weights are; even; of widely different sizes; normal with one far outlier.
        case normal, even, wide, outlier
    }

    private static func weights(_ count: Int, _ spread: Spread, _ generator: inout SampleGenerator) -> [Double] {
        func uniform() -> Double { (Double(generator.draw()) + 0.5) * 0x1p-32 }
        func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
        var values = (0..<count).map { _ -> Double in
            switch spread {
            case .normal, .outlier: 0.02 * normal()
            case .even: 2 * uniform() - 1
            case .wide: 0.02 * normal() * exp(2 * normal())
            }
        }
        if spread == .outlier { values[0] = 50 * normal() }
        return values
    }

    /// The drift between two lists of values that the formats hold exactly. 8-bit floats are handed on as float32.
    private static func metrics(_ a: [Double], _ first: Format, _ b: [Double], _ second: Format) -> DriftMetrics {
        func bytes(_ values: [Double], _ type: ElementType) -> [UInt8] {
            let held: ElementType = type.isFloat8 ? .float32 : type
            return TestSupport.bytes(of: values.map { pattern(of: $0, as: held) }, as: held)
        }
        var (from, to) = (TensorSumsAccumulator(first.type), TensorSumsAccumulator(second.type))
        var difference = DifferenceAccumulator(first.type, second.type, threshold: 1e-5, capacity: a.count)
        bytes(a, first.type).withUnsafeBytes { x in
            bytes(b, second.type).withUnsafeBytes { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                from.add(x, count: a.count)
                to.add(y, count: a.count)
                difference.add(x, y, count: a.count)
            }
        }
        return DriftMetrics(
            from: from.sums, to: to.sums, difference: difference.sums, types: (first.type, second.type))
    }

    /// 40 seeds by 6 sizes by 4 spreads: 960 tensors, each rounded again, and each rounded twice from the same weights.
    @Test(arguments: [
        ("float32", "bfloat16"), ("float32", "float16"), ("float16", "bfloat16"), ("bfloat16", "float16"),
        ("bfloat16", "e4m3"), ("float32", "e4m3"), ("float32", "e5m2"), ("e4m3", "e5m2"),
    ])
    func `pure rounding does not exceed rounding`(_ wide: String, _ narrow: String) throws {
        let (first, second) = (try #require(Self.formats[wide]), try #require(Self.formats[narrow]))
        var (exceeding, most, count) = (0, 0.0, 0)
        for seed in 0..<40 {
            var generator = SampleGenerator(seed: UInt64(seed))
            for size in [1, 2, 5, 20, 80, 1000] {
                for spread in Spread.allCases {
                    let weights = Self.weights(size, spread, &generator).map { Double(Float($0)) }
                    let a = weights.map(first.round)
                    for b in [a.map(second.round), weights.map(second.round)] {
                        let metrics = Self.metrics(a, first, b, second)
                        count += 1
                        if metrics.exceedsRounding == true { exceeding += 1 }
                        if size == 1000, spread == .normal { most = max(most, metrics.roundingRatio ?? 0) }
                    }
                }
            }
        }
        #expect(exceeding == 0 && count == 1920, "\(exceeding) of \(count) exceed")
        // The yardstick is one: of weights as they are, the ratio is about 1.
        #expect(most > 0.9 && most < 1.2, "\(most)")
    }

    /// A move of one standard deviation of the rounding in every element makes the ratio √2.
    @Test(arguments: ["bfloat16", "float16", "e4m3"])
    func `a move as large as rounding exceeds it`(_ name: String) throws {
        let format = try #require(Self.formats[name])
        for seed in 0..<20 {
            var generator = SampleGenerator(seed: UInt64(1000 + seed))
            let weights = Self.weights(20_000, .even, &generator).map { Double(Float($0)) }
            let sizes = weights.map { value in
                Double(sign: .plus, exponent: max(Int(value.exponent), format.least) - format.bits, significand: 1)
            }
            let moved = zip(weights, sizes).map { weight, size in
                weight + (generator.draw() & 1 == 0 ? size : -size) / 12.0.squareRoot()
            }
            let float32 = try #require(Self.formats["float32"])
            let metrics = Self.metrics(weights, float32, moved.map(format.round), format)
            #expect(metrics.exceedsRounding == true, "\(seed): \(metrics.roundingRatio ?? 0)")
        }
    }
}
