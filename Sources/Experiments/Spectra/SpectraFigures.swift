import Reports

extension Spectra {
    static var figures: FigureList {
        ["singular_values_by_step": singularValues, "rank_by_layer": rankByLayer, "rank_by_step": rankByStep]
    }

    /// Singular values of two matrices in the middle of the model, a line a checkpoint of stage 1.
    private static func singularValues(_ name: String, _ tables: [Table]) -> Figure? {
        guard let values = tables.named("singular_values"), let spectra = tables.named("spectra") else { return nil }
        let layers = spectra.records.compactMap { $0.text("layer").flatMap { Int($0) } }.distinct.sorted()
        let middle = layers.isEmpty ? "none" : String(layers[layers.count / 2])
        let candidates = spectra.records.filter { $0.text("layer") == middle }
        let matrices = ["attention.q", "mlp.down"].compactMap { module in
            candidates.first { $0.text("module") == module }?.text("tensor")
        }
        let shown = matrices.isEmpty ? Array(candidates.compactMap { $0.text("tensor") }.distinct.prefix(2)) : matrices
        let stages = Dictionary(
            spectra.records.compactMap { row in
                row.text("revision").map { ($0, (row.integer("stage"), row.integer("step"))) }
            },
            uniquingKeysWith: { first, _ in first })
        let first = stages.values.compactMap(\.0).min()
        let table = values.selecting(
            ["tensor", "revision", "index", "singular_value"], as: name,
            title: "Singular values of some matrices."
        ) { row in
            guard row["update"] == .missing, let tensor = row.text("tensor"),
                let revision = row.text("revision"), let stage = stages[revision]
            else { return false }
            return shown.contains(tensor) && stage.0 == first && stage.1 != nil
        }
        guard !table.rows.isEmpty else { return nil }
        let step = TypedColumn<TableRow>.string("at", "The checkpoint's step.") { row in
            row.text("revision").flatMap { stages[$0]?.1 }.map { "step \($0)" }
        }
        let panels = table.records.compactMap { $0.text("tensor") }.distinct.map { tensor in
            var chart = Chart(
                title: tensor, x: Axis("index", "index"),
                y: Axis("singular_value", "singular value", scale: .logarithmic), color: "at")
            chart.isOrdered = true
            chart.layers = [Chart.Layer([RowFilter("tensor", tensor)])]
            return Figure.Panel.chart(chart)
        }
        return Figure(
            name, title: "Leading singular values in the middle of the model, across stage 1.",
            data: table.adding([step]), lines: ["tensor", "revision"], panels: panels)
    }

    /// Stable and effective rank of the last checkpoint's matrices, a line a module.
    private static func rankByLayer(_ name: String, _ tables: [Table]) -> Figure? {
        guard let spectra = tables.named("spectra"), let last = spectra.records.last?.text("revision") else {
            return nil
        }
        let table = spectra.selecting(
            ["revision", "tensor", "module", "layer", "stable_rank", "effective_rank"], as: name,
            title: "Ranks of the matrices of the last checkpoint."
        ) { $0.text("revision") == last && Int($0.text("layer") ?? "") != nil }
        guard Set(table.records.map { $0["layer"] }).count > 1 else { return nil }
        let block = TypedColumn<TableRow>.integer("block", "Index of the block.") {
            $0.text("layer").flatMap { Int($0) }
        }
        let kinds = [("stable_rank", "stable rank"), ("effective_rank", "effective rank")].filter { kind, _ in
            table.records.contains { $0.number(kind) != nil }
        }
        guard !kinds.isEmpty else { return nil }
        let panels = kinds.map { column, label in
            Figure.Panel.chart(
                Chart(
                    x: Axis("block", "layer", scale: .linear), y: Axis(column, label, scale: .linear), color: "module"))
        }
        return Figure(
            name, title: "Stable and effective rank by layer, of \(last).", data: table.adding([block]),
            lines: ["module"], panels: panels)
    }

    /// Medians over the matrices across training.
    private static func rankByStep(_ name: String, _ tables: [Table]) -> Figure? {
        guard let summary = tables.named("summary"), let training = TrainingAxis(summary) else { return nil }
        let names = ["revision", "stage", "ingredient", "step", "tokens"]
        let kinds = [
            ("stable_rank", "stable"), ("effective_rank", "effective"),
            ("update_stable_rank", "stable, updates"), ("update_effective_rank", "effective, updates"),
        ].filter { kind, _ in summary.records.contains { $0.number(kind) != nil } }
        guard !kinds.isEmpty else { return nil }
        let columns =
            [Column("quantity", .string, meaning: "Which rank.")] + names.map(summary.column) + [
                Column(
                    "rank", .number, tolerance: SpectraColumns.smooth,
                    meaning: "Median over the matrices; see the column of that name in summary.")
            ]
        let rows = kinds.flatMap { kind in
            summary.records.map { row in [.string(kind.1)] + names.map { row[$0] } + [row[kind.0]] }
        }
        let data = Table(name, title: "Median ranks across training.", columns: columns, rows: rows)
        var chart = Chart(x: training.axis, y: Axis("rank", "rank, median over matrices"), color: "quantity")
        chart.marks = training.marks
        return Figure(
            name,
            title: "Stable and effective rank of weights and of updates since the start, across training.",
            data: training.rows(of: data, lines: ["quantity"]), lines: ["quantity", "branch"], panels: [.chart(chart)])
    }
}
