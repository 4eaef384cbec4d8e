import Foundation
import TestSupport
import Testing

@testable import Experiments
@testable import Tensors

/// Drift of the committed series against values from NumPy (`Fixtures/drift/make_goldens.py`) and from the script that
/// trained the series. The weights are bfloat16, so that blocks are summed in float32: 1e-7 of the sums.
@Suite struct DriftGoldenTests {
    private static let accuracy = 1e-7
    private static let branch = "stage1-step2500-tokens1B"

    /// The default run, and one with the optional tables, made once for all tests.
    private static let run = Result { () throws -> ScratchFolder in
        let folder = try ScratchFolder()
        let file = "\(packageRoot)/experiments/drift.yaml"
        try runDrift(file: file, in: folder, out: "default")
        try runDrift(file: file, in: folder, out: "detail", ["heads=true", "embedding_rows=20"])
        return folder
    }

    private let folder: ScratchFolder

    init() throws { folder = try Self.run.get() }

    private func golden(_ name: String) throws -> CSVRows {
        try CSVRows(file: "\(packageRoot)/Tests/Fixtures/drift/\(name).csv")
    }

    @Test func `the default run leaves the committed results byte for byte`() throws {
        let committed = "\(packageRoot)/results/drift"
        let found = try results(in: folder, out: "default")
        #expect(found.count == 13)
        // Without figures, which the data package of the committed results lists.
        for (name, text) in found where name != "run.json" && name != "datapackage.json" {
            // As a truth value: a difference would print megabytes.
            let isSame = try text == String(contentsOfFile: "\(committed)/\(name)", encoding: .utf8)
            #expect(isSame, "\(name)")
        }
    }

    @Test func `optional tables leave the others as they are`() throws {
        let (plain, detail) = (try results(in: folder, out: "default"), try results(in: folder, out: "detail"))
        #expect(Set(detail.keys).subtracting(plain.keys) == ["heads.csv", "embedding_rows.csv"])
        for (name, text) in plain where name.hasSuffix(".csv") {
            let isSame = text == detail[name]
            #expect(isSame, "\(name)")
        }
    }

    @Test(arguments: [
        ("summary", "model", ""), ("modules", "module", "module"), ("layers", "layer", "layer"),
        ("tensors", "tensor", "tensor"),
    ])
    func `every metric of every comparison agrees with NumPy`(level: (table: String, name: String, key: String)) throws
    {
        let found = try table(level.table, of: folder, out: "default")
        let (golden, comparisons) = (try golden("drift"), try golden("comparisons"))
        var goldenRows: [String: [Int]] = [:]
        for row in golden.rows.indices where golden.rows[row][2] == level.name {
            goldenRows["\(golden.rows[row][0]) \(golden.rows[row][1])", default: []].append(row)
        }
        let foundRows =
            level.key.isEmpty
            ? found.index(by: "comparison", "from", "to") : found.index(by: "comparison", "from", "to", level.key)
        var compared = 0
        for comparison in comparisons.rows {
            for row in goldenRows["\(comparison[1]) \(comparison[2])"] ?? [] {
                let name = golden.rows[row][3]
                let key = comparison.joined(separator: " ") + (level.key.isEmpty ? "" : " \(name)")
                let place = try #require(foundRows[key], "no row for \(key)")
                let problems = disagreements(
                    found.metrics(place, renamed: ["count": "elements"]), golden.metrics(row),
                    accuracy: Self.accuracy, single: true)
                #expect(problems == [], "\(key)")
                compared += 1
            }
        }
        #expect(compared == found.rows.count)
        #expect(comparisons.rows.count == 47 && compared >= 47)
    }

    @Test func `comparisons stand in the order of the settings and of training`() throws {
        let found = try table("summary", of: folder, out: "default")
        let listed = found.rows.map { Array($0[0..<3]) }
        #expect(listed == (try golden("comparisons")).rows)
    }

    @Test func `norms, drift and cosines agree with the training script's`() throws {
        let golden = try golden("training_goldens")
        let found = try table("tensors", of: folder, out: "default")
        let whole = try table("summary", of: folder, out: "default")
        let places = (
            found.index(by: "comparison", "from", "to", "tensor"), whole.index(by: "comparison", "from", "to")
        )
        for row in golden.rows.indices {
            let pair = "branch_point \(golden.rows[row][0]) \(golden.rows[row][1])"
            let tensor = golden.cell(row, "tensor") ?? ""
            let isWhole = tensor == "ALL"
            let place = try #require(isWhole ? places.1[pair] : places.0["\(pair) \(tensor)"], "\(pair) \(tensor)")
            let table = isWhole ? whole : found
            for (name, column) in [
                ("norm_from", "norm_from"), ("norm_to", "norm_to"), ("norm_diff", "drift"),
                ("relative_l2", "relative_drift"), ("cosine", "cosine"), ("max_abs", "max_abs_change"),
            ] {
                let expected = try #require(golden.number(row, name))
                let value = try #require(table.number(place, column))
                #expect(abs(value - expected) <= 2 * Self.accuracy * expected, "\(column) of \(tensor), \(pair)")
            }
        }
        #expect(golden.rows.count == 192)
    }

