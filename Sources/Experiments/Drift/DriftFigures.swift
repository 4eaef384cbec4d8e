import Reports

extension Drift {
    static let figureNames = [
        "drift_by_module", "drift_from_branch_point", "drift_map", "path", "ingredients",
    ]

    static func figures(_ tables: [Table]) -> [Figure] {
        [byModule(tables), fromBranchPoint(tables), map(tables), path(tables), ingredients(tables)].compactMap { $0 }
    }

    /// Relative drift from the reference across training, a line a module.
    private static func byModule(_ tables: [Table]) -> Figure? {
        let isWanted = { (row: TableRow) in row.text("comparison") == Comparison.Kind.reference.rawValue }
        guard let modules = tables.named("modules"), modules.records.contains(where: isWanted) else { return nil }
        let table = modules.selecting(
            ["module", "from", "to", "stage", "ingredient", "step", "tokens", "relative_drift"], as: "drift_by_module",
            title: "Relative drift of each module from the reference.", where: isWanted
        ).renaming(["to": "revision"]).adding([ModulePanels.column(of: "module")])
        guard let training = TrainingAxis(table) else { return nil }
        var chart = Chart(x: training.axis, y: Axis("relative_drift", "relative drift ‖b−a‖/‖a‖"), color: "module")
        chart.marks = training.marks
        chart.shape = "branch"
        return Figure(
            "drift_by_module",
            title: "Relative drift of each module from \(table.records[0].text("from") ?? "the reference").",
            data: training.rows(of: table, lines: ["module"]), lines: ["module", "branch"],
            panels: ModulePanels.panels(of: chart, data: table))
    }

    /// Relative drift from the branch point: the whole model by step, a line an ingredient, and each module where the runs end.
    private static func fromBranchPoint(_ tables: [Table]) -> Figure? {
        guard let summary = tables.named("summary"), let modules = tables.named("modules") else { return nil }
        let isWanted = { (row: TableRow) in
            row.text("comparison") == Comparison.Kind.branchPoint.rawValue && row.number("relative_drift") != nil
                && (row.integer("ingredient") != nil || row.integer("step") == nil)
        }
        let points = summary.records.filter(isWanted)
        let steps = points.compactMap { $0.integer("step") }.distinct
        guard points.contains(where: { $0.integer("ingredient") != nil }), steps.count > 1 else { return nil }
        func run(_ row: TableRow) -> String {
            row.integer("ingredient").map { "ingredient \($0)" } ?? row.text("to") ?? "end"
        }
        // The last of each run, in order.
        var ends: [(run: String, to: String)] = []
        for row in points {
            ends.removeAll { $0.run == run(row) }
            ends.append((run(row), row.text("to") ?? ""))
        }
        let columns = [
            Column(
                "part", .string,
                meaning: "'model' by step, 'end' where there is no step, or 'module' at the end of a run."),
            Column("run", .string, meaning: "An ingredient, or a checkpoint without a step."),
            summary.column("step"), Column("module", .string, meaning: "The module."), summary.column("relative_drift"),
        ]
        // What has no step stands behind the last.
        let last = Double(steps.max() ?? 0)
        var rows = points.map { row -> [Cell] in
            [
                .string(row.integer("step") == nil ? "end" : "model"), .string(run(row)), row["step"], .missing,
                row["relative_drift"],
            ]
        }
        for row in modules.records where isWanted(row) && ends.contains(where: { $0.to == row.text("to") }) {
            rows.append([.string("module"), .string(run(row)), .missing, row["module"], row["relative_drift"]])
        }
        let data = Table(
            "drift_from_branch_point", title: "Relative drift from the branch point.", columns: columns, rows: rows)
        let finals = points.filter { $0.integer("step") == nil }
        var chart = Chart(
            x: Axis("step", "optimiser step of the stage", scale: .linear, range: -0.03 * last...1.05 * last),
            y: .loss("relative_drift", "relative drift ‖b−a‖/‖a‖"), color: "run")
        chart.palette = (1...9).map { "ingredient \($0)" }
        chart.labels = .key
        chart.layers = [Chart.Layer([RowFilter("part", "model")])]
        chart.marks = finals.compactMap { row in
            row.number("relative_drift").map { .horizontal($0, row.text("to") ?? "") }
        }
        var map = HeatMap(
            row: "module", column: "run", value: "relative_drift", labels: ("", "", "relative drift"),
            rows: [RowFilter("part", "module")])
        map.title = "at the end of each run"
        return Figure(
            "drift_from_branch_point",
            title: "Relative drift from \(points[0].text("from") ?? "the branch point"), by step and by module.",
            data: data,
            lines: ["part", "run"], panels: [.chart(chart), .heatMap(map)])
    }

