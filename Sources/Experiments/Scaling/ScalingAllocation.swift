import Foundation
import Statistics

/// The runs that no cheaper run, nor one of the same compute, does better than: the envelope of loss against compute
/// (Hoffmann et al., 2022, approach 1, over finished runs). In order of compute; runs without compute are left out.
func computeFrontier(_ runs: [ScalingRun]) -> [ScalingRun] {
    let known = runs.compactMap { run in run.point.compute.map { (compute: $0, run: run) } }
    var best = Double.infinity
    var frontier: [ScalingRun] = []
    for (_, run) in known.sorted(by: { ($0.compute, $0.run.loss, $0.run.line) < ($1.compute, $1.run.loss, $1.run.line) }
    )
    where run.loss < best {
        best = run.loss
        frontier.append(run)
    }
    return frontier
}

/// Lines of the runs of least or most parameters, or tokens. On the frontier they may stand there because no run went further,
/// not because more would have been a waste.
func edgeLines(_ runs: [ScalingRun]) -> Set<Int> {
    var lines: Set<Int> = []
    for variable in [LawVariable.parameters, .tokens] {
        let values = runs.compactMap { $0.point[variable] }
        guard let least = values.min(), let most = values.max() else { continue }
        lines.formUnion(runs.filter { [least, most].contains($0.point[variable]) }.map(\.line))
    }
    return lines
}

/// Why a frontier does not tell what compute buys; `nil` where enough of it lies inside the runs.
func edgeCaveat(_ frontier: [ScalingRun], of runs: [ScalingRun], wanted: Int) -> String? {
    let edges = edgeLines(runs)
    let outer = frontier.count { edges.contains($0.line) }
    guard outer > 0, frontier.count - outer < wanted else { return nil }
    return
        "\(outer) of the \(frontier.count) runs on the frontier have the least or most parameters or tokens of all runs"
}

/// Runs of about the same compute, and the size that their parabola has its minimum at (approach 2).
struct IsoFLOPGroup: Sendable {
    /// Geometric mean of the compute.
    let compute: Double
    let runs: [ScalingRun]
    /// Where the loss is least by the parabola; `nil` when refused.
    let optimum: Optimum?
    /// The reason why there is no optimum.
    let reason: String?

    struct Optimum: Sendable {
        let parameters: Double
        /// `nil` for three runs.
        let interval: ClosedRange<Double>?
        let loss: Double
        let curvature: Double
    }

    /// The least and the most compute of a run.
    var ends: ClosedRange<Double>? {
        let values = runs.compactMap(\.point.compute)
        guard let least = values.min(), let most = values.max() else { return nil }
        return least...most
    }

    /// All groups, in order of compute: each starts with the cheapest run that is left.
    static func groups(_ runs: [ScalingRun], tolerance: Double, confidence: Double) -> [IsoFLOPGroup] {
        let known = runs.filter { $0.point.compute != nil && $0.point.parameters != nil }
            .sorted { ($0.point.compute ?? 0, $0.line) < ($1.point.compute ?? 0, $1.line) }
        var groups: [[ScalingRun]] = []
        for run in known {
            if let first = groups.last?.first?.point.compute, let compute = run.point.compute,
                compute <= first * (1 + tolerance)
            {
                groups[groups.count - 1].append(run)
            } else {
                groups.append([run])
            }
        }
        return groups.filter { $0.count > 1 }.map { IsoFLOPGroup($0, confidence: confidence) }
    }

    private init(_ runs: [ScalingRun], confidence: Double) {
        self.runs = runs
        let logs = runs.map { log($0.point.compute ?? 1) }
        compute = exp(logs.reduce(0, +) / Double(logs.count))
        let sizes = runs.map { log($0.point.parameters ?? 1) }
        let (least, most) = (sizes.min() ?? 0, sizes.max() ?? 0)
        guard let parabola = QuadraticFit(x: sizes, y: runs.map(\.loss)) else {
            (optimum, reason) = (nil, "fewer than three sizes")
            return
        }
        let best = runs.indices.min { runs[$0].loss < runs[$1].loss } ?? 0
        guard let vertex = parabola.vertex, let loss = parabola.valueAtVertex, parabola.curvature > 0,
            vertex > least, vertex < most, sizes[best] > least, sizes[best] < most
        else {
            (optimum, reason) = (nil, "no minimum between the smallest and the largest size")
            return
        }
        let interval = parabola.vertexInterval(confidence: confidence)
        guard runs.count == 3 || interval != nil else {
            (optimum, reason) = (nil, "the runs scatter too much to tell a parabola from a line")
            return
        }
        optimum = Optimum(
            parameters: exp(vertex), interval: interval.map { exp($0.lowerBound)...exp($0.upperBound) }, loss: loss,
            curvature: parabola.curvature)
        reason = nil
    }
}

