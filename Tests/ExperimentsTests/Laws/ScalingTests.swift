import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct ScalingTests {
    /// Runs of L = 1.8 + 400/N^0.34 + 410/D^0.28 without noise, sizes and tokens in their own units.
    private func grid(sizes: [Double], tokens: [Double]) -> String {
        var text = "n,d,loss\n"
        for n in sizes {
            for d in tokens { text += "\(n),\(d),\(1.8 + 400 / pow(n, 0.34) + 410 / pow(d, 0.28))\n" }
        }
        return text
    }

    private let quick = "runs: runs.csv\ncolumns: {parameters: n, tokens: d}\nbootstrap: {resamples: 0}\nstarts: 2\n"

    @Test func `a known law comes back with its compute-optimal sizes`() throws {
        let folder = try ScratchFolder()
        try folder.write("runs.csv", grid(sizes: [1e8, 4e8, 1.6e9, 6.4e9], tokens: [2e9, 1e10, 5e10, 2.5e11]))
        let outcome = try runLaws(
            "scaling",
            quick
                + "forms: [chinchilla]\nhuber_delta: 0\npredict: [{parameters: 1e9, tokens: 2e10}]\nbudgets: [1e20]\n",
            in: folder)
        #expect(outcome.findings.isEmpty)
        let parameters = try table("parameters", of: folder)
        for (place, value) in [1.8, 400, 410, 0.34, 0.28].enumerated() {
            #expect(parameters.cell(place, "status") == "fitted")
            #expect(isNear(parameters.cell(place, "estimate"), value, 1e-3))
        }
        // G (C/6)^a with a = β/(α+β) and G = (αA/(βB))^(1/(α+β)): Hoffmann et al. (2022), equation 4.
        let g = pow(0.34 * 400 / (0.28 * 410), 1 / 0.62)
        let best = try table("compute_optimal", of: folder)
        #expect(isNear(best.cell(0, "parameters"), g * pow(1e20 / 6, 0.28 / 0.62), 1e-3))
        #expect(isNear(best.cell(0, "tokens"), pow(1e20 / 6, 0.34 / 0.62) / g, 1e-3))
        let prediction = try table("predictions", of: folder)
        #expect(isNear(prediction.cell(0, "loss"), 1.8 + 400 / pow(1e9, 0.34) + 410 / pow(2e10, 0.28), 1e-6))
        #expect(prediction.cell(0, "regime") == "interpolation" && prediction.cell(0, "factor_beyond") == "1.0")
        let allocation = try table("allocation", of: folder)
        #expect(isNear(allocation.cell(4, "exponent"), 0.28 / 0.62, 1e-3))
    }

    @Test func `IsoFLOP parabolas find the best sizes, and refuse groups without a minimum inside`() throws {
        let folder = try ScratchFolder()
        var text = "n,d,loss\n"
        for compute in [1e19, 1e20, 1e21] {
            for step in -3...3 {
                // Least at N = (C/6)^0.5, exactly a parabola in ln N.
                let n = pow(compute / 6, 0.5) * exp(0.4 * Double(step))
                text +=
                    "\(n),\(compute / 6 / n),\(3 - 0.1 * log10(compute / 1e19) + 0.02 * 0.16 * Double(step * step))\n"
            }
        }
        // A group whose least loss is that of its smallest model.
        for (place, n) in [1e8, 2e8, 4e8].enumerated() { text += "\(n),\(1e18 / 6 / n),\(3.5 + 0.1 * Double(place))\n" }
        try folder.write("runs.csv", text)
        try runLaws("scaling", quick + "forms: [chinchilla]\n", in: folder)
        let groups = try table("isoflop", of: folder)
        #expect(groups["status"] == ["refused", "ok", "ok", "ok"])
        #expect(groups.cell(0, "reason") == "no minimum between the smallest and the largest size")
        #expect(isNear(groups.cell(2, "parameters"), pow(1e20 / 6, 0.5), 1e-6))
        // Exactly a parabola: the interval is the point.
        #expect(isNear(groups.cell(2, "parameters_low"), pow(1e20 / 6, 0.5), 1e-6))
        #expect(isNear(groups.cell(2, "parameters_high"), pow(1e20 / 6, 0.5), 1e-6))
        let allocation = try table("allocation", of: folder).rows.first { $0[0] == "isoflop" && $0[1] == "parameters" }
        #expect(isNear(allocation?[3], 0.5, 1e-6))
    }

    @Test func `the ladder does not identify its irreducible loss, and the table says so`() throws {
        let folder = try ScratchFolder()
        try runLaws(
            "scaling",
            """
            runs: \(packageRoot)/experiments/data/tiny-ladder/runs.csv
            columns: {name: [size, steps], parameters: parameters_non_embedding, tokens: tokens}
            parameters_are: non_embedding
            vocabulary: 2048
            forms: [power_law, chinchilla]
            huber_delta: 0.02
            starts: 2
            bootstrap: {resamples: 20, starts: 0}
            predict: [{parameters: 1e8, tokens: 2e9}, {parameters: 226368, tokens: 3e6}, {compute: 1e13}]
            """, in: folder)
        let parameters = try table("parameters", of: folder)
        let rows = parameters.index(by: "form", "parameter")
        let e = try #require(rows["chinchilla E"])
        #expect(parameters.cell(e, "status") == "not identified")
        #expect(parameters.cell(e, "estimate") == "" && parameters.cell(e, "profile_low") == "")
        #expect(isNear(parameters.cell(e, "profile_high"), 1.29, 0.02))
        let alpha = try #require(rows["chinchilla alpha"])
        #expect(parameters.cell(alpha, "status") == "fitted" && isNear(parameters.cell(alpha, "estimate"), 0.18, 0.05))
        let fits = try table("fits", of: folder)
        #expect(fits["status"] == ["a alpha not identified", "E not identified"])
        #expect(fits["not_identified"] == ["a alpha", "E"])
        #expect(!fits.columns.contains("held_out"))
        let summary = try folder.text("out/summary.md")
        #expect(summary.contains("| chinchilla | E not identified "))
        // The frontier of a grid is its edge.
        let a = try #require(rows["power_law a"])
        #expect(parameters.cell(a, "status") == "not identified")
        #expect(
            parameters.cell(a, "reason")
                == "8 of the 8 runs on the frontier have the least or most parameters or tokens of all runs")
        let predictions = try table("predictions", of: folder)
        let far = try #require(predictions.index(by: "form", "parameters")["chinchilla 100000000.0"])
        #expect(predictions.cell(far, "loss") == "" && predictions.cell(far, "reason") == "not identified: E")
        let near = try #require(predictions.index(by: "form", "parameters")["chinchilla 226368.0"])
        #expect(isNear(predictions.cell(near, "loss"), 4.083, 0.001) && predictions.cell(near, "low") != "")
    }

    @Test func `the same runs give the same bytes with any number of threads`() throws {
        let folder = try ScratchFolder()
        try folder.write("runs.csv", grid(sizes: [1e8, 4e8, 1.6e9], tokens: [2e9, 1e10, 5e10]))
        let settings =
            "runs: runs.csv\ncolumns: {parameters: n, tokens: d}\nforms: [chinchilla]\nstarts: 3\nbootstrap: {resamples: 8}\nbudgets: [1e20]\n"
        try runLaws("scaling", settings, in: folder, jobs: 1, out: "one")
        try runLaws("scaling", settings, in: folder, jobs: 3, out: "three")
        for name in [
            "fits", "parameters", "covariance", "runs", "curves", "allocation", "predictions", "compute_optimal",
        ] {
            #expect(try folder.text("one/\(name).csv") == folder.text("three/\(name).csv"))
        }
    }

    @Test func `a law of one's own and held-out runs are fitted and predicted`() throws {
        let folder = try ScratchFolder()
        var text = "name,n,d,loss\n"
        for (place, n) in [1e7, 3e7, 1e8, 3e8, 1e9, 3e9].enumerated() {
            text += "r\(place),\(n),\(20 * n),\(2 + 50 * pow(n, -0.25))\n"
        }
        try folder.write("runs.csv", text)
        try runLaws(
            "scaling",
            """
            runs: runs.csv
            columns: {name: [name], parameters: n, tokens: d}
            fit_only: [r0, r1, r2, r3, r4]
            forms: []
            own_forms:
              - name: own
                exponents: {eta: [-1, 0]}
                terms: [{coefficient: E}, {coefficient: a, factors: [{of: parameters, power: eta}]}]
            bootstrap: {resamples: 0}
            starts: 2
            """, in: folder)
        let parameters = try table("parameters", of: folder)
        #expect(parameters["parameter"] == ["E", "a", "eta"])
        #expect(zip(parameters["estimate"], [2, 50, -0.25]).allSatisfy { isNear($0, $1, 1e-3) })
        let runs = try table("runs", of: folder)
        #expect(runs["fitted"] == ["true", "true", "true", "true", "true", "false"])
        #expect(isNear(runs.cell(5, "predicted"), 2 + 50 * pow(3e9, -0.25), 1e-5))
        #expect(try table("fits", of: folder).cell(0, "held_out") == "1")
    }

    @Test(
        arguments: [
            ("n,d\n1e8,1e9\n", "runs.csv:1: there is no column 'loss'; the columns are 'n', 'd'"),
            ("n,d,loss\n1e8,1e9,-3\n", "runs.csv:2: column 'loss': expected a loss above 0, found -3.0"),
            (
                "n,d,loss\n1e8,1e9,24.5\n",
                "runs.csv:2: a loss of 24.5 nats is above ln(300000) = 12.61, what guessing costs (1 of 1 runs); "
                    + "if these are perplexities or bits, set loss_is"
            ),
            ("n,d,loss\n1e8,,3\n", "runs.csv:2: column 'd' is empty; leave the row out, or fill it"),
            (
                "n,d,loss\n7,1e9,3\n",
                "runs.csv:2: column 'n' is 7.0 after its unit; no model has so few, so set units, such as "
                    + "units.parameters=1e9"
            ),
            (
                "n,d,loss\n1e8,20,3\n",
                "runs.csv:2: column 'd' is 20.0 after its unit; no model has so few, so set units, such as "
                    + "units.tokens=1e9"
            ),
            (
                "n,d,loss\n1e8,1e9,3\n2e8,1e9,2.9\n",
                "runs.csv: chinchilla: 5 parameters need at least 6 runs with parameters, tokens, found 2"
            ),
            (
                "n,d,loss\n1e8,1e9,3\n1e8,2e9,2.9\n1e8,3e9,2.8\n1e8,4e9,2.75\n1e8,5e9,2.7\n1e8,6e9,2.68\n",
                "runs.csv: chinchilla: all 6 runs have the same parameters: nothing tells what it does"
            ),
        ])
    func `runs that allow no fit are refused in one line`(text: String, expected: String) throws {
        let folder = try ScratchFolder()
        try folder.write("runs.csv", text)
        #expect(try lawProblem("scaling", quick + "forms: [chinchilla]\n", in: folder) == expected)
    }

    @Test func `duplicates and mixed units are fitted with a warning`() throws {
        let folder = try ScratchFolder()
        let copy = "1e8,2e9,\(1.8 + 400 / pow(1e8, 0.34) + 410 / pow(2e9, 0.28))\n"
        // 400 million in units of a million.
        try folder.write("runs.csv", grid(sizes: [1e8, 4e8, 1.6e9], tokens: [2e9, 1e10, 5e10]) + copy + "400,2e9,6\n")
        let outcome = try runLaws("scaling", quick + "forms: [chinchilla]\n", in: folder)
        #expect(
            outcome.findings == [
                "runs.csv: lines 2 11: 2 runs agree in size, tokens, compute and loss; each counts in the fits",
                "runs.csv: lines 12 2: parameters jumps from 400 to 1e+08 with nothing between: are two units mixed?",
            ])
        #expect(try table("checks", of: folder)["check"] == ["duplicated", "units"])
        #expect(try table("fits", of: folder).cell(0, "objective") != "")
    }

    @Test func `losses that are called perplexities are fitted with a warning, unless they are read as such`() throws {
        let folder = try ScratchFolder()
        let rows = grid(sizes: [1e8, 4e8, 1.6e9], tokens: [2e9, 1e10, 5e10]).replacing("n,d,loss", with: "n,d,val_ppl")
        try folder.write("runs.csv", rows)
        let settings =
            "runs: runs.csv\ncolumns: {parameters: n, tokens: d, loss: val_ppl}\nbootstrap: {resamples: 0}\n"
            + "starts: 2\nforms: [chinchilla]\n"
        #expect(
            try runLaws("scaling", settings, in: folder).findings == [
                "runs.csv: lines 1: the column 'val_ppl' is called a perplexity, and is read as nats; if that is wrong, "
                    + "set loss_is=perplexity"
            ])
        #expect(try runLaws("scaling", settings + "loss_is: perplexity\n", in: folder).findings.isEmpty)
    }

    @Test func `compute in another unit than 6ND is a finding`() throws {
        let folder = try ScratchFolder()
        let rows = (1...6).map { "\($0)e8,\($0)e9,\(Double($0 * $0) * 6e2),3.\($0)\n" }
        try folder.write("runs.csv", "n,d,c,loss\n" + rows.joined())
        let outcome = try runLaws(
            "scaling",
            "runs: runs.csv\ncolumns: {parameters: n, tokens: d, compute: c}\nunits: {compute: 1e16}\nbootstrap: {resamples: 0}\nstarts: 2\nforms: [chinchilla]\n",
            in: folder)
        #expect(
            outcome.findings == [
                "runs.csv: lines 2 3 4 5 6 7: compute is not within a factor of 3 of 6ND: another unit, or another count of parameters?"
            ])
    }

    @Test(
        arguments: [
            ("pinned: {F: 2}\n", "pinned: no law has a coefficient 'F'; these are A, B, E"),
            ("confidence: 2\n", "confidence is 2.0; a number between 0 and 1 is expected"),
            (
                "fit_only: [r9]\n",
                "fit_only: no run is called 'r9'; runs.csv has 'line 2', 'line 3', 'line 4', 'line 5', 'line 6', ..."
            ),
            (
                "own_forms: [{name: x, terms: [{coefficient: a, factors: [{of: tokns, power: 1}]}]}]\n",
                "own_forms 'x': 'tokns' is no variable; did you mean 'tokens'?"
            ),
        ])
    func `settings that make no sense are refused in one line`(text: String, expected: String) throws {
        let folder = try ScratchFolder()
        try folder.write("runs.csv", grid(sizes: [1e8, 4e8, 1.6e9], tokens: [2e9, 1e10, 5e10]))
        #expect(try lawProblem("scaling", quick + "forms: [chinchilla]\n" + text, in: folder) == expected)
    }

    @Test func `perplexities and bits are read as what they are`() throws {
        let folder = try ScratchFolder()
        var text = "n,d,loss\n"
        for n in [1e8, 4e8, 1.6e9] {
            for d in [2e9, 1e10, 5e10] { text += "\(n),\(d),\(exp(1.8 + 400 / pow(n, 0.34) + 410 / pow(d, 0.28)))\n" }
        }
        try folder.write("runs.csv", text)
        try runLaws("scaling", quick + "forms: [chinchilla]\nloss_is: perplexity\nhuber_delta: 0\n", in: folder)
        #expect(isNear(try table("parameters", of: folder).cell(0, "estimate"), 1.8, 1e-3))
    }

    @Test(.enabled(if: chinchillaPoints != nil, "the points read off Chinchilla's figure are not here"))
    func `Chinchilla's points give the published law when the five outliers are left out`() throws {
        let folder = try ScratchFolder()
        try runLaws(
            "scaling",
            """
            runs: \(try #require(chinchillaPoints))
            columns: {parameters: Model Size, compute: Training FLOP}
            leave_out_highest: 5
            forms: [chinchilla]
            starts: 3
            bootstrap: {resamples: 0}
            """, in: folder)
        let estimates = try table("parameters", of: folder)["estimate"]
        for (own, expected) in zip(estimates, [1.81722, 477.83, 2143.4, 0.34731, 0.36717]) {
            #expect(isNear(own, expected, 1e-4))
        }
        #expect(isNear(try table("fits", of: folder).cell(0, "objective"), 0.0010183, 1e-4))
    }

    /// Gadre et al. (2024) fit five small runs of RedPajama and predict the losses on C4 of two large ones.
    @Test(.enabled(if: openLMRuns != nil, "the table of OpenLM runs is not here"))
    func `the law of over-training, stated in the settings, predicts OpenLM's large runs as published`() throws {
        let folder = try ScratchFolder()
        try runLaws(
            "scaling",
            """
            runs: \(try #require(openLMRuns))
            columns: {name: [name], parameters: params, tokens: tokens, loss: loss_c4_val}
            rows: {dataset: rpj}
            fit_only:
              - rpj-d=96_l=8_h=4-1.0
              - rpj-d=512_l=8_h=4-1.0
              - rpj-d=576_l=24_h=8-1.0
              - rpj-d=1024_l=24_h=8-1.0
              - rpj-d=96_l=8_h=4-16.0
            forms: []
            own_forms:
              - name: overtraining
                exponents: {eta: [-1, 0]}
                terms:
                  - {coefficient: E}
                  - {coefficient: a, factors: [{of: parameters, power: eta}]}
                  - coefficient: b
                    factors:
                      - {of: 6, power: eta, times: 0.5}
                      - {of: tokens_per_parameter, power: eta}
                      - {of: parameters, power: eta}
            huber_delta: 0
            residuals: linear
            bootstrap: {resamples: 0}
            """, in: folder)
        let runs = try table("runs", of: folder)
        let rows = runs.index(by: "run")
        for (name, error) in [("rpj-open_lm_1b-32.0", 0.007103), ("rpj-open_lm_7b-1.0", 0.007320)] {
            let row = try #require(rows[name])
            let predicted = try #require(runs.number(row, "predicted")), loss = try #require(runs.number(row, "loss"))
            // To the digits published.
            #expect(abs(abs(predicted / loss - 1) - error) < 5e-7)
            #expect(runs.cell(row, "fitted") == "false" && runs.cell(row, "regime") == "extrapolation")
        }
        // Four parameters of five runs are not all bounded; those that are not have no estimate to compare.
        let parameters = try table("parameters", of: folder)
        for (place, value) in [1.8366, 166.2, 366.7, -0.2729].enumerated()
        where parameters.cell(place, "status") == "fitted" {
            #expect(isNear(parameters.cell(place, "estimate"), value, 1e-3))
        }
    }

    @Test func `a group whose runs scatter too much has no minimum`() throws {
        let folder = try ScratchFolder()
        var text = "n,d,loss\n"
        // A shallow parabola under noise ten times its depth.
        for (place, noise) in [0.02, -0.03, 0.0, -0.035, 0.03, -0.02, 0.025].enumerated() {
            let n = 1e8 * exp(0.4 * Double(place - 3))
            text += "\(n),\(1e18 / 6 / n),\(3 + 0.001 * Double((place - 3) * (place - 3)) + noise)\n"
        }
        try folder.write("runs.csv", text)
        try runLaws("scaling", quick + "forms: [chinchilla]\n", in: folder)
        let groups = try table("isoflop", of: folder)
        #expect(groups["status"] == ["refused"] && groups["parameters"] == [""])
        #expect(groups["reason"] == ["the runs scatter too much to tell a parabola from a line"])
    }

    @Test func `intervals are bias-corrected or percentiles as the settings say, percentiles for few runs`() throws {
        let folder = try ScratchFolder()
        func ends(_ count: Int, _ interval: String) throws -> [String] {
            var random = 1.0
            var text = "c,loss\n"
            for place in 0..<count {
                random = (random * 16807).truncatingRemainder(dividingBy: 2_147_483_647)
                let c = pow(10, 18 + 0.1 * Double(place))
                text += "\(c),\(20 * pow(c, -0.05) * exp(0.02 * (random / 2_147_483_647 - 0.5)))\n"
            }
            try folder.write("runs.csv", text)
            try runLaws(
                "scaling",
                """
                runs: runs.csv
                columns: {compute: c}
                forms: [power_law]
                compute_laws_on: all
                starts: 2
                bootstrap: {resamples: 40, interval: \(interval)}
                """, in: folder)
            let parameters = try table("parameters", of: folder)
            return parameters["bootstrap_low"] + parameters["bootstrap_high"]
        }
        #expect(try ends(30, "percentile") != ends(30, "bias_corrected"))
        #expect(try ends(29, "percentile") == ends(29, "bias_corrected"))
    }
}