    /// Relative drift by layer and module: of a pair, or over stage 1 and over what came after.
    private static func map(_ tables: [Table]) -> Figure? {
        guard let tensors = tables.named("tensors") else { return nil }
        let ends = mappedComparisons(tensors.records)
        let layers = tables.named("layers")?.records.map { $0["layer"] }.distinct ?? []
        let modules = tables.named("modules")?.records.map { $0["module"] }.distinct ?? []
        var cells: [[Cell]] = []
        for end in ends {
            let rows = tensors.records.filter { $0.text("comparison") == end.comparison && $0.text("to") == end.to }
            for layer in layers {
                for module in modules {
                    let part = rows.filter { $0["layer"] == layer && $0["module"] == module }
                    // A ratio of the whole part, as in modules.csv: not a mean of ratios.
                    guard !part.isEmpty else { continue }
                    let squares = part.map { row in
                        row.number("drift").flatMap { d in row.number("norm_from").map { (d * d, $0 * $0) } }
                    }
                    let known = squares.compactMap { $0 }
                    let norm = known.reduce(0) { $0 + $1.1 }
                    let value =
                        known.count == part.count && norm > 0
                        ? (known.reduce(0) { $0 + $1.0 } / norm).squareRoot() : nil
                    cells.append([
                        .string(end.from), .string(end.to), layer, module, value.map(Cell.number) ?? .missing,
                    ])
                }
            }
        }
        guard cells.contains(where: { $0[4] != .missing }) else { return nil }
        let data = Table(
            "drift_map", title: "Relative drift of each part of the model.",
            columns: ["from", "to", "layer", "module"].map(tensors.column) + [
                Column("relative_drift", .number, meaning: "‖b−a‖₂/‖a‖₂ over all tensors of the module in the layer.")
            ], rows: cells)
        let panels = ends.map { end in
            HeatMap(
                title: "\(end.from) to \(end.to)", row: "layer", column: "module", value: "relative_drift",
                labels: ("layer", "", "relative drift"), rows: [RowFilter("from", end.from), RowFilter("to", end.to)])
        }
        return Figure(
            "drift_map", title: "Relative drift by layer and module.", data: data, lines: ["from", "to"],
            panels: panels.map(Figure.Panel.heatMap))
    }

    /// The comparisons worth a map: the pair; or from the reference to the end of its stage, and from there to the end.
    private static func mappedComparisons(_ rows: [TableRow]) -> [(comparison: String, from: String, to: String)] {
        let first = rows.compactMap { $0.integer("stage") }.min()
        func last(_ kind: Comparison.Kind, inFirstStage: Bool = false) -> (
            comparison: String, from: String, to: String
        )? {
            let found = rows.last { row in
                row.text("comparison") == kind.rawValue && (!inFirstStage || row.integer("stage") == first)
            }
            guard let found, let from = found.text("from"), let to = found.text("to") else { return nil }
            return (kind.rawValue, from, to)
        }
        if let pair = last(.pair) { return [pair] }
        return [last(.reference, inFirstStage: true), last(.branchPoint)].compactMap { $0 }
    }

    /// Length of the path and displacement across training, of the whole model.
    private static func path(_ tables: [Table]) -> Figure? {
        guard let trajectory = tables.named("trajectory") else { return nil }
        let names = ["revision", "stage", "ingredient", "step", "tokens"]
        let kinds = [
            ("path_length", "path length"), ("displacement", "displacement"),
            ("step_drift", "step drift"),
        ]
        let model = trajectory.selecting(names + kinds.map(\.0), as: "path", title: "Drift of the whole model.") {
            // The reference itself has gone nowhere.
            $0.text("level") == "model" && ($0.number("path_length") ?? 1) > 0
        }
        guard let training = TrainingAxis(model) else { return nil }
        let columns =
            [Column("quantity", .string, meaning: "Which distance.")] + names.map(model.column) + [
                Column(
                    "drift", .number,
                    meaning: "L2 distance; see path_length, displacement and step_drift of trajectory.")
            ]
        let rows = kinds.flatMap { kind in
            model.records.map { row in [.string(kind.1)] + names.map { row[$0] } + [row[kind.0]] }
        }
        let data = Table("path", title: model.title, columns: columns, rows: rows)
        var chart = Chart(x: training.axis, y: Axis("drift", "L2 distance"), color: "quantity")
        chart.marks = training.marks
        chart.shape = "branch"
        return Figure(
            "path",
            title:
                "How far the whole model has gone (path length), how far it has come (displacement), and the drift since the checkpoint before (step drift).",
            data: training.rows(of: data, lines: ["quantity"]), lines: ["quantity", "branch"], panels: [.chart(chart)])
    }

    /// Cosines between what the ingredients changed, of the whole model.
    private static func ingredients(_ tables: [Table]) -> Figure? {
        guard let updates = tables.named("ingredient_updates") else { return nil }
        let pairs = updates.records.filter { $0.text("level") == "model" }
        // Each pair once: the matrix is symmetric, and 1 on its diagonal.
        let cells = pairs.map { pair -> [Cell] in
            let names = ["from", "to"].map { short(pair.text($0) ?? "") }
            return names.map(Cell.string) + [pair["cosine"]]
        }
        // Few cells of one shade show nothing that the numbers do not.
        let shown = pairs.compactMap { $0.number("cosine") }.map { ($0 * 100).rounded() }
        guard cells.count > 3 || Set(shown).count > 1 else { return nil }
        let data = Table(
            "ingredients", title: "Cosines between the updates of ingredients.",
            columns: [
                Column("from", .string, meaning: "An ingredient, by its number."),
                Column("to", .string, meaning: "Another one."),
                updates.column("cosine"),
            ], rows: cells)
        var map = HeatMap(row: "from", column: "to", value: "cosine", labels: ("ingredient", "ingredient", "cosine"))
        map.scale = .linear
        map.range = 0...1
        return Figure(
            "ingredients", title: "Cosines between what the ingredients changed since the branch point.", data: data,
            lines: [],
            panels: [.heatMap(map)])
    }

    /// `2` of a name that says ingredient2.
    private static func short(_ name: String) -> String {
        name.firstMatch(of: /ingredient(\d+)/).map { String($0.1) } ?? name
    }
}
