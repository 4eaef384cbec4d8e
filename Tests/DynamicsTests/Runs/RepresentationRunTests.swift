import Foundation
import TestSupport
import Testing

/// `run linear_probe`, `run similarity` and `run drift_and_loss` through the front door.
struct RepresentationRunTests {
    private let checkpoint = "series=['\(tinySeries)/stage1-step25-tokens1B.h5']"
    /// Enough to split: 16 sequences.
    private let few = "probe_set.sequences=4"

    @Test func `probes and likeness come from one command, and a second one computes nothing`() throws {
        let place = try Workplace()
        let arguments = [
            "run", "linear_probe", "similarity", "--figures", "none", "--out", place / "out", "--set", checkpoint,
            "--set", few,
        ]
        let first = try DynamicsProcess(arguments, in: packageRoot, shell: "").wait()
        #expect(first.code == 0, "\(first.errors)")
        let paths = first.output.split(separator: "\n").map { String($0.dropFirst((place / "out/").count)) }
        let tables = [
            "linear_probe/linear_probe.csv", "linear_probe/integrity.csv", "linear_probe/summary.csv",
            "linear_probe/summary.tex", "linear_probe/summary.md", "similarity/checkpoints.csv",
            "similarity/layers.csv", "similarity/rank.csv", "similarity/integrity.csv", "similarity/summary.csv",
            "similarity/summary.tex", "similarity/summary.md",
        ]
        #expect(paths.filter { path in [".csv", ".tex", ".md"].contains(where: path.hasSuffix) } == tables)
        #expect(try place.table("out/linear_probe/linear_probe.csv").count == 12)
        let second = try DynamicsProcess(arguments, in: packageRoot, shell: "").wait()
        #expect(second.code == 0 && second.output == first.output)
        #expect(second.errors.wholeMatch(of: /all from the journal, in [0-9.]+ s\n/) != nil, "\(second.errors)")
    }

    @Test func `labels that are not there are bad input, and leave nothing behind`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "linear_probe", "--set", checkpoint, "--set", few, "--set", "task=labels", "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: 16 of 16 sequences have no label; task=labels needs an integer dataset 'labels' beside "
                        + "the tokens of an HDF5 probe set, with an entry a sequence\n"))
        #expect(place.list("out") == nil)
    }

    @Test func `a checkpoint without a config cannot be run`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("a.h5", smallModel)
        let finished = try dynamics(
            "run", "similarity", "--set", "series=['\(path)']", "--set", few, "--out", place / "out")
        #expect(finished.code == 3)
        #expect(finished.errors.contains("a.h5: it carries no config, which tells how to run the model"))
        #expect(finished.errors.contains("error: none of the 1 checkpoints can be run over the probe set\n"))
        #expect(place.list("out") == nil)
    }

    @Test func `a setting that is mistyped is named`() throws {
        let finished = try dynamics("run", "linear_probe", "--set", "held_ot=0.5")
        #expect(finished.code == 2)
        #expect(finished.errors == "error: --set held_ot=0.5: unknown setting 'held_ot'; did you mean 'held_out'?\n")
    }

    @Test func `the committed runs of drift and probe join`() throws {
        let place = try Workplace()
        let finished = try dynamics("run", "drift_and_loss", "--out", place / "out", "--quiet")
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try place.table("out/joined.csv").count == 18 * 5)
        #expect(
            try dynamics("compare", "results/drift_and_loss", place / "out")
                == Finished(code: 0, output: "", errors: ""))
    }

    @Test func `a folder without a run names what to do`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "drift_and_loss", "--set", "loss=\(place / "none")", "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: there is no \(place / "none")/run.json; run 'make experiment NAME=probe' first, or name "
                        + "the results folder of probe with loss=DIR\n"))
        #expect(place.list("out") == nil)
    }
}
