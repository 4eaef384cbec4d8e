import Foundation
import Reports

extension Transfer {
    static let figureNames = ["crossover", "own_transfer"]

    static func figures(_ tables: [Table]) -> [Figure] {
        [crossover(tables), ownTransfer(tables)].compactMap { $0 }
    }

    /// Around the losses and intervals of rows, and never from 0: laws that cross run close together.
    static func lossAxis(_ rows: [TableRow]) -> Axis {
        let values = ["loss", "low", "high"].flatMap { name in rows.compactMap { $0.number(name) } }
        let (low, high) = (values.min() ?? 1, values.max() ?? 1)
        let room = high > low ? 0.04 * (high - low) : 0.5 * low
        return .loss("loss", "loss", range: low - room...high + room)
    }

    /// The laws of each pair around the compute where they meet, with what their rounding allows.
    private static func crossover(_ tables: [Table]) -> Figure? {
        guard let laws = tables.named("laws"), let pairs = tables.named("pairs"), let losses = tables.named("losses")
        else { return nil }
        func number(_ law: String, _ parameter: String) -> StatedNumber? {
            laws.records.first { $0.text("law") == law && $0.text("parameter") == parameter }?.text("stated")
                .flatMap { StatedNumber($0) }
        }
        let asked = losses.records.compactMap { $0.number("compute") }
        var rows: [[Cell]] = []
        var charts: [(pair: String, chart: Chart)] = []
        for pair in pairs.records {
            guard let name = pair.text("pair"), let crossover = pair.number("crossover") else { continue }
            let low = min(crossover, asked.min() ?? crossover) / 100
            let high = max(crossover, asked.max() ?? crossover) * 100
            for law in ["scratch", "transfer"].compactMap({ pair.text($0) }) {
                guard let a = number(law, "a"), let alpha = number(law, "alpha") else { continue }
                for step in 0..<40 {
                    let compute = low * pow(high / low, Double(step) / 39)
                    let interval = cornerInterval([a, alpha]) { $0[0] * pow(compute, $0[1]) }
                    rows.append([
                        .string(name), .string(law), .number(compute), .number(a.value * pow(compute, alpha.value)),
                        interval.map { .number($0.lowerBound) } ?? .missing,
                        interval.map { .number($0.upperBound) } ?? .missing,
                    ])
                }
            }
            var chart = Chart(
                title: name.replacing("_", with: " "), x: Axis("compute", "compute", scale: .logarithmic),
                y: .loss("loss", "loss"), band: (low: "low", high: "high"), color: "law")
            chart.layers = [.init([RowFilter("pair", name)], style: .lines)]
            chart.marks = [.vertical(crossover, "crossover")]
            charts.append((name, chart))
        }
        guard !rows.isEmpty else { return nil }
        let limits = ["low", "high"].map { name in
            Column(
                name, .number, unit: "nats", tolerance: 1e-12,
                meaning: "The \(name == "low" ? "least" : "largest") loss that the rounding of the law allows.")
        }
        let data = Table(
            "crossover", title: "The laws of each pair.",
            columns: [pairs.column("pair"), laws.column("law"), losses.column("compute"), losses.column("loss")]
                + limits,
            rows: rows)
        let panels = charts.map { pair, chart -> Figure.Panel in
            var chart = chart
            chart.y = lossAxis(data.records.filter { $0.text("pair") == pair })
            return .chart(chart)
        }
        return Figure(
            "crossover", title: "Loss from scratch and by transfer, with what the rounding of the laws allows.",
            data: data,
            lines: ["pair", "law"], panels: panels)
    }
}
