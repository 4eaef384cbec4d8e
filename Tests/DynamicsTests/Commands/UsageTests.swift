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
        (["run", "drift", "--form", "a"], "Error: Unknown option '--form'. Did you mean '--from'?\n"),
        (["run"], "Error: Missing expected argument '<names> ...'\n"),
        (["run", "drift", "drift"], "Error: An experiment is named twice.\n"),
        (["run", "drift", "--from", "a"], "Error: --from and --to go together: a pair has two checkpoints.\n"),
        (["run", "drift", "--jobs", "0"], "Error: --jobs takes a number from 1 to 1024.\n"),
        (["run", "drift", "--jobs", "x"], "Error: The value 'x' is invalid for '--jobs <jobs>'\n"),
        (["inspect"], "Error: Missing expected argument '<checkpoint>'\n"),
        (["import", "a"], "Error: Missing expected argument '--to <dir>'\n"),
        (["import", "a", "--to", "b", "--relative"], "Error: --relative goes with --link.\n"),
        (["nonsense"], "Error: Unexpected argument 'nonsense'\n"),
    ])
    func `an option that does not exist, or lacks something`(arguments: [String], message: String) throws {
        let finished = try DynamicsProcess(arguments).wait()
        #expect(finished.code == 2 && finished.output.isEmpty)
        #expect(finished.errors.hasPrefix(message), "\(finished.errors)")
        #expect(finished.errors.contains("Usage: dynamics"))
    }

    @Test func `away from the project's folder the error names the remedy`() throws {
        let place = try Workplace()
        #expect(
            try dynamics("run", "drift", in: place.path)
                == Finished(
                    code: 2, output: "",
                    errors:
                        "error: experiments/drift.yaml: no such file in the current folder; run in the folder of the "
                        + "project, or name one with --settings FILE\n"))
        #expect(place.list("") == [])
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
