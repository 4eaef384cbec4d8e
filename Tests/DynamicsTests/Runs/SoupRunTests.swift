import Foundation
import Testing

/// Averages that no file holds, through the front door.
struct SoupRunTests {
    private let models = [
        [FloatTensor("w", [2], [1, 2]), FloatTensor("v", [2], [0, -0.0])],
        [FloatTensor("w", [2], [3, 6]), FloatTensor("v", [2], [4, -0.0])],
    ]

    private func series(_ place: Workplace) throws -> String {
        let paths = try zip(["stage1-step1", "stage1-step2"], models).map { try place.checkpoint("\($0).h5", $1) }
        return "series=[\(paths.map { "'\($0)'" }.joined(separator: ", "))]"
    }

    @Test func `an average has its rows beside those of the files, with any threads, and is read once`() throws {
        let place = try Workplace()
        let series = try series(place)
        func arguments(_ jobs: String, _ out: String) -> [String] {
            ["run", "norms", "--jobs", jobs, "--out", place / out, "--set", series, "--set"]
                + ["soup.half=[stage1-step1, stage1-step2]", "--set", "path=[stage1-step1..stage1-step2 @ 1.5]"]
        }
        let first = try DynamicsProcess(arguments("1", "one")).wait()
        #expect(first.code == 0, "\(first.errors)")
        let rows = try place.table("one/norms.csv").filter { $0["level"] == "model" }
        #expect(
            rows.map { $0["revision"] } == ["stage1-step1", "stage1-step2", "half", "stage1-step1..stage1-step2 @ 1.5"])
        // (2, 4) and (2, 0); (4, 8) and (6, 0).
        #expect(rows.map { $0["l2"] } == [5, 61, 24, 116].map { "\(Double($0).squareRoot())" })
        let again = try DynamicsProcess(arguments("1", "one")).wait()
        #expect(again.code == 0 && again.errors.wholeMatch(of: /read 0 B in [0-9.]+ s\n/) != nil, "\(again.errors)")
        let many = try DynamicsProcess(arguments("3", "many")).wait()
        #expect(many.code == 0)
        #expect(try place.tables("many") == place.tables("one"))
        #expect(
            try place.text("one/summary.md").contains(
                "- half = 0.5 · stage1-step1 + 0.5 · stage1-step2\n"
                    + "- stage1-step1..stage1-step2 @ 1.5 = -0.5 · stage1-step1 + 1.5 · stage1-step2\n"))
    }

    @Test func `a report made again says the same of what a member is made of`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "norms", "--out", place / "out", "--figures", "none", "--set", try series(place), "--set",
            "soup={copy: {stage1-step2: 1}, most: {stage1-step1: 0.25, stage1-step2: 0.75}}")
        // An average of one float32 checkpoint is a copy of it, and found to be one.
        #expect(finished.code == 4 && finished.errors.contains("stage1-step2 and copy"), "\(finished.errors)")
        let (summary, page) = (try place.text("out/summary.md"), try place.text("out/index.html"))
        let lines = "- copy = 1.0 · stage1-step2\n- most = 0.25 · stage1-step1 + 0.75 · stage1-step2\n"
        #expect(summary.contains(lines), "\(summary)")
        #expect(try dynamics("report", place / "out", "--figures", "none").code == 0)
        #expect(try place.text("out/summary.md") == summary)
        #expect(try place.text("out/index.html") == page)
    }

    @Test func `a file that is not there costs what is made of it, but not at weight zero`() throws {
        let place = try Workplace()
        let series = try series(place).dropLast() + ", '\(place / "stage1-step3.h5")']"
        let finished = try dynamics(
            "run", "norms", "--quiet", "--out", place / "out", "--set", String(series), "--set",
            "soup={whole: {stage1-step1: 0.5, stage1-step2: 0.5, stage1-step3: 0}, lost: [stage1-step2, stage1-step3]}")
        #expect(finished.code == 4)
        let lines = finished.errors.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains("stage1-step3.h5"), "\(finished.errors)")
        #expect(
            lines.last?.hasPrefix(
                "warning: checkpoint soup.lost: 'stage1-step3', which it is made of, could not be opened")
                == true, "\(finished.errors)")
        let rows = try place.table("out/norms.csv").filter { $0["level"] == "model" }
        #expect(rows.map { $0["revision"] } == ["stage1-step1", "stage1-step2", "whole"])
    }

    @Test func `what cannot be averaged is bad input, with one line and nothing written`() throws {
        let place = try Workplace()
        let series = try series(place)
        let other = try place.checkpoint("stage1-step4.h5", [FloatTensor("w", [2], [1, 2])])
        func run(_ settings: String...) throws -> Finished {
            try DynamicsProcess(
                ["run", "norms", "--out", place / "out"] + settings.flatMap { ["--set", $0] }
            ).wait()
        }
        #expect(
            try run(series, "soup.a={stage1-step1: 1, stage1-step2: 1}")
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: soup.a: its weights sum to 2.0, expected 1: an average has the scale of what it is made of\n"
                ))
        #expect(
            try run(series.dropLast() + ", '\(other)']", "soup.a=[stage1-step2, stage1-step4]")
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: checkpoint soup.a: 'v' is in stage1-step2 but not in stage1-step4; an average needs the "
                        + "same tensors in all that it is made of\n"))
        #expect(
            try run(series, "soup.a=[stage1-step1, stage1-step3]").errors
                == "error: soup.a: there is no 'stage1-step3' in the series; did you mean 'stage1-step1'?\n")
        let wrong = try run(series, "soup.a=stage1-step1")
        #expect(
            wrong
                == Finished(
                    code: 2, output: "",
                    errors:
                        "error: --set soup.a=stage1-step1: 'soup.a': expected a list of labels, or a weight by label\n")
        )
        #expect(place.list("out") == nil)
    }

    @Test func `an audit has no averages, because it looks at files`() throws {
        let place = try Workplace()
        let finished = try dynamics(
            "run", "audit", "--out", place / "out", "--set", try series(place), "--set", "soup.a=[stage1-step1]")
        #expect(finished.code == 2)
        #expect(finished.errors.contains("unknown setting 'soup'"), "\(finished.errors)")
    }
}
