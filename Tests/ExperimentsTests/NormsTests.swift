import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Runs experiments on a series with one settings file for all of them.
@discardableResult
private func run(
    _ names: [String], _ series: [String], in folder: ScratchFolder, jobs: Int = 2, out: String = "out",
    journal: String = "journal", settings: String = ""
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: names, jobs: jobs)
    options.settingsFile = try folder.write(
        "settings.yaml", "series: [\(series.joined(separator: ", "))]\n\(settings)")
    options.output = "\(folder.path)/\(out)"
    options.journal = "\(folder.path)/\(journal)"
    options.readOptions = readOptions()
    options.figureWidth = nil
    return try ExperimentRun(options).run()
}

@Suite struct NormsGoldenTests {
    private static let folder = "\(packageRoot)/Tests/Fixtures/norms"
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
        try run(
            ["norms"], ["\(packageRoot)/experiments/data/tiny-olmo2"], in: scratch, settings: "warmup_steps: 100\n")
    }

    /// Tolerances: 1e-7 for sums in float32 blocks, of a kurtosis twice that of a variance; counts and extremes are exact.
    @Test func `every column of every part is that of NumPy and SciPy`() throws {
        let golden = try CSVRows(file: "\(Self.folder)/norms.csv")
        let found = try table("norms", of: scratch)
        let rows = found.index(by: "revision", "level", "name")
        #expect(found.rows.count == golden.rows.count && golden.rows.count == 1152)
        for row in golden.rows.indices {
            let key = ["revision", "level", "name"].map { golden.cell(row, $0) ?? "" }.joined(separator: " ")
            let place = try #require(rows[key], "no row \(key)")
            for column in golden.columns.dropFirst(3) {
                guard let expected = golden.number(row, column) else {
                    #expect(found.cell(place, column) == "", "\(column) of \(key)")
                    continue
                }
                let value = try #require(found.number(place, column), "\(column) of \(key)")
                let tolerance =
                    switch column {
                    case "elements", "nonfinite", "max_abs", "minimum", "maximum": 0.0
                    case "zeros", "denormals", "outliers": expected.ulp  // the goldens divide in longdouble
                    case "mean": 1e-7 * (golden.number(row, "rms") ?? 0)
                    case "skewness": 1e-7 * (1 + abs(expected))
                    case "excess_kurtosis": 2e-7 * (3 + abs(expected))
                    default: 1e-7 * abs(expected)
                    }
                #expect(abs(value - expected) <= tolerance, "\(column) of \(key): \(value), not \(expected)")
            }
        }
    }

    @Test func `growth is SciPy's regression of logarithms`() throws {
        let golden = try CSVRows(file: "\(Self.folder)/growth.csv")
        let found = try table("norm_growth", of: scratch)
        let rows = found.index(by: "level", "name")
        #expect(found.rows.count == golden.rows.count && golden.rows.count == 12)
        for row in golden.rows.indices {
            let key = "\(golden.cell(row, "level") ?? "") \(golden.cell(row, "name") ?? "")"
            let place = try #require(rows[key])
            #expect(found.cell(place, "points") == "5")
            for column in ["exponent", "exponent_low", "exponent_high", "r_squared"] {
                let (value, expected) = (found.number(place, column) ?? .nan, golden.number(row, column) ?? .nan)
                // Norms to 2e-8 make slopes to about as much, and shares of a tiny variance to less.
                #expect(abs(value - expected) <= 1e-6, "\(column) of \(key)")
            }
        }
        // Five points are too few to tell whether there is a turn.
        #expect(Set(found["turn_supported"]) == [""] && Set(found["turn_step"]) == [""])
        #expect(found["first_step"][0] == "130" && found["last_step"][0] == "2500")
    }
}

