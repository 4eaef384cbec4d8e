import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct DescriptorPoolTests {
    private let folder: TemporaryFolder
    private let pool = DescriptorPool(limit: 4)

    init() throws { folder = try TemporaryFolder() }

    private func files(_ count: Int) throws -> [LocalFile] {
        try (0..<count).map { index in
            let path = try folder.write("\(index)", Array(repeating: UInt8(index), count: 64))
            return try LocalFile(path, checkpoint: "test", pool: pool)
        }
    }

    @Test func `more files than may be open are read by many threads, and few stay open`() throws {
        let files = try files(20)
        #expect(pool.count == 4)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 400) { iteration in
            let index = iteration * 7 % 20
            let bytes = try? files[index].bytes(at: iteration % 32, count: 32)
            if bytes != Array(repeating: UInt8(index), count: 32) { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
        #expect((1...4).contains(pool.count))
    }

    @Test func `a file that is read again and again stays open`() throws {
        let files = try files(4)
        var more: [LocalFile] = []
        let first = try files[0].descriptor()
        for index in 4..<12 {
            _ = try files[0].bytes(at: 0, count: 1)
            let path = try folder.write("\(index)", [1])
            more.append(try LocalFile(path, checkpoint: "test", pool: pool))
            #expect(try files[0].descriptor() === first)
        }
    }

    @Test func `a file is closed with the last who knows it`() throws {
        var kept: [LocalFile]? = try files(3)
        #expect(pool.count == 3)
        kept?.removeLast()
        #expect(pool.count == 2)
        kept = nil
        #expect(pool.count == 0)
    }

    @Test func `a file that was replaced while it was closed is not read`() throws {
        let files = try files(6)
        // The first two are closed by now.
        #expect(rename(try folder.write("new", Array(repeating: 9, count: 64)), files[0].name) == 0)
        let error = #expect(throws: CheckpointError.self) { try files[0].bytes(at: 0, count: 1) }
        #expect(error?.kind == .changed)
        #expect(error?.problem == "\(files[0].identity.path) was replaced while it was read")

        try FileManager.default.removeItem(atPath: files[1].name)
        let gone = #expect(throws: CheckpointError.self) { try files[1].bytes(at: 0, count: 1) }
        #expect(gone?.problem == "\(files[1].identity.path) disappeared while it was read")
        #expect(throws: CheckpointError.self) { try files[1].checkUnchanged() }
    }

    @Test(arguments: [(64, 16), (256, 128), (1024, 512), (65536, 32768), (20, 4)])
    func `half of what a process may open is left to others`(limit: Int, share: Int) {
        #expect(DescriptorPool.share(of: limit) == share)
    }
}
