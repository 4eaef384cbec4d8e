import Reports

extension DriftAndLoss {
    static let figureNames = ["loss_against_drift"]

    /// Loss of each domain against drift, checkpoints connected in the order of training.
    static func figures(_ tables: [Table]) -> [Figure] {
        guard let joined = tables.named("joined") else { return [] }
        let table = joined.selecting(
            [
                "domain", "revision", "stage", "ingredient", "step", "tokens", "relative_drift", "loss", "loss_low",
                "loss_high",
            ], as: "loss_against_drift", title: joined.title
        ) { $0.number("relative_drift") != nil && $0.number("loss") != nil }
        guard let training = TrainingAxis(table) else { return [] }
        var chart = Chart(
            x: Axis("relative_drift", "relative drift of the model ‖b−a‖/‖a‖", scale: .linear),
            y: Axis("loss", "cross-entropy", scale: .linear), color: "domain")
        chart.shape = "branch"
        return [
            Figure(
                "loss_against_drift", title: "Loss against drift from the reference, checkpoints connected as trained.",
                data: training.rows(of: table, lines: ["domain"]), lines: ["domain", "branch"], panels: [.chart(chart)])
        ]
    }
}
