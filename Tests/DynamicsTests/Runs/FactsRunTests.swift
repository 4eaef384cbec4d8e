import Foundation
import Testing

/// `run claims` and `run trainability` through the front door: experiments that read no checkpoint.
struct FactsRunTests {
    @Test func `claims are checked out of the box`() throws {
        let place = try Workplace()
        let finished = try dynamics("run", "claims", "--out", place / "out")
        #expect(finished.code == 0)
        let files = [
            "verdicts.csv", "readings.csv", "verdicts.tex", "verdicts.md", "summary.md", "datapackage.json",
            "index.html",
            "machine.json", "run.json",
        ]
        #expect(finished.output == files.map { place / "out/\($0)" + "\n" }.joined())
        #expect(try place.tables("out")["verdicts.tex"]?.contains("olmo-1b-perplexity & 10.815 & 10.7618") == true)
    }

    @Test func `strict claims end with findings`() throws {
        let place = try Workplace()
        try place.write(
            "claims.yaml",
            "claims:\n  - {name: a, statement: s, source: t, claimed: 10.815, formula: perplexity, inputs: {loss: 2.376}}\n"
        )
        let finished = try dynamics(
            "run", "claims", "--quiet", "--settings", place / "claims.yaml", "--set", "strict=true", "--out",
            place / "out")
        #expect(finished.code == 4)
        #expect(
            finished.errors == "warning: claim 'a' does not hold: 10.815 computes to 10.761769576561306; "
                + "it would hold as mean_of_exponentials\n")
    }

    @Test func `a formula that does not exist, and a number that is none, are usage errors of their line`() throws {
        let place = try Workplace()
        func errors(_ formula: String, _ number: String) throws -> Finished {
            try place.write(
                "claims.yaml",
                "claims:\n  - {name: a, statement: s, source: t, claimed: \(number), formula: \(formula), inputs: {loss: 1}}\n"
            )
            var finished = try dynamics("run", "claims", "--settings", place / "claims.yaml", "--out", place / "out")
            finished.errors = finished.errors.replacing(place.path + "/", with: "")
            return finished
        }
        let formula = try errors("perplexty", "1")
        #expect(formula.code == 2 && formula.errors.hasSuffix("did you mean 'perplexity'?\n"), "\(formula.errors)")
        let number = try errors("perplexity", "'__import__(1)'")
        #expect(
            number
                == Finished(
                    code: 2, output: "",
                    errors:
                        "error: claims.yaml:2: 'claims[0].claimed': expected a number as printed, such as 2.376, 3.4e19, "
                        + "8.57B, 85Mi, 14.28% or 1e21 exactly, found '__import__(1)'\n"))
        #expect(place.list("out") == nil)
    }

    @Test func `trainability runs out of the box, the same for any number of threads`() throws {
        let place = try Workplace()
        for jobs in ["1", "5"] {
            let finished = try dynamics("run", "trainability", "--jobs", jobs, "--out", place / "out\(jobs)")
            #expect(finished.code == 0)
        }
        let first = try place.tables("out1").filter { !$0.key.hasSuffix(".pdf") && !$0.key.hasSuffix(".svg") }
        let second = try place.tables("out5").filter { !$0.key.hasSuffix(".pdf") && !$0.key.hasSuffix(".svg") }
        #expect(first == second && first.count >= 20)
    }

    @Test func `a table that cannot be read costs nothing and says where`() throws {
        let place = try Workplace()
        try place.write("runs.csv", "model,parameters,tokens,gpu,gpu_hours\nm,1,2\n")
        let finished = try dynamics(
            "run", "trainability", "--set", "runs=\(place / "runs.csv")", "--out", place / "out")
        #expect(finished.code == 3 && finished.output.isEmpty)
        #expect(finished.errors == "error: \(place / "runs.csv"):2: expected 5 cells as in the header, found 3\n")
        #expect(place.list("out") == nil)
    }
}
