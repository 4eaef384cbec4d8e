import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Two saved runs of seven checkpoints, with numbers that can be followed by hand.
@Suite struct DriftAndLossTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try save("drift", "drift", labels: DriftAndLossTests.labels)
        try save("probe", "probe", labels: DriftAndLossTests.labels)
        try folder.write("drift/trajectory.csv", DriftAndLossTests.trajectory)
        try folder.write("drift/summary.csv", DriftAndLossTests.summary)
        try folder.write("probe/loss.csv", DriftAndLossTests.loss)
    }

    private static let labels = ["s0", "s10", "s20", "s30", "s40", "s50", "soup"]

    /// Rows of modules stand in the table as well.
    private static let trajectory = """
        level,name,revision,stage,ingredient,step,tokens,predecessor,step_drift,path_length,displacement
        model,model,s0,1,,0,0,,,0.0,0.0
        model,model,s10,1,,10,100,s0,1.0,1.0,1.0
        model,model,s20,1,,20,200,s10,1.5,2.5,2.0
        model,model,s30,1,,30,300,s20,0.5,3.0,2.25
        model,model,s40,1,,40,400,s30,0.25,3.25,2.5
        model,model,s50,1,,50,500,s40,0.125,3.375,2.375
        model,model,soup,,,,,s50,0.5,3.875,3.0
        module,norm,s0,1,,0,0,,,0.0,0.0

        """

    private static let summary = """
        comparison,from,to,norm_from,norm_to,relative_drift,angle
        reference,s0,s10,8.0,9.0,0.125,0.1
        reference,s0,s20,8.0,10.0,0.25,0.2
        reference,s0,s30,8.0,11.0,0.28125,0.3
        reference,s0,s40,8.0,10.5,0.3125,0.4
        reference,s0,s50,8.0,10.25,0.296875,0.5
        reference,s0,soup,8.0,10.0,0.375,0.6
        predecessor,s40,s50,10.5,10.25,0.01,0.01

        """

    /// The loss of `one` falls as drift grows, but for the fifth checkpoint.
    private static let loss: String = {
        let rows = [
            ("s0", "", 4.0), ("s10", "s0", 3.0), ("s20", "s10", 2.5), ("s30", "s20", 2.25), ("s40", "s30", 2.5),
            ("s50", "s40", 2.0), ("soup", "s50", 1.5),
        ]
        let header =
            "revision,domain,cross_entropy,cross_entropy_low,cross_entropy_high,previous,change_low,change_high\n"
        return header
            + rows.map { label, previous, loss in
                let change = previous.isEmpty ? ",," : "\(previous),-1.5,0.5"
                return "\(label),one,\(loss),\(loss - 0.25),\(loss + 0.25),\(change)\n"
            }.joined()
    }()

    private func save(
        _ name: String, _ experiment: String, labels: [String], fingerprint: String = "f", elements: Int = 4
    )
        throws
    {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        let checkpoints = labels.map {
            #"{"label": "\#($0)", "location": "x", "tensors": 1, "elements": \#(elements), "fingerprint": "\#(fingerprint)\#($0)"}"#
        }
        try folder.write(
            "\(name)/run.json",
            #"{"experiment": "\#(experiment)", "settings": {"series": ["x"]}, "checkpoints": [\#(checkpoints.joined(separator: ","))]}"#
        )
    }

    @discardableResult
    private func join(_ more: String = "") throws -> ExperimentRun.Outcome {
        try run("drift_and_loss", "drift: drift\nloss: probe\n" + more, in: folder)
    }

    @Test func `every quantity stands in its row, with differences from the predecessor and the reference`() throws {
        let outcome = try join()
        #expect(outcome.findings.isEmpty && outcome.bytesRead == 0)
        let text = try folder.text("out/joined.csv").split(separator: "\n").map(String.init)
        #expect(text.count == 8)
        #expect(
            text[0]
                == "revision,stage,ingredient,step,tokens,domain,predecessor,drift,relative_drift,angle,norm,path_length,"
                + "step_drift,drift_change,norm_change,loss,loss_low,loss_high,loss_since_reference,loss_change,"
                + "loss_change_low,loss_change_high")
        #expect(text[1] == "s0,1,,0,0,one,,0.0,,,8.0,0.0,,,,4.0,3.75,4.25,0.0,,,")
        #expect(
            text[5] == "s40,1,,40,400,one,s30,2.5,0.3125,0.4,10.5,3.25,0.25,0.25,-0.5,2.5,2.25,2.75,-1.5,0.25,-1.5,0.5")
        #expect(
            text[7] == "soup,,,,,one,s50,3.0,0.375,0.6,10.0,3.875,0.5,0.625,-0.25,1.5,1.25,1.75,-2.5,-0.5,-1.5,0.5")
    }

    @Test func `a domain's name with a line break is told on one line`() throws {
        try folder.write("probe/loss.csv", DriftAndLossTests.loss.replacing(",one,", with: ",\"o\nne\u{7}\","))
        try join()
        #expect(try folder.text("out/joined.csv").contains(#",o\nne\u{07},"#))
        #expect(try folder.text("out/datapackage.json").contains(#"domain 'o\\nne\\u{07}'"#))
    }

    /// Ranks of drift are 1 2 3 4 6 5 7, those of loss 7 6 4.5 3 4.5 2 1; about their mean of 4, squares of the one sum to
    /// 28, of the other with its tie to 27.5.
    @Test func `rank correlations are Spearman's, and of too few points missing`() throws {
        try join()
        let found = try table("correlations", of: folder)
        let places = found.index(by: "run", "x", "y")
        let all = try #require(places["all drift loss"])
        let xy = zip([1.0, 2, 3, 4, 6, 5, 7], [7, 6, 4.5, 3, 4.5, 2, 1]).reduce(0) { $0 + ($1.0 - 4) * ($1.1 - 4) }
        #expect(abs(try #require(found.number(all, "spearman")) - xy / (28 * 27.5).squareRoot()) < 1e-12)
        #expect(found.cell(all, "points") == "7")
        let interval = (
            try #require(found.number(all, "spearman_low")), try #require(found.number(all, "spearman_high"))
        )
        #expect(interval.0 < interval.1 && interval.1 <= 1)
        // Without the average, the path grows as the loss falls but for one.
        #expect(found.cell(try #require(places["stage1 path_length loss"]), "points") == "6")
        #expect(found.cell(try #require(places["all step_drift loss_change"]), "points") == "6")
        #expect(found.rows.count == 10)
    }

    @Test func `the readable tables show the last domain`() throws {
        try join()
        let summary = try folder.text("out/summary.md").split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(summary.count == 2 + 7)
        #expect(try !folder.text("out/correlations.md").contains("one"))
    }

    @Test func `a checkpoint in one run only stops, or is left out and told`() throws {
        try save("probe", "probe", labels: Array(DriftAndLossTests.labels.dropLast()))
        let loss = DriftAndLossTests.loss.split(separator: "\n").filter { !$0.hasPrefix("soup") }
        try folder.write("probe/loss.csv", loss.joined(separator: "\n") + "\n")
        #expect(
            try problems { try join() } == [
                "'soup' is in drift but not in probe",
                "1 checkpoint(s) are in one of the runs only; run both on the same series, or set allow_unmatched=true to "
                    + "leave them out",
            ])
        let outcome = try join("allow_unmatched: true\n")
        #expect(outcome.findings == ["'soup' is in drift but not in probe; it is left out"])
        #expect(try table("joined", of: folder).rows.count == 6)
    }

    @Test func `runs of different series are refused`() throws {
        try save("probe", "probe", labels: DriftAndLossTests.labels, fingerprint: "g")
        let found = try problems { try join() }
        #expect(found.first == "'s0' has fingerprint fs0 in drift but gs0 in probe")
        #expect(found.count == 8 && found[7].hasPrefix("the two runs are not of the same series"))

        try folder.write("probe/loss.csv", DriftAndLossTests.loss.replacing("s", with: "t"))
        try save("probe", "probe", labels: ["t0", "t10"])
        #expect(try problems { try join() }.first?.contains("'revision'") == true)

        try folder.write(
            "probe/loss.csv",
            "revision,domain,cross_entropy,cross_entropy_low,cross_entropy_high,previous,change_low,change_high\n"
                + "t0,one,1,1,1,,,\n")
        #expect(
            try problems { try join() } == [
                "drift and probe have no checkpoint in common: the one begins with 's0', the other with 't0'; run both on "
                    + "the same series"
            ])
    }

    @Test func `folders and tables that cannot serve are one clear line each`() throws {
        func expect(_ line: String, _ settings: String = "") throws {
            #expect(try problems { try join(settings) } == [line])
        }
        try expect("resamples is 0; a number from 1 to 1000000 is expected", "resamples: 0\n")
        try FileManager.default.removeItem(atPath: "\(folder.path)/drift/trajectory.csv")
        try expect("there is no drift/trajectory.csv; a drift run of a pair has none; run drift on a series")
        try folder.write("drift/trajectory.csv", DriftAndLossTests.trajectory.replacing("2.25", with: "much"))
        try expect(
            "drift/trajectory.csv:5: column 'displacement': expected a number, found 'much'; leave the cell empty where "
                + "there is no value, or the row out where there must be one")
        try folder.write("drift/trajectory.csv", DriftAndLossTests.trajectory.replacing(",30,300", with: ",30.5,300"))
        try expect("drift/trajectory.csv:5: column 'step': expected a whole number, found '30.5'")
        try save("drift", "drift", labels: ["s0", "s0"])
        try expect("drift: two checkpoints are called 's0', so that their rows cannot be told apart")
        try save("drift", "norms", labels: ["s0"])
        try expect("drift holds results of 'norms'; drift expects those of 'drift'")
        try folder.write("drift/run.json", "{")
        try expect("drift/run.json is not the record of a run over checkpoints; run drift anew")
        try FileManager.default.removeItem(atPath: "\(folder.path)/drift/run.json")
        try expect(
            "there is no drift/run.json; run 'make experiment NAME=drift' first, or name the results folder of drift with "
                + "drift=DIR")
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out/joined.csv"))
    }
}
