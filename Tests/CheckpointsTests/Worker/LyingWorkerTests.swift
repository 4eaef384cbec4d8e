import Foundation
import HDF5
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

/// A worker that a file has taken over may send anything. Its parent must neither crash nor believe it.
@Suite(.serialized)
struct LyingWorkerTests {
    private static let folder = try? TemporaryFolder()

    /// Opens a file of 64 zeros behind an HDF5 signature, with a worker that sends `records` whatever it is asked.
    private func failure(records: [UInt8]) throws -> CheckpointError? {
        let folder = try #require(LyingWorkerTests.folder)
        let name = UUID().uuidString
        let file = try folder.write(
            "\(name).h5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] + [UInt8](repeating: 0, count: 64))
        var reply = withUnsafeBytes(of: UInt32(records.count).littleEndian) { Array($0) } + [1] + records
        reply += [0, 0, 0, 0, 2]
        _ = try folder.write("\(name).reply", reply)
        let script = try folder.write(
            "\(name).reply.sh", Array("#!/bin/sh\nhead -c 1 <&4 >/dev/null\nexec cat ${0%.sh} >&4\n".utf8))
        chmod(script, 0o700)
        for _ in 0..<100 {
            let error = CheckpointsTests.failure(
                file, ReadOptions(workerExecutable: script, progressTimeout: .seconds(20)))
            guard error?.problem.hasSuffix("Text file busy") == true else { return error }
            usleep(10_000)
        }
        return nil
    }

    private func tensor(_ place: WorkerTensor.Place, shape: [Int] = [2, 3]) -> WorkerTensor {
        WorkerTensor(
            name: "w", dataset: 0, elementType: .float32, bigEndian: false, shape: shape,
            filters: [InputDataset.Filter(id: 2, parameters: [4]), InputDataset.Filter(id: 1, parameters: [6])],
            storedByteCount: 24, fill: [0, 0, 0, 0], place: place, isDimension: false)
    }

    private func encoded(_ tensors: [WorkerTensor]) -> [UInt8] {
        var message = MessageWriter()
        WorkerRecord.root(address: 96).encode(to: &message)
        for tensor in tensors { WorkerRecord.tensor(tensor).encode(to: &message) }
        return message.bytes
    }

    @Test func `extents are checked against the file`() throws {
        #expect(try failure(records: encoded([tensor(.contiguous(offset: 48))])) == nil)
        for offset in [49, -1, .max, .min] {
            let error = try failure(records: encoded([tensor(.contiguous(offset: offset))]))
            #expect(error?.kind == .truncated, "offset \(offset)")
        }
    }

    @Test(arguments: [[-1, 3], [1 << 40, 1 << 40], [1 << 62, 1 << 62, 0], Array(repeating: 1, count: 33)])
    func `impossible shapes are refused`(_ shape: [Int]) throws {
        let error = try failure(records: encoded([tensor(.unallocated, shape: shape)]))
        #expect(error?.problem == "the shape of 'w' is impossible: \(shape)")
    }

    @Test(arguments: [[0, 3], [2], [-2, 3], [1 << 40, 1 << 40]])
    func `impossible chunks are refused`(_ chunk: [Int]) throws {
        let error = try failure(records: encoded([tensor(.chunked(shape: chunk, direct: true))]))
        #expect(error?.problem == "the chunks of 'w' are impossible: \(chunk)")
    }

    @Test func `tensors that take no room are counted`() throws {
        let huge = tensor(.chunked(shape: [1 << 20, 1], direct: true), shape: [1 << 40, 1 << 10])
        #expect(try failure(records: encoded([huge]))?.kind == .refused)
    }

    @Test func `no corruption of an answer brings the reader down`() throws {
        let run = InputDataset.ExternalRun(file: "x.bin", offset: 0, byteCount: nil)
        _ = try LyingWorkerTests.folder?.write("x.bin", [UInt8](repeating: 0, count: 100))
        let places: [WorkerTensor.Place] = [
            .contiguous(offset: 8), .chunked(shape: [1, 3], direct: true), .compact, .unallocated,
            .external([run], recordedSize: nil, recordedTime: nil),
            .virtual([InputDataset.VirtualSource(file: ".", path: "/v")]),
        ]
        let whole = encoded(
            places.enumerated().map { index, place in
                var tensor = tensor(place)
                tensor.name = "w\(index)"
                return tensor
            })
        var kinds: Set<CheckpointError.Kind?> = []
        for seed in 0..<300 {
            var random = SplitMix64(seed: UInt64(seed))
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // Fields are 8 bytes: whole ones are exchanged as often as single bytes.
                let place = Int.random(in: 0..<bytes.count - 8, using: &random)
                let value: UInt64 = [0, 1, 3, .max, 1 << 62, 1 << 40, 1 << 20].randomElement(using: &random) ?? 0
                for k in 0..<(Bool.random(using: &random) ? 8 : 1) {
                    bytes[place + k] = UInt8(value >> (8 * UInt64(k)) & 0xff)
                }
            }
            kinds.insert(try failure(records: bytes)?.kind)
        }
        #expect(kinds.isSuperset(of: [.malformed, .crashed]))
    }
}
