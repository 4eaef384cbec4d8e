import Foundation
import TestSupport
import Testing

/// `run drift` where all is well.
struct RunTests {
    /// The files of a pair, in the order in which stdout names them.
    static let pairFiles =
        [
            "summary.csv", "modules.csv", "layers.csv", "tensors.csv", "coverage.csv", "integrity.csv", "summary.tex",
            "summary.md", "drift_map.gp", "drift_map.csv",
        ] + (hasGnuplot ? ["drift_map.svg", "drift_map.pdf"] : []) + [
            "datapackage.json", "index.html", "machine.json", "run.json",
        ]

    @Test func `the default run leaves the committed tables, and names them on stdout`() throws {
        let place = try Workplace()
        let first = try dynamics("run", "drift", "--out", place / "out")
        #expect(first.code == 0)
        let files = first.output.split(separator: "\n").map(String.init)
        #expect(Set(files) == Set((place.list("out") ?? []).filter { $0 != ".journal" }.map { place / "out/\($0)" }))
        #expect(first.errors.contains(/read 24\.4 MB in [0-9.]+ s\n/), "\(first.errors)")

        let second = try dynamics("run", "drift", "--out", place / "out")
        #expect(second.code == 0 && second.output == first.output)
        #expect(second.errors.contains(/all from the journal, in [0-9.]+ s\n/), "\(second.errors)")
        let tables = try place.tables("out")
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(packageRoot)/results/drift")
        where name != "machine.json" && !name.contains("--")
            && ![".svg", ".pdf", ".html"].contains(where: name.hasSuffix)
        {
            let committed = try String(contentsOfFile: "\(packageRoot)/results/drift/\(name)", encoding: .utf8)
            #expect(tables[name] == committed, "\(name)")
        }
    }

