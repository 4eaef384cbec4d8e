import Foundation
import TestSupport
import Testing

@testable import Experiments

/// The matrix engine: threads, journal, and checkpoints that fail.
@Suite struct SpectraResumeTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test func `results do not depend on the number of threads`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        for jobs in [1, 2, 5] {
            try runSpectra(series, in: folder, jobs: jobs, out: "\(jobs)", journal: "journal-\(jobs)")
        }
        let one = try results(in: folder, out: "1")
        #expect(try results(in: folder, out: "2") == one)
        #expect(try results(in: folder, out: "5") == one)
        #expect(one.count == 10)
    }

    /// Large enough that all threads work on one matrix.
    @Test func `a matrix that is shared out gives the same bytes on any number of threads`() throws {
        var model = SmallModel(0)
        model.tensors = [
            SmallModel.Tensor("w", .bfloat16, [1 << 19, 8], (0..<1 << 22).map { Double(($0 * 37) % 61 - 30) })
        ]
        let path = try model.write(to: folder)
        for (jobs, method) in [(1, "exact"), (3, "exact"), (1, "fast"), (3, "fast")] {
            try runSpectra(
                [path], in: folder, jobs: jobs, out: "\(method)-\(jobs)", journal: "journal-\(method)-\(jobs)",
                "method=\(method)", "k=3")
        }
        for method in ["exact", "fast"] {
            #expect(try results(in: folder, out: "\(method)-1") == results(in: folder, out: "\(method)-3"))
            #expect(try table("spectra", of: folder, out: "\(method)-3")["status"] == ["ok"])
        }
    }

    @Test func `a second run reads nothing and leaves the same files`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        let first = try runSpectra(series, in: folder)
        let left = try results(in: folder)
        let second = try runSpectra(series, in: folder)
        #expect(first.bytesRead > 3 * SmallModel(0).byteCount && second.bytesRead == 0)
        #expect(try results(in: folder) == left)
    }

    @Test func `what does not change a number needs no reading`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runSpectra(series, in: folder)
        let listed = try runSpectra(
            series, in: folder, out: "listed", "principal_angles=true", "singular_values=[weights]")
        #expect(listed.bytesRead == 0)
        #expect(try runSpectra(series, in: folder, out: "other", "k=3").bytesRead > 0)
    }

    @Test func `adding a checkpoint computes its own matrices only`() throws {
        var series = try SmallModel.writeSeries(to: folder)
        try runSpectra(series, in: folder, "updates=[]", "subspaces=[]")
        let added = SmallModel(2, revision: "stage2-ingredient1-step900-tokens9B", type: .float32)
        series.append(try added.write(to: folder))
        let second = try runSpectra(series, in: folder, "updates=[]", "subspaces=[]")
        let matrices = added.tensors.filter { $0.shape.count == 2 }.reduce(0) { $0 + $1.values.count * 4 }
        // Once for its content, and its matrices once more.
        #expect(second.bytesRead == added.byteCount + matrices)
    }

    @Test func `after drift only the matrices are read`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let bytes = SmallModel(0).tensors.filter { $0.shape.count == 2 }.reduce(0) { $0 + $1.values.count * 2 }
        let spectra = try runSpectra(series, in: folder, out: "spectra", "updates=[]", "subspaces=[]")
        #expect(spectra.bytesRead == 3 * bytes)
    }

    /// The elements of `filters.h5` as h5py wrote them stand in `filters.expected`.
    @Test func `chunked tensors give what contiguous ones give`() throws {
        struct Fixture: Decodable {
            struct Tensor: Decodable {
                let name: String
                let offset: Int
                let shape: [Int]
                let type: String
            }
            let tensors: [Tensor]
        }
        let fixture = "\(packageRoot)/Tests/Fixtures/reading/core/filters"
        let list = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(filePath: "\(fixture).json")))
        let bytes = try Data(contentsOf: URL(filePath: "\(fixture).expected"))
        var model = SmallModel(0, revision: "filters")
        model.tensors = list.tensors.filter { $0.type == "float32" }.map { tensor in
            let count = tensor.shape.reduce(1, *)
            let values = bytes[tensor.offset..<tensor.offset + 4 * count].withUnsafeBytes { raw in
                (0..<count).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
            }
            return SmallModel.Tensor(tensor.name, .float32, tensor.shape, values)
        }
        try runSpectra(["\(fixture).h5"], in: folder, out: "chunked")
        try runSpectra([try model.write(to: folder)], in: folder, out: "plain")
        let (chunked, plain) = (
            try table("spectra", of: folder, out: "chunked"), try table("spectra", of: folder, out: "plain")
        )
        let places = chunked.index(by: "tensor")
        for row in plain.rows.indices {
            let name = try #require(plain.cell(row, "tensor"))
            #expect(chunked.rows[try #require(places[name])] == plain.rows[row])
        }
        #expect(plain.rows.count == 8)
    }

    @Test func `a checkpoint that is cut short costs its rows only`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runSpectra(series, in: folder)
        // Journalled are the contents; of another k, all matrices are read anew.
        let handle = try FileHandle(forWritingTo: URL(filePath: series[1]))
        let facts = try FileManager.default.attributesOfItem(atPath: series[1])
        try handle.truncate(atOffset: 2500)
        try handle.close()
        let date = try #require(facts[.modificationDate] as? Date)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: series[1])
        let outcome = try runSpectra(series, in: folder, out: "cut", "k=2")
        #expect(outcome.refused.count == 1)
        let found = try table("spectra", of: folder, out: "cut")
        #expect(Set(found["revision"]) == [SmallModel.revisions[0], SmallModel.revisions[2]])
        let updates = try table("update_spectra", of: folder, out: "cut")
        #expect(Set(updates["update"] + updates["from"] + updates["to"]).contains(SmallModel.revisions[1]) == false)
    }
}
