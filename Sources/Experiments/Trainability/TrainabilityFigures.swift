import Reports

extension Trainability {
    static let figureNames = ["pareto", "parallel_efficiency"]

    static func figures(_ tables: [Table]) -> [Figure] {
        [pareto(tables), parallelEfficiency(tables)].compactMap { $0 }
    }

    /// Carbon against utilisation, with the runs that no other beats in both.
    private static func pareto(_ tables: [Table]) -> Figure? {
        guard let efficiency = tables.first(where: { $0.name == "efficiency" }),
            let rankings = tables.first(where: { $0.name == "rankings" })
        else { return nil }
        let withheld = rankings.records.filter { $0.text("withheld") != nil }.compactMap { $0.text("model") }
        let points = efficiency.records.compactMap { row -> (model: String, carbon: Double, mfu: Double)? in
            guard let model = row.text("model"), !withheld.contains(model), let mfu = row.number("mfu"),
                let carbon = row.number("emissions_per_zettaflop")
            else { return nil }
            return (model, carbon, mfu)
        }
        guard points.count > 1 else { return nil }
        let dropped = efficiency.rows.count - points.count
        let without = withheld.distinct.count
        let sorted = points.sorted { ($0.carbon, -$0.mfu, $0.model) < ($1.carbon, -$1.mfu, $1.model) }
        let rows = sorted.map { point -> [Cell] in
            let isBeaten = points.contains {
                $0.carbon <= point.carbon && $0.mfu >= point.mfu && ($0.carbon < point.carbon || $0.mfu > point.mfu)
            }
            return [
                .string(point.model), .number(point.carbon), .number(point.mfu),
                .string(isBeaten ? "others" : "Pareto front"),
                isBeaten ? .missing : .string(point.model),
            ]
        }
        let data = Table(
            "pareto", title: "Published runs by carbon and utilisation.",
            columns: ["model", "emissions_per_zettaflop", "mfu"].map(efficiency.column) + [
                Column(
                    "kind", .string,
                    meaning: "Whether another run is better in one of the two and not worse in the other."),
                Column("label", .string, meaning: "The name, of runs on the front."),
            ], rows: rows)
        var chart = Chart(
            x: Axis("emissions_per_zettaflop", "emissions for 10²¹ FLOP", scale: .logarithmic),
            y: Axis("mfu", "model FLOPs utilisation"), color: "kind")
        chart.labels = .key
        chart.pointLabels = "label"
        chart.layers = [
            Chart.Layer([RowFilter("kind", "others")], style: .points),
            Chart.Layer([RowFilter("kind", "Pareto front")], style: .linesAndPoints),
        ]
        return Figure(
            "pareto",
            title:
                "Carbon against utilisation of \(points.count) published training runs: towards the upper left is better."
                + (dropped > 0
                    ? " Of \(efficiency.rows.count) runs, \(dropped) are not shown: \(without) withheld from rankings, the others without one of the two numbers."
                    : ""),
            data: data, lines: ["kind"], panels: [.chart(chart)])
    }

    /// Parallel efficiency against the number of GPUs, a line a model and kind of scaling.
    private static func parallelEfficiency(_ tables: [Table]) -> Figure? {
        guard let speedup = tables.first(where: { $0.name == "speedup" }) else { return nil }
        let data = speedup.selecting(
            ["model", "scaling", "gpus", "efficiency"], as: "parallel_efficiency",
            title: "Parallel efficiency by number of GPUs."
        ) { $0.number("efficiency") != nil }
        guard !data.rows.isEmpty else { return nil }
        let counts = data.records.compactMap { $0.integer("gpus") }.distinct.sorted()
        var chart = Chart(
            x: Axis(
                "gpus", "GPUs", scale: .logarithmic, ticks: counts.map { Axis.Tick(Double($0), String($0)) }),
            y: Axis("efficiency", "parallel efficiency"), color: "model")
        chart.shape = "scaling"
        chart.isOrdered = true
        return Figure(
            "parallel_efficiency", title: "Parallel efficiency of training by number of GPUs.", data: data,
            lines: ["model", "scaling"], panels: [.chart(chart)])
    }
}
