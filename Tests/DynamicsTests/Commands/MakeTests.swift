import Foundation
import TestSupport
import Testing

/// What the Makefile does on a machine that has nothing yet.
@Suite struct MakeTests {
    @Test func `make bench brings the h5diff that it measures beside`() throws {
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/env")
        make.arguments = ["make", "--dry-run", "--always-make", "bench"]
        make.currentDirectoryURL = URL(filePath: packageRoot)
        let output = Pipe()
        make.standardOutput = output
        try make.run()
        let commands = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        make.waitUntilExit()
        #expect(make.terminationStatus == 0)
        #expect(commands.contains(/need-packages .*hdf5-tools/))
    }

    /// Runs make in the project's folder.
    private func make(_ arguments: String..., in folder: String = packageRoot) throws -> Finished {
        let place = try Workplace()
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "exec make --no-print-directory \"$@\" >'\(place / "output")' 2>'\(place / "errors")'", "make"]
            + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        try process.run()
        process.waitUntilExit()
        return Finished(
            code: process.terminationStatus, output: try place.text("output"), errors: try place.text("errors"))
    }

    @Test func `make install puts a program there that runs anywhere, with completions, and uninstall takes it away`()
        throws
    {
        let place = try Workplace()
        let prefix = place / "usr"
        // Not built anew: the binary of these tests is what is installed.
        let made = try make("--old-file=build", "install", "PREFIX=\(prefix)", "DYNAMICS=\(builtDynamics)")
        #expect(made == Finished(code: 0, output: prefix + "/bin/dynamics\n", errors: ""))
        for (file, word) in [
            ("share/bash-completion/completions/dynamics", "complete -o filenames -F _dynamics dynamics"),
            ("share/zsh/site-functions/_dynamics", "#compdef dynamics"),
            ("share/fish/vendor_completions.d/dynamics.fish", "complete -c 'dynamics'"),
        ] { #expect(try place.text("usr/\(file)").contains(word), "\(file)") }
        // Names of experiments are completed.
        #expect(try place.text("usr/share/bash-completion/completions/dynamics").contains("linear_probe"))
        try place.checkpoint("else where/a.h5", smallModel)
        try place.checkpoint("else where/b.h5", movedModel)
        let run = Process()
        run.executableURL = URL(filePath: prefix + "/bin/dynamics")
        run.arguments = [
            "run", "drift", "--from", "a.h5", "--to", "b.h5", "--quiet", "--figures", "none", "-o", "out",
        ]
        run.currentDirectoryURL = URL(filePath: place / "else where")
        run.standardOutput = FileHandle.nullDevice
        try run.run()
        run.waitUntilExit()
        #expect(run.terminationStatus == 0)
        #expect(try place.table("else where/out/summary.csv").first?["drift"] == "5.0")
        #expect(try make("uninstall", "PREFIX=\(prefix)").code == 0)
        #expect(place.list("usr/bin") == [] && place.list("usr/share/zsh/site-functions") == [])
    }

    @Test func `a build folder from elsewhere is told, one from here is not`() throws {
        let place = try Workplace()
        let script = "\(packageRoot)/tools/check-build-folder"
        func check() throws -> Finished {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "exec '\(script)' 2>errors"]
            process.currentDirectoryURL = URL(filePath: place.path)
            try process.run()
            process.waitUntilExit()
            return Finished(code: process.terminationStatus, output: "", errors: try place.text("errors"))
        }
        #expect(try check() == Finished(code: 0, output: "", errors: ""))
        let real = URL(filePath: place.path).resolvingSymlinksInPath().path
        try place.write(".build/release.yaml", "nodes:\n  \"\(real)/Sources/Base/\":\n")
        #expect(try check().code == 0)
        try place.write(".build/debug.yaml", "nodes:\n  \"/old place/project/Sources/Base/\":\n")
        #expect(
            try check()
                == Finished(
                    code: 1, output: "",
                    errors:
                        "error: .build was made in /old place/project, and Swift's build folder does not work elsewhere; remove "
                        + "it with 'rm -rf .build' and build again\n"))
    }
}

