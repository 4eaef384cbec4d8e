import Reports

extension Probe {
    static let figureNames = ["loss_by_domain"]

    /// Loss of each domain across training, with the intervals of the table.
    static func figures(_ tables: [Table]) -> [Figure] {
        guard let loss = tables.named("loss") else { return [] }
        let table = loss.selecting(
            [
                "domain", "revision", "stage", "ingredient", "step", "tokens", "cross_entropy", "cross_entropy_low",
                "cross_entropy_high",
            ], as: "loss_by_domain", title: loss.title)
        guard let training = TrainingAxis(table) else { return [] }
        var chart = Chart(
            x: training.axis, y: .loss("cross_entropy", "cross-entropy"),
            band: (low: "cross_entropy_low", high: "cross_entropy_high"), color: "domain")
        chart.marks = training.marks
        chart.shape = "branch"
        return [
            Figure(
                "loss_by_domain", title: "Loss on each domain of the probe set; bands are 95 % intervals.",
                data: training.rows(of: table, lines: ["domain"]), lines: ["domain", "branch"], panels: [.chart(chart)])
        ]
    }
}
