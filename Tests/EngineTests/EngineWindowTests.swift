import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Engine

/// The engine on tensors that must be decoded before they are summed.
@Suite struct EngineWindowTests {
    private struct Expected: Decodable {
        struct Tensor: Decodable {
            let name: String
            let type: String
            let shape: [Int]
            let offset: Int
        }

        let tensors: [Tensor]
    }

    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Files that h5py wrote, beside the bytes it wrote into them.
    @Test(arguments: ["filters", "shapes", "types"])
    func `every layout and filter gives the fingerprint of what was written`(name: String) throws {
        let base = "\(packageRoot)/Tests/Fixtures/reading/core/\(name)"
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(filePath: base + ".json")))
        let written = [UInt8](try Data(contentsOf: URL(filePath: base + ".expected")))
        let checkpoint = try open(base + ".h5")
        let journal = try Journal(directory: "\(folder.path)/journal")
        let requests = checkpoint.tensors.indices.filter { checkpoint.tensors[$0].elementType.hasStatistics }
            .map { ContentReduction(TensorReference(checkpoint: 0, tensor: $0), fingerprints: true) }
        let results = try RequestEngine([checkpoint], jobs: 3, journal: journal).run(requests)
        #expect(!requests.isEmpty && results.failures.isEmpty)
        for request in requests {
            let tensor = expected.tensors[request.input.tensor]
            let info = checkpoint.tensors[request.input.tensor]
            #expect(info.name == tensor.name)
            let size = info.elementCount * info.elementType.byteCount
            let bytes = read(Array(written[tensor.offset..<(tensor.offset + size)]), as: info.elementType)
            let content = try #require(results.summary(request))
            #expect(content.fingerprint == bytes.withUnsafeBytes { Fingerprint(of: $0) }, "\(tensor.name)")
            #expect(content.sums.count == info.elementCount, "\(tensor.name)")
        }
    }

    /// The bytes of elements as they are read: 8-bit floats as float32.
    private func read(_ bytes: [UInt8], as type: ElementType) -> [UInt8] {
        guard let float8 = Float8(type) else { return bytes }
        let values = [Float](unsafeUninitializedCapacity: bytes.count) { values, count in
            guard let base = values.baseAddress else { return }
            bytes.withUnsafeBufferPointer { source in
                if let start = source.baseAddress { float8.widen(start, count: bytes.count, scale: 1, to: base) }
            }
            count = bytes.count
        }
        return values.withUnsafeBytes { Array($0) }
    }

    /// Windows from the least that there is, one segment, to all at once.
    @Test(
        .enabled(if: testPython != nil, "needs h5py: .venv/bin/python or DYNAMICS_PYTHON"),
        arguments: [1, 3 << 20, 128 << 20])
    func `compressed chunks give the summaries of plain bytes, whatever the windows`(windowBytes: Int) throws {
        let python = try #require(testPython)
        #expect(try run(python, "\(packageRoot)/Tests/Fixtures/engine/make_chunked.py", folder.path) == 0)
        let plain = try open("\(folder.path)/plain.h5")
        let chunked = try open("\(folder.path)/chunked.h5")
        #expect(chunked.tensors.map(\.layout) == [.chunked, .chunked])

        let alone = try summaries([plain, plain], windowBytes)
        #expect(alone.failures.isEmpty)
        for pair in [[chunked, chunked], [plain, chunked]] {
            let found = try summaries(pair, windowBytes)
            #expect(found.failures.isEmpty)
            for request in contents { #expect(found.summary(request) == alone.summary(request)) }
            #expect(found.summary(difference) == alone.summary(difference))
            #expect(found.summary(gram) == alone.summary(gram))
            #expect(found.summary(rows) == alone.summary(rows))
        }
        #expect(alone.summary(contents[0])?.segments.count == 3)
        // Multiples of 1/512 below 4, so that sums are exact: those of i mod 2039 and of i mod 1021.
        let count = 2501 * 1100
        func sum(_ m: Int) -> Double {
            let (rounds, rest) = count.quotientAndRemainder(dividingBy: m)
            return Double(rounds * (m * (m - 1) / 2) + rest * (rest - 1) / 2)
        }
        let expected = (sum(2039) / 512 - 1.5 * Double(count)) - (sum(1021) / 256 - 2 * Double(count))
        #expect(alone.summary(difference)?.sum == expected)
    }

    // Tensor a of the first checkpoint and b of the second.
    private let inputs = [TensorReference(checkpoint: 0, tensor: 0), TensorReference(checkpoint: 1, tensor: 1)]
    private var contents: [ContentReduction] { inputs.map { ContentReduction($0, fingerprints: true) } }
    private var difference: DifferenceReduction {
        DifferenceReduction(from: inputs[0], to: inputs[1], movedThreshold: 1e-5)
    }
    private var gram: UpdateGramReduction {
        UpdateGramReduction(inputs, edges: [UpdateEdge(from: 0, to: 1), UpdateEdge(from: 1, to: 0)])
    }
    private var rows: GroupedDifferenceReduction {
        GroupedDifferenceReduction(from: inputs[0], to: inputs[1], grouping: Grouping(run: 1100, groups: 2501))
    }

    private func summaries(_ checkpoints: [Checkpoint], _ windowBytes: Int) throws -> ReductionResults {
        let journal = try Journal(directory: "\(folder.path)/journal-\(UUID().uuidString)")
        let requests: [any Request] = contents + [difference, gram, rows]
        return try RequestEngine(checkpoints, jobs: 3, journal: journal, windowBytes: windowBytes).run(requests)
    }
}