/// `tools/make-probe-set.py`, with and without its packages.
@Suite struct ProbeSetToolTests {
    private static let hasTokenizers: Bool = {
        guard let python = testPython else { return false }
        return (try? run(python, "-c", "import tokenizers, h5py, numpy")) == 0
    }()

    /// A copy of the script, away from the project's .venv.
    private func tool(_ place: Workplace, python: String, _ arguments: [String], path: String = "") throws -> Finished {
        try place.write(
            "tools/make-probe-set.py",
            try Data(contentsOf: URL(filePath: "\(packageRoot)/tools/make-probe-set.py")))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "exec '\(python)' tools/make-probe-set.py \"$@\" >output 2>errors", "tool"] + arguments
        process.currentDirectoryURL = URL(filePath: place.path)
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": path]) { $1 }
        try process.run()
        process.waitUntilExit()
        return Finished(
            code: process.terminationStatus, output: try place.text("output"), errors: try place.text("errors"))
    }

    @Test(.enabled(if: program("python3") != nil, "needs python3"))
    func `without h5py it says what is missing and how to get it`() throws {
        let place = try Workplace()
        try place.write("none/h5py.py", "raise ModuleNotFoundError(\"No module named 'h5py'\", name='h5py')\n")
        let python = try #require(program("python3"))
        let made = try tool(
            place, python: python, ["--tokenizer", "t.json", "--length", "4", "--out", "p.h5", "a=a.txt"],
            path: place / "none")
        #expect(made.code == 1 && made.output.isEmpty)
        #expect(
            made.errors.hasPrefix("error: make-probe-set.py needs the Python package h5py, which "), "\(made.errors)")
        #expect(made.errors.hasSuffix("; 'make python' puts it into .venv, or: pip install h5py numpy tokenizers\n"))
        #expect(made.errors.split(separator: "\n").count == 1 && place.list("")?.contains("p.h5") == false)
    }

    @Test(.enabled(if: hasTokenizers, "needs tokenizers and h5py: make python"))
    func `what it makes, probe reads; what it cannot read, it names`() throws {
        let place = try Workplace()
        let python = try #require(testPython)
        try place.write(
            "tokenizer.json",
            """
            {"version": "1.0", "added_tokens": [], "normalizer": null, "post_processor": null, "decoder": null,
             "truncation": null, "padding": null, "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1, "c": 2, "?": 3}, "unk_token": "?"}}
            """)
        try place.write("letters.txt", "a b c a b c a")
        try place.write("lines.jsonl", "{\"text\": \"c c\"}\n\n{\"text\": \"a b\"}\n")
        let options = ["--tokenizer", "tokenizer.json", "--length", "4", "--out", "p.h5"]
        let made = try tool(place, python: python, options + ["letters=letters.txt", "lines=lines.jsonl"])
        #expect(
            made
                == Finished(
                    code: 0,
                    output: "letters: 2 sequences, 5 predicted tokens\nlines: 2 sequences, 2 predicted tokens\n",
                    errors: ""))
        let shown = try dynamics("inspect", place / "p.h5", "--json")
        #expect(shown.output.contains("byte_counts") || shown.output.contains("tokens"), "\(shown)")
        try place.write("bad.jsonl", "{\"text\": \"a b\"}\n{\"body\": 1}\n")
        for (domain, problem) in [
            ("x=bad.jsonl", "bad.jsonl:2: expected an object with the key \"text\", found '{\"body\": 1}'"),
            ("x=nothing.txt", "cannot read nothing.txt: No such file or directory"),
        ] {
            let refused = try tool(
                place, python: python, ["--tokenizer", "tokenizer.json", "--length", "4", "-o", "q.h5", domain])
            #expect(refused == Finished(code: 3, output: "", errors: "error: \(problem)\n"))
        }
        #expect(place.list("")?.contains { $0.contains("q.h5") } == false)
    }
}