    @Test func `a pair leaves its tables, and nothing else`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "drift", "--from", place.checkpoint("a.h5", smallModel), "--to",
            place.checkpoint("b.h5", movedModel),
            "--out", place / "out")
        #expect(finished.code == 0)
        #expect(finished.output == RunTests.pairFiles.map { place / "out/\($0)" + "\n" }.joined())
        #expect(finished.errors.contains(/read 48 B in [0-9.]+ s\n/), "\(finished.errors)")
        #expect(place.list("out") == ([".journal"] + RunTests.pairFiles).sorted())
        let tensor = try #require(try place.table("out/tensors.csv").first { $0["tensor"] == "model.norm.weight" })
        #expect(tensor["norm_from"] == "5.0" && tensor["drift"] == "4.0" && tensor["relative_drift"] == "0.8")
        #expect(try place.json("out/machine.json", "bytes_read") as? Int == 48)
    }

    @Test func `results of another experiment in the folder are not mixed with`() throws {
        let place = try Workplace()
        let series = "series=['\(tinySeries)/stage1-step25-tokens1B.h5', '\(tinySeries)/stage1-step60-tokens1B.h5']"
        func run(_ names: String..., out: String = "out") throws -> Finished {
            try DynamicsProcess(
                ["run"] + names + ["--quiet", "--figures", "none", "--set", series, "--out", place / out]
            ).wait()
        }
        #expect(try run("norms").code == 0)
        let left = try place.tables("out")
        let refused = try run("drift")
        #expect(
            refused
                == Finished(
                    code: 2, output: "",
                    errors:
                        "error: results folder \(place / "out"): it holds results of norms, and those of drift would mix with "
                        + "them; name another folder with --out, or run both at once, 'run norms drift --out DIR', which gives "
                        + "each its own in DIR\n"))
        #expect(try place.tables("out") == left)
        #expect(try run("norms").code == 0, "its own results are replaced")
        #expect(try run("norms", "drift", out: "both").code == 0)
        #expect(place.list("both") == [".journal", "drift", "norms"])
    }

    @Test(arguments: ["drift", "norms"])
    func `a member of a series whose name tells no step is told, and the rest runs`(experiment: String) throws {
        let place = try Workplace()
        let names = ["stage1-step25", "stage1-step60"]
        try FileManager.default.createDirectory(atPath: place / "series", withIntermediateDirectories: true)
        for (name, model) in zip(names, [smallModel, movedModel]) { try place.checkpoint("series/\(name).h5", model) }
        let stranger = try place.checkpoint("series/stageX-stepfoo.h5", smallModel)
        let finished = try dynamics(
            "run", experiment, "--quiet", "--figures", "none", "--set", "series=['\(place / "series")']", "--out",
            place / "out")
        #expect(finished.code == 4)
        let line =
            "warning: checkpoint \(stranger): neither its name 'stageX-stepfoo' nor its files tell a step, as those of 2 "
            + "others do, so it has no place among them; expected a name such as stage1-step1000-tokens5B, or an attribute "
            + "step: rename it, state the step with --set 'revisions={stageX-stepfoo: {step: N}}', or take it out of the series\n"
        #expect(finished.errors.components(separatedBy: line).count == 2, "\(finished.errors)")
        let table = try place.text("out/\(experiment == "drift" ? "summary" : "norms").csv")
        #expect(names.allSatisfy(table.contains))
        let stated = try dynamics(
            "run", experiment, "--quiet", "--figures", "none", "--set", "series=['\(place / "series")']", "--set",
            "revisions={stageX-stepfoo: {step: 70}}", "--out", place / "stated")
        #expect(!stated.errors.contains("tell a step"), "\(stated.errors)")
    }

    @Test func `quiet says nothing when all is well`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "drift", "--quiet", "--from", place.checkpoint("a.h5", smallModel), "--to",
            place.checkpoint("b.h5", movedModel), "--out", place / "out")
        #expect(finished.code == 0 && finished.errors.isEmpty)
    }

    @Test func `files, groups in files and Hugging Face directories are compared with each other`() throws {
        let place = try Workplace()
        let from = try place.checkpoint("a.h5", smallModel)
        let to = try place.checkpoint("b.h5", movedModel)
        let directory = try place.huggingFace("c", movedModel)
        var summaries: [[String: String]] = []
        for (index, other) in [to, directory, "\(to):/"].enumerated() {
            let finished = try dynamics("run", "drift", "--from", from, "--to", other, "--out", place / "\(index)")
            #expect(finished.code == 0, "\(finished.errors)")
            var summary = try #require(try place.table("\(index)/summary.csv").first)
            summary["to"] = nil
            summaries.append(summary)
        }
        #expect(summaries[0]["drift"] == "5.0")
        #expect(summaries[1] == summaries[0] && summaries[2] == summaries[0])
    }

    @Test func `without out the results' folder is named after the pair`() throws {
        let place = try Workplace()
        _ = try place.checkpoint("a.h5", smallModel)
        _ = try place.huggingFace("runs/step 2", movedModel)
        try place.write("experiments/drift.yaml", "")
        let finished = try dynamics("run", "drift", "--from", "a.h5", "--to", "runs/step 2/", in: place.path)
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(finished.output.hasPrefix("results/drift/a--step 2/summary.csv\n"))
        #expect(place.list("results/drift/a--step 2") == RunTests.pairFiles.sorted())
        #expect(place.list("results") == [".journal", "drift", "index.html"])
    }

    @Test func `set overrides the settings file`() throws {
        let place = try Workplace()
        let pair = [
            "run", "drift", "--from", try place.checkpoint("a.h5", smallModel), "--to",
            try place.checkpoint("b.h5", movedModel), "--out", place / "out",
        ]
        // Of six elements one moved by 4 and one by 3.
        for (threshold, moved) in [("3.5", "0.16666666666666666"), ("4.5", "0.0")] {
            let finished = try DynamicsProcess(pair + ["--set", "moved_threshold=\(threshold)"]).wait()
            #expect(finished.code == 0)
            #expect(try place.table("out/summary.csv").first?["moved"] == moved)
            #expect(try place.text("out/run.json").contains(#""moved_threshold": \#(threshold)"#))
        }
    }

    @Test func `any number of jobs gives the same bytes`() throws {
        let place = try Workplace()
        for jobs in ["1", "5"] {
            let finished = try dynamics(
                "run", "drift", "--jobs", jobs, "--out", place / jobs, "--set", "series=[\(tinySeries)]", "--set",
                "compare=[branch_point]", "--set", "heads=true", "--set", "embedding_rows=3")
            #expect(finished.code == 0, "\(finished.errors)")
        }
        let tables = try place.tables("1")
        #expect(tables.count > 10)
        #expect(try place.tables("5") == tables)
    }

    @Test func `an added checkpoint costs only its own comparisons`() throws {
        let place = try Workplace()
        for step in ["step0-tokens0B", "step25-tokens1B", "step60-tokens1B"] {
            try place.copy("stage1-\(step).h5", to: "series/stage1-\(step).h5")
        }
        let series = [
            "run", "drift", "--set", "series=[\"\(place / "series")\"]", "--set", "gram=false", "--set",
            "compare=[reference]", "--out", place / "out",
        ]
        #expect(try DynamicsProcess(series).wait().code == 0)
        let all = try #require(try place.json("out/machine.json", "bytes_read") as? Int)
        try place.copy("stage1-step130-tokens1B.h5", to: "series/stage1-step130-tokens1B.h5")
        #expect(try DynamicsProcess(series).wait().code == 0)
        let more = try #require(try place.json("out/machine.json", "bytes_read") as? Int)
        // The new one and what it is compared with, the reference and its predecessor: three of the four.
        #expect(more == all)
        #expect(try place.table("out/summary.csv").count == 3)
    }
}
