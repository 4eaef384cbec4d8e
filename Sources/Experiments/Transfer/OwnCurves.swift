import Foundation
import Reports
import Statistics

/// A run, or a point of a law, of one arm under one way of counting compute.
private struct OwnPoint: Sendable {
    let accounting: String
    let arm: TransferRuns.Arm
    let compute: Double
    /// The run's loss; `nil` for a point of the law alone.
    var loss: Double?
    let predicted: Double
    var interval: ClosedRange<Double>?
    var isBeyond = false

    static let place: [TypedColumn<OwnPoint>] = [
        .string("accounting", "Compute: 'own', of the run itself, or 'with_pretraining'.") { $0.accounting },
        .string("arm", "'scratch' or 'transfer'.") { $0.arm.rawValue },
        .number("compute", unit: "FLOP", tolerance: 1e-12, "C.") { $0.compute },
    ]
}

extension Transfer {
    /// How far beyond the runs of an arm its law is drawn to reach the crossover, as a ratio of compute.
    private static let farthest = 1000.0

    static func ownRunsTable(_ pairs: [OwnPair]) -> Table {
        let points = pairs.flatMap { pair in
            pair.arms.flatMap { arm, result in
                result.fit.data.losses.indices.map { place in
                    let compute = result.fit.data.variables[0][place]
                    return OwnPoint(
                        accounting: pair.accounting, arm: arm, compute: compute, loss: result.fit.data.losses[place],
                        predicted: result.fit.loss([compute]))
                }
            }
        }
        return Table(
            "own_runs", title: "One's own runs with what the law of their arm makes of them.",
            columns: OwnPoint.place + [
                .number("loss", unit: "nats", digits: 5, "Its loss.") { $0.loss },
                .number("predicted", unit: "nats", digits: 5, tolerance: settledTolerance, "The law's loss.") {
                    $0.predicted
                },
                .number("residual", tolerance: settledTolerance, "ln L − ln L̂.") { point in
                    point.loss.map { log($0 / point.predicted) }
                },
            ], records: points)
    }

    /// Each law along the runs of its arm, and from there to the crossover where that is not too far.
    static func ownCurvesTable(_ pairs: [OwnPair]) -> Table {
        Table(
            "own_curves", title: "The laws of both arms along their runs, and on to the crossover.",
            columns: OwnPoint.place + [
                .string("regime", "'interpolation' within the runs of the arm, otherwise 'extrapolation'.") {
                    $0.isBeyond ? "extrapolation" : "interpolation"
                },
                .number("loss", unit: "nats", digits: 5, tolerance: settledTolerance, "The law's loss.") {
                    $0.predicted
                },
                .number("low", unit: "nats", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                    $0.interval?.lowerBound
                },
                .number("high", unit: "nats", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.interval?.upperBound
                },
            ], records: pairs.flatMap { pair in pair.arms.flatMap { curve(pair, $0, $1) } })
    }

    private static func curve(_ pair: OwnPair, _ arm: TransferRuns.Arm, _ result: LawResult) -> [OwnPoint] {
        let values = result.fit.data.variables[0]
        guard let low = values.min(), let high = values.max() else { return [] }
        func points(_ ends: (Double, Double), _ count: Int, isBeyond: Bool) -> [OwnPoint] {
            (0..<count).map { step in
                let compute = ends.0 * pow(ends.1 / ends.0, Double(step) / Double(count - 1))
                return OwnPoint(
                    accounting: pair.accounting, arm: arm, compute: compute, predicted: result.fit.loss([compute]),
                    interval: result.interval { result.law.form.loss([compute], parameters: $0) }, isBeyond: isBeyond)
            }
        }
        var curve = points((low, high), 30, isBeyond: false)
        if let crossover = pair.crossover?.value, pair.crossoverFactor ?? 1 <= Self.farthest {
            // A little further, for a crossing to be seen.
            if crossover > high { curve += points((high, crossover * 1.5), 15, isBeyond: true) }
            if crossover < low { curve += points((crossover / 1.5, low), 15, isBeyond: true) }
        }
        return curve
    }

    /// One's own runs of both arms, their laws with intervals, and where these cross: a panel for each way of counting
    /// compute.
    static func ownTransfer(_ name: String, _ tables: [Table]) -> Figure? {
        guard let runs = tables.named("own_runs"), let curves = tables.named("own_curves"),
            let pairs = tables.named("own_pairs")
        else { return nil }
        let names = ["accounting", "arm", "compute", "loss"]
        var rows: [[Cell]] = curves.records.map { row in
            let kind = row.text("regime") == "extrapolation" ? "beyond" : "curve"
            return [.string(kind)] + names.map { row[$0] } + [row["low"], row["high"]]
        }
        rows += runs.records.map { row in [.string("run")] + names.map { row[$0] } + [.missing, .missing] }
        let data = Table(
            name, title: "Runs from scratch and by transfer, and their laws.",
            columns: [
                Column("kind", .string, meaning: "'curve' of a law within its runs, 'beyond' them, or 'run'.")
            ] + (names + ["low", "high"]).map(curves.column), rows: rows)
        let panels = pairs.records.compactMap { pair -> Figure.Panel? in
            guard let accounting = pair.text("accounting") else { return nil }
            let own = data.records.filter { $0.text("accounting") == accounting }
            var chart = Chart(
                title: accounting == "own" ? "compute of the run itself" : "pre-training counted",
                x: Axis("compute", "compute", scale: .logarithmic), y: lossAxis(own), band: (low: "low", high: "high"),
                color: "arm")
            let ofPanel = RowFilter("accounting", accounting)
            chart.layers = [
                .init([ofPanel, RowFilter("kind", "curve")], style: .lines),
                .init([ofPanel, RowFilter("kind", "beyond")], style: .dotted),
                .init([ofPanel, RowFilter("kind", "run")], style: .points),
            ]
            let ends = own.compactMap { $0.number("compute") }
            if let crossover = pair.number("crossover"), let low = ends.min(), let high = ends.max(),
                (low...high).contains(crossover)
            {
                chart.marks = [.vertical(crossover, "crossover")]
            }
            return .chart(chart)
        }
        guard !panels.isEmpty else { return nil }
        return Figure(
            name,
            title: "Loss of one's own runs from scratch and by transfer, with their laws; dotted beyond the runs.",
            data: data, lines: ["kind", "accounting", "arm"], panels: panels)
    }
}
