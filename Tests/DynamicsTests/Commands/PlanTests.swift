import Foundation
import TestSupport
import Testing

@testable import Base

/// `run --dry-run`: what would be done, and that nothing is.
struct PlanTests {
    /// The facts that a dry run prints, by name.
    private func facts(_ finished: Finished) -> [String: String] {
        let lines = finished.output.split(separator: "\n").map { line in
            (line.prefix(13).trimmingCharacters(in: .whitespaces), String(line.dropFirst(13)))
        }
        return Dictionary(lines, uniquingKeysWith: { $0 + "\n" + $1 })
    }

    private func pair(_ place: Workplace) throws -> [String] {
        [
            "run", "drift", "--from", try place.checkpoint("a.h5", smallModel), "--to",
            try place.checkpoint("b.h5", movedModel), "--figures", "none", "--out", place / "out",
        ]
    }

    @Test func `a dry run says what the run then reads, and leaves nothing`() throws {
        let place = try Workplace()
        let run = try pair(place)
        let before = place.list("")
        let dry = try DynamicsProcess(run + ["--dry-run", "--jobs", "1"]).wait()
        #expect(dry.code == 0 && dry.errors.isEmpty)
        let facts = facts(dry)
        #expect(facts["experiment"] == "drift, by experiments/drift.yaml")
        #expect(facts["checkpoints"] == "2, 48 B: a, b" && facts["comparisons"] == "a pair")
        // Of each of two tensors the content on either side and the difference.
        #expect(facts["to compute"] == "6 of 6 summaries" && facts["to read"] == "48 B")
        #expect(facts["time"]?.hasPrefix("about 1 s of computing on one thread") == true)
        #expect(facts["memory"]?.contains(/^about [0-9.]+ MB$/) == true)
        #expect(facts["results"] == place / "out" && facts["journal"] == place / "out/.journal")
        #expect(place.list("") == before, "nothing is written")

        #expect(try DynamicsProcess(run).wait().code == 0)
        #expect(try place.json("out/machine.json", "bytes_read") as? Int == 48)
        let after = try place.tables("out")
        let again = self.facts(try DynamicsProcess(run + ["--dry-run"]).wait())
        #expect(again["to compute"] == "nothing: all is in the journal" && again["to read"] == nil)
        #expect(try place.tables("out") == after)
    }

    @Test func `of a share it tells the share, of several experiments all of them`() throws {
        let place = try Workplace()
        let whole = [
            "run", "drift", "norms", "--dry-run", "--out", place / "out", "--set", "series=['\(tinySeries)']",
        ]
        let facts = facts(try DynamicsProcess(whole).wait())
        #expect(facts["experiment"] == "drift, by experiments/drift.yaml\nnorms, by experiments/norms.yaml")
        #expect(facts["results"] == "\(place / "out/drift")\n\(place / "out/norms")")
        #expect(facts["checkpoints"]?.hasPrefix("18, 24.4 MB: stage1-step0-tokens0B ... ") == true)
        // Both read the same bytes once.
        #expect(facts["to read"] == "24.4 MB")
        let half = self.facts(try DynamicsProcess(whole + ["--share", "1/2"]).wait())
        #expect(half["to read"] != facts["to read"] && half["to compute"] != facts["to compute"])
    }

    @Test func `experiments on tables have no checkpoints to count`() throws {
        let dry = try dynamics("run", "scaling", "--dry-run", "--out", "/nonexistent/out")
        #expect(
            dry
                == Finished(
                    code: 0,
                    output: """
                        experiment   scaling, by experiments/scaling.yaml
                        checkpoints  none: tables are read
                        results      /nonexistent/out

                        """, errors: ""))
    }

    @Test func `what a run would refuse, its dry run refuses`() throws {
        let place = try Workplace()
        let missing = try dynamics("run", "drift", "--dry-run", "--set", "series=[nothing.h5]", "--out", place / "out")
        #expect(missing.code == 3 && missing.output.isEmpty && missing.errors.contains("nothing.h5"))
        let a = try place.checkpoint("series/stage1-step1.h5", smallModel)
        try place.checkpoint("series/stage1-step2.h5", movedModel)
        try place.write("series/stage1-step3.h5", "no HDF5")
        let damaged = try dynamics(
            "run", "norms", "--dry-run", "--set", "series=['\((a as NSString).deletingLastPathComponent)']", "--out",
            place / "out")
        #expect(damaged.code == 4 && facts(damaged)["checkpoints"]?.hasPrefix("2, 48 B") == true)
        #expect(damaged.errors.hasPrefix("warning: checkpoint ") && damaged.errors.contains("stage1-step3.h5"))
    }

    @Test func `outside the project's folder a pair runs by the built-in settings, which say so`() throws {
        let place = try Workplace()
        try place.checkpoint("a.h5", smallModel)
        try place.checkpoint("b.h5", movedModel)
        let pair = ["--from", "a.h5", "--to", "b.h5", "--figures", "none"]
        for name in ["drift", "norms", "spectra", "audit"] {
            let dry = try DynamicsProcess(["run", name, "--dry-run"] + pair, in: place.path).wait()
            #expect(facts(dry)["experiment"] == "\(name), by the built-in settings of \(name)", "\(dry.errors)")
            let run = try DynamicsProcess(["run", name] + pair, in: place.path).wait()
            #expect([0, 4].contains(run.code) && run.output.hasPrefix("results/\(name)/a--b/"), "\(run.errors)")
        }
        #expect(try place.table("results/drift/a--b/summary.csv").first?["drift"] == "5.0")
        // A pair keeps its order, whatever the names tell.
        let norms = try place.table("results/norms/a--b/norms.csv").filter { $0["level"] == "model" }
        #expect(norms.map { $0["revision"] } == ["a", "b"])
        let one = try dynamics("run", "norms", "--from", "a.h5", "--to", "./a.h5", in: place.path)
        #expect(
            one == Finished(code: 3, output: "", errors: "error: a.h5 and ./a.h5 are one checkpoint; a pair has two\n"))
    }
}
