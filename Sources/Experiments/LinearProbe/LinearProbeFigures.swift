import Reports

extension LinearProbe {
    static var figures: FigureList { ["accuracy_by_layer": byLayer, "accuracy_by_step": byStep] }

    /// Accuracies of the first kind of states.
    private static func accuracies(_ name: String, _ tables: [Table]) -> Table? {
        guard let probes = tables.named("linear_probe"), let states = probes.records.first?["states"] else {
            return nil
        }
        return probes.selecting(
            [
                "revision", "stage", "ingredient", "step", "tokens", "layer", "depth", "accuracy", "accuracy_low",
                "accuracy_high", "baseline_accuracy",
            ], as: name, title: probes.title
        ) { $0["states"] == states }
    }

    /// Accuracy along the layers with its interval, a line a checkpoint of stage 1.
    private static func byLayer(_ name: String, _ tables: [Table]) -> Figure? {
        guard let table = accuracies(name, tables) else { return nil }
        let first = table.records.compactMap { $0.integer("stage") }.min()
        let names = table.columns.map(\.name)
        let rows = table.selecting(names, as: name, title: table.title) {
            $0.integer("stage") == first && $0.integer("step") != nil && $0.integer("ingredient") == nil
        }
        guard !rows.rows.isEmpty else { return nil }
        let step = TypedColumn<TableRow>.string("at", "The checkpoint's step.") { row in
            row.integer("step").map { "step \($0)" }
        }
        var chart = Chart(
            x: Axis("depth", "blocks passed", scale: .linear), y: Axis("accuracy", "accuracy held out", scale: .linear),
            band: (low: "accuracy_low", high: "accuracy_high"), color: "at")
        chart.isOrdered = true
        if let baseline = rows.records.first?.number("baseline_accuracy") {
            chart.marks = [.horizontal(baseline, "most frequent class")]
        }
        return Figure(
            name,
            title: "Accuracy of linear probes along the layers, across stage 1; bands are 95 % intervals.",
            data: rows.adding([step]), lines: ["revision"], panels: [.chart(chart)])
    }

    /// Accuracy across training, a line a layer. Bands would hide all of them: layers of one checkpoint lie close together.
    private static func byStep(_ name: String, _ tables: [Table]) -> Figure? {
        guard let rows = accuracies(name, tables)?.adding([LayerNames.column]), let training = TrainingAxis(rows) else {
            return nil
        }
        var chart = Chart(
            x: training.axis, y: Axis("accuracy", "accuracy held out", scale: .linear), color: "states_of")
        chart.isOrdered = true
        chart.marks = training.marks
        return Figure(
            name, title: "Accuracy of linear probes across training, a line a layer.",
            data: training.rows(of: rows, lines: ["layer"]), lines: ["layer", "branch"], panels: [.chart(chart)])
    }
}
