import Foundation
import Reports
import Settings

extension Scaling {
    static let figureNames = ["loss_fit", "compute_frontier", "isoflop_parabolas"]

    static func figures(_ tables: [Table]) -> [Figure] {
        [lossFit(tables), computeFrontier(tables), isoflopParabolas(tables)].compactMap { $0 }
    }

    private static func text(_ name: String, _ meaning: String) -> Column { Column(name, .string, meaning: meaning) }

    /// The first law of more than one variable: loss along tokens for each size, and what is left.
    private static func lossFit(_ tables: [Table]) -> Figure? {
        guard let curves = tables.named("curves"), let runs = tables.named("runs"),
            let form = curves.records.first(where: { $0.number("parameters") != nil })?.text("form")
        else { return nil }
        let sizes = curves.records.filter { $0.text("form") == form }.compactMap { $0.number("parameters") }.distinct
        func size(_ row: TableRow) -> Cell {
            guard let own = row.number("parameters") else { return .missing }
            // A run goes with a curve of its own size only: another's label would be wrong.
            let nearest = sizes.min { abs(log($0 / own)) < abs(log($1 / own)) } ?? own
            return .string(abs(log(nearest / own)) < 0.01 ? "N = \(brief(nearest))" : "other sizes")
        }
        let columns =
            [
                text("kind", "'curve' of the law, or 'run'."),
                text("size", "The parameters, where a curve has as many."),
            ]
            + ["tokens", "compute", "loss", "low", "high"].map(curves.column) + [runs.column("residual")]
        var rows: [[Cell]] = curves.records.filter { $0.text("form") == form }.map { row in
            [.string("curve"), size(row)] + ["tokens", "compute", "loss", "low", "high"].map { row[$0] } + [.missing]
        }
        rows += runs.records.filter { $0.text("form") == form && $0.number("tokens") != nil }.map { row in
            [
                .string("run"), size(row), row["tokens"], row["compute"], row["loss"], .missing, .missing,
                row["residual"],
            ]
        }
        let data = Table("loss_fit", title: "The law \(form) and its runs.", columns: columns, rows: rows)
        var fit = Chart(
            x: Axis("tokens", "training tokens", scale: .logarithmic), y: .loss("loss", "loss"),
            band: (low: "low", high: "high"), color: "size")
        fit.layers = [
            .init([RowFilter("kind", "curve")], style: .lines), .init([RowFilter("kind", "run")], style: .points),
        ]
        var residuals = Chart(
            x: Axis("compute", "compute", scale: .logarithmic), y: Axis("residual", "ln L − ln L̂", scale: .linear),
            color: "size")
        residuals.layers = [.init([RowFilter("kind", "run")], style: .points)]
        residuals.marks = [.horizontal(0, "")]
        residuals.labels = .none
        return Figure(
            "loss_fit", title: "Losses of the runs, the law \(form) with its intervals, and what it leaves.",
            data: data,
            lines: ["kind", "size"], panels: [.chart(fit), .chart(residuals)])
    }

    /// Loss against compute: the runs, those on the frontier, and the laws of compute.
    private static func computeFrontier(_ tables: [Table]) -> Figure? {
        guard let runs = tables.named("runs"), let frontier = tables.named("frontier") else { return nil }
        let names = ["compute", "loss"]
        let first = runs.records.first?.text("form")
        let limits = [
            Column("low", .number, unit: "nats", meaning: "Lower end of the law's interval."),
            Column("high", .number, unit: "nats", meaning: "Upper end of it."),
        ]
        var rows: [[Cell]] = []
        for law in tables.named("curves")?.records.filter({
            $0.number("parameters") == nil && $0.number("compute") != nil
        })
            ?? []
        {
            rows.append(
                [.string("law"), .string((law.text("form") ?? "").replacing("_", with: " "))] + names.map { law[$0] }
                    + [law["low"], law["high"]])
        }
        let onFrontier = Set(frontier.records.compactMap { $0.integer("line") })
        for run in runs.records where run.text("form") == first && !onFrontier.contains(run.integer("line") ?? -1) {
            rows.append([.string("run"), .string("other runs")] + names.map { run[$0] } + [.missing, .missing])
        }
        for run in frontier.records {
            rows.append([.string("run"), .string("frontier")] + names.map { run[$0] } + [.missing, .missing])
        }
        let data = Table(
            "compute_frontier", title: "Runs and laws of compute.",
            columns: [text("kind", "'law' or 'run'."), text("what", "The law, or which runs.")]
                + names.map(frontier.column) + limits, rows: rows)
        var chart = Chart(
            x: Axis("compute", "compute", scale: .logarithmic), y: .loss("loss", "loss"),
            band: (low: "low", high: "high"),
            color: "what")
        chart.layers = [
            .init([RowFilter("kind", "law")], style: .lines), .init([RowFilter("kind", "run")], style: .points),
        ]
        return Figure(
            "compute_frontier", title: "Loss against compute: the runs, their frontier, and the laws fitted to it.",
            data: data, lines: ["kind", "what"], panels: [.chart(chart)])
    }

