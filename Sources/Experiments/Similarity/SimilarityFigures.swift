import Reports

extension Similarity {
    static var figures: FigureList { ["likeness_by_step": byStep, "likeness_of_layers": ofLayers] }

    /// Likeness to the reference across training, a line a layer.
    private static func byStep(_ name: String, _ tables: [Table]) -> Figure? {
        guard let checkpoints = tables.named("checkpoints"), let states = checkpoints.records.first?["states"] else {
            return nil
        }
        let table = checkpoints.selecting(
            ["layer", "from", "to", "stage", "ingredient", "step", "tokens", "unbiased_cka"], as: name,
            title: checkpoints.title
        ) { $0.text("comparison") == Comparison.Kind.reference.rawValue && $0["states"] == states }
        .renaming(["to": "revision"]).adding([LayerNames.column])
        guard let training = TrainingAxis(table) else { return nil }
        var chart = Chart(
            x: training.axis, y: Axis("unbiased_cka", "CKA with the reference", scale: .linear), color: "states_of")
        chart.isOrdered = true
        chart.marks = training.marks
        return Figure(
            name,
            title: "Likeness of hidden states to those of \(table.records[0].text("from") ?? "the reference").",
            data: training.rows(of: table, lines: ["layer"]), lines: ["layer", "branch"], panels: [.chart(chart)])
    }

    /// Likeness between the layers of the last checkpoint.
    private static func ofLayers(_ name: String, _ tables: [Table]) -> Figure? {
        guard let layers = tables.named("layers"), let last = layers.records.last?["revision"] else { return nil }
        let states = layers.records.last?["states"]
        let table = layers.selecting(
            ["revision", "layer_from", "layer_to", "unbiased_cka"], as: name, title: layers.title
        ) { $0["revision"] == last && $0["states"] == states }
        guard table.rows.count > 1 else { return nil }
        var map = HeatMap(
            row: "layer_from", column: "layer_to", value: "unbiased_cka", labels: ("layer", "layer", "CKA"))
        map.scale = .linear
        map.range = 0...1
        return Figure(
            name,
            title: "Likeness of hidden states between layers, of \(table.records[0].text("revision") ?? "").",
            data: table, lines: [], panels: [.heatMap(map)])
    }
}
