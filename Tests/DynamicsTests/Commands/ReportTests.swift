import Foundation
import TestSupport
import Testing

/// `report`, figures and `export` through the front door.
struct ReportTests {
    /// A pair whose tensors have names that mean something to pages, shells, gnuplot and TeX.
    static let hostileNames = ["<script>document.title = 'stolen'", "`touch stolen`", "a'b\"c_d%e&f$g#h", "{x}^~\\y"]

    static func hostilePair(_ place: Workplace) throws -> [String] {
        let (from, to) = (1...2).map { scale in
            hostileNames.map { FloatTensor($0, [2], [3, 4 * Float(scale)]) }
        }.pair
        return [
            "run", "drift", "--from", try place.checkpoint("a.h5", from), "--to", try place.checkpoint("b.h5", to),
            "--out",
            place / "out",
        ]
    }

    @Test func `a report makes everything again, byte for byte, without the checkpoints`() throws {
        let place = try Workplace()
        #expect(try DynamicsProcess(Self.hostilePair(place)).wait().code == 0)
        let written = try place.tables("out")
        for name in ["a.h5", "b.h5", "out/.journal"] { try FileManager.default.removeItem(atPath: place / name) }
        let made = try #require(place.list("out")).filter { name in
            ["tex", "md", "gp", "svg", "pdf", "html"].contains((name as NSString).pathExtension)
                || ["drift_map.csv", "datapackage.json"].contains(name)
        }
        for name in made where name != "datapackage.json" {
            try FileManager.default.removeItem(atPath: place / "out/\(name)")
        }
        let finished = try dynamics("report", place / "out")
        #expect(finished.code == 0)
        #expect(!hasGnuplot || finished.errors.isEmpty)
        #expect(Set(finished.output.split(separator: "\n").map(String.init)) == Set(made.map { place / "out/\($0)" }))
        #expect(try place.tables("out") == written)
    }

    @Test func `tables that lack a column of the figures are bad input`() throws {
        let place = try Workplace()
        let committed = "\(packageRoot)/results/drift"
        for name in try FileManager.default.contentsOfDirectory(atPath: committed)
        where name.hasSuffix(".csv") || name.hasSuffix(".json") {
            let text = try String(contentsOfFile: "\(committed)/\(name)", encoding: .utf8)
            try place.write("out/\(name)", text.replacing("relative_drift", with: "another"))
        }
        let finished = try dynamics("report", place / "out")
        #expect(finished.code == 3 && finished.output.isEmpty)
        #expect(
            finished.errors.contains("has no column 'relative_drift'; run the experiment again\n"), "\(finished.errors)"
        )
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
    func `a rerun keeps the pictures, a change of data draws them anew`() throws {
        let place = try Workplace()
        let run = try Self.hostilePair(place)
        _ = try DynamicsProcess(run).wait()
        // Another version of gnuplot would have drawn this.
        try place.write("out/drift_map.svg", "<svg/>")
        _ = try DynamicsProcess(run).wait()
        #expect(try place.text("out/drift_map.svg") == "<svg/>")
        try place.write("out/drift_map.csv", "line\n")
        _ = try DynamicsProcess(run).wait()
        #expect(try place.text("out/drift_map.svg").contains("<title>Relative drift by layer and module.</title>"))
        #expect(try !place.text("out/drift_map.svg").contains("GNUPLOT"))
        _ = try DynamicsProcess(run + ["--figures", "none"]).wait()
        #expect(place.list("out")?.contains { $0.hasPrefix("drift_map") } == false)
    }

    @Test func `without gnuplot a line says what was not drawn, and the run is done`() throws {
        let place = try Workplace()
        let finished = try DynamicsProcess(Self.hostilePair(place), before: "PATH=/nonexistent").wait()
        #expect(finished.code == 0)
        let note = "notice: gnuplot is not installed (Debian: gnuplot-nox); not drawn: drift_map.svg, drift_map.pdf\n"
        #expect(finished.errors.hasPrefix(note), "\(finished.errors)")
        #expect(place.list("out")?.filter { $0.hasPrefix("drift_map") } == ["drift_map.csv", "drift_map.gp"])
        #expect(try place.text("out/index.html").contains("Not drawn."))
    }

    @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
    func `a script runs alone and draws the same pictures`() throws {
        let place = try Workplace()
        _ = try DynamicsProcess(Self.hostilePair(place)).wait()
        let svg = try place.text("out/drift_map.svg")
        for name in ["gp", "csv"] {
            try place.write("alone/drift_map.\(name)", place.text("out/drift_map.\(name)"))
        }
        #expect(try TestSupport.run("/bin/sh", "-c", "cd '\(place / "alone")' && gnuplot drift_map.gp") == 0)
        #expect(place.list("alone") == ["drift_map.csv", "drift_map.gp", "drift_map.pdf", "drift_map.svg"])
        // But for the title and the version, which the run puts in and takes out.
        let drawn = try place.text("alone/drift_map.svg").split(separator: "<g id").dropFirst()
        #expect(drawn == svg.split(separator: "<g id").dropFirst())
    }

    @Test func `a report of what is not there is bad input`() throws {
        let place = try Workplace()
        let errors = "error: there are no results in nowhere: nowhere/run.json is missing; run the experiment first\n"
        #expect(try dynamics("report", "nowhere", in: place.path) == Finished(code: 3, output: "", errors: errors))
        try place.write("other/run.json", "{\"experiment\": \"alchemy\"}")
        #expect(
            try dynamics("report", "other", in: place.path)
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: other/run.json tells of the experiment 'alchemy', which this version does not have\n"))
        #expect(place.list("") == ["other"] && place.list("other") == ["run.json"])
    }

    @Test func `the index lists runs and pairs`() throws {
        let place = try Workplace()
        _ = try place.checkpoint("a.h5", smallModel)
        _ = try place.checkpoint("b.h5", movedModel)
        try place.write("experiments/drift.yaml", "")
        let finished = try dynamics("run", "drift", "--from", "a.h5", "--to", "b.h5", in: place.path)
        #expect(finished.output.hasSuffix("results/drift/a--b/run.json\nresults/index.html\n"))
        let page = try place.text("results/index.html")
        #expect(page.contains("<a href=\"./drift/a--b/index.html\">") && page.contains(">drift/a--b</a>"))
    }

    @Test(.enabled(if: program("script") != nil, "script(1) is not installed"), arguments: ["", "NO_COLOR=1", "quiet"])
    func `a terminal ends with the summary`(setting: String) throws {
        let place = try Workplace()
        let run = try Self.hostilePair(place) + (setting == "quiet" ? ["--quiet"] : [])
        let command = ([builtDynamics] + run).map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        let environment = setting.contains("=") ? "\(setting) " : ""
        try place.write("command.sh", "stty cols 100\nunset NO_COLOR\n\(environment)TERM=xterm exec \(command)\n")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "script -qec 'sh \"\(place / "command.sh")\"' /dev/null > '\(place / "shown")' < /dev/null",
        ]
        process.currentDirectoryURL = URL(filePath: packageRoot)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let shown = try place.text("shown").replacing("\r\n", with: "\n")
        let summary = """
            comparison  from  to  relative drift  angle (rad)  rms change  changed  sign flips
            """
        #expect(shown.contains(summary) == (setting != "quiet"))
        #expect(shown.contains("\u{1B}[1m\(summary)\u{1B}[0m\n") == setting.isEmpty)
    }
}

extension Array {
    /// The two elements of an array of two.
    fileprivate var pair: (Element, Element) { (self[0], self[1]) }
}
