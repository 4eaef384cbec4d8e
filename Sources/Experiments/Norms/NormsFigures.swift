import Base
import Foundation
import Reports

extension Norms {
    static var figures: FigureList { ["growth": growth] }

    /// Norms of the model and its modules across training, with the power laws that `norm_growth` fits to them.
    private static func growth(_ name: String, _ tables: [Table]) -> Figure? {
        guard let norms = tables.named("norms") else { return nil }
        let measured = norms.selecting(
            ["name", "revision", "stage", "ingredient", "step", "tokens", "l2"], as: name,
            title: "L2 norm of the model and its modules, measured and fitted."
        ) { ["model", "module"].contains($0.text("level") ?? "") }
        guard let training = TrainingAxis(measured) else { return nil }
        let kind = { (kind: String) in [TypedColumn<TableRow>.string("kind", "Measured, or the fit.") { _ in kind }] }
        let fits = tables.named("norm_growth").map { fitted(measured, $0) } ?? []
        let data = measured.adding(kind("measured")).appending(
            Table(name, title: measured.title, columns: measured.columns, rows: fits).adding(kind("fit"))
        ).adding([ModulePanels.column(of: "name")])
        var chart = Chart(x: training.axis, y: Axis("l2", "L2 norm"), color: "name")
        chart.marks = training.marks
        chart.layers = [
            Chart.Layer([RowFilter("kind", "fit")], style: .dotted),
            Chart.Layer([RowFilter("kind", "measured")], style: .linesAndPoints),
        ]
        return Figure(
            name, title: "Growth of L2 norms; dotted, the power law fitted after the warm-up.",
            data: training.rows(of: data, lines: ["name", "kind"]), lines: ["name", "kind", "branch"],
            panels: ModulePanels.panels(of: chart, data: data))
    }

    /// The fitted norm at each step that the fit is made of.
    private static func fitted(_ measured: Table, _ growth: Table) -> [[Cell]] {
        growth.records.flatMap { fit -> [[Cell]] in
            guard let scale = fit.number("scale"), let exponent = fit.number("exponent"),
                let first = fit.number("first_step"), let last = fit.number("last_step"),
                let warmup = fit.number("warmup_steps")
            else { return [] }
            return zip(measured.records, measured.rows).compactMap { row, cells in
                guard row["name"] == fit["name"], let step = row.number("step"), (first...last).contains(step),
                    row.integer("ingredient") == nil, (row.integer("stage") ?? 1) == 1
                else { return nil }
                return cells.dropLast() + [.number((scale * pow(step - warmup, exponent)).settled(digits: 6))]
            }
        }
    }
}
