import Foundation
import Tensors
import Testing

@testable import Base
@testable import Checkpoints

/// Against the definition: element (i, j, ...) is number first + i·s0 + j·s1 + ... of the storage.
@Suite struct StridedElementsTests {
    private func reads(_ elements: StridedElements, _ range: Range<Int>, of storage: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: range.count * elements.type.byteCount)
        bytes.withUnsafeMutableBytes { buffer in
            elements.read(range, into: buffer) { (offset, target) throws(Never) in
                target.copyBytes(from: storage[offset..<offset + target.count])
            }
        }
        return bytes
    }

    private func plain(_ shape: [Int], _ strides: [Int], _ first: Int, width: Int, _ storage: [UInt8]) -> [UInt8] {
        (0..<shape.reduce(1, *)).flatMap { index -> ArraySlice<UInt8> in
            var (rest, place) = (index, first)
            for (extent, stride) in zip(shape, strides).reversed() {
                place += rest % extent * stride
                rest /= extent
            }
            return storage[place * width..<(place + 1) * width]
        }
    }

    @Test func `random shapes and strides, whole and in part`() throws {
        var random = SplitMix64(seed: 3)
        let types: [ElementType] = [.uint8, .bfloat16, .float32, .float64]
        for _ in 0..<400 {
            let type = types[random.index(below: 4)]
            let rank = random.index(below: 5)
            let shape = (0..<rank).map { _ in 1 + random.index(below: 6) }
            let strides = (0..<rank).map { _ in random.index(below: 40) }
            let first = random.index(below: 9)
            let count = zip(shape, strides).reduce(first + 1) { $0 + ($1.0 - 1) * $1.1 }
            let storage = (0..<count * type.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let extent = Extent(file: 0, offset: 0, byteCount: storage.count)
            let elements = try #require(
                StridedElements(type, shape: shape, strides: strides, first: first, extent: extent))
            let expected = plain(shape, strides, first, width: type.byteCount, storage)
            let total = elements.elementCount
            #expect(reads(elements, 0..<total, of: storage) == expected, "\(shape) \(strides)")
            let start = random.index(below: total)
            let end = start + random.index(below: total - start + 1)
            #expect(
                reads(elements, start..<end, of: storage)
                    == Array(expected[start * type.byteCount..<end * type.byteCount]),
                "\(shape) \(strides) \(start) \(end)")
            // One element less of the storage, and the last lies outside.
            let short = Extent(file: 0, offset: 0, byteCount: storage.count - type.byteCount)
            #expect(StridedElements(type, shape: shape, strides: strides, first: first, extent: short) == nil)
        }
    }

    @Test func `a transposed matrix larger than what is read at once`() throws {
        let (rows, columns) = (700, 1100)
        let storage = (0..<rows * columns).map { Int32($0) }.withUnsafeBytes { Array($0) }
        let extent = Extent(file: 0, offset: 0, byteCount: storage.count)
        let elements = try #require(
            StridedElements(.int32, shape: [columns, rows], strides: [1, columns], first: 0, extent: extent))
        let found = reads(elements, 350..<columns * rows - 5, of: storage)
        let expected = (350..<columns * rows - 5).map { Int32($0 % rows * columns + $0 / rows) }
        #expect(found == expected.withUnsafeBytes { Array($0) })
        // A single column: far apart, and more than fits a piece.
        let column = try #require(
            StridedElements(.int32, shape: [rows], strides: [columns], first: 7, extent: extent))
        #expect(
            reads(column, 0..<rows, of: storage)
                == (0..<rows).map { Int32($0 * columns + 7) }.withUnsafeBytes { Array($0) })
    }

    @Test func `numbers that no storage can bear out are refused`() {
        let extent = Extent(file: 0, offset: 0, byteCount: 16)
        func isRefused(_ shape: [Int], _ strides: [Int], first: Int = 0) -> Bool {
            StridedElements(.float32, shape: shape, strides: strides, first: first, extent: extent) == nil
        }
        #expect(!isRefused([2, 2], [1, 2]))
        #expect(isRefused([2, 2], [1, 3]) && isRefused([2, 2], [1, 2], first: 1) && isRefused([4], [1], first: -1))
        #expect(isRefused([.max], [1]) && isRefused([2], [.max]) && isRefused([3, 3], [.max, .max]))
        #expect(isRefused([-1], [1]) && isRefused([2], [-1]) && isRefused([2], [1, 1]))
        #expect(isRefused([2], [1], first: .max))
        // 2^40 copies of one number in a file of 16 bytes.
        #expect(isRefused([1 << 20, 1 << 20], [0, 0]) && !isRefused([1 << 10, 1 << 10], [0, 0]))
        #expect(!isRefused([0, 1 << 40], [1, 1]))
    }
}
