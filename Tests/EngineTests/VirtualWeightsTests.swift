import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Engine

/// The engine on weights that no file holds.
@Suite struct VirtualWeightsTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func journal(_ name: String = "journal") throws -> Journal {
        try Journal(directory: "\(folder.path)/\(name)")
    }

    private func soup(_ terms: [(Double, Checkpoint)], name: String = "soup") throws -> Checkpoint {
        try Checkpoint(mixing: terms.map { Mixture.Term($0, $1) }, name: name, place: "soup.\(name)")
    }

    private func contents(_ checkpoint: Checkpoint, at index: Int) -> [ContentReduction] {
        checkpoint.tensors.indices.map {
            ContentReduction(TensorReference(checkpoint: index, tensor: $0), fingerprints: true)
        }
    }

    /// The fingerprints of what the engine reads of a checkpoint, and the bytes that it reads.
    private func read(
        _ checkpoint: Checkpoint, jobs: Int = 2, journal name: String, windowBytes: Int = 128 << 20
    ) throws -> (fingerprints: [Fingerprint?], byteCount: Int) {
        let requests = contents(checkpoint, at: 0)
        let readers = checkpoint.mixture?.terms.compactMap(\.checkpoint.reader) ?? [checkpoint.reader].compactMap { $0 }
        let before = readers.reduce(0) { $0 + $1.bytesRead }
        let results = try RequestEngine([checkpoint], jobs: jobs, journal: try journal(name), windowBytes: windowBytes)
            .run(requests)
        #expect(results.failures.isEmpty)
        return (
            requests.map { results.summary($0)?.fingerprint }, readers.reduce(0) { $0 + $1.bytesRead } - before
        )
    }

    @Test func `summaries are those of the same numbers in a file, with any threads`() throws {
        let terms = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let mixed = try soup([(0.25, terms[0]), (0.25, terms[1]), (0.5, terms[2])])
        var model = SmallModel(0, revision: "file", type: .float32)
        for t in model.tensors.indices {
            model.tensors[t].values = model.tensors[t].values.indices.map { i -> Double in
                let values = (0..<3).map { SmallModel.value(t, i, $0) }
                // Exact: multiples of 1/128.
                return (values[0] + values[1]) / 4 + values[2] / 2
            }
        }
        let expected = try read(open(model.write(to: folder)), journal: "file").fingerprints
        #expect(expected.count == SmallModel.shapes.count && !expected.contains(nil))
        for jobs in [1, 2, 7] {
            #expect(try read(mixed, jobs: jobs, journal: "jobs-\(jobs)").fingerprints == expected)
        }
    }

    @Test func `the journal knows them by their terms' files and exact weights, and by no name`() throws {
        let terms = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let first = try read(soup([(0.5, terms[0]), (0.5, terms[1])]), journal: "one")
        #expect(first.byteCount == 2 * SmallModel(0).byteCount)
        let again = try read(soup([(0.5, terms[0]), (0.5, terms[1])], name: "other"), journal: "one")
        #expect(again.byteCount == 0 && again.fingerprints == first.fingerprints)
        // One unit in the last place of a weight; other terms; another order, which may round otherwise.
        for other in [
            [(0.5.nextUp, terms[0]), (0.5, terms[1])], [(0.5, terms[0]), (0.5, terms[2])],
            [(0.5, terms[1]), (0.5, terms[0])], [(0.5, terms[0])],
        ] {
            #expect(try read(soup(other), journal: "one").byteCount == other.count * SmallModel(0).byteCount)
        }
        // A term of weight 0 is none.
        #expect(
            try read(soup([(0.5, terms[0]), (0, terms[2]), (0.5, terms[1])]), journal: "one").byteCount == 0)
        // A file that was replaced is another file.
        let moved = SmallModel(2, revision: SmallModel.revisions[1])
        let replaced = try open(moved.write(to: folder))
        #expect(
            try read(soup([(0.5, terms[0]), (0.5, replaced)]), journal: "one").byteCount == 2 * SmallModel(0).byteCount)
    }

    @Test func `what is computed of them is found again by what they hold`() throws {
        let terms = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let same = try soup([(1, terms[1])])
        let stored = try open(SmallModel(1, revision: "stored", type: .float32).write(to: folder))
        func differences(_ checkpoint: Checkpoint) throws -> Int {
            let all = [terms[0], checkpoint]
            let requests: [any Reduction] =
                contents(checkpoint, at: 1) as [any Reduction] + contents(terms[0], at: 0)
                + checkpoint.tensors.indices.map {
                    DifferenceReduction(
                        from: TensorReference(checkpoint: 0, tensor: $0),
                        to: TensorReference(checkpoint: 1, tensor: $0),
                        movedThreshold: 1e-5)
                }
            let before = terms[0].reader?.bytesRead ?? 0
            let results = try RequestEngine(all, jobs: 1, journal: try journal()).run(requests)
            #expect(results.failures.isEmpty)
            return (terms[0].reader?.bytesRead ?? 0) - before
        }
        #expect(try differences(stored) == SmallModel(0).byteCount)
        // Their contents are read anew, and show that the differences are known: the other side is not read.
        _ = try read(same, journal: "journal")
        #expect(try differences(same) == 0)
    }

    @Test func `a term that is gone is what the mixture fails of`() throws {
        let terms = try SmallModel.writeSeries(to: folder).map { try open($0) }
        let gone = Checkpoint(location: terms[1].location, contents: terms[1].contents)
        let mixed = try soup([(0.5, terms[0]), (0.5, gone)])
        #expect(mixed.reader == nil)
        let results = try RequestEngine([mixed], jobs: 1, journal: try journal()).run(contents(mixed, at: 0))
        #expect(
            results.failures[0]?.description
                == "checkpoint soup: files that it is made of are gone, and a comparison that is not journalled needs them; "
                + "restore \(gone.location) or take it out of the series")
    }

    /// Windows from the least that there is, one segment, to all at once.
    @Test(
        .enabled(if: testPython != nil, "needs h5py: .venv/bin/python or DYNAMICS_PYTHON"),
        arguments: [1, 3 << 20, 128 << 20])
    func `terms in compressed chunks give what plain bytes give, whatever the windows`(windowBytes: Int) throws {
        let python = try #require(testPython)
        #expect(try run(python, "\(packageRoot)/Tests/Fixtures/engine/make_chunked.py", folder.path) == 0)
        let plain = try open("\(folder.path)/plain.h5")
        let chunked = try open("\(folder.path)/chunked.h5")
        let again = try open("\(folder.path)/chunked.h5")
        let expected = try read(soup([(0.3, plain), (0.7, plain)]), journal: "plain").fingerprints
        for (name, terms) in [
            ("first", [(0.3, chunked), (0.7, plain)]), ("second", [(0.3, plain), (0.7, chunked)]),
            ("both", [(0.3, chunked), (0.7, again)]),
        ] {
            let found = try read(soup(terms), jobs: 3, journal: name, windowBytes: windowBytes)
            #expect(found.fingerprints == expected, "\(name)")
            // Where windows hold whole tensors, each stored byte is read once for each term.
            let stored = terms.reduce(0) { $0 + $1.1.tensors.reduce(0) { $0 + $1.storedByteCount } }
            #expect(windowBytes < 128 << 20 || found.byteCount == stored)
        }
    }
}
