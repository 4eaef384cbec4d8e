import Tensors
import TestSupport
import Testing

@testable import Experiments

/// What must hold of drift whatever the weights are.
@Suite struct DriftPropertyTests {
    private static let tables = ["summary", "modules", "layers", "tensors"]
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func runPair(_ from: String, _ to: String, out: String) throws -> ExperimentRun.Outcome {
        try runDrift([], in: folder, out: out, "from=\(from)", "to=\(to)")
    }

    /// The metrics of every row of a table.
    private func metrics(_ name: String, out: String) throws -> [MetricValues] {
        let rows = try table(name, of: folder, out: out)
        return rows.rows.indices.map { rows.metrics($0, renamed: ["count": "elements"]) }
    }

    @Test func `identical checkpoints have zero drift`() throws {
        let a = try SmallModel(0).write(to: folder)
        let b = try SmallModel(0, revision: "stage1-step7-tokens1B").write(to: folder)
        let outcome = try runPair(a, b, out: "out")
        #expect(outcome.findings.count == 1)
        for name in Self.tables {
            let found = try metrics(name, out: "out")
            #expect(!found.isEmpty)
            for values in found {
                for column in [
                    "drift", "relative_drift", "rotation", "angle", "rms_change", "mean_change", "mean_abs_change",
                    "max_abs_change", "changed_bits", "changed", "moved", "sign_flips", "exceeds_rounding",
                ] {
                    #expect(values[column] == 0, "\(column) in \(name)")
                }
                #expect(values["cosine"] == 1)
                #expect(values["norm_from"] == values["norm_to"])
            }
        }
    }

    @Test func `a checkpoint compared with itself has zero drift`() throws {
        let a = try SmallModel(0).write(to: folder)
        _ = try runPair(a, a, out: "out")
        #expect(try metrics("summary", out: "out").map { $0["drift"] } == [0])
    }

    @Test func `exchanging the sides exchanges the norms and turns the mean round`() throws {
        let (a, b) = (try SmallModel(0).write(to: folder), try SmallModel(2).write(to: folder))
        _ = try runPair(a, b, out: "forward")
        _ = try runPair(b, a, out: "backward")
        for name in Self.tables {
            let (forward, backward) = (try metrics(name, out: "forward"), try metrics(name, out: "backward"))
            #expect(forward.count == backward.count && !forward.isEmpty)
            for (one, other) in zip(forward, backward) {
                #expect(one["norm_from"] == other["norm_to"] && one["norm_to"] == other["norm_from"])
                #expect(one["mean_change"] == other["mean_change"].map { -$0 })
                for column in [
                    "count", "drift", "rotation", "cosine", "angle", "rms_change", "mean_abs_change", "max_abs_change",
                    "changed", "moved", "sign_flips", "rounding_drift",
                ] {
                    #expect(one[column] == other[column], "\(column) in \(name)")
                }
            }
        }
        let (one, other) = (
            try table("summary", of: folder, out: "forward"), try table("summary", of: folder, out: "backward")
        )
        #expect(one["from"] == other["to"] && one["to"] == other["from"])
    }

    @Test func `doubling all weights doubles norms and leaves ratios and angles`() throws {
        func scaled(_ k: Int) throws -> String {
            var model = SmallModel(k)
            for place in model.tensors.indices {
                model.tensors[place].values = model.tensors[place].values.map { 2 * $0 }
            }
            return try model.write(to: folder, as: "scaled-\(k)")
        }
        _ = try runPair(try SmallModel(0).write(to: folder), try SmallModel(2).write(to: folder), out: "plain")
        _ = try runPair(try scaled(0), try scaled(2), out: "scaled")
        for name in Self.tables {
            for (plain, scaled) in zip(try metrics(name, out: "plain"), try metrics(name, out: "scaled")) {
                for column in ["relative_drift", "rotation", "cosine", "angle", "changed", "sign_flips"] {
                    #expect(plain[column] == scaled[column], "\(column) in \(name)")
                }
                for column in [
                    "norm_from", "norm_to", "drift", "rms_change", "mean_change", "max_abs_change", "rounding_drift",
                ] {
                    #expect(plain[column].map { 2 * $0 } == scaled[column], "\(column) in \(name)")
                }
            }
        }
    }

    @Test func `the order of tensors in the file does not matter`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder, out: "plain")
        for k in 0..<3 {
            var model = SmallModel(k)
            if k == 1 { model.tensors.reverse() } else { model.tensors.swapAt(2, 9) }
            try model.write(to: folder)
        }
        let second = try runDrift(series, in: folder, out: "permuted")
        #expect(second.bytesRead > 0)
        #expect(try results(in: folder, out: "permuted") == results(in: folder, out: "plain"))
    }

    @Test func `values worked out by hand stand in the tables`() throws {
        try runDrift(try SmallModel.writeSeries(to: folder), in: folder)
        let tensors = try table("tensors", of: folder)
        let rows = tensors.index(by: "comparison", "to", "tensor")
        for (t, entry) in SmallModel.shapes.enumerated() {
            let count = entry.shape.reduce(1, *)
            let row = try #require(rows["reference \(SmallModel.revisions[2]) \(entry.name)"])
            let change = 2 * SmallModel.change(t)
            let squares = (0..<count).map { SmallModel.value(t, $0, 0) }.reduce(0) { $0 + $1 * $1 }
            #expect(tensors.number(row, "elements") == Double(count))
            #expect(tensors.number(row, "norm_from") == squares.squareRoot())
            #expect(tensors.number(row, "drift") == (Double(count) * change * change).squareRoot())
            #expect(tensors.number(row, "mean_change") == change)
            #expect(tensors.number(row, "max_abs_change") == change)
            #expect(tensors.cell(row, "shape") == entry.shape.map(String.init).joined(separator: "x"))
        }
        // Every update is in one direction: paths are straight, and cosines are 1.
        let trajectory = try table("trajectory", of: folder)
        let last = try #require(trajectory.index(by: "level", "revision")["model \(SmallModel.revisions[2])"])
        #expect(trajectory.number(last, "cosine_previous_update") == 1)
        #expect(trajectory.number(last, "displacement_ratio") == 1)
        let step = try #require(trajectory.number(last, "step_drift"))
        #expect(trajectory.number(last, "drift_per_step") == step / 500)
        // A later stage's name counts tokens from the stage's beginning: what lies between is not known.
        #expect(trajectory.number(last, "drift_per_token") == nil)
        #expect(trajectory.cell(last, "predecessor") == SmallModel.revisions[1])
    }

    @Test(arguments: [(ElementType.bfloat16, ElementType.float32), (.float16, .bfloat16)])
    func `equal values in unlike types have no drift, and no changed bits to tell of`(
        types: (from: ElementType, to: ElementType)
    ) throws {
        let a = try SmallModel(1, type: types.from).write(to: folder, as: "a")
        let b = try SmallModel(1, revision: "stage1-step9-tokens1B", type: types.to).write(to: folder, as: "b")
        _ = try runPair(a, b, out: "out")
        let summary = try table("summary", of: folder)
        #expect(summary["drift"] == ["0.0"] && summary["changed"] == ["0.0"] && summary["changed_bits"] == [""])
        let tensors = try table("tensors", of: folder)
        #expect(Set(tensors["dtype_from"]) == [types.from.rawValue] && Set(tensors["dtype_to"]) == [types.to.rawValue])
    }
}
