import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct TransferTests {
    /// The default settings without the two stages, which take most of the time.
    private func published() throws -> String {
        let defaults = try String(contentsOfFile: "\(packageRoot)/experiments/transfer.yaml", encoding: .utf8)
        return String(defaults[..<(try #require(defaults.range(of: "# The two stages of a real"))).lowerBound])
    }

    @Test func `the published numbers come out`() throws {
        let folder = try ScratchFolder()
        try runLaws("transfer", published(), in: folder)
        let losses = try table("losses", of: folder)
        let loss = losses.index(by: "law", "compute")
        for (key, value) in [
            ("clm_scratch 1e+21", 2.2362), ("mlm_to_clm 1e+21", 2.2531), ("mlm_scratch 1e+21", 1.9561),
            ("clm_to_mlm 1e+21", 1.7726), ("clm_scratch 3e+19", 2.4582), ("mlm_to_clm 3e+19", 2.4510),
        ] {
            // Printed to four digits after the point.
            let text = try losses.cell(#require(loss[key]), "loss") ?? ""
            #expect(abs((Double(text) ?? 0) - value) <= 0.00005, "\(key): \(text)")
        }
        let pairs = try table("pairs", of: folder)
        #expect(isNear(pairs.cell(1, "exponent_ratio"), 0.034 / 0.038, 1e-12))
        let allocation = try table("allocation", of: folder)
        let rows = allocation.index(by: "law", "given")
        let clm = try #require(rows["clm parameters"])
        let mlm = try #require(rows["mlm parameters"])
        let both = try #require(rows["none both"])
        #expect(isNear(allocation.cell(clm, "compute"), 0.590e19, 1e-3))
        #expect(isNear(allocation.cell(mlm, "compute"), 3.419e19, 1e-4))
        #expect(isNear(allocation.cell(mlm, "tokens"), 63.94e9, 1e-4))
        #expect(isNear(allocation.cell(both, "tokens"), 63.58e9, 1e-4))
        let transferred = try table("transferred_tokens", of: folder)
        #expect(isNear(transferred.cell(0, "transferred_tokens"), 9.192e9, 1e-4))
        #expect(isNear(transferred.cell(0, "transferred_gibitokens"), 8.561, 1e-4))
        // 9.192/(9.192 + 51.54).
        #expect(isNear(transferred.cell(0, "share"), 0.15136, 1e-4))
    }

    @Test func `intervals are those of the digits stated`() throws {
        let number = try #require(StatedNumber("-0.0270"))
        #expect(number.interval == -0.02705 ... -0.02695)
        #expect(StatedNumber("3.65e5")?.interval == 364_500...365_500)
        #expect(StatedNumber("12")?.interval == 11.5...12.5)
        #expect(StatedNumber("0x1") == nil && StatedNumber("") == nil)
        #expect(Quantity("85*2^20")?.value == 89_128_960 && Quantity("1e21")?.value == 1e21)
        #expect(Quantity("0") == nil && Quantity("2^") == nil && Quantity("a") == nil && Quantity("") == nil)

        let folder = try ScratchFolder()
        try runLaws("transfer", published(), in: folder)
        let losses = try table("losses", of: folder)
        // At 1e21, from 8.2505 C^-0.0275 to 8.2515 C^-0.0265.
        #expect(isNear(losses.cell(0, "loss_low"), 8.2505 * pow(1e21, -0.0275), 1e-12))
        #expect(isNear(losses.cell(0, "loss_high"), 8.2515 * pow(1e21, -0.0265), 1e-12))
    }

    @Test func `a budget is split where pre-training gets what it is worth`() throws {
        let folder = try ScratchFolder()
        try runLaws("transfer", published(), in: folder)
        let budgets = try table("budgets", of: folder)
        let finetuning = try #require(Double(budgets.cell(0, "finetuning_tokens") ?? ""))
        let rest = try #require(Double(budgets.cell(0, "pretraining_tokens") ?? ""))
        #expect(abs(rest / (3.65e5 * pow(finetuning, 0.137) * pow(85 * 1_048_576, 0.369)) - 1) < 1e-9)
        #expect(abs((rest + finetuning) / (3.4e19 / 6 / (85 * 1_048_576)) - 1) < 1e-12)
    }

    @Test func `laws that rounding may make parallel have a crossover without an interval`() throws {
        let folder = try ScratchFolder()
        try runLaws(
            "transfer",
            """
            laws:
              - {name: s, coefficient: 8.0, exponent: -0.03, source: made up}
              - {name: t, coefficient: 7.0, exponent: -0.02, source: made up}
            pairs: [{name: p, scratch: s, transfer: t}]
            """, in: folder)
        let pairs = try table("pairs", of: folder)
        // (7/8)^(1/(-0.01)).
        #expect(isNear(pairs.cell(0, "crossover"), pow(7.0 / 8, -100), 1e-9))
        #expect(pairs.cell(0, "crossover_low") == "" && pairs.cell(0, "better_above") == "scratch")
    }

    @Test func `one's own runs give their laws and crossover back, with and without pre-training`() throws {
        let folder = try ScratchFolder()
        var text = "arm,compute,before,loss\n"
        let noise = [0.001, -0.002, 0.0015, -0.001, 0.002, -0.0015, 0.0005, -0.0005]
        for place in 0..<8 {
            let compute = pow(10, 18 + 0.5 * Double(place))
            text += "scratch,\(compute),0,\(12 * pow(compute, -0.04) * exp(noise[place]))\n"
            // Crosses at (10/12)^(1/-0.005) = 6.9e15... below the runs, and as own compute only.
            text += "transfer,\(compute),\(compute),\(10 * pow(compute, -0.036) * exp(noise[7 - place]))\n"
        }
        try folder.write("runs.csv", text)
        try runLaws(
            "transfer",
            "runs: runs.csv\ncolumns: {arm: arm, compute: compute, pretraining_compute: before, loss: loss}\nhuber_delta: 0\nbootstrap: {resamples: 30}\n",
            in: folder)
        let laws = try table("own_laws", of: folder)
        let rows = laws.index(by: "accounting", "arm", "parameter")
        #expect(isNear(laws.cell(try #require(rows["own scratch alpha"]), "estimate"), -0.04, 0.02))
        #expect(isNear(laws.cell(try #require(rows["own transfer alpha"]), "estimate"), -0.036, 0.02))
        // Twice the compute for the same losses: the same exponent, a larger coefficient.
        #expect(isNear(laws.cell(try #require(rows["with_pretraining transfer alpha"]), "estimate"), -0.036, 0.02))
        let pairs = try table("own_pairs", of: folder)
        #expect(pairs["accounting"] == ["own", "with_pretraining"])
        #expect(isNear(pairs.cell(0, "exponent_ratio"), 0.04 / 0.036, 0.03))
        // (10/12)^(1/(-0.04+0.036)).
        let crossover = try #require(Double(pairs.cell(0, "crossover") ?? ""))
        #expect((log10(crossover) - log10(pow(10.0 / 12, -250))).magnitude < 1.5)
        #expect(pairs.cell(0, "crossover_low") != "")
    }

    @Test func `what a second stage saved is read off the first stage's law`() throws {
        let folder = try ScratchFolder()
        var first = "step,tokens,val_easy,val_hard\n"
        for step in 1...12 {
            let tokens = 1e6 * Double(step)
            first += "\(step),\(tokens),\(2 + 300 * pow(tokens, -0.4)),\(3 + 300 * pow(tokens, -0.4))\n"
        }
        // 2M tokens more, as good as 20M would have been; and better than stage 1 could ever be.
        let loss = 2 + 300 * pow(20e6, -0.4)
        try folder.write("one.csv", first)
        try folder.write("two.csv", "step,tokens,val_easy,val_hard\n1,1000000,,\n2,2000000,\(loss),2.9\n")
        try runLaws(
            "transfer", "stages: {first: one.csv, second: [two.csv]}\nhuber_delta: 0\nbootstrap: {resamples: 20}\n",
            in: folder)
        let stages = try table("stages", of: folder)
        #expect(stages["domain"] == ["easy", "hard"] && stages["run"] == ["two", "two"])
        #expect(isNear(stages.cell(0, "tokens"), 14e6, 1e-12))
        #expect(isNear(stages.cell(0, "equivalent_tokens"), 20e6, 1e-3))
        #expect(isNear(stages.cell(0, "saved_tokens"), 6e6, 1e-2))
        #expect(isNear(stages.cell(0, "stage1_loss"), 2 + 300 * pow(14e6, -0.4), 1e-6))
        #expect(stages.cell(1, "equivalent_tokens") == "")
        #expect(stages.cell(1, "reason") == "stage 1's law never reaches this loss")
    }

    @Test func `loss tables of probe serve as well as logs`() throws {
        let folder = try ScratchFolder()
        var text = "revision,stage,ingredient,step,tokens,domain,loss\n"
        for step in 1...6 {
            let tokens = 1e6 * Double(step)
            text += "r\(step),1,,\(step),\(Int(tokens)),web,\(2 + 300 * pow(tokens, -0.4))\n"
        }
        text += "s,2,1,1,7000000,web,\(2 + 300 * pow(8e6, -0.4))\nmain,,,,,web,2.4\n"
        try folder.write("loss.csv", text)
        try runLaws(
            "transfer", "stages: {loss_tables: [loss.csv]}\nhuber_delta: 0\nbootstrap: {resamples: 0}\n", in: folder)
        let stages = try table("stages", of: folder)
        #expect(stages["run"] == ["ingredient1"])
        #expect(isNear(stages.cell(0, "equivalent_tokens"), 8e6, 1e-3))
    }

    @Test(
        arguments: [
            ("", "nothing is asked; set laws, sizes, transferred_tokens, runs or stages"),
            (
                "pairs: [{name: p, scratch: s, transfer: t}]\nlaws: [{name: s1, coefficient: 8, exponent: -1, source: x}]\n",
                "pairs: 'p' names a law 's' that is not there; the laws are s1"
            ),
            ("runs: runs.csv\n", "runs.csv:2: column 'arm': expected scratch or transfer, found 'both'"),
            (
                "stages: {first: one.csv}\n",
                "stages: losses of both stages are needed; set first and second, or loss_tables"
            ),
        ])
    func `settings and tables without an answer are refused in one line`(text: String, expected: String) throws {
        let folder = try ScratchFolder()
        try folder.write("runs.csv", "arm,compute,loss\nboth,1e18,3\n")
        try folder.write("one.csv", "tokens,val_x\n1000000,3\n")
        #expect(try lawProblem("transfer", text, in: folder) == expected)
    }
}
