import Foundation
import Testing

@testable import Checkpoints

/// `run audit` through the front door.
struct AuditRunTests {
    @Test func `a clean series ends with 0, and a second audit reads nothing`() throws {
        let place = try Workplace()
        let names = ["stage1-step1250-tokens1B", "stage1-step2500-tokens1B"].map { "\(tinySeries)/\($0).h5" }
        let set = "series=[\(names.joined(separator: ", "))]"
        let settings = try place.write("audit.yaml", "seed: 0\n")
        let first = try dynamics("run", "audit", "--settings", settings, "--set", set, "--out", place / "out")
        #expect(first.code == 0)
        #expect(
            first.output
                == [
                    "findings.csv", "files.csv", "order.csv", "soup.csv", "summary.tex", "summary.md",
                    "datapackage.json", "index.html", "machine.json", "run.json",
                ].map { place / "out/\($0)" + "\n" }.joined())
        #expect(try place.table("out/findings.csv").isEmpty)
        let second = try dynamics("run", "audit", "--settings", settings, "--set", set, "--out", place / "out")
        #expect(
            second.code == 0 && second.errors.wholeMatch(of: /all from the journal, in [0-9.]+ s\n/) != nil,
            "\(second.errors)")
    }

    @Test func `a checkpoint without config and step is told among others`() throws {
        let place = try Workplace()
        let names = ["stage1-step600-tokens1B", "stage1-step1250-tokens1B", "stage1-step2500-tokens1B"]
        let stranger = try place.checkpoint("stageX-stepfoo.h5", smallModel)
        let paths = names.map { "'\(tinySeries)/\($0).h5'" } + ["'\(stranger)'"]
        let settings = try place.write("audit.yaml", "series: [\(paths.joined(separator: ", "))]\n")
        let finished = try dynamics("run", "audit", "--quiet", "--settings", settings, "--out", place / "out")
        #expect(finished.code == 4)
        let told = try place.table("out/findings.csv").filter { $0["revision"] == "stageX-stepfoo" }
        #expect(Set(told.compactMap { $0["finding"] }).isSuperset(of: ["config_differs", "name_differs"]), "\(told)")
    }

    @Test
    func `a broken row of a catalog and an unknown scheduler are told with file and line, and the rest is audited`()
        throws
    {
        let place = try Workplace()
        let names = ["stage1-step1250-tokens1B", "stage1-step2500-tokens1B"]
        try place.write("list.csv", "Step,Checkpoint Directory\n1250,h/step1250/\ntwo,h/step2/\n")
        let config = try String(contentsOfFile: "\(tinySeries)/training.yaml", encoding: .utf8)
        let training = try place.write("training.yaml", config)
        let broken = try place.write(
            "broken.yaml",
            """
            global_train_batch_size: 32
            max_duration: 2500
            model: {max_sequence_length: 128}
            optimizer: {name: adamw, learning_rate: 4.0e-3}
            scheduler: {name: cosine_with_warmpu}
            """)
        let paths = names.map { "'\(tinySeries)/\($0).h5'" }.joined(separator: ", ")
        let settings = try place.write("audit.yaml", "series: [\(paths)]\ncatalog: ['\(place / "list.csv")']\n")
        func run(_ experiment: String, _ training: String, _ settings: String) throws -> Finished {
            try dynamics(
                "run", experiment, "--quiet", "--figures", "none", "--settings", settings, "--set",
                "training=['\(training)']", "--out", place / experiment)
        }
        let audited = try run("audit", training, settings)
        #expect(audited.code == 4)
        #expect(
            audited.errors.hasPrefix(
                "warning: \(place / "list.csv"):3: unreadable_row: the step is 'two', not a whole number | two,h/step2/\n"
            ),
            "\(audited.errors)")
        #expect(try place.table("audit/findings.csv").map { $0["finding"] } == ["not_in_catalog"])
        let unknown =
            "warning: \(broken):5: 'scheduler.name': unknown scheduler 'cosine_with_warmpu', so that no learning rate is known; "
        #expect(try run("audit", broken, settings).errors.contains(unknown))
        // Tokens are known without a schedule.
        let pair = try place.write("drift.yaml", "series: [\(paths)]\ngram: false\n")
        let drifted = try run("drift", broken, pair)
        #expect(drifted.code == 4 && drifted.errors.hasPrefix(unknown), "\(drifted.errors)")
        #expect(Set(try place.table("drift/summary.csv").map { $0["tokens"] }) == ["10240000"])
        #expect(Set(try place.table("drift/summary.csv").map { $0["lr"] }) == [""])
    }

    @Test func `findings end with 4, each with evidence and remedy`() throws {
        let place = try Workplace()
        let path = try place.checkpoint(
            "a.h5",
            [FloatTensor("bad", [2, 2], [1, .nan, 2, .infinity]), FloatTensor("empty", [2, 2], [0, 0, 0, 0])])
        let cut = place / "cut.h5"
        try Data(try #require(FileManager.default.contents(atPath: path)).prefix(900)).write(to: URL(filePath: cut))
        let settings = try place.write("audit.yaml", "series: ['\(path)', '\(cut)']\n")
        let finished = try dynamics("run", "audit", "--quiet", "--settings", settings, "--out", place / "out")
        #expect(finished.code == 4)
        #expect(
            finished.errors.contains(
                "warning: a: non_finite: 'bad': 1 NaN and 1 infinite of 4 elements, the first at row-major index 1; "
                    + "download the file again; if it is the same, leave the checkpoint out\n"))
        #expect(finished.errors.contains("warning: a: zero_tensor: 'empty': all 4 elements are 0; "))
        let rows = try place.table("out/findings.csv").map {
            [$0["severity"], $0["finding"], $0["file"], $0["tensor"]]
        }
        #expect(
            rows == [
                ["error", "truncated", cut, ""], ["error", "non_finite", path, "bad"],
                ["error", "zero_tensor", path, "empty"],
            ])
    }

    @Test func `settings that make no sense are bad input`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("a.h5", [FloatTensor("w", [2], [1, 2])])
        for (setting, message) in [
            ("soups={main: [a]}", "soups 'main' is not in the series; it holds a"),
            ("soups={a: [b]}", "soups.a 'b' is not in the series; it holds a"),
            ("norm_mads=-1", "norm_mads is -1.0; a number from 0 on is expected"),
            ("branch_point=x", "branch_point 'x' is not in the series; it holds a"),
        ] {
            let settings = try place.write("audit.yaml", "series: ['\(path)']\n")
            let finished = try dynamics(
                "run", "audit", "--settings", settings, "--set", setting, "--out", place / "out")
            #expect(finished == Finished(code: 3, output: "", errors: "error: \(message)\n"))
        }
        #expect(place.list("out") == nil)
    }
}