    /// The groups of one compute that have a minimum, with their parabolas, and where their minima may lie.
    private static func isoflopParabolas(_ tables: [Table]) -> Figure? {
        guard let groups = tables.named("isoflop"), let runs = tables.named("runs") else { return nil }
        let first = runs.records.first?.text("form")
        // Marks tell a minimum from a run; curves and intervals have none, and go with what they belong to.
        let (ofRuns, ofMinima) = (Cell.string("run"), Cell.string("minimum with its interval"))
        let losses = runs.records.compactMap { $0.number("loss") }
        // The caps of an interval's bar: a curve as flat as most are at its minimum would hide the bar alone.
        let cap = 0.012 * ((losses.max() ?? 0) - (losses.min() ?? 0))
        var rows: [[Cell]] = []
        for group in groups.records {
            guard let least = group.number("least_compute"), let most = group.number("most_compute"),
                let compute = group.number("compute"), let best = group.number("parameters"),
                let loss = group.number("loss"), let curvature = group.number("curvature")
            else { continue }
            let label = Cell.string("C = \(brief(compute))")
            let own = runs.records.filter { row in
                row.text("form") == first && row.number("compute").map { (least...most).contains($0) } ?? false
            }
            let sizes = own.compactMap { $0.number("parameters") }
            guard let small = sizes.min(), let large = sizes.max() else { continue }
            for step in 0..<30 {
                let size = small * pow(large / small, Double(step) / 29)
                let offset = log(size / best)
                rows.append([
                    .string("parabola"), ofRuns, label, .number(size), .number(loss + curvature * offset * offset),
                ])
            }
            rows += own.map { [.string("run"), ofRuns, label, $0["parameters"], $0["loss"]] }
            if let low = group.number("parameters_low"), let high = group.number("parameters_high") {
                // An interval may reach beyond the runs, where the panel ends.
                let (left, right) = (max(low, small), min(high, large))
                let bar = [(left, 1.0), (left, -1), (left, 0), (right, 0), (right, 1), (right, -1)]
                rows += bar.map { [.string("interval"), ofMinima, label, .number($0), .number(loss + cap * $1)] }
            }
            rows.append([.string("minimum"), ofMinima, label, .number(best), .number(loss)])
        }
        guard !rows.isEmpty else { return nil }
        let data = Table(
            "isoflop_parabolas", title: "Loss against size at one compute.",
            columns: [
                text("kind", "'parabola', 'run', 'minimum', or 'interval', a bar with caps from end to end of it."),
                text("mark", "'run', or 'minimum with its interval'."),
                text("group", "Mean compute of the group, in FLOP."),
            ] + ["parameters", "loss"].map(runs.column), rows: rows)
        var chart = Chart(
            x: Axis("parameters", "parameters", scale: .logarithmic), y: .loss("loss", "loss"),
            color: "group")
        chart.isOrdered = true
        chart.shape = "mark"
        chart.layers = [
            .init([RowFilter("kind", "parabola")], style: .lines), .init([RowFilter("kind", "run")], style: .points),
            .init([RowFilter("kind", "interval")], style: .lines),
            .init([RowFilter("kind", "minimum")], style: .points),
        ]
        return Figure(
            "isoflop_parabolas",
            title: "Loss against size at about the same compute, with the parabolas fitted and their minima.",
            data: data, lines: ["kind", "group"], panels: [.chart(chart)])
    }

    /// Three digits: `1.13M`, `3e19`.
    private static func brief(_ value: Double) -> String {
        let units = [(1e15, ""), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
        guard value < 1e15, let unit = units.first(where: { value >= $0.0 }) else {
            return String(format: "%.3g", value).replacing("e+", with: "e")
        }
        return String(format: "%.3g", value / unit.0) + unit.1
    }
}
