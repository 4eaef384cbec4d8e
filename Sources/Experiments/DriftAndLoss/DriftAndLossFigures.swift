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
        let placed = training.rows(of: table, lines: ["domain"])
        let first = placed.records.first?.text("branch") ?? ""
        // Later stages start from a trained model, and move it so little that they need a scale of their own.
        let names = [first, "after \(first)"]
        let part = TypedColumn<TableRow>.string("part", "The training's first stage, or what came after it.") { row in
            row.text("branch") == first ? names[0] : names[1]
        }
        let data = placed.adding([part])
        let parts = data.records.compactMap { $0.text("part") }.distinct
        let panels = parts.map { name in
            var chart = Chart(
                x: Axis("relative_drift", "relative drift of the model ‖b−a‖/‖a‖", scale: .linear),
                y: .loss("loss", "cross-entropy"), color: "domain")
            chart.y.isShared = true
            chart.title = parts.count > 1 ? name : nil
            chart.shape = "branch"
            chart.layers = [Chart.Layer([RowFilter("part", name)])]
            return Figure.Panel.chart(chart)
        }
        return [
            Figure(
                "loss_against_drift", title: "Loss against drift from the reference, checkpoints connected as trained.",
                data: data, lines: ["domain", "branch"], panels: panels)
        ]
    }
}
