import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Engine

/// The reduction engine on checkpoints of its own, below the experiments.
@Suite struct EngineTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func journal(_ name: String = "journal") throws -> Journal {
        try Journal(directory: "\(folder.path)/\(name)")
    }

    private func bytesRead(_ checkpoints: [Checkpoint]) -> Int {
        checkpoints.reduce(0) { $0 + ($1.reader?.bytesRead ?? 0) }
    }

    /// Content of all tensors, differences of neighbours, and the Gram matrix of each tensor.
    private func requests(_ checkpoints: [Checkpoint]) -> [any Reduction] {
        let tensors = checkpoints[0].tensors.indices
        func reference(_ checkpoint: Int, _ tensor: Int) -> TensorReference {
            TensorReference(checkpoint: checkpoint, tensor: tensor)
        }
        let contents: [any Reduction] = checkpoints.indices.flatMap { checkpoint in
            tensors.map { ContentReduction(reference(checkpoint, $0), fingerprints: true) }
        }
        let differences: [any Reduction] = checkpoints.indices.dropFirst().flatMap { checkpoint in
            tensors.map {
                DifferenceReduction(
                    from: reference(checkpoint - 1, $0), to: reference(checkpoint, $0), movedThreshold: 1e-5)
            }
        }
        let edges = checkpoints.indices.dropFirst().map { UpdateEdge(from: $0 - 1, to: $0) }
        let grams: [any Reduction] = tensors.map { tensor in
            UpdateGramReduction(checkpoints.indices.map { reference($0, tensor) }, edges: edges)
        }
        return contents + differences + grams
    }

    /// Summaries as JSON, so that those of all kinds compare.
    private func texts(_ requests: [any Reduction], _ results: ReductionResults) throws -> [String] {
        func text<R: Reduction>(_ request: R) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(try #require(results.summary(request))), as: UTF8.self)
        }
        return try requests.map { try text($0) }
    }

    @Test func `sums are those that the values give by hand`() throws {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let engine = RequestEngine(checkpoints, jobs: 2, journal: try journal())
        let requests = requests(checkpoints)
        let results = try engine.run(requests)
        #expect(results.failures.isEmpty)
        for (t, info) in checkpoints[0].tensors.enumerated() {
            #expect(info.name == SmallModel.shapes[t].name)
            let n = Double(info.elementCount)
            let values = (0..<info.elementCount).map { SmallModel.value(t, $0, 2) }
            let content = try #require(
                results.summary(
                    ContentReduction(TensorReference(checkpoint: 2, tensor: t), fingerprints: true)))
            #expect(content.sums.count == info.elementCount)
            #expect(content.sums.squareSum == values.reduce(0) { $0 + $1 * $1 }, "\(info.name)")
            #expect(content.sums.maximumMagnitude == values.map(abs).max())
            let difference = try #require(
                results.summary(
                    DifferenceReduction(
                        from: TensorReference(checkpoint: 0, tensor: t), to: TensorReference(checkpoint: 1, tensor: t),
                        movedThreshold: 1e-5)))
            let change = SmallModel.change(t)
            #expect(difference.squareSum == n * change * change)
            #expect(difference.sum == n * change)
            #expect(difference.movedCount == info.elementCount)
            let gram = try #require(
                results.summary(
                    UpdateGramReduction(
                        (0..<3).map { TensorReference(checkpoint: $0, tensor: t) },
                        edges: [UpdateEdge(from: 0, to: 1), UpdateEdge(from: 1, to: 2)])))
            #expect(gram.dots == Array(repeating: n * change * change, count: 3))
        }
    }

    @Test(arguments: [ElementType.bfloat16, .float16, .float32, .float64])
    func `summaries do not depend on the number of threads`(type: ElementType) throws {
        let paths = try SmallModel.writeSeries(to: folder, type: type)
        var found: [[String]] = []
        for jobs in [1, 2, 7] {
            let checkpoints = try paths.map { try open($0) }
            let requests = requests(checkpoints)
            let engine = RequestEngine(checkpoints, jobs: jobs, journal: try journal("journal-\(jobs)"))
            found.append(try texts(requests, try engine.run(requests)))
        }
        #expect(found[0].count > 100)
        #expect(found[1] == found[0] && found[2] == found[0])
    }

    @Test func `each byte is read once, whoever asks for it`() throws {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let requests = requests(checkpoints)
        // Twice everything, as two experiments would ask for it, and a third kind of reduction on top.
        let rows = checkpoints[0].tensors.indices.map {
            GroupedDifferenceReduction(
                from: TensorReference(checkpoint: 0, tensor: $0), to: TensorReference(checkpoint: 2, tensor: $0),
                grouping: Grouping(run: 2, groups: 2))
        }
        let engine = RequestEngine(checkpoints, jobs: 2, journal: try journal())
        _ = try engine.run(requests + rows + requests)
        #expect(bytesRead(checkpoints) == 3 * SmallModel(0).byteCount)
    }

    /// 2^20 + 3 elements make two segments, 3 MiB of bfloat16 more than one block each.
    @Test func `a tensor of several segments has the sums and the fingerprint of the whole`() throws {
        let count = Fingerprint.segmentElements + 3
        let values = (0..<count).map { Double($0 % 4) }
        var model = SmallModel(0)
        model.tensors = [SmallModel.Tensor("long", .bfloat16, [count], values)]
        model["long"].values[count - 1] = .nan
        let checkpoint = try open(try model.write(to: folder))
        let request = ContentReduction(TensorReference(checkpoint: 0, tensor: 0), fingerprints: true)
        let results = try RequestEngine([checkpoint], jobs: 3, journal: try journal()).run([request])
        let content = try #require(results.summary(request))
        #expect(content.sums.count == count)
        #expect(content.sums.firstNonFinite == count - 1 && content.sums.nonFiniteCount == 1)
        #expect(content.sums.maximumMagnitude == 3)
        let bytes = model["long"].bytes
        let cut = 2 * Fingerprint.segmentElements
        let parts = [Array(bytes[..<cut]), Array(bytes[cut...])].map { part in
            part.withUnsafeBytes { Fingerprint(of: $0) }
        }
        #expect(content.segments == parts)
        #expect(content.fingerprint == Fingerprint(segments: parts))

        let first = ContentReduction(
            TensorReference(checkpoint: 0, tensor: 0), fingerprints: false,
            elementLimit: Fingerprint.segmentElements)
        let limited = try RequestEngine([checkpoint], jobs: 2, journal: try journal("other")).run([first])
        let sums = try #require(limited.summary(first)).sums
        #expect(sums.count == Fingerprint.segmentElements && sums.nonFiniteCount == 0)
        #expect(sums.squareSum == Double(Fingerprint.segmentElements / 4 * 14))
    }

    @Test func `a second run takes everything from the journal`() throws {
        let paths = try SmallModel.writeSeries(to: folder)
        var found: [[String]] = []
        var read: [Int] = []
        for _ in 0..<2 {
            let checkpoints = try paths.map { try open($0) }
            let requests = requests(checkpoints)
            let engine = RequestEngine(checkpoints, jobs: 2, journal: try journal())
            found.append(try texts(requests, try engine.run(requests)))
            read.append(bytesRead(checkpoints))
        }
        #expect(found[0] == found[1])
        #expect(read == [3 * SmallModel(0).byteCount, 0])
    }

    @Test func `a checkpoint cut short after it was opened costs its own comparisons`() throws {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let path = checkpoints[1].location.path
        #expect(truncate(path, 3000) == 0)
        let requests = requests(checkpoints)
        let direct = checkpoints[0].tensors.indices.map {
            DifferenceReduction(
                from: TensorReference(checkpoint: 0, tensor: $0), to: TensorReference(checkpoint: 2, tensor: $0),
                movedThreshold: 1e-5)
        }
        let results = try RequestEngine(checkpoints, jobs: 2, journal: try journal()).run(requests + direct)
        #expect(results.failures.keys.sorted() == [1])
        let failure = try #require(results.failures[1])
        #expect(failure.kind == .truncated)
        #expect(failure.checkpoint == path)
        for (tensor, request) in direct.enumerated() {
            let n = Double(checkpoints[0].tensors[tensor].elementCount)
            let change = 2 * SmallModel.change(tensor)
            #expect(results.summary(request)?.squareSum == n * change * change)
        }
        for request in requests where request.inputs.contains(where: { $0.checkpoint == 1 }) {
            #expect(results.summaries[RequestKey(request)] == nil)
        }
        // What was found out about a file that changed is not kept.
        let again = try Journal(directory: "\(folder.path)/journal")
        let content = ContentReduction(TensorReference(checkpoint: 1, tensor: 0), fingerprints: true)
        let rerun = try RequestEngine(
            [checkpoints[0], Checkpoint(location: checkpoints[1].location, contents: checkpoints[1].contents)],
            jobs: 1, journal: again
        ).run([content])
        #expect(rerun.summary(content) == nil)
        #expect(rerun.failures[1]?.kind == .unreachable)
    }

    @Test(arguments: [true, false])
    func `a checkpoint modified or replaced after it was opened is refused, and nothing of it is kept`(
        replaced: Bool
    ) throws {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let path = checkpoints[1].location.path
        if replaced {
            try SmallModel(2, revision: SmallModel.revisions[1]).write(to: folder)
        } else {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
        }
        let requests = requests(checkpoints)
        let results = try RequestEngine(checkpoints, jobs: 2, journal: try journal()).run(requests)
        #expect(results.failures.keys.sorted() == [1])
        #expect(results.failures[1]?.kind == .changed)
        let what = replaced ? "was replaced" : "was modified"
        #expect(results.failures[1]?.problem.contains("\(what) while it was read") == true)
        let gone = checkpoints.map { Checkpoint(location: $0.location, contents: $0.contents) }
        let kept = try RequestEngine(gone, jobs: 2, journal: try journal()).run(requests)
        for request in requests {
            let isSound = request.inputs.allSatisfy { $0.checkpoint != 1 }
            #expect((kept.summaries[RequestKey(request)] != nil) == isSound)
        }
    }

    @Test func `progress ends at the bytes that had to be read`() throws {
        let checkpoints = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let seen = Seen()
        let engine = RequestEngine(
            checkpoints, jobs: 1, journal: try journal(), progress: { seen.add($0.done, $0.total) })
        _ = try engine.run(requests(checkpoints))
        let total = 3 * SmallModel(0).byteCount
        #expect(seen.steps.map(\.total).allSatisfy { $0 == total })
        #expect(seen.steps.map(\.done) == seen.steps.map(\.done).sorted())
        #expect(seen.steps.last?.done == total)
    }
}

private final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [(done: Int, total: Int)] = []
    var steps: [(done: Int, total: Int)] { lock.withLock { all } }
    func add(_ done: Int, _ total: Int) { lock.withLock { all.append((done, total)) } }
}