@Suite struct NormsTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test func `norms and drift together read each byte once, and leave what each leaves alone`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        let both = try run(["drift", "norms"], series, in: folder, out: "both", journal: "journal-both")
        #expect(both.bytesRead == 3 * SmallModel(0).byteCount)
        for name in ["drift", "norms"] {
            try run([name], series, in: folder, out: name, journal: "journal-\(name)")
            #expect(try results(in: folder, out: "both/\(name)") == results(in: folder, out: name))
        }
    }

    @Test func `a second run reads nothing, and the number of threads changes nothing`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try run(["norms"], series, in: folder, jobs: 1)
        #expect(try run(["norms"], series, in: folder, out: "again").bytesRead == 0)
        try run(["norms"], series, in: folder, jobs: 7, out: "seven", journal: "journal-seven")
        let first = try results(in: folder)
        #expect(try results(in: folder, out: "again") == first)
        #expect(try results(in: folder, out: "seven") == first)
    }

    private func row(_ name: String, _ rows: CSVRows) throws -> [String: String] {
        let row = try #require(rows.index(by: "name")[name])
        return Dictionary(uniqueKeysWithValues: zip(rows.columns, rows.rows[row]))
    }

    @Test func `what does not exist is missing`() throws {
        var model = SmallModel(0)
        model.tensors = [
            SmallModel.Tensor("constant", .bfloat16, [2, 2], [3, 3, 3, 3]),
            SmallModel.Tensor("empty", .float32, [0, 4], []),
            SmallModel.Tensor("infinite", .bfloat16, [1, 3], [0, .infinity, 1]),
            SmallModel.Tensor("pair", .float64, [2], [1, -2]),
            SmallModel.Tensor("scalar", .float32, [], [5]),
            SmallModel.Tensor("zeros", .float16, [1, 4], [0, 0, 0, 0]),
        ]
        let outcome = try run(["norms"], [try model.write(to: folder)], in: folder)
        #expect(outcome.findings.count == 1)
        let rows = try table("norms", of: folder)
        let columns = [
            "l1", "l2", "rms", "max_abs", "minimum", "maximum", "mean", "std", "skewness", "excess_kurtosis", "zeros",
            "outliers", "row_norm_min", "column_norm_max",
        ]
        func all(_ name: String) throws -> String {
            let row = try row(name, rows)
            return columns.map { row[$0] ?? "?" }.joined(separator: ",")
        }
        let (third, root5, root18) = ("\(1.0 / 3)", "\(5.0.squareRoot())", "\(18.0.squareRoot())")
        #expect(try all("constant") == "12.0,6.0,3.0,3.0,3.0,3.0,3.0,0.0,,,0.0,0.0,\(root18),\(root18)")
        #expect(try all("empty") == "0.0,0.0,,,,,,,,,,,,")
        #expect(try all("infinite") == ",,,,,,,,,,\(third),,,")
        #expect(try row("infinite", rows)["nonfinite"] == "1")
        #expect(try all("pair") == "3.0,\(root5),\(2.5.squareRoot()),2.0,-2.0,1.0,-0.5,1.5,0.0,-2.0,0.0,0.0,,")
        #expect(try all("scalar") == "5.0,5.0,5.0,5.0,5.0,5.0,5.0,0.0,,,0.0,0.0,,")
        #expect(try all("zeros") == "0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,,,1.0,0.0,0.0,0.0")
        // The model holds the infinity, and keeps its counts.
        let whole = try row("model", rows)
        #expect(whole["elements"] == "14" && whole["nonfinite"] == "1" && whole["zeros"] == "\(5.0 / 14)")
        #expect(whole["l2"] == "" && whole["std"] == "" && whole["outliers"] == "" && whole["row_norm_max"] == "")
        #expect(try table("integrity", of: folder)["tensor"] == ["infinite"])
    }

    @Test func `a tensor of uneven parts is read again to count its outliers`() throws {
        var model = SmallModel(0)
        let even = (0..<4096).map { index in Double(index % 17 - 8) / 1024 }
        // The first part is wide: what is an outlier of the whole is none of it.
        let uneven = (0..<404_096).map { index in Double(index % 17 - 8) / (index < 4096 ? 8 : 1024) }
        model.tensors = [
            SmallModel.Tensor("even", .bfloat16, [64, 64], even),
            SmallModel.Tensor("uneven", .bfloat16, [uneven.count], uneven),
        ]
        let outcome = try run(["norms"], [try model.write(to: folder)], in: folder)
        #expect(outcome.bytesRead == 2 * (even.count + 2 * uneven.count))
        let n = Double(uneven.count)
        let mean = uneven.reduce(0, +) / n
        let squares: Double = uneven.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / n).squareRoot()
        let outliers = uneven.filter { abs($0 - mean) > 6 * deviation }.count
        let rows = try table("norms", of: folder)
        #expect(outliers > 1000)
        #expect(try row("uneven", rows)["outliers"] == "\(Double(outliers) / n)")
        #expect(try row("even", rows)["outliers"] == "0.0")
        #expect(try row("model", rows)["outliers"] == "\(Double(outliers) / (n + 4096))")
        #expect(try run(["norms"], ["\(folder.path)/\(model.revision.name).h5"], in: folder).bytesRead == 0)
    }

    /// ‖θ‖ = √(steps since warm-up) up to step 10 + 64, and then to the power of 1/8.
    @Test func `growth and its turn are found`() throws {
        var series: [String] = []
        for power in 0..<12 {
            let steps = Double(1 << power)
            let norm = power <= 6 ? steps.squareRoot() : 8 * pow(steps / 64, 0.125)
            var model = SmallModel(0, revision: "stage1-step\(10 + (1 << power))")
            model.tensors = [SmallModel.Tensor("model.norm.weight", .float64, [1], [norm])]
            series.append(try model.write(to: folder))
        }
        var early = SmallModel(0, revision: "stage1-step10")
        early.tensors = [SmallModel.Tensor("model.norm.weight", .float64, [1], [100])]
        series.append(try early.write(to: folder))
        try run(["norms"], series, in: folder, settings: "warmup_steps: 10\n")
        let growth = try table("norm_growth", of: folder)
        #expect(growth["name"] == ["model", "norm"])
        #expect(growth["points"] == ["12", "12"])
        #expect(growth["turn_step"] == ["74.0", "74.0"])
        #expect(growth["exponent_before"] == ["0.5", "0.5"])
        #expect(growth["exponent_after"] == ["0.125", "0.125"])
        #expect(growth["turn_supported"] == ["true", "true"])
    }

    @Test func `three checkpoints have no growth`() throws {
        try run(["norms"], try SmallModel.writeSeries(to: folder), in: folder)
        let growth = try table("norm_growth", of: folder)
        #expect(growth["points"][0] == "1")  // step 0 is not after a warm-up of 0 steps
        #expect(Set(growth["exponent"]) == [""] && Set(growth["turn_step"]) == [""])
    }

    @Test func `settings that make no sense are refused`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        #expect(
            try problems { try run(["norms"], series, in: folder, settings: "outlier_threshold: 0\n") }
                == ["outlier_threshold is 0.0; a number above 0 is expected"])
        #expect(
            try problems { try run(["norms"], series, in: folder, settings: "warmup_steps: -1\n") }
                == ["warmup_steps is -1; a number from 0 on is expected"])
    }
}
