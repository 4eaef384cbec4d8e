import Foundation
import Testing

/// `run spectra` and `compare` through the front door.
struct SpectraRunTests {
    static let files = [
        "summary.csv", "spectra.csv", "singular_values.csv", "update_spectra.csv", "subspaces.csv", "integrity.csv",
        "summary.tex", "summary.md", "datapackage.json", "index.html", "machine.json", "run.json",
    ]

    private func series(_ names: [String]) -> String {
        "series=[\(names.map { "\(tinySeries)/\($0).h5" }.joined(separator: ", "))]"
    }

    @Test func `a run leaves its tables, and a second one reads nothing`() throws {
        let place = try Workplace()
        let set = series(["stage1-step2500-tokens1B", "main"])
        let first = try dynamics("run", "spectra", "--figures", "none", "--set", set, "--out", place / "out")
        #expect(first.code == 0)
        #expect(first.output == SpectraRunTests.files.map { place / "out/\($0)" + "\n" }.joined())
        // Contents, weights, one update and one turn (both kinds of each are the same pair).
        #expect(
            first.errors.wholeMatch(of: /note: main: [^\n]*\nread [0-9.]+ MB in [0-9.]+ s\n/) != nil, "\(first.errors)")
        #expect(try place.table("out/spectra.csv").count == 60)

        let second = try dynamics("run", "spectra", "--figures", "none", "--set", set, "--out", place / "out")
        #expect(second.code == 0 && second.output == first.output)
        #expect(
            second.errors.wholeMatch(of: /note: main: [^\n]*\nall from the journal, in [0-9.]+ s\n/) != nil,
            "\(second.errors)")
        #expect(try dynamics("compare", place / "out", place / "out") == Finished(code: 0, output: "", errors: ""))
    }

    @Test func `a matrix that is not finite is a finding, and the others have their rows`() throws {
        let place = try Workplace()
        let path = try place.checkpoint(
            "a.h5", [FloatTensor("bad", [2, 2], [1, .nan, 2, 3]), FloatTensor("good", [2, 2], [3, 0, 0, 4])])
        let finished = try dynamics("run", "spectra", "--quiet", "--set", "series=['\(path)']", "--out", place / "out")
        #expect(finished.code == 4)
        #expect(
            finished.errors
                == "warning: a: 'bad' holds 1 NaN or infinite element, the first at index 1; its statistics are left empty\n"
        )
        let rows = try place.table("out/spectra.csv").map { [$0["tensor"], $0["status"], $0["spectral_norm"]] }
        #expect(rows == [["bad", "non_finite", ""], ["good", "ok", "4.0"]])
    }

    @Test func `a series without a matrix is bad input`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("a.h5", [FloatTensor("gain", [2], [1, 2])])
        let finished = try dynamics("run", "spectra", "--set", "series=['\(path)']", "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors:
                        "error: no checkpoint of the series holds a floating-point tensor of two dimensions; 'dynamics inspect' shows what is there\n"
                ))
        #expect(place.list("out") == nil)
    }

    @Test func `compare names what differs`() throws {
        let place = try Workplace()
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(atPath: place / name, withIntermediateDirectories: true)
            try place.write("\(name)/x.csv", name == "a" ? "n\n1\n" : "n\n2\n")
        }
        #expect(
            try dynamics("compare", place / "a", place / "b")
                == Finished(code: 4, output: "", errors: "x.csv: line 2 differs\n"))
        let missing = try dynamics("compare", place / "a", place / "c")
        #expect(missing.code == 1)
        #expect(missing.errors == "error: cannot list the folder \(place / "c"): it is missing or cannot be read\n")
    }
}
