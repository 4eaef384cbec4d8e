import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct SimilarityTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func settings(_ more: String...) -> String {
        "series: [.]\nprobe_set: {file: '\(labelledProbeSet)'}\n" + more.map { $0 + "\n" }.joined()
    }

    /// Against NumPy in float64 (`Fixtures/similarity/make_goldens.py`): states in float32 leave 1e-6, ranks count small
    /// singular values by their logarithms.
    @Test func `likeness and rank of the committed series agree with NumPy`() throws {
        let data = "\(packageRoot)/experiments/data/tiny-olmo2"
        let names = ["stage1-step0-tokens0B", "stage1-step130-tokens1B", "stage1-step2500-tokens1B"]
        try run(
            "similarity",
            """
            series: [\(names.map { "\(data)/\($0).h5" }.joined(separator: ", "))]
            probe_set: {file: \(data)/probe/probe_tokens.h5}
            compare: [reference, predecessor]
            """, in: folder)
        try expect("checkpoints", ["from", "to", "depth", "states"], ["cka", "unbiased_cka"], within: 2e-6, rows: 36)
        try expect(
            "layers", ["revision", "depth_from", "depth_to", "states"], ["cka", "unbiased_cka"], within: 2e-6, rows: 30)
        try expect(
            "rank", ["revision", "depth", "layer", "states", "samples"],
            ["rankme", "effective_rank", "participation_ratio"], within: 2e-5, rows: 54)
    }

    private func expect(_ name: String, _ key: [String], _ columns: [String], within tolerance: Double, rows: Int)
        throws
    {
        let golden = try CSVRows(file: "\(packageRoot)/Tests/Fixtures/similarity/\(name).csv")
        let found = try table(name, of: folder)
        func text(_ rows: CSVRows, _ row: Int) -> String { key.map { rows.cell(row, $0) ?? "" }.joined(separator: " ") }
        let places = Dictionary(
            found.rows.indices.map { (text(found, $0), $0) }, uniquingKeysWith: { first, _ in first })
        for row in golden.rows.indices {
            let place = try #require(places[text(golden, row)], "no row for \(text(golden, row))")
            for column in columns {
                let value = try #require(found.number(place, column))
                let expected = try #require(golden.number(row, column))
                #expect(abs(value - expected) <= tolerance * max(1, expected), "\(column) of \(text(golden, row))")
            }
        }
        #expect(golden.rows.count == rows)
    }

    @Test func `a checkpoint is wholly like its copy, whatever the thread count`() throws {
        try SmallModel(0).runnable().write(to: folder)
        try SmallModel(0, revision: "stage1-step5-tokens1B").runnable().write(to: folder)
        let outcome = try run("similarity", settings("compare: [reference]"), in: folder, jobs: 1)
        #expect(outcome.findings.count == 1)  // that they are copies
        let found = try table("checkpoints", of: folder)
        #expect(found.rows.count == 8)
        for row in found.rows.indices {
            #expect(abs(try #require(found.number(row, "cka")) - 1) < 1e-12)
            #expect(abs(try #require(found.number(row, "unbiased_cka")) - 1) < 1e-12)
        }
        let first = try results(in: folder)
        let again = try run("similarity", settings("compare: [reference]"), in: folder)
        #expect(try again.bytesRead == 0 && results(in: folder) == first)
        try run("similarity", settings("compare: [reference]"), in: folder, jobs: 3, out: "three", journal: "other")
        #expect(try results(in: folder, out: "three") == first)
    }

    @Test func `tokens are taken evenly and at most as many as there are, and none when none are asked for`() throws {
        try SmallModel(0).runnable().write(to: folder)
        try run("similarity", settings("tokens_per_sequence: 4"), in: folder)
        let four = try table("rank", of: folder)
        #expect(four["states"].prefix(3) == ["mean", "last", "tokens"])
        #expect(four["samples"].prefix(3) == ["24", "24", "96"])
        try run("similarity", settings("tokens_per_sequence: 100"), in: folder)
        #expect(try table("rank", of: folder)["samples"].prefix(3) == ["24", "24", "144"])
        try run("similarity", settings("tokens_per_sequence: 0", "states: [last]"), in: folder)
        #expect(Set(try table("rank", of: folder)["states"]) == ["last"])
        // One token each is the last one.
        try run("similarity", settings("tokens_per_sequence: 1"), in: folder)
        let one = try table("rank", of: folder)
        #expect(one.cell(1, "rankme") == one.cell(2, "rankme"))
    }

    @Test func `states that are not finite are a finding with empty cells`() throws {
        var broken = SmallModel(0).runnable()
        broken["model.layers.1.mlp.down_proj.weight"].values[3] = .nan
        try broken.write(to: folder)
        let outcome = try run("similarity", settings("states: [last]", "tokens_per_sequence: 0"), in: folder)
        #expect(try table("rank", of: folder)["rankme"].map { $0.isEmpty } == [false, false, true, true])
        #expect(
            outcome.findings.filter { $0.contains("hidden states") } == [
                "\(SmallModel.revisions[0]): hidden states of layers 1, final_norm (last) are all zero, or hold NaN or infinities; "
                    + "their likeness and rank are left empty"
            ])
        let layers = try table("layers", of: folder)
        #expect(layers["cka"].map { $0.isEmpty } == [false, true, true, true, true, true])
    }

    @Test func `settings that cannot be followed are one clear line each`() throws {
        try SmallModel(0).runnable().write(to: folder)
        for (setting, line) in [
            ("states: []", "states is []; at least one, and none twice, is expected"),
            ("tokens_per_sequence: -1", "tokens_per_sequence is -1; a number from 0 on is expected"),
            ("reference: x", "reference 'x' is not in the series; it holds \(SmallModel.revisions[0])"),
        ] {
            #expect(try problems { try run("similarity", settings(setting), in: folder) } == [line])
        }
    }
}
