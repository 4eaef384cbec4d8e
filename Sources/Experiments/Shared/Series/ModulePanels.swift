import Checkpoints
import Reports

/// Charts with a line a module. A model has more modules than there are colours that can be told apart, and many lie close
/// together: attention and everything else then stand in panels of their own, on one scale.
enum ModulePanels {
    private static let most = 7
    private static let (attention, others) = ("attention", "other modules")

    /// The column of the figure's data that tells the panels apart; `name` is that of the modules.
    static func column(of name: String) -> TypedColumn<TableRow> {
        .string("panel", "The part of the figure that shows the row, where it has several.") { row in
            row.text(name)?.hasPrefix("attention") == true ? attention : others
        }
    }

    /// Modules in the order of their colours. Attention and the others begin anew, because they stand in panels of their own
    /// where there are many; where they share one, no two have the same colour.
    private static let palettes: (attention: [String], others: [String], together: [String]) = {
        let names = ParameterName.Module.allCases.map(\.rawValue)
        let attention = names.filter { $0.hasPrefix("attention") }
        let others = names.filter { !$0.hasPrefix("attention") }
        return (attention, others, attention + others)
    }()

    /// One chart, or two.
    /// - Parameters:
    ///   - chart: what to show; its colours are the modules.
    ///   - data: the figure's rows, with the column that `column(of:)` adds.
    static func panels(of chart: Chart, data: Table) -> [Figure.Panel] {
        let modules = data.records.compactMap { chart.color.flatMap($0.text) }.distinct
        guard modules.count > most, modules.contains(where: { $0.hasPrefix("attention") }) else {
            var whole = chart
            whole.palette = palettes.together
            return [.chart(whole)]
        }
        return [attention, others].map { panel in
            var part = chart
            part.title = panel
            part.palette = panel == attention ? palettes.attention : palettes.others
            part.y.isShared = true
            part.layers = chart.layers.map { Chart.Layer($0.rows + [RowFilter("panel", panel)], style: $0.style) }
            return .chart(part)
        }
    }
}