    @Test func `trajectories agree with NumPy`() throws {
        let (golden, found) = (try golden("series"), try table("trajectory", of: folder, out: "default"))
        let places = found.index(by: "level", "name", "revision")
        let wanted = golden.rows.indices.filter { ["model", "module"].contains(golden.rows[$0][1]) }
        #expect(wanted.count == found.rows.count && wanted.count == 18 * 12)
        for row in wanted {
            let key = "\(golden.rows[row][1]) \(golden.rows[row][2]) \(golden.rows[row][0])"
            let place = try #require(places[key], "no row for \(key)")
            for (name, column) in [
                ("step_drift", "step_drift"), ("path_length", "path_length"), ("displacement", "displacement"),
                ("displacement_ratio", "displacement_ratio"), ("drift_per_step", "drift_per_step"),
                ("drift_per_token", "drift_per_token"), ("cos_previous_update", "cosine_previous_update"),
                ("cos_total_displacement", "cosine_total_displacement"),
            ] {
                let (value, expected) = (found.number(place, column), golden.number(row, name))
                // Errors of a dot product are relative to the norms, and so absolute in a cosine.
                let scale = name.hasPrefix("cos") ? 1 : abs(expected ?? 0)
                #expect(isClose(value, expected, 2 * Self.accuracy * scale), "\(column) of \(key)")
            }
        }
    }

    private func isClose(_ value: Double?, _ expected: Double?, _ tolerance: Double) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= tolerance
    }

    /// A displacement is a sum of updates: errors are relative to the lengths of the paths.
    @Test func `dot products of displacements agree with NumPy`() throws {
        let (golden, found) = (try golden("gram"), try table("displacement_gram", of: folder, out: "default"))
        let series = try pathLengths()
        let rows = golden.index(by: "revision")
        #expect(found.rows.count == 18 * 19 / 2)
        for place in found.rows.indices {
            let (from, to) = (found.rows[place][0], found.rows[place][1])
            let row = try #require(rows[from])
            let expected = try #require(golden.number(row, to))
            let paths = (series[from] ?? 0) * (series[to] ?? 0)
            let what: Comment = "\(from), \(to)"
            #expect(isClose(found.number(place, "dot"), expected, Self.accuracy * paths), what)
            let other = try #require(rows[to])
            let squares = (try #require(golden.number(row, from)), try #require(golden.number(other, to)))
            let norms = (squares.0 * squares.1).squareRoot()
            #expect(
                isClose(
                    found.number(place, "cosine"), norms > 0 ? expected / norms : nil,
                    norms > 0 ? 2 * Self.accuracy * paths / norms : 0), what)
        }
    }

    /// Path lengths of the whole model.
    private func pathLengths() throws -> [String: Double] {
        let series = try golden("series")
        var lengths: [String: Double] = [:]
        for row in series.rows.indices where series.rows[row][1] == "model" {
            lengths[series.rows[row][0]] = series.number(row, "path_length")
        }
        return lengths
    }

    @Test func `cosines between ingredients' updates agree with NumPy`() throws {
        let golden = try golden("ingredient_cosines")
        let found = try table("ingredient_updates", of: folder, out: "default")
        let places = found.index(by: "level", "name", "from", "to")
        let wanted = golden.rows.indices.filter { ["model", "module"].contains(golden.rows[$0][0]) }
        #expect(wanted.count == found.rows.count && wanted.count == 36)
        for row in wanted {
            let key = golden.rows[row][0..<4].joined(separator: " ")
            let place = try #require(places[key], "no row for \(key)")
            #expect(isClose(found.number(place, "cosine"), golden.number(row, "cosine"), 2 * Self.accuracy), "\(key)")
        }
        // The whole model's dot products follow from those of the displacements.
        let gram = try self.golden("gram")
        let rows = gram.index(by: "revision")
        func dot(_ a: String, _ b: String) throws -> Double {
            let row = try #require(rows[a])
            return try #require(gram.number(row, b))
        }
        for row in 0..<3 {
            let (a, b) = (found.rows[row][2], found.rows[row][3])
            let expected = try dot(a, b) - dot(a, Self.branch) - dot(Self.branch, b) + dot(Self.branch, Self.branch)
            #expect(found.rows[row][0] == "model")
            #expect(isClose(found.number(row, "dot"), expected, 2 * Self.accuracy * expected), "\(a), \(b)")
        }
    }

    /// Sums by group are in double throughout.
    @Test func `attention heads agree with NumPy`() throws {
        let (golden, found) = (try golden("heads"), try table("heads", of: folder, out: "detail"))
        let places = found.index(by: "comparison", "from", "to", "tensor", "head")
        #expect(golden.rows.count == 64)
        #expect(found.rows.count == 64 * 47)
        for row in golden.rows.indices {
            let key = "branch_point \(Self.branch) main \(golden.rows[row][0]) \(golden.rows[row][2])"
            let place = try #require(places[key], "no row for \(key)")
            for column in ["norm_from", "norm_to", "drift", "relative_drift"] {
                let expected = try #require(golden.number(row, column))
                #expect(isClose(found.number(place, column), expected, 1e-14 * expected), "\(column) of \(key)")
            }
        }
    }

    @Test func `the embedding rows that moved most agree with NumPy`() throws {
        let (golden, found) = (try golden("embedding_rows"), try table("embedding_rows", of: folder, out: "detail"))
        let rows = found.rows.indices.filter {
            found.rows[$0][0] == "branch_point" && found.rows[$0][1] == Self.branch && found.rows[$0][2] == "main"
        }
        #expect(rows.map { found.cell($0, "token") } == golden["token"])
        #expect(found.rows.count == 47 * 20)
        for (place, row) in zip(rows, golden.rows.indices) {
            for column in ["norm_from", "norm_to", "drift", "relative_drift"] {
                let expected = try #require(golden.number(row, column))
                #expect(isClose(found.number(place, column), expected, 1e-14 * expected), "\(column) of row \(row)")
            }
        }
        struct Counts: Decodable { let padding_rows: Int }
        let path = "\(packageRoot)/Tests/Fixtures/drift/embedding_rows.json"
        let counts = try JSONDecoder().decode(Counts.self, from: Data(contentsOf: URL(filePath: path)))
        #expect(rows.allSatisfy { found.cell($0, "padding_rows") == "\(counts.padding_rows)" })
    }
}
