import Foundation
import TestSupport
import Testing

@testable import Experiments
@testable import LanguageModels
@testable import Reports

@Suite struct TrainabilityGoldenTests {
    private static let fixtures = "\(packageRoot)/Tests/Fixtures/trainability"
    /// One run for all: fewer weightings change nothing but the column of stability.
    private static let shared = Result {
        let folder = try ScratchFolder()
        try runFacts("trainability", in: folder, "weightings=20")
        return folder
    }
    private let folder: ScratchFolder

    init() throws { folder = try Self.shared.get() }

    /// 1e-14: products of at most five factors.
    @Test func `every metric of every run is that of NumPy`() throws {
        let golden = try CSVRows(file: "\(Self.fixtures)/efficiency.csv")
        let found = try table("efficiency", of: folder)
        #expect(found["model"] == golden["model"] && golden.rows.count == 57)
        for row in golden.rows.indices {
            for column in golden.columns.dropFirst() {
                let (value, expected) = (found.number(row, column), golden.number(row, column))
                #expect((value == nil) == (expected == nil), "\(column) of \(golden["model"][row])")
                if let value, let expected {
                    #expect(abs(value - expected) <= 1e-14 * expected, "\(column) of \(golden["model"][row])")
                }
            }
        }
    }

    /// They are rounded to 4 digits or 0.1 percent.
    @Test func `the metrics are those that the compilers of the table had derived`() throws {
        let golden = try CSVRows(file: "\(Self.fixtures)/derived.csv")
        let found = try table("efficiency", of: folder)
        var compared = 0
        for row in golden.rows.indices {
            let pairs = [
                ("flops_6nd", "training_flops", 1.0, 6e-4), ("mfu_percent", "mfu", 100, 2e-2),
                ("gpu_hours_per_billion_tokens", "gpu_hours_per_billion_tokens", 1, 6e-3),
            ]
            for (theirs, ours, factor, tolerance) in pairs {
                guard let expected = golden.number(row, theirs) else { continue }
                let value = factor * (found.number(row, ours) ?? .nan)
                #expect(abs(value - expected) <= tolerance * expected, "\(ours) of \(golden["model"][row])")
                compared += 1
            }
        }
        #expect(compared > 100)
    }

