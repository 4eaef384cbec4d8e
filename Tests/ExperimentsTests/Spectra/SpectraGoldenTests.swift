import Foundation
import TestSupport
import Testing

@testable import Experiments
@testable import Results

/// Spectra of the committed series against a full SVD in NumPy (`Fixtures/spectra/make_tiny_spectra.py`) and against the
/// weightwatcher package.
@Suite struct SpectraGoldenTests {
    /// A run over three checkpoints, with every angle listed, made once for all tests.
    private static let run = Result { () throws -> ScratchFolder in
        let folder = try ScratchFolder()
        let names = ["stage1-step0-tokens0B", "stage1-step2500-tokens1B", "main"]
        let files = names.map { "\(packageRoot)/experiments/data/tiny-olmo2/\($0).h5" }
        try runSpectra(files, in: folder, "principal_angles=true")
        try runSpectra(files, in: folder, out: "fast", "method=fast", "k=4", "tolerance=1e-8")
        return folder
    }

    private let folder: ScratchFolder

    init() throws { folder = try Self.run.get() }

    private func golden(_ name: String) throws -> CSVRows {
        try CSVRows(file: "\(packageRoot)/Tests/Fixtures/spectra/\(name).csv")
    }

    /// The exact method promises 1e-10 of the spectral norm; a sum of 80 values may lose as much in each. How far small
    /// ones may be off decides the condition number.
    @Test func `spectra of weights and updates agree with NumPy`() throws {
        let golden = try golden("tiny_spectra")
        let weights = try table("spectra", of: folder)
        let updates = try table("update_spectra", of: folder)
        let places = (weights.index(by: "revision", "tensor"), updates.index(by: "update", "from", "to", "tensor"))
        for row in golden.rows.indices {
            let cells = Array(golden.rows[row][0..<4])
            let isWeight = cells[0].isEmpty
            let key = (isWeight ? Array(cells[2...]) : cells).joined(separator: " ")
            let table = isWeight ? weights : updates
            let place = try #require(isWeight ? places.0[key] : places.1[key], "no row for \(key)")
            for column in [
                "spectral_norm", "frobenius_norm", "nuclear_norm", "stable_rank", "effective_rank",
                "participation_ratio", "numerical_rank",
            ] {
                let (value, expected) = (table.number(place, column), try #require(golden.number(row, column)))
                #expect(abs(try #require(value) - expected) <= 1e-9 * expected, "\(column) of \(key)")
            }
            let (value, condition) = (
                try #require(table.number(place, "condition_number")),
                try #require(golden.number(row, "condition_number"))
            )
            #expect(abs(value - condition) <= 2e-10 * condition * condition, "condition_number of \(key)")
            #expect(table.cell(place, "status") == "ok" && table.cell(place, "method") == "gram")
            #expect(try #require(table.number(place, "error_bound")) <= 1e-10)
        }
        #expect(golden.rows.count == weights.rows.count + updates.rows.count && golden.rows.count == 180)
    }

    @Test(arguments: [("out", 16), ("fast", 4)])
    func `singular values are within their stated bounds of NumPy's`(run: (out: String, k: Int)) throws {
        let golden = try golden("tiny_spectra")
        let found = try table("singular_values", of: folder, out: run.out)
        let places = found.index(by: "revision", "update", "from", "tensor", "index")
        for row in golden.rows.indices {
            let (update, from) = (golden.rows[row][0], golden.rows[row][1])
            let (revision, tensor) = (golden.rows[row][2], golden.rows[row][3])
            let largest = try #require(golden.number(row, "s1"))
            for index in 1...run.k {
                let key = "\(revision) \(update) \(from) \(tensor) \(index)"
                let place = try #require(places[key], "no row for \(key)")
                let expected = try #require(golden.number(row, "s\(index)"))
                let bound = try #require(found.number(place, "error_bound"))
                let error = abs(try #require(found.number(place, "singular_value")) - expected)
                // NumPy's own values are good to some 1e-15 of the largest.
                #expect(error <= bound + 4e-15 * largest, "\(key)")
                #expect(bound <= 1e-8 * largest, "\(key)")
            }
        }
        #expect(found.rows.count == golden.rows.count * run.k)
    }

    @Test func `principal angles are within their stated bounds of SciPy's`() throws {
        let golden = try golden("tiny_angles")
        let found = try table("principal_angles", of: folder)
        let subspaces = try table("subspaces", of: folder)
        let places = found.index(by: "comparison", "from", "to", "tensor", "index")
        let rows = subspaces.index(by: "comparison", "from", "to", "tensor")
        for row in golden.rows.indices {
            let key = golden.rows[row][0..<4].joined(separator: " ")
            let place = try #require(rows[key], "no row for \(key)")
            for side in ["left", "right"] {
                let bound = try #require(subspaces.number(place, "\(side)_error_bound"))
                // SciPy's angles are good to √ε at worst, where it takes one from a cosine.
                #expect(bound < 1e-3, "\(side) of \(key)")
                var overlap = 0.0
                for index in 1...16 {
                    let expected = try #require(golden.number(row, "\(side)\(index)"))
                    let line = try #require(places["\(key) \(index)"])
                    let angle = try #require(found.number(line, "\(side)_angle"))
                    #expect(abs(angle - expected) <= bound + 1e-12, "\(side) \(index) of \(key)")
                    overlap += cos(expected) * cos(expected) / 16
                }
                #expect(abs(try #require(subspaces.number(place, "\(side)_overlap")) - overlap) <= bound + 1e-12)
                let chance = try #require(subspaces.number(place, "\(side)_chance"))
                let length = try #require(subspaces.number(place, side == "left" ? "rows" : "columns"))
                #expect(chance == 16 / length)
            }
        }
        #expect(golden.rows.count == 60 && subspaces.rows.count == 120)
    }

    /// The package takes its eigenvalues from an SVD in float32: 1e-5 relative is what its sums and logarithms keep.
    @Test func `heavy tails agree with the weightwatcher package`() throws {
        struct Truth: Decodable {
            let revision: String
            let tensor: String
            let alpha: Double
            let distance: Double
            let standard_error: Double
            let x_min: Double
            let tail_count: Double
            let log_norm: Double
            let log_spectral_norm: Double
            let stable_rank: Double
            let weighted_alpha: Double
            let log_alpha_norm: Double
        }
        let path = "\(packageRoot)/Tests/Fixtures/spectra/weightwatcher.json"
        let truth = try JSONDecoder().decode([Truth].self, from: Data(contentsOf: URL(filePath: path)))
        let found = try table("spectra", of: folder)
        let places = found.index(by: "revision", "tensor")
        for truth in truth {
            let place = try #require(places["\(truth.revision) \(truth.tensor)"])
            for (column, expected) in [
                ("alpha", truth.alpha), ("ks_distance", truth.distance), ("alpha_error", truth.standard_error),
                ("x_min", truth.x_min), ("tail_count", truth.tail_count), ("log_norm", truth.log_norm),
                ("log_spectral_norm", truth.log_spectral_norm), ("stable_rank", truth.stable_rank),
                ("weighted_alpha", truth.weighted_alpha), ("log_alpha_norm", truth.log_alpha_norm),
            ] {
                let value = try #require(found.number(place, column))
                #expect(abs(value - expected) <= 1e-5 * max(1, abs(expected)), "\(column) of \(truth.tensor)")
            }
        }
        #expect(truth.count == 9)
    }

    @Test func `the fast method leaves empty what needs all singular values`() throws {
        let (exact, fast) = (try table("spectra", of: folder), try table("spectra", of: folder, out: "fast"))
        #expect(exact.rows.count == fast.rows.count)
        for row in fast.rows.indices {
            #expect(fast.cell(row, "method") == "lanczos" && fast.cell(row, "status") == "ok")
            let (value, expected) = (
                try #require(fast.number(row, "stable_rank")), try #require(exact.number(row, "stable_rank"))
            )
            #expect(abs(value - expected) <= 1e-7 * expected)
            for column in ["nuclear_norm", "effective_rank", "condition_number", "numerical_rank", "alpha"] {
                #expect(fast.cell(row, column) == "")
            }
        }
    }

    @Test func `the default run leaves the committed results, within the tolerances of their columns`() throws {
        var options = ExperimentRun.Options(names: ["spectra"], jobs: 2)
        options.settingsFile = "\(packageRoot)/experiments/spectra.yaml"
        options.output = "\(folder.path)/default"
        options.journal = "\(folder.path)/default-journal"
        options.readOptions = readOptions()
        _ = try ExperimentRun(options).run()
        // run.json names the checkpoints as they were found from the current folder.
        let comparison = try ResultsComparison(
            expected: "\(packageRoot)/results/spectra", found: "\(folder.path)/default")
        #expect(comparison.differences.filter { !$0.hasPrefix("run.json") } == [])
    }
}
