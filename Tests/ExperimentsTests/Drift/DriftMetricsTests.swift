import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments
@testable import Reports

/// One of `Fixtures/drift/edge_cases.json`.
private struct EdgeCase: Decodable {
    struct Generated: Decodable {
        let count: Int
        let relation: String
        let exponent: Int
        let spread: UInt64
        let seed: UInt64
    }

    enum Value: Decodable {
        case number(Double)
        case missing

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .missing
            } else if let flag = try? container.decode(Bool.self) {
                self = .number(flag ? 1 : 0)
            } else {
                self = .number(try container.decode(Double.self))
            }
        }
    }

    let name: String
    let type_from: ElementType
    let type_to: ElementType
    let from: [String]?
    let to: [String]?
    let generated: Generated?
    let expected: [String: Value]

    /// The bit patterns of both sides, as `make_edge_cases.py` makes them.
    var patterns: (from: [UInt64], to: [UInt64]) {
        guard let generated else {
            func read(_ texts: [String]?) -> [UInt64] { (texts ?? []).compactMap { UInt64($0, radix: 16) } }
            return (read(from), read(to))
        }
        var first = SampleGenerator(seed: generated.seed)
        var second = SampleGenerator(seed: generated.seed + 1)
        let a = (0..<generated.count).map { _ in
            first.element(type_from, exponent: generated.exponent, spread: generated.spread)
        }
        switch generated.relation {
        case "independent":
            return (
                a,
                a.map { _ in second.element(type_to, exponent: generated.exponent, spread: generated.spread) }
            )
        case "nudged": return (a, a.map { $0 &+ second.draw() % 5 &- 2 })
        default: return (a, a.map { ($0 + 0x7fff + ($0 >> 16 & 1)) >> 16 })
        }
    }

    var golden: MetricValues {
        expected.compactMapValues { value in
            if case .number(let number) = value { number } else { nil }
        }
    }
}

/// The drift between two tensors held in memory.
private func metrics(
    _ a: [UInt8], _ typeA: ElementType, _ b: [UInt8], _ typeB: ElementType, threshold: Double = 1e-5
) -> DriftMetrics {
    let count = a.count / typeA.byteCount
    var (from, to) = (TensorSumsAccumulator(typeA), TensorSumsAccumulator(typeB))
    var difference = DifferenceAccumulator(typeA, typeB, threshold: threshold, capacity: max(1, count))
    a.withUnsafeBytes { x in
        b.withUnsafeBytes { y in
            guard let x = x.baseAddress, let y = y.baseAddress, count > 0 else { return }
            from.add(x, count: count)
            to.add(y, count: count)
            difference.add(x, y, count: count)
        }
    }
    return DriftMetrics(from: from.sums, to: to.sums, difference: difference.sums, types: (typeA, typeB))
}

@Suite struct DriftMetricsTests {
    @Test func `edge cases agree with longdouble arithmetic`() throws {
        let path = "\(packageRoot)/Tests/Fixtures/drift/edge_cases.json"
        let cases = try JSONDecoder().decode([EdgeCase].self, from: Data(contentsOf: URL(filePath: path)))
        #expect(cases.count == 93)
        for each in cases {
            let patterns = each.patterns
            let found = metrics(
                bytes(of: patterns.from, as: each.type_from), each.type_from,
                bytes(of: patterns.to, as: each.type_to), each.type_to)
            // Blocks of 16-bit types are summed in float32 behind their guard, all else in double. Differences of
            // unlike types are in double.
            let widths = [each.type_from.byteCount, each.type_to.byteCount]
            #expect(
                disagreements(
                    found.values, each.golden, accuracy: widths.contains(2) ? 1e-7 : 1e-15, single: widths == [2, 2])
                    == [], "\(each.name)")
        }
    }

    private static func floats(_ values: Double...) -> [UInt8] {
        bytes(of: values.map { pattern(of: $0, as: .float32) }, as: .float32)
    }

    @Test func `a right angle has rotation 1`() {
        let found = metrics(Self.floats(3, 0), .float32, Self.floats(0, 4), .float32)
        #expect(found.normFrom == 3 && found.normTo == 4 && found.drift == 5)
        #expect(found.rotation == 1 && found.cosine == 0)
        #expect(found.angle.map { abs($0 - .pi / 2) <= .ulpOfOne } == true)
        #expect(found.signFlips == 0 && found.changed == 1)
    }

    /// 1 − a·b/(‖a‖‖b‖) in double gives 0 here.
    @Test func `a small angle keeps its digits`() throws {
        let found = metrics(Self.floats(1, 0), .float32, Self.floats(1, 0x1p-30), .float32)
        let angle = try #require(found.angle)
        #expect(abs(angle - 0x1p-30) <= 1e-15 * 0x1p-30)
    }

    @Test func `aggregates come from sums, not from means of ratios`() {
        var whole = metrics(Self.floats(3), .float32, Self.floats(3), .float32)
        whole.add(metrics(Self.floats(4, 0), .float32, Self.floats(0, 0), .float32))
        #expect(whole.count == 3)
        #expect(whole.relativeDrift == 0.8)
        #expect(whole.maximumAbsoluteChange == 4)
        #expect(whole.changed == 1.0 / 3)
    }

    @Test func `one tensor of unlike types leaves the whole without changed bits`() {
        var whole = metrics(Self.floats(1), .float32, Self.floats(2), .float32)
        #expect(whole.changedBits == 1)
        whole.add(metrics([0x80, 0x3f], .bfloat16, Self.floats(1), .float32))
        #expect(whole.changedBits == nil)
        #expect(whole.changed == 0.5)
    }

    @Test func `a NaN in one tensor leaves the whole without norms, whichever comes first`() {
        let broken = metrics(Self.floats(.nan, 1), .float32, Self.floats(1, 1), .float32)
        let sound = metrics(Self.floats(1), .float32, Self.floats(2), .float32)
        for parts in [[broken, sound], [sound, broken]] {
            var whole = DriftMetrics()
            for part in parts { whole.add(part) }
            #expect(whole.from.nonFiniteCount == 1 && whole.from.firstNonFinite == (parts[0].count == 2 ? 0 : 1))
            #expect(whole.normFrom == nil && whole.drift == nil && whole.rotation == nil && whole.meanChange == nil)
            #expect(whole.maximumAbsoluteChange == nil && whole.roundingDrift == nil && whole.exceedsRounding == nil)
            #expect(whole.normTo == 6.0.squareRoot())
            #expect(whole.changed == 2.0 / 3)
        }
    }

    @Test func `no elements have no metrics but a drift of zero`() {
        let nothing = DriftMetrics()
        #expect(
            nothing.values == [
                "count": 0, "norm_from": 0, "norm_to": 0, "drift": 0, "nonfinite_from": 0, "nonfinite_to": 0,
                "rounding_drift": 0, "exceeds_rounding": 0,
            ])
    }
}
