import Reports

extension DriftAndLoss {
    static var figures: FigureList { ["loss_against_drift": lossAgainstDrift] }

    /// Loss of each domain against drift, checkpoints connected in the order of training.
    private static func lossAgainstDrift(_ name: String, _ tables: [Table]) -> Figure? {
        guard let joined = tables.named("joined") else { return nil }
        let table = joined.selecting(
            [
                "domain", "revision", "stage", "ingredient", "step", "tokens", "relative_drift", "loss", "loss_low",
                "loss_high",
            ], as: name, title: joined.title
        ) { $0.number("relative_drift") != nil && $0.number("loss") != nil }
        guard let training = TrainingAxis(table) else { return nil }
        let placed = training.rows(of: table, lines: ["domain"])
        let first = placed.records.first?.text("branch") ?? ""
        // Later stages start from a trained model, and move it so little that they need a scale of their own.
        let names = [first, "after \(first)"]
        let part = TypedColumn<TableRow>.string("part", "The training's first stage, or what came after it.") { row in
            row.text("branch") == first ? names[0] : names[1]
        }
        let data = placed.adding([part])
        let parts = data.records.compactMap { $0.text("part") }.distinct
        let panels = parts.map { part in
            var chart = Chart(
                x: Axis("relative_drift", "relative drift of the model ‖b−a‖/‖a‖", scale: .linear),
                y: Axis("loss", "cross-entropy", scale: .linear), color: "domain")
            chart.y.isShared = true
            chart.title = parts.count > 1 ? part : nil
            chart.shape = "branch"
            chart.layers = [Chart.Layer([RowFilter("part", part)])]
            return Figure.Panel.chart(chart)
        }
        return Figure(
            name, title: "Loss against drift from the reference, checkpoints connected as trained.", data: data,
            lines: ["domain", "branch"], panels: panels)
    }
}
