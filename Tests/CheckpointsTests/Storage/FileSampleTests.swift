import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct FileSampleTests {
    @Test(arguments: [0, 1, 4096, 262_144])
    func `a file no longer than the sample is read whole`(size: Int) {
        #expect(FileSample.blocks(of: size) == (size == 0 ? [] : [0..<size]))
    }

    @Test(arguments: [262_145, 1_000_003, 14_000_000_000])
    func `of a longer one there are 64 blocks, both ends, and no gap wider than a 63rd`(size: Int) {
        let blocks = FileSample.blocks(of: size)
        #expect(blocks.count == 64 && blocks.allSatisfy { $0.count == 4096 })
        #expect(blocks.first?.lowerBound == 0 && blocks.last?.upperBound == size)
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $1.lowerBound - $0.upperBound <= size / 63 })
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.lowerBound < $1.lowerBound })
    }

    @Test func `a change is seen in a block, and not between two`() throws {
        let folder = try ScratchFolder()
        var model = SmallModel(0)
        model.tensors = [SmallModel.Tensor("long", .float32, [1 << 18], (0..<(1 << 18)).map { Double($0) })]
        let path = try model.write(to: folder)
        let before = try openCheckpoint(path).sampleFiles()
        #expect(before.byteCount == 64 * 4096 && before.samples.count == 1)
        let blocks = FileSample.blocks(of: try #require(FileManager.default.contents(atPath: path)).count)
        func change(at offset: Int) throws {
            let file = try FileHandle(forUpdating: URL(filePath: path))
            try file.seek(toOffset: UInt64(offset))
            try file.write(contentsOf: Data([0xff, 0xfe, 0xfd]))
            try file.close()
        }
        try change(at: (blocks[30].upperBound + blocks[31].lowerBound) / 2)
        #expect(try openCheckpoint(path).sampleFiles().samples == before.samples)
        try change(at: blocks[31].upperBound - 3)
        #expect(try openCheckpoint(path).sampleFiles().samples != before.samples)
    }
}
