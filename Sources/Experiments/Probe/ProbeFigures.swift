import Reports

extension Probe {
    static var figures: FigureList { ["loss_by_domain": byDomain] }

    /// Loss of each domain across training, with the intervals of the table.
    private static func byDomain(_ name: String, _ tables: [Table]) -> Figure? {
        guard let loss = tables.named("loss") else { return nil }
        let table = loss.selecting(
            [
                "domain", "revision", "stage", "ingredient", "step", "tokens", "cross_entropy", "cross_entropy_low",
                "cross_entropy_high",
            ], as: name, title: loss.title)
        guard let training = TrainingAxis(table) else { return nil }
        var chart = Chart(
            x: training.axis, y: Axis("cross_entropy", "cross-entropy", scale: .linear),
            band: (low: "cross_entropy_low", high: "cross_entropy_high"), color: "domain")
        chart.marks = training.marks
        chart.shape = "branch"
        return Figure(
            name, title: "Loss on each domain of the probe set; bands are 95 % intervals.",
            data: training.rows(of: table, lines: ["domain"]), lines: ["domain", "branch"], panels: [.chart(chart)])
    }
}