/// How the best N or D grows with compute, N ∝ C^exponent, by one of the three approaches.
struct AllocationRow: Sendable {
    let approach: String
    let quantity: String
    let points: Int
    let exponent: Double?
    let interval: ClosedRange<Double>?
    /// The reason why there is no allocation.
    let reason: String?

    static func rows(
        _ runs: [ScalingRun], isoflop: [IsoFLOPGroup], laws: [LawResult], confidence: Double
    ) -> [AllocationRow] {
        let frontier = computeFrontier(runs)
        let caveat = edgeCaveat(frontier, of: runs, wanted: 3)
        let envelope =
            caveat != nil
            ? []
            : frontier.compactMap { run -> (Double, Double, Double)? in
                guard let c = run.point.compute, let n = run.point.parameters, let d = run.point.tokens else {
                    return nil
                }
                return (c, n, d)
            }
        let minima = isoflop.compactMap { group in
            group.optimum.map { (group.compute, $0.parameters, group.compute / (6 * $0.parameters)) }
        }
        var rows: [AllocationRow] = []
        for (approach, points, reason) in [
            ("envelope", envelope, caveat ?? "fewer than three runs on the frontier"),
            ("isoflop", minima, "fewer than three groups with a minimum"),
        ] {
            for (quantity, values) in [("parameters", points.map { $0.1 }), ("tokens", points.map { $0.2 })] {
                let line =
                    points.count < 3 ? nil : LinearFit.logLog(x: points.map { $0.0 }, y: values, confidence: confidence)
                rows.append(
                    AllocationRow(
                        approach: approach, quantity: quantity, points: points.count, exponent: line?.slope,
                        interval: line?.slopeInterval, reason: line == nil ? reason : nil))
            }
        }
        for law in laws where law.law.name == StandardLaw.chinchilla.rawValue {
            let count = law.law.form.parameterCount
            // Of L = E + A/N^α + B/D^β under C = 6ND: N ∝ C^(β/(α+β)).
            func share(_ own: Int, _ other: Int) -> ([Double]) -> Double? {
                { $0[own] + $0[other] > 0 ? $0[other] / ($0[own] + $0[other]) : nil }
            }
            for (quantity, exponent) in [
                ("parameters", share(count - 2, count - 1)), ("tokens", share(count - 1, count - 2)),
            ] {
                let blocking = law.unidentified.filter { ["alpha", "beta"].contains($0) }
                rows.append(
                    AllocationRow(
                        approach: "parametric", quantity: quantity, points: law.fit.data.count,
                        exponent: blocking.isEmpty ? exponent(law.fit.parameters) : nil,
                        interval: blocking.isEmpty ? law.interval(exponent) : nil,
                        reason: blocking.isEmpty ? nil : "not identified: \(blocking.joined(separator: ", "))"))
            }
        }
        return rows
    }
}

/// The N and D of least loss for a compute budget, by a law of both.
struct ComputeOptimum: Sendable, Equatable {
    let parameters: Double
    let tokens: Double
    let loss: Double

    /// Searches along C = 6ND; `nil` where the loss has no minimum inside four decades beyond the sizes of the runs.
    init?(_ law: NamedLaw, _ values: [Double], compute: Double, sizes: ClosedRange<Double>) {
        func loss(_ logSize: Double) -> Double? {
            law.arguments(LawPoint(parameters: exp(logSize), compute: compute)).map {
                law.form.loss($0, parameters: values)
            }
        }
        let (low, high) = (log(sizes.lowerBound) - 9.2, log(sizes.upperBound) + 9.2)
        let steps = 80
        let grid = (0...steps).map { low + (high - low) * Double($0) / Double(steps) }
        let losses = grid.compactMap(loss)
        guard losses.count == grid.count, let best = losses.indices.min(by: { losses[$0] < losses[$1] }),
            best > 0, best < steps
        else { return nil }
        // Golden section: one minimum lies between the neighbours.
        let golden = (5.0.squareRoot() - 1) / 2
        var (a, b) = (grid[best - 1], grid[best + 1])
        var (x, y) = (b - golden * (b - a), a + golden * (b - a))
        var (fx, fy) = (loss(x) ?? .infinity, loss(y) ?? .infinity)
        while b - a > 1e-9 {
            if fx < fy {
                (b, y, fy) = (y, x, fx)
                x = b - golden * (b - a)
                fx = loss(x) ?? .infinity
            } else {
                (a, x, fx) = (x, y, fy)
                y = a + golden * (b - a)
                fy = loss(y) ?? .infinity
            }
        }
        let size = 0.5 * (a + b)
        parameters = exp(size)
        tokens = compute / (6 * exp(size))
        self.loss = loss(size) ?? .nan
    }
}
