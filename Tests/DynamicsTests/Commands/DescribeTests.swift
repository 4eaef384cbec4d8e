import Base
import Foundation
import TestSupport
import Testing

/// `describe`, and the `docs` that come from the same.
struct DescribeTests {
    @Test func `a setting tells meaning, bounds and default`() throws {
        let expected = """
            setting outlier_threshold of norms
                Standard deviations from its tensor's mean beyond which a weight is an outlier.
                takes: a number above 0
                default: 6

            """
        for name in ["outlier_threshold", "norms.outlier_threshold"] {
            #expect(try dynamics("describe", name) == Finished(code: 0, output: expected, errors: ""))
        }
    }

    @Test func `a column tells every table that has it, type, unit and tolerance`() throws {
        let expected = """
            column bulk_edge of spectra, in spectra, update_spectra
                Where the Marchenko-Pastur bulk of a random matrix with this median singular value ends; needs all.
                type: number
                tolerance between processors: 1e-09

            """
        #expect(try dynamics("describe", "bulk_edge").output == expected)
        let angle = try dynamics("describe", "drift.angle")
        #expect(angle.output.contains("of drift, in summary, modules, layers, tensors\n"))
        #expect(angle.output.contains("\n    unit: rad\n") && !angle.output.contains("drift_and_loss"))
    }

    @Test func `a name of several kinds tells them all`() throws {
        let titles = try dynamics("describe", "drift").output.split(separator: "\n")
            .filter { !$0.hasPrefix(" ") }.map(String.init)
        #expect(
            titles == [
                "experiment drift", "settings", "tables", "columns",
                "figures: drift_by_module, drift_from_branch_point, drift_map, path, ingredients",
                "setting drift of drift_and_loss",
                "column drift of drift, in summary, modules, layers, tensors", "column drift of drift, in heads",
                "column drift of drift, in embedding_rows", "column drift of drift_and_loss, in joined",
            ])
    }

    @Test func `JSON has the same`() throws {
        let expected = """
            {
              "name": "spectra.k",
              "experiments": [],
              "settings": [
                {
                  "experiment": "spectra",
                  "name": "k",
                  "meaning": "Singular values that are listed, and computed by the fast method; dimensions of the compared subspaces.",
                  "takes": "a whole number from 1 to 1024",
                  "required": false,
                  "default": 16,
                  "minimum": 1,
                  "maximum": 1024
                }
              ],
              "columns": []
            }

            """
        #expect(try dynamics("describe", "spectra.k", "--json") == Finished(code: 0, output: expected, errors: ""))
        let whole = try dynamics("describe", "audit", "--json").output
        let json = try JSONDecoder().decode(JSON.self, from: Data(whole.utf8))
        let audit = try #require(json["experiments"]?.elements?.first)
        #expect(
            audit["tables"]?.elements?.compactMap { $0["name"]?.text } == [
                "summary", "findings", "files", "order", "soup",
            ])
        #expect(audit["settings"]?.elements?.compactMap { $0["name"]?.text }.first == "series")
    }

    @Test(arguments: [
        ("moved_treshold", "did you mean 'moved_threshold'?"),
        ("drft", "did you mean 'drift'?"),
        ("norms.skewnes", "did you mean 'norms.skewness'?"),
        (
            "norms.moved_threshold",
            "'dynamics list' shows the experiments, and 'dynamics describe EXPERIMENT' what each has"
        ),
    ])
    func `an unknown name is a usage error that names the nearest known one`(name: String, remedy: String) throws {
        #expect(
            try dynamics("describe", name)
                == Finished(
                    code: 2, output: "",
                    errors:
                        "error: describe \(name): there is no experiment, setting or column of that name; \(remedy)\n"))
    }

    @Test func `the generated parts of the documents are what the program states`() throws {
        let place = try Workplace()
        for name in ["experiments.md", "metrics.md"] {
            let committed = try String(contentsOfFile: "\(packageRoot)/docs/\(name)", encoding: .utf8)
            let copy = try place.write(name, committed)
            #expect(try dynamics("docs", copy) == Finished(code: 0, output: "", errors: ""))
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == committed, "run 'make docs'")
        }
    }

    @Test func `what stands between markers is replaced, and nothing else`() throws {
        let place = try Workplace()
        let file = try place.write("a.md", "# A\n<!-- settings: norms -->\nwas here\n<!-- end -->\ntext | kept\n")
        #expect(try dynamics("docs", file).code == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(
            text.hasPrefix(
                "# A\n<!-- settings: norms -->\n| setting | default | takes | meaning |\n|---|---|---|---|\n"))
        #expect(text.contains("| `outlier_threshold` | `6` | a number above 0 |") && !text.contains("was here"))
        #expect(text.hasSuffix("\n<!-- end -->\ntext | kept\n"))
    }

    @Test(arguments: [
        ("<!-- settings: norm -->\n<!-- end -->\n", "1: nothing is known by 'norm'"),
        ("\n<!-- columns: norms nroms -->\n<!-- end -->\n", "2: nothing is known by 'norms nroms'"),
        ("<!-- columns: norms norms -->\ntext\n", "1: no <!-- end --> follows"),
    ])
    func `a marker that cannot be followed leaves the document`(text: String, problem: String) throws {
        let place = try Workplace()
        let file = try place.write("a.md", text)
        #expect(try dynamics("docs", file) == Finished(code: 3, output: "", errors: "error: \(file):\(problem)\n"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
}
