import Base
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct FingerprintTests {
    private struct Vector: Decodable {
        let bytes: Int
        let width: Int
        let plain: String
        let tensor: String
    }

    private let vectors: [Vector]

    init() throws {
        let path = "\(packageRoot)/Tests/Fixtures/fingerprints/vectors.json"
        vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// Byte i is i mod 251.
    private func content(_ count: Int) -> [UInt8] {
        let ramp = [UInt8](0..<251)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + ramp.count)
        while bytes.count < count { bytes += ramp }
        return Array(bytes.prefix(count))
    }

    @Test func `plain fingerprints are those that the xxhash package gives`() {
        #expect(vectors.count == 22)
        for vector in vectors {
            let found = content(vector.bytes).withUnsafeBytes { Fingerprint(of: $0) }
            #expect(found.description == vector.plain, "\(vector.bytes) bytes")
        }
    }

    @Test func `bytes that arrive in parts have the fingerprint of the whole`() {
        for vector in vectors where vector.bytes <= 4099 {
            for step in [1, 64, 240, 1000] {
                let stream = Fingerprint.Stream()
                content(vector.bytes).withUnsafeBytes { bytes in
                    for start in Swift.stride(from: 0, to: bytes.count, by: step) {
                        stream.add(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + step, bytes.count)]))
                    }
                }
                #expect(stream.fingerprint.description == vector.plain, "\(vector.bytes) bytes in steps of \(step)")
            }
        }
    }

    @Test func `a tensor of more than 2^20 elements has the fingerprint of its segments' fingerprints`() {
        for vector in vectors where vector.width > 1 {
            let step = Fingerprint.segmentElements * vector.width
            let segments = content(vector.bytes).withUnsafeBytes { bytes in
                Swift.stride(from: 0, to: bytes.count, by: step).map { start in
                    Fingerprint(of: UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + step, bytes.count)]))
                }
            }
            #expect(Fingerprint(segments: segments).description == vector.tensor, "\(vector.bytes) bytes")
        }
    }

    @Test func `a fingerprint is read back from its text and from JSON`() throws {
        let fingerprint = Fingerprint(of: "weights")
        #expect(Fingerprint(fingerprint.description) == fingerprint)
        let data = try JSONEncoder().encode([fingerprint])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(fingerprint)\"]")
        #expect(try JSONDecoder().decode([Fingerprint].self, from: data) == [fingerprint])
    }

    @Test(
        arguments: [
            "", "99aa06d3014798d86001c324468d497", "99aa06d3014798d86001c324468d497g",
            "é9aa06d3014798d86001c324468d497",
        ])
    func `text that is no fingerprint is refused`(text: String) {
        #expect(Fingerprint(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Fingerprint].self, from: JSONEncoder().encode([text]))
        }
    }
}
