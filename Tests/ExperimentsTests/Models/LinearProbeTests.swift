import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct LinearProbeTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        for k in 0..<2 { try SmallModel(k).runnable().write(to: folder) }
    }

    private func settings(_ more: String..., probeSet: String = "{file: '\(labelledProbeSet)', domains: [a, b]}")
        -> String
    {
        "series: [.]\nprobe_set: \(probeSet)\nresamples: 20\n" + more.map { $0 + "\n" }.joined()
    }

    /// Against NumPy in float64 and scikit-learn (`Fixtures/linear_probe/make_goldens.py`), with a split, folds and shuffles
    /// of its own making. States in float32 and fits that stop in the last digits of their loss leave 1e-4 nats; which
    /// sequence is told rightly must come out the same.
    @Test func `probes of the committed series agree with scikit-learn`() throws {
        let data = "\(packageRoot)/experiments/data/tiny-olmo2"
        let names = ["stage1-step130-tokens1B", "stage1-step2500-tokens1B"].map { "\(data)/\($0).h5" }
        try run(
            "linear_probe",
            """
            series: [\(names.joined(separator: ", "))]
            probe_set:
              file: \(data)/probe/probe_tokens.h5
              domains: [scripture, pydoc, wordnet, jargon]
            held_out: 0.5
            folds: 4
            resamples: 100
            """, in: folder)
        let golden = try CSVRows(file: "\(packageRoot)/Tests/Fixtures/linear_probe/linear_probe.csv")
        let found = try table("linear_probe", of: folder)
        let places = found.index(by: "revision", "layer", "states")
        for row in golden.rows.indices {
            let key = [0, 1, 3].map { golden.rows[row][$0] }.joined(separator: " ")
            let place = try #require(places[key], "no row for \(key)")
            #expect(found.cell(place, "depth") == golden.cell(row, "depth"))
            for column in golden.columns.dropFirst(4) {
                let value = try #require(found.number(place, column), "\(column) of \(key)")
                let expected = try #require(golden.number(row, column))
                #expect(abs(value - expected) <= (column.hasSuffix("loss") ? 1e-4 : 1e-9), "\(column) of \(key)")
            }
        }
        #expect(golden.rows.count == 24 && found.rows.count == 24)
        #expect(Set(found["held_out_sequences"]) == ["32"] && Set(found["converged"]) == ["true"])
        #expect(Set(found["baseline_accuracy"]) == ["0.25"])
    }

    @Test func `tables do not depend on the number of threads, and a second run computes nothing`() throws {
        try run("linear_probe", settings("predictions: true"), in: folder, jobs: 1)
        let first = try results(in: folder)
        let again = try run("linear_probe", settings("predictions: true"), in: folder)
        #expect(again.bytesRead == 0)
        #expect(try results(in: folder) == first)
        try run("linear_probe", settings("predictions: true"), in: folder, jobs: 3, out: "three", journal: "other")
        #expect(try results(in: folder, out: "three") == first)
    }

    @Test func `a row for each checkpoint, layer and pooling, embedding first`() throws {
        try run("linear_probe", settings(), in: folder)
        let found = try table("linear_probe", of: folder)
        #expect(found.rows.count == 2 * 4 * 2)
        #expect(found["layer"].prefix(8) == ["embedding", "embedding", "0", "0", "1", "1", "final_norm", "final_norm"])
        #expect(found["depth"].prefix(8) == ["0", "0", "1", "1", "2", "2", "3", "3"])
        #expect(found["states"].prefix(2) == ["mean", "last"])
        #expect(Set(found["classes"]) == ["2"] && Set(found["features"]) == ["4"])
        // A quarter of each domain's twelve sequences.
        #expect(Set(found["held_out_sequences"]) == ["6"] && Set(found["training_sequences"]) == ["18"])
        let summary = try folder.text("out/summary.md").split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(summary.count == 2 * 2 + 2)
    }

    @Test func `a user's labels are the classes, and predictions name sequences and labels`() throws {
        try run("linear_probe", settings("task: labels", "predictions: true", "states: [mean]"), in: folder)
        let found = try table("linear_probe", of: folder)
        #expect(Set(found["classes"]) == ["3"])
        let predictions = try table("predictions", of: folder)
        // A quarter of each label's eight sequences, for each of two checkpoints and four layers.
        #expect(predictions.rows.count == 6 * 8)
        #expect(Set(predictions["label"]) == ["-1", "5", "9"])
        #expect(Set(predictions["domain"]) == ["a", "b"])
        let right = predictions.rows.indices.prefix(6).count {
            predictions.cell($0, "label") == predictions.cell($0, "prediction")
        }
        #expect(found.number(0, "accuracy") == Double(right) / 6)
    }

    @Test(arguments: [
        (
            "{file: '\(labelledProbeSet)', labels: pairs}", "task: labels",
            "the class '1' has 2 sequence(s); 3 are the fewest"
        ),
        (
            "{file: '\(labelledProbeSet)', labels: mood}", "task: labels",
            "24 of 24 sequences have no label; task=labels"
        ),
        (
            "{file: '\(labelledProbeSet)', domains: [a, b], sequences: 2}", "task: domain",
            "the class 'a' has 2 sequence(s); 3 are the fewest"
        ),
        ("{file: '\(labelledProbeSet)'}", "held_out: 1", "held_out is 1.0; a number between 0 and 1 is expected"),
        ("{file: '\(labelledProbeSet)'}", "folds: 1", "folds is 1; a number from 2 on is expected"),
        (
            "{file: '\(labelledProbeSet)'}", "states: [mean, mean]",
            "states is [mean, mean]; at least one, and none twice"
        ),
        (
            "{file: '\(labelledProbeSet)'}", "inverse_strengths: [0]",
            "inverse_strengths[0] is 0.0; a number above 0 is expected"
        ),
        ("{file: '\(labelledProbeSet)'}", "seed: -1", "seed is -1; a number from 0 on is expected"),
    ])
    func `what cannot be classified is one clear line`(probeSet: String, setting: String, line: String) throws {
        let found = try problems { try run("linear_probe", settings(setting, probeSet: probeSet), in: folder) }
        #expect(found.count == 1 && found[0].hasPrefix(line), "\(found)")
    }

    @Test func `sequences of one domain need labels`() throws {
        let tokens = try folder.write("tokens.bin", String(repeating: "\u{1}\u{0}\u{2}\u{0}", count: 32))
        let set = "{files: {text: '\(tokens)'}, memmap_dtype: uint16, length: 8}"
        let found = try problems { try run("linear_probe", settings(probeSet: set), in: folder) }
        #expect(found == ["all sequences are of the one class 'text'; a classifier needs two or more"])
    }

    @Test func `states that are not finite have no scores and are a finding, and other layers have theirs`() throws {
        var broken = SmallModel(1).runnable()
        broken["model.layers.1.mlp.down_proj.weight"].values[3] = .nan
        try broken.write(to: folder)
        let outcome = try run("linear_probe", settings("states: [last]"), in: folder)
        let found = try table("linear_probe", of: folder)
        #expect(found["loss"].map { $0.isEmpty } == [false, false, false, false, false, false, true, true])
        #expect(
            outcome.findings.contains {
                $0.hasPrefix("\(SmallModel.revisions[1]): hidden states of layer '1' (last) hold NaN or infinities")
            })
    }

    @Test func `a sequence that stands twice is a finding`() throws {
        let row = "\u{1}\u{0}\u{2}\u{0}\u{3}\u{0}"
        let other = (0..<5).map { "\u{4}\u{0}\u{5}\u{0}\(UnicodeScalar(UInt8($0)))\u{0}" }.joined()
        try folder.write("a.bin", String(repeating: row, count: 4))
        try folder.write("b.bin", other)
        let set = "{files: {a: '\(folder.path)/a.bin', b: '\(folder.path)/b.bin'}, memmap_dtype: uint16, length: 3}"
        let outcome = try run("linear_probe", settings(probeSet: set), in: folder)
        #expect(outcome.findings.contains { $0.hasPrefix("3 sequence(s) of the probe set hold the same tokens") })
    }
}
