import Foundation
import TestSupport
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

    /// Approach 2 on a table of one's own: five sizes about the best one at three budgets, from a known law with noise.
    @Test func `IsoFLOP groups have their minima, intervals and a figure`() throws {
        let place = try Workplace()
        let (e, a, b, alpha, beta) = (1.8, 400.0, 410.0, 0.34, 0.28)
        // G (C/6)^(β/(α+β)) with G = (αA/(βB))^(1/(α+β)): Hoffmann et al. (2022), equation 4.
        func best(_ compute: Double) -> Double {
            pow(alpha * a / (beta * b), 1 / (alpha + beta)) * pow(compute / 6, beta / (alpha + beta))
        }
        let budgets = [1e19, 1e20, 1e21]
        let noise = [0.4, -0.7, 0.2, 0.6, -0.5, 0.1, -0.3]
        var text = "n,d,loss\n"
        for (group, compute) in budgets.enumerated() {
            for step in 0..<7 {
                let n = best(compute) * exp(0.4 * Double(step - 3)), d = compute / 6 / n
                let error = 1e-3 * noise[(step + 2 * group) % 7]
                text += "\(n),\(d),\((e + a / pow(n, alpha) + b / pow(d, beta)) * exp(error))\n"
            }
        }
        try place.write("runs.csv", text)
        let finished = try dynamics(
            "run", "scaling", "--quiet", "--set", "runs=\(place / "runs.csv")", "--set",
            "columns={name: [], parameters: n, tokens: d}", "--set", "forms=[chinchilla]", "--set", "starts=2", "--set",
            "bootstrap.resamples=0", "--set", "predict=[]", "--set", "budgets=[]", "--set", "vocabulary=~", "--out",
            place / "out")
        #expect(finished.code == 0 && (finished.errors.isEmpty || !hasGnuplot))
        let groups = try place.table("out/isoflop.csv")
        #expect(groups.map { $0["status"] } == ["ok", "ok", "ok"])
        for (group, compute) in zip(groups, budgets) {
            let found = try ["parameters", "parameters_low", "parameters_high"].map {
                try #require(Double(group[$0] ?? ""))
            }
            // A law is a parabola in ln N only near its minimum: the vertex lies a little aside.
            #expect(abs(found[0] / best(compute) - 1) < 0.1)
            #expect(found[1] < best(compute) && best(compute) < found[2] && found[1] < found[0] && found[0] < found[2])
        }
        let drawn = try place.table("out/isoflop_parabolas.csv")
        for kind in ["parabola", "run", "minimum", "interval"] {
            let expected = ["parabola": 90, "run": 21, "minimum": 3, "interval": 18][kind]
            #expect(drawn.count { $0["kind"] == kind } == expected)
        }
        #expect(!hasGnuplot || place.list("out")?.contains("isoflop_parabolas.svg") == true)
    }

    /// Both arms cross within their runs when pre-training is not counted.
    @Test func `one's own runs from scratch and by transfer are drawn with their laws and crossover`() throws {
        let place = try Workplace()
        let noise = [0.001, -0.002, 0.0015, -0.001, 0.002, -0.0015, 0.0005, -0.0005]
        var text = "arm,compute,before,loss\n"
        for step in 0..<8 {
            let c = pow(10, 17 + 0.5 * Double(step))
            text += "scratch,\(c),0,\(20 * pow(c, -0.05) * exp(noise[step]))\n"
            // Equal at 1e19.
            text += "transfer,\(c),1e18,\(20 * pow(1e19, -0.02) * pow(c, -0.03) * exp(noise[7 - step]))\n"
        }
        try place.write("runs.csv", text)
        let settings = """
            runs: \(place / "runs.csv")
            columns: {pretraining_compute: before}
            huber_delta: 0
            bootstrap: {resamples: 50}
            """
        try place.write("own.yaml", settings)
        let finished = try dynamics(
            "run", "transfer", "--quiet", "--settings", place / "own.yaml", "--out", place / "out")
        #expect(finished.code == 0 && (finished.errors.isEmpty || !hasGnuplot))
        let pairs = try place.table("out/own_pairs.csv")
        #expect(pairs.map { $0["accounting"] } == ["own", "with_pretraining"])
        let crossover = try #require(Double(pairs[0]["crossover"] ?? ""))
        #expect(abs(log10(crossover) - 19) < 0.15 && pairs[0]["regime"] == "interpolation")
        let drawn = try place.table("out/own_transfer.csv")
        #expect(drawn.count { $0["kind"] == "run" } == 32)
        #expect(drawn.contains { $0["kind"] == "curve" && $0["low"] != "" && $0["high"] != "" })
        let script = try place.text("out/own_transfer.gp")
        #expect(script.contains("'crossover'") && script.contains("pre-training counted"))
        #expect(!script.contains("set yrange [0:"))
        #expect(!hasGnuplot || place.list("out")?.contains("own_transfer.svg") == true)
    }
}