    @Test func `ranks, fronts and scores are those of a plain computation`() throws {
        let golden = try CSVRows(file: "\(Self.fixtures)/rankings.csv")
        let found = try table("rankings", of: folder)
        let rows = found.index(by: "ranking", "model")
        for row in golden.rows.indices {
            let key = "\(golden["ranking"][row]) \(golden["model"][row])"
            let place = try #require(rows[key])
            for column in ["rank", "front"] { #expect(found.cell(place, column) == golden.cell(row, column), "\(key)") }
            for column in ["score", "coverage"] {
                let (value, expected) = (found.number(place, column) ?? -1, golden.number(row, column) ?? -1)
                #expect(abs(value - expected) <= 1e-14, "\(column) of \(key)")
            }
        }
        #expect(found.rows.count == 114)
    }

    @Test func `published utilisations follow from published throughputs`() throws {
        let speedup = try table("speedup", of: folder)
        for row in speedup.rows.indices {
            for (ours, theirs) in [("mfu_attention", "mfu_reported"), ("hfu", "hfu_reported")] {
                let (value, expected) = (speedup.number(row, ours) ?? .nan, speedup.number(row, theirs) ?? .nan)
                // Printed to 0.01 percent; the peak was 989.4 or 989.5.
                #expect(abs(value - expected) <= 2e-4, "\(ours) of \(speedup["model"][row])")
            }
        }
        let rows = speedup.index(by: "model", "scaling", "gpus")
        let weak = try #require(rows["MPT-70b weak 512"])
        #expect(speedup.number(weak, "speedup") == 515636.0 / 135490)
        #expect(abs((speedup.number(weak, "efficiency") ?? 0) - 515636.0 / 135490 / 4) < 1e-15)
        let strong = try #require(rows["MPT-70b strong 256"])
        #expect(speedup.cell(strong, "reference_gpus") == "64")
    }

    @Test func `logs converge and spike where NumPy says`() throws {
        for (name, key) in [("convergence", ["run", "target_loss"]), ("stability", ["run"])] {
            let golden = try CSVRows(file: "\(Self.fixtures)/\(name).csv")
            let found = try table(name, of: folder)
            #expect(golden.rows.count == found.rows.count)
            func index(_ rows: CSVRows) -> [String: Int] {
                key.count == 2 ? rows.index(by: "run", "target_loss") : rows.index(by: "run")
            }
            let places = index(found)
            for (key, row) in index(golden) {
                let place = try #require(places[key])
                for column in golden.columns {
                    #expect(found.cell(place, column) == golden.cell(row, column), "\(key)")
                }
            }
        }
    }

    @Test func `the oddities of published figures are flagged, and withheld where they are impossible`() throws {
        let checks = try table("checks", of: folder)
        let found = zip(checks["model"], checks["check"]).map { "\($0) \($1)" }
        for expected in [
            "OpenBA-15B utilisation_impossible", "Llama-3.3-70B emissions_inconsistent", "BLOOM-176B several_accounts",
            "OPT-175B flops_disagree", "OLMo-3-32B gpu_hours_disagree", "Llama-3.1-405B utilisation_disagrees",
        ] { #expect(found.contains(expected)) }
        #expect(found.count { $0.hasSuffix("impossible") || $0.hasSuffix("inconsistent") } == 2)
        let emissions = try #require(checks["reason"].first { $0.hasPrefix("emissions") })
        #expect(["24.7", "50.5", "183"].allSatisfy { emissions.contains("\($0) t CO2eq") })
        #expect(
            checks["reason"].contains(
                "12.9 t over 4900 MWh (GPU-hours × power) are 0.002633 kg/kWh; electricity has between 0.01 and 1.2"))
        let rankings = try table("rankings", of: folder)
        let rows = rankings.index(by: "ranking", "model")
        #expect(rankings["withheld"][try #require(rows["system Llama-3.3-70B"])] == "emissions_per_zettaflop")
        #expect(rankings["rank"][try #require(rows["system OpenBA-15B"])] == "")
        let strict = try runFacts("trainability", in: ScratchFolder(), "strict=true", "weightings=20")
        #expect(strict.findings.count == checks.rows.count)
    }
}

@Suite struct TrainabilityTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private static let gpus = "gpu,peak_tflops,power_watts,source\nH100-80GB,1000,700,x\nA100,250,400,x\n"

    private func run(runs: String, _ overrides: String...) throws -> ExperimentRun.Outcome {
        try folder.write("gpus.csv", Self.gpus)
        try folder.write("runs.csv", "model,parameters,tokens,gpu,gpu_hours\(runs)")
        var settings = "runs: runs.csv\ngpus: gpus.csv\n"
        for override in overrides { settings += override + "\n" }
        return try runFacts("trainability", in: folder, settings: settings)
    }

    @Test func `a run by hand`() throws {
        let columns = ",active_parameters,layers,width,context,energy_mwh,emissions_t"
        _ = try run(runs: "\(columns)\nm,4e9,1e12,A100,40000,2e9,10,1000,2000,10,4\n", "prices: {A100: 1.5}")
        let found = try table("efficiency", of: folder)
        func number(_ column: String) -> Double { found.number(0, column) ?? .nan }
        #expect(number("training_flops") == 1.2e22)
        #expect(number("attention_flops") == 12 * 10 * 1000 * 2000 * 1e12)
        // 40000 h of 250 TFLOP/s are 3.6e22 FLOP.
        #expect(abs(number("mfu") - 1.0 / 3) < 1e-15)
        #expect(abs(number("mfu_attention") - (1.2e22 + 2.4e20) / 3.6e22) < 1e-15)
        #expect(number("normalised_gpu_hours") == 10000 && number("normalised_gpu_hours_per_billion_tokens") == 10)
        #expect(number("gpu_energy") == 16 && number("carbon_intensity") == 0.4)
        #expect(abs(number("flops_per_joule") - 1.2e22 / 3.6e10) < 1)
        #expect(number("cost") == 60000)
        #expect(found["hfu"] == [""] && found["mfu_throughput"] == [""])
    }

