import Testing

/// Mistakes of the command line and of settings files: exit code 2, a line that names the remedy, nothing written.
struct UsageTests {
    @Test(arguments: [
        (["run", "drfit"], "error: run drfit: there is no experiment 'drfit'; did you mean 'drift'?\n"),
        (
            ["run", "drift", "--set", "moved_treshold=1"],
            "error: --set moved_treshold=1: unknown setting 'moved_treshold'; did you mean 'moved_threshold'?\n"
        ),
        (
            ["run", "drift", "--set", "moved_threshold=abc"],
            "error: --set moved_threshold=abc: 'moved_threshold': expected a number, found 'abc'\n"
        ),
        (["run", "drift", "--set", "foo"], "error: --set foo: expected KEY=VALUE, as in --set threshold=1e-4\n"),
        (
            ["run", "drift", "--settings", "/nonexistent.yaml"],
            "error: /nonexistent.yaml: cannot read the settings: No such file or directory\n"
        ),
        (
            ["run", "drift", "--set", "compare=[foo]"],
            "error: --set compare=[foo]: 'compare[0]': expected one of pair, reference, predecessor, branch_point, before_branch_point, "
                + "ingredients, found 'foo'\n"
        ),
    ])
    func `a setting or a name that does not exist`(arguments: [String], message: String) throws {
        let finished = try DynamicsProcess(arguments).wait()
        #expect(finished == Finished(code: 2, output: "", errors: message))
    }

    @Test(arguments: [
        (
            ["run", "drift", "--form", "a"],
            "unknown option '--form'; did you mean '--from'?; see 'dynamics run --help'"
        ),
        (["run"], "missing expected argument '<names> ...'; see 'dynamics run --help'"),
        (["run", "drift", "drift"], "an experiment is named twice; see 'dynamics run --help'"),
        (
            ["run", "drift", "--from", "a"],
            "--from and --to go together: a pair has two checkpoints; see 'dynamics run --help'"
        ),
        (["run", "drift", "--jobs", "0"], "--jobs takes a number from 1 to 1024; see 'dynamics run --help'"),
        (["run", "drift", "--jobs", "x"], "the value 'x' is invalid for '--jobs <jobs>'; see 'dynamics run --help'"),
        (["inspect"], "missing expected argument '<checkpoint>'; see 'dynamics inspect --help'"),
        (["import", "a"], "missing expected argument '--to <dir>'; see 'dynamics import --help'"),
        (["import", "a", "--to", "b", "--relative"], "--relative goes with --link; see 'dynamics import --help'"),
        (["nonsense"], "unexpected argument 'nonsense'; see 'dynamics --help'"),
        (
            ["run", "drift", "--figures", "three"],
            "the value 'three' is invalid for '--figures <figures>'. Please provide one of 'one', 'two' or 'none'; "
                + "see 'dynamics run --help'"
        ),
    ])
    func `an option that does not exist, or lacks something, is one line in the voice of all errors`(
        arguments: [String], message: String
    ) throws {
        #expect(
            try DynamicsProcess(arguments).wait() == Finished(code: 2, output: "", errors: "error: \(message)\n"))
    }

    @Test func `away from the project's folder the built-in settings say what they lack, and nothing is left`() throws {
        let place = try Workplace()
        #expect(
            try dynamics("run", "drift", in: place.path)
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: there is no data/tiny-olmo2 here, which the built-in settings of drift name: it lies in the "
                        + "project's 'experiments' folder; name checkpoints of yours with --from and --to or --set series=[DIR "
                        + "or FILE, ...], or write a settings file with 'dynamics init drift'\n"))
        let scaling = try dynamics("run", "scaling", in: place.path)
        #expect(
            scaling.code == 3 && scaling.errors.hasPrefix("error: there is no data/tiny-ladder/runs.csv here, which"))
        #expect(scaling.errors.contains("name files of yours with --set, which 'dynamics describe scaling' lists"))
        #expect(place.list("") == [])
    }

    @Test func `a setting of one of several experiments is named with it`() throws {
        let place = try Workplace()
        let run = [
            "run", "drift", "norms", "--from", try place.checkpoint("a.h5", smallModel), "--to",
            try place.checkpoint("b.h5", movedModel), "--figures", "none", "--quiet", "--out", place / "out",
        ]
        func errors(_ setting: String) throws -> String {
            let finished = try DynamicsProcess(run + ["--set", setting]).wait()
            #expect(finished.code == 2 && finished.output.isEmpty)
            return finished.errors
        }
        #expect(
            try errors("moved_threshold=3.5")
                == "error: --set moved_threshold=3.5: norms has no setting 'moved_threshold'; for drift alone, say "
                + "drift.moved_threshold=...\n")
        #expect(
            try errors("drift.moved_treshold=3.5")
                == "error: --set drift.moved_treshold=3.5: unknown setting 'moved_treshold'; did you mean 'moved_threshold'?\n"
        )
        #expect(
            try errors("probe.batch=2")
                == "error: --set probe.batch=2: probe is not among the experiments that are run: drift, norms\n")
        #expect(place.list("out") == nil)
        let finished = try DynamicsProcess(
            run + ["--set", "drift.moved_threshold=3.5", "--set", "norms.outlier_threshold=2", "--set", "strict=true"]
        ).wait()
        #expect(finished.code == 0, "\(finished.errors)")
        // Of six elements one moved by 4 and one by 3.
        #expect(try place.table("out/drift/summary.csv").first?["moved"] == "0.16666666666666666")
        #expect(try place.text("out/norms/run.json").contains("\"outlier_threshold\": 2"))
        for name in ["drift", "norms"] { #expect(try place.text("out/\(name)/run.json").contains("\"strict\": true")) }
        #expect(try place.text("out/drift/run.json").contains("outlier_threshold") == false)
    }

    @Test func `a settings file names the line of a mistake`() throws {
        let place = try Workplace()
        let file = try place.write("my.yaml", "# mine\nseries: [x]\nstrickt: true\n")
        #expect(
            try dynamics("run", "drift", "--settings", file, "--out", place / "out")
                == Finished(
                    code: 2, output: "",
                    errors: "error: \(file):3: unknown setting 'strickt'; did you mean 'strict'?\n"))
        #expect(place.list("out") == nil)
    }

    @Test func `paths in a settings file are looked for beside it, then in the current folder`() throws {
        let place = try Workplace()
        try place.checkpoint("stage1-step0.h5", smallModel)
        try place.write("settings/readme", "")
        try place.checkpoint("settings/stage1-step1.h5", movedModel)
        let file = try place.write("settings/my.yaml", "series: [stage1-step0.h5, stage1-step1.h5]\n")
        let finished = try dynamics("run", "drift", "--settings", file, "--out", "out", in: place.path)
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try place.table("out/summary.csv").first?["drift"] == "5.0")
    }

    @Test(arguments: [
        ("series=[]", "no checkpoints are named; set series=[DIR or FILE, ...], or give --from and --to"),
        ("compare=[]", "nothing to compare"),
        ("series=[experiments/data/tiny-olmo2/main.h5]", "nothing to compare: 1 checkpoint"),
        ("reference=stage1-step1", "reference 'stage1-step1' is not in the series; it holds stage1-step0-tokens0B, "),
    ])
    func `settings that ask for nothing are bad input`(setting: String, message: String) throws {
        let place = try Workplace()
        let finished = try dynamics("run", "drift", "--set", setting, "--out", place / "out")
        #expect(finished.code == 3 && finished.output.isEmpty)
        #expect(finished.errors.hasPrefix("error: \(message)"), "\(finished.errors)")
        #expect(place.list("out") == nil)
    }
}
