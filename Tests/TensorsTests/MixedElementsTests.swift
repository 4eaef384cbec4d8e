import CKernels
import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Sums of products beside NumPy's in float64: `Fixtures/mixtures/make_goldens.py`.
@Suite struct MixedElementsTests {
    private struct Case: Decodable {
        struct Term: Decodable {
            let type: ElementType
            let bits: [String]

            var bytes: [UInt8] { TestSupport.bytes(of: bits.compactMap { UInt64($0, radix: 16) }, as: type) }
        }

        let name: String
        let coefficients: [String]
        let terms: [Term]
        let expected: [String]
    }

    private static func cases() throws -> [Case] {
        let file = URL(filePath: "\(packageRoot)/Tests/Fixtures/mixtures/mixtures.json")
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    }

    /// The sums of one case, elements `range`, from and to addresses that are off by `shift` bytes.
    private func sums(_ item: Case, _ range: Range<Int>, shift: Int) throws -> [UInt32] {
        let mixed = MixedElements()
        mixed.begin()
        for (text, term) in zip(item.coefficients, item.terms) {
            let bytes = [UInt8](repeating: 0, count: shift) + term.bytes
            bytes.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                mixed.add(
                    Double(text) ?? .nan, times: base + shift + range.lowerBound * term.type.byteCount, term.type,
                    count: range.count)
            }
        }
        let target = UnsafeMutableRawPointer.allocate(byteCount: 4 * range.count + shift, alignment: 8)
        defer { target.deallocate() }
        mixed.round(count: range.count, to: target + shift)
        return (0..<range.count).map { (target + shift).loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
    }

    @Test func `sums are NumPy's, bit for bit, at every level of vectors`() throws {
        let cases = try MixedElementsTests.cases()
        #expect(cases.count == 11)
        try atEveryLevel { level in
            for item in cases {
                let expected = item.expected.compactMap { UInt32($0, radix: 16) }
                #expect(expected.count >= 4)
                let found = try sums(item, 0..<expected.count, shift: 0)
                #expect(found == expected, "\(item.name), \(level)")
            }
        }
    }

    @Test func `an element depends neither on the piece it is in nor on where that lies`() throws {
        for item in try MixedElementsTests.cases() {
            let whole = try sums(item, 0..<item.expected.count, shift: 0)
            let pieces = try whole.indices.flatMap { try sums(item, $0..<$0 + 1, shift: $0 % 8) }
            #expect(pieces == whole, "\(item.name)")
        }
    }

    @Test func `a sum starts anew, whatever the one before it was`() throws {
        let mixed = MixedElements()
        var result: Float = 0
        for value in [Float.infinity, -0.0] {
            mixed.begin()
            withUnsafeBytes(of: value) { bytes in
                if let base = bytes.baseAddress { mixed.add(1, times: base, .float32, count: 1) }
            }
            withUnsafeMutableBytes(of: &result) { bytes in
                if let base = bytes.baseAddress { mixed.round(count: 1, to: base) }
            }
        }
        #expect(result.bitPattern == 0x8000_0000)
    }
}