    /// Columns: three metrics; larger is better.
    @Test func `a run is dominated only by one that is known where it is`() {
        let fronts = Ranking.fronts([[2, 2], [1, 1], [3, nil], [nil, nil], [nil, 3], [1, nil], [2, 2]])
        #expect(fronts == [1, 2, 1, nil, 1, 2, 1])
    }

    @Test func `places are shares of the others that a run is better than`() {
        let places = Ranking.places([[1, nil], [2, 5], [2, nil], [4, nil]])
        #expect(places == [[0, nil], [0.5, 0.5], [0.5, nil], [1, nil]])
    }

    /// Scores are w, 1/2, 1 − w for a weight w of the first metric: the first run is third where w < 1/2.
    @Test func `half of all weightings move a specialist by more than one place`() throws {
        // Active parameters and GPU-hours: fewer are better.
        _ = try run(
            runs: "\nfew,1e9,,A100,3000\nmiddle,2e9,,A100,2000\nfast,3e9,,A100,1000\n",
            "rankings: {size: {active_parameters: 0.6, gpu_hours: 0.4, training_flops: 0, energy: 0}}",
            "weightings: 4000")
        let found = try table("rankings", of: folder)
        #expect(found["model"].prefix(3) == ["few", "middle", "fast"])
        #expect(found["rank"].prefix(3) == ["1", "2", "3"] && found["front"].prefix(3) == ["1", "1", "1"])
        #expect(found["worst_rank"].prefix(3) == ["3", "2", "3"] && found["best_rank"].prefix(3) == ["1", "2", "1"])
        // Five standard deviations of a share of 4000.
        for row in [0, 2] { #expect(abs((found.number(row, "stability") ?? 0) - 0.5) < 0.04) }
        #expect(found.number(1, "stability") == 1)
        // Nothing is known of the system: unranked, but there.
        #expect(found["rank"].suffix(3) == ["", "", ""] && found.number(5, "coverage") == 0)
    }

    @Test func `bad tables are refused with the place of the mistake`() throws {
        func problem(_ runs: String, _ overrides: String...) throws -> String {
            let all = overrides.joined(separator: "\n")
            return try problems { try run(runs: runs, all) }.joined(separator: " | ")
                .replacing("\(folder.path)/", with: "")
        }
        #expect(try problem("\n") == "runs.csv: there is no row below the header")
        #expect(
            try problem("\nm,-1,1,A100,1\n")
                == "runs.csv:2: column 'parameters': expected a number above 0, found '-1'")
        #expect(
            try problem("\nm,1,1,A100,nan\n")
                == "runs.csv:2: column 'gpu_hours': expected a number above 0, found 'nan'")
        #expect(
            try problem(",energy_mhw\nm,1,1,A100,1,1\n")
                == "runs.csv:1: unknown column 'energy_mhw'; did you mean 'energy_mwh'?")
        #expect(
            try problem("\nm,1,1,A100,1\nm,1,1,A100,1\n") == "runs.csv:3: column 'model': there are two rows for 'm'")
        #expect(
            try problem(",active_parameters\nm,1e9,1,A100,1,2e9\n")
                == "runs.csv:2: column 'active_parameters': 2000000000.0 are more than the 1000000000.0 in all")
        #expect(
            try problem("\nm,1,1,A100,1\n", "reference_gpu: B200")
                == "the reference_gpu 'B200' is not in the table of GPUs; it has A100, H100-80GB")
        #expect(
            try problem("\nm,1,1,A100,1\n", "prices: {A10: 1}")
                == "prices: 'A10' is not in the table of GPUs; did you mean 'A100'?")
        #expect(
            try problem("\nm,1,1,A100,1\n", "smoothing: 0", "rankings: {size: {energy: -1}}")
                == "smoothing is 0; a number from 1 on is expected | rankings.size.energy is -1.0; a number from 0 on is expected"
        )
        #expect(
            try problems { try runFacts("trainability", in: folder, settings: "strict: false\n") }
                == ["there is nothing to look at; name a table under runs or throughput, or logs"])
        #expect(
            try problems { try runFacts("trainability", in: folder, settings: "runs: none.csv\ngpus: gpus.csv\n") }
                == ["none.csv: cannot read the table: No such file or directory"])
    }

    private func logs(_ text: String, _ settings: String = "") throws -> ExperimentRun.Outcome {
        try folder.write("log.csv", text)
        return try runFacts(
            "trainability", in: folder, settings: "logs: [log.csv]\nspike_window: 4\nsmoothing: 2\n\(settings)")
    }

    @Test func `a log by hand`() throws {
        let losses = ["5", "4", "5", "4", "4.5", "nan", "9", "3", "3"]
        let norms = ["1", "1", "1", "1", "1", "1", "1.1", "1", "inf"]
        let rows = losses.indices.map { "\($0 + 1),\(($0 + 1) * 10),\(losses[$0]),\(norms[$0])" }
        _ = try logs(
            "step,tokens,train_loss,grad_norm\n0,0,,\n" + rows.joined(separator: "\n") + "\n",
            "target_losses: [4.5, 3, 2]")
        let stability = try table("stability", of: folder)
        // 4.5 is the mean itself; NaN and 9 (from a mean of 4.5 within 0.5) are spikes; then 9 is in the window.
        #expect(stability.rows == [["log", "9", "2", "5", "2", "0.4", "2", "0.4", "6", ""]])
        let convergence = try table("convergence", of: folder)
        #expect(convergence["step"] == ["2", "9", ""] && convergence["tokens"] == ["20", "90", ""])
        #expect(
            convergence["tokens_over_best"] == ["1.0", "1.0", ""] && convergence["reason"] == ["", "", "not reached"])
        // Too short for a window: nothing is judged.
        _ = try logs("step,train_loss\n1,5\n2,4\n")
        let reason = "2 steps are no more than a window takes"
        #expect(try table("stability", of: folder).rows == [["log", "2", "0", "", "", "", "", "", "", reason]])
    }

    @Test func `columns that a log lacks are warned of, and named where values are missing`() throws {
        let rows = (1...6).map { "\($0),\(6 - $0 / 2)\n" }.joined()
        let outcome = try logs("step,train_loss\n" + rows, "target_losses: [4]")
        #expect(
            outcome.findings == [
                "log.csv: there is no column 'tokens': tokens of convergence are missing; log_columns.tokens names the "
                    + "column, null for none",
                "log.csv: there is no column 'grad_norm': spikes of the gradient are missing; "
                    + "log_columns.gradient_norm names the column, null for none",
            ])
        #expect(try table("convergence", of: folder)["reason"] == ["there is no column 'tokens'"])
        let stability = try table("stability", of: folder)
        #expect(stability["loss_spikes"] == ["0"] && stability["gradient_spikes"] == [""])
        #expect(stability["reason"] == ["there is no column 'grad_norm'"])
        // Said to be absent, it is no finding; the reason stays.
        let known = try logs("step,train_loss\n" + rows, "log_columns: {tokens: ~, gradient_norm: ~}\n")
        #expect(known.findings.isEmpty)
        #expect(try table("stability", of: folder)["reason"] == ["the settings name no column"])
        // Steps without a norm are left out, and said.
        let part = try logs("step,tokens,train_loss,grad_norm\n1,1,5,1\n2,2,4,\n3,3,4,1\n4,4,4,1\n5,5,4,9\n")
        #expect(
            part.findings == [
                "log.csv: column 'grad_norm' has 4 values for 5 losses: at the others spikes of the gradient are missing"
            ])
        #expect(try table("stability", of: folder)["gradient_spikes"] == ["1"])
    }

    @Test func `a GPU that is not in the table is warned of, and has a row among the checks`() throws {
        try folder.write("gpus.csv", Self.gpus)
        try folder.write("runs.csv", "model,parameters,tokens,gpu,gpu_hours\nm,1e9,1e9,A10,5\nn,1e9,1e9,TPU,\n")
        let header = "model,gpu,gpus,scaling,batch_tokens,tokens_per_second\n"
        try folder.write("t.csv", header + "m,A10,8,weak,800,100\n")
        let outcome = try runFacts(
            "trainability", in: folder, settings: "runs: runs.csv\ngpus: gpus.csv\nthroughput: t.csv\n")
        // Of 'n' nothing is known that would need a peak.
        #expect(
            outcome.findings == [
                "m: 'A10' is not in the table of GPUs: utilisation and normalised GPU-hours are missing; did you mean 'A100'?",
                "m: 'A10' is not in the table of GPUs: utilisation is missing; did you mean 'A100'?",
            ])
        #expect(try table("checks", of: folder)["check"] == ["gpu_unknown", "gpu_unknown"])
        #expect(try table("efficiency", of: folder)["mfu"] == ["", ""])
    }

    @Test func `logs that cannot be logs are refused`() throws {
        func problem(_ text: String, _ settings: String = "") throws -> [String] {
            try problems { try logs(text, settings) }
        }
        #expect(
            try problem("step,train_loss\n1,-1\n")
                == ["log.csv:2: column 'train_loss': -1.0 is negative; a loss in nats a token is not"])
        #expect(
            try problem("step,train_loss\n1,x\n") == [
                "log.csv:2: column 'train_loss': expected a loss, found 'x'; leave the cell empty where a row has none"
            ])
        #expect(
            try problem("step,loss\n1,1\n") == [
                "log.csv:1: there is no column 'train_loss'; the columns are 'step', 'loss'; the settings under "
                    + "log_columns name the columns of logs"
            ])
        let perplexities = try problem("step,train_loss\n1,40\n2,30\n3,20\n", "vocabulary: 2048\n")
        #expect(perplexities.first?.hasSuffix("these are perplexities, or not in nats a token") == true)
    }

    @Test func `throughputs without another number of GPUs have no speedup`() throws {
        try folder.write("gpus.csv", Self.gpus)
        let header = "model,gpu,gpus,scaling,batch_tokens,tokens_per_second\n"
        let settings = "throughput: t.csv\ngpus: gpus.csv\n"
        // Declared weak, but the batch a GPU differs: no pair.
        try folder.write("t.csv", header + "m,A100,8,weak,800,100\nm,A100,16,weak,800,150\nm,A100,4,strong,800,60\n")
        try runFacts("trainability", in: folder, settings: settings)
        #expect(try table("speedup", of: folder)["speedup"] == ["", "", ""])
        try folder.write(
            "t.csv", header + "m,A100,8,strong,800,100\nm,A100,16,strong,800,150\nm,A100,4,strong,800,60\n")
        try runFacts("trainability", in: folder, settings: settings)
        #expect(try table("speedup", of: folder)["efficiency"] == ["\(100.0 / 60 * 4 / 8)", "0.625", "1.0"])
        try folder.write("t.csv", header + "m,A100,8,strong,800,100\nm,A100,8,strong,800,150\n")
        #expect(
            try problems { try runFacts("trainability", in: folder, settings: settings) }
                == ["t.csv:2: there are two rows for 'm' on 8 GPUs with the same batch"])
    }
}
