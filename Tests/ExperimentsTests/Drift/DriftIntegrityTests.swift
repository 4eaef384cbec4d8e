import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Copies, NaN and infinities: what is said of them, and what `strict` makes of it.
@Suite struct DriftIntegrityTests {
    private static let names = (SmallModel.revisions[0], SmallModel.revisions[1])
    private static let query = "model.layers.0.self_attn.q_proj.weight"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func series(_ change: (inout SmallModel, inout SmallModel) -> Void) throws -> [String] {
        var (first, second) = (SmallModel(0), SmallModel(1))
        change(&first, &second)
        return [try first.write(to: folder), try second.write(to: folder)]
    }

    /// `integrity.csv`, a row a list of cells but for the message.
    private func integrity() throws -> [[String]] {
        try table("integrity", of: folder).rows.map { Array($0.dropLast()) }
    }

    @Test func `a sound series has no findings`() throws {
        let outcome = try runDrift(try SmallModel.writeSeries(to: folder), in: folder)
        #expect(outcome.findings.isEmpty)
        #expect(try integrity().isEmpty)
    }

    @Test func `a copy of a whole checkpoint is found`() throws {
        let series = try series { $1.tensors = $0.tensors }
        let outcome = try runDrift(series, in: folder)
        let count = SmallModel.shapes.count
        let elements = SmallModel(0).byteCount / 2
        #expect(
            outcome.findings == [
                "\(Self.names.0) and \(Self.names.1) hold the same \(count) tensors, bit for bit: one of them is mislabelled or a copy"
            ])
        #expect(
            try integrity()
                == [["identical_checkpoints", Self.names.0, Self.names.1, "", "\(count)", "\(elements)", ""]])
    }

    @Test func `tensors of one checkpoint inside another are found, under whatever name`() throws {
        let other = "model.layers.1.self_attn.q_proj.weight"
        let outcome = try runDrift(try series { $1[other].values = $0[Self.query].values }, in: folder)
        #expect(outcome.findings.count == 1)
        #expect(
            try integrity() == [["identical_tensors", Self.names.0, Self.names.1, Self.query, "1", "16", ""]])
    }

    @Test func `gains that are all ones are no copies`() throws {
        let outcome = try runDrift(
            try series { first, second in
                for name in ["model.norm.weight", "model.layers.0.post_attention_layernorm.weight"] {
                    first[name].values = [1, 1, 1, 1]
                    second[name].values = [1, 1, 1, 1]
                }
            }, in: folder)
        #expect(outcome.findings.isEmpty)
    }

    @Test func `a NaN is named with its tensor, count and place, and empties what it spoils`() throws {
        let outcome = try runDrift(
            try series { _, second in
                second[Self.query].values[5] = .nan
                second[Self.query].values[9] = -.infinity
            }, in: folder)
        #expect(
            outcome.findings == [
                "\(Self.names.1): '\(Self.query)' holds 2 NaN or infinite elements, the first at index 5; its statistics are left empty"
            ])
        #expect(try integrity() == [["non_finite", Self.names.1, "", Self.query, "1", "2", "5"]])
        let tensors = try table("tensors", of: folder)
        let row = try #require(tensors["tensor"].firstIndex(of: Self.query))
        for column in ["norm_to", "drift", "relative_drift", "cosine", "angle", "rms_change", "max_abs_change"] {
            #expect(tensors.cell(row, column) == "", "\(column)")
            #expect(try table("summary", of: folder)[column][0] == "", "\(column)")
        }
        #expect(tensors.cell(row, "nonfinite_to") == "2" && tensors.cell(row, "nonfinite_from") == "0")
        #expect(tensors.number(row, "norm_from") != nil)
        // Another module's metrics stand.
        let modules = try table("modules", of: folder)
        let gate = try #require(modules["module"].firstIndex(of: "mlp.gate"))
        #expect(modules.number(gate, "drift") != nil)
    }

    @Test func `strict withholds the tables`() throws {
        let series = try series { $1.tensors = $0.tensors }
        let problems = try problems { try runDrift(series, in: folder, "strict=true") }
        #expect(problems.count == 2)
        #expect(problems.first?.contains("bit for bit") == true)
        #expect(problems.last == "strict is set: no table is written")
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
        // The work is kept: without strict nothing is read again.
        #expect(try runDrift(series, in: folder).bytesRead == 0)
    }

    @Test func `without fingerprints copies are not looked for, and all else is the same`() throws {
        let series = try series { first, second in
            second.tensors = first.tensors
            second[Self.query].values[0] = .infinity
        }
        try runDrift(series, in: folder, out: "with")
        let outcome = try runDrift(series, in: folder, out: "without", "fingerprints=false")
        #expect(outcome.findings.count == 1)
        for name in ["summary", "modules", "layers", "tensors", "trajectory", "coverage"] {
            let isSame = try folder.text("with/\(name).csv") == folder.text("without/\(name).csv")
            #expect(isSame, "\(name)")
        }
    }
}
