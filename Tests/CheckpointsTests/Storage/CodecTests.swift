import CCodecs
import TestSupport
import Testing

@testable import Base

/// The C loops against plain Swift.
struct CodecTests {
    @Test(arguments: [1, 2, 3, 4, 7, 8, 16], [0, 1, 7, 8, 64, 1001])
    func `unshuffle undoes a plain shuffle`(_ elementByteCount: Int, _ byteCount: Int) {
        let bytes = randomBytes(byteCount)
        let count = byteCount / elementByteCount
        var shuffled = bytes
        for i in 0..<count {
            for k in 0..<elementByteCount { shuffled[k * count + i] = bytes[i * elementByteCount + k] }
        }
        var restored = [UInt8](repeating: 0, count: byteCount)
        ccodecs_unshuffle(&restored, shuffled, byteCount, elementByteCount)
        #expect(restored == bytes)
    }

    @Test func `fletcher32 gives the published checksums`() {
        // Wikipedia's test vectors are for little-endian words; HDF5 reads big-endian ones, so pairs are swapped.
        #expect(ccodecs_fletcher32(Array("badcfe".utf8), 6) == 0x5650_2D2A)
        #expect(ccodecs_fletcher32(Array("badcfehg".utf8), 8) == 0xEBE1_9591)
    }

    @Test(arguments: [0, 1, 2, 719, 720, 721, 722, 5000])
    func `fletcher32 matches sums taken in one go`(_ byteCount: Int) {
        let bytes = randomBytes(byteCount)
        #expect(ccodecs_fletcher32(bytes, byteCount) == plain(bytes))
    }

    @Test func `bytes are reversed element by element`() {
        var bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        ccodecs_swap(&bytes, 8, 2)
        #expect(bytes == [2, 1, 4, 3, 6, 5, 8, 7])
        ccodecs_swap(&bytes, 8, 4)
        #expect(bytes == [3, 4, 1, 2, 7, 8, 5, 6])
        ccodecs_swap(&bytes, 8, 8)
        #expect(bytes == [6, 5, 8, 7, 2, 1, 4, 3])
    }

    @Test(arguments: [2, 4, 8])
    func `swap reverses each component`(_ size: Int) {
        var bytes = randomBytes(40 * size)
        let reversed = stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
        ccodecs_swap(&bytes, bytes.count, size)
        #expect(bytes == reversed)
    }

    /// Fletcher's sums in 64 bits, folded to 16 as HDF5 folds them: into 1...65535 once anything was added.
    private func plain(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for start in stride(from: 0, to: bytes.count, by: 2) {
            low += UInt64(bytes[start]) << 8 | (start + 1 < bytes.count ? UInt64(bytes[start + 1]) : 0)
            high += low
        }
        func folded(_ sum: UInt64) -> UInt32 { sum == 0 ? 0 : UInt32((sum - 1) % 65535 + 1) }
        return folded(high) << 16 | folded(low)
    }

    private func randomBytes(_ count: Int) -> [UInt8] {
        var random = SplitMix64(seed: UInt64(count))
        return (0..<count).map { _ in .random(in: 0...255, using: &random) }
    }
}
