import Foundation
import Testing

/// `run scaling` and `run transfer` through the front door.
struct LawRunTests {
    @Test func `bad runs end with code 3, one line and nothing written`() throws {
        let place = try Workplace()
        try place.write("runs.csv", "n,d,loss\n1e8,1e9,3\n2e8,1e9\n")
        let finished = try dynamics(
            "run", "scaling", "--set", "runs=\(place / "runs.csv")", "--set", "columns={parameters: n, tokens: d}",
            "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors: "error: \(place / "runs.csv"):3: expected 3 cells as in the header, found 2\n"))
        #expect(place.list("out") == nil)
    }

    @Test func `an unknown setting ends with code 2 and names the nearest`() throws {
        let place = try Workplace()
        let finished = try dynamics("run", "scaling", "--set", "huber_delt=1", "--out", place / "out")
        #expect(finished.code == 2)
        #expect(
            finished.errors
                == "error: --set huber_delt=1: unknown setting 'huber_delt'; did you mean 'huber_delta'?\n")
    }

    @Test func `duplicated runs are fitted, warned of, and end with code 4`() throws {
        let place = try Workplace()
        var text = "c,loss\n"
        for step in 0..<6 { text += "1e\(18 + step),\(20 * pow(10, -0.05 * Double(18 + step)))\n" }
        text += "1e18,\(20 * pow(10, -0.05 * 18))\n"
        try place.write("runs.csv", text)
        let finished = try dynamics(
            "run", "scaling", "--quiet", "--set", "runs=\(place / "runs.csv")", "--set",
            "columns={name: [], parameters: ~, tokens: ~, compute: c}", "--set", "forms=[power_law]", "--set",
            "compute_laws_on=all", "--set", "bootstrap.resamples=10", "--set", "predict=[]", "--set", "vocabulary=~",
            "--out", place / "out")
        #expect(finished.code == 4)
        #expect(
            finished.errors
                == "warning: \(place / "runs.csv"): lines 2 8: 2 runs agree in size, tokens, compute and loss; each counts in the fits\n"
        )
        #expect(try place.table("out/parameters.csv")[1]["estimate"]?.prefix(6) == "-0.050")
    }
}
