import Foundation

/// The horizontal axis of a run that is trained in stages: stage 1 fills most of it, each later stage has a part of its own,
/// because its few steps would vanish on a common scale. Branches of a stage (ingredients) lie one over another; what has no
/// step, such as the average of ingredients, stands at the right end.
package struct TrainingAxis: Sendable {
    /// The axis of the column `position`.
    package let axis: Axis
    /// Where stages meet.
    package let marks: [Chart.Mark]
    private let segments: [Segment]

    fileprivate struct Segment {
        let stage: Int?
        let scale: AxisScale
        let start: Double
        let width: Double
    }

    /// Lays out the rows of a table with the columns `stage`, `ingredient` and `step`; `nil` when fewer than two steps of
    /// training are known.
    package init?(_ table: Table) {
        let steps = Dictionary(grouping: table.records.filter { $0.integer("step") != nil }) { $0.integer("stage") }
            .mapValues { rows in rows.compactMap { $0.number("step") }.distinct.sorted() }
        guard Set(steps.flatMap { stage, steps in steps.map { [Double(stage ?? 0), $0] } }).count > 1 else {
            return nil
        }
        let stages = steps.keys.sorted { ($0 ?? 0) < ($1 ?? 0) }
        let hasEnd = table.records.contains { $0.integer("step") == nil }
        let (first, whole) = (stages.count > 1 ? 0.64 : 1, hasEnd ? 0.92 : 1)
        var segments: [Segment] = []
        for (index, stage) in stages.enumerated() {
            let width = whole * (index == 0 ? first : (1 - first) / Double(stages.count - 1))
            // A later stage starts from the last step of the one before: its step 0.
            let values = (index == 0 ? [] : [0]) + (steps[stage] ?? [])
            let (low, high) = (values.min() ?? 0, values.max() ?? 1)
            let plan = Axis("step", "step", scale: index == 0 ? .automatic : .linear)
            let fitted = AxisScale(plan, values: values, maximumTicks: 4, showsZero: true)
            let start = fitted.isLogarithmic ? fitted.zero ?? low : low
            let end = high > start ? high : start + 1
            let exact = Axis("step", "step", scale: fitted.isLogarithmic ? .logarithmic : .linear, range: start...end)
            segments.append(
                Segment(
                    stage: stage,
                    scale: AxisScale(exact, values: values, maximumTicks: index == 0 ? 4 : 3, showsZero: true),
                    start: segments.last.map { $0.start + $0.width } ?? 0, width: width))
        }
        self.segments = segments
        var ticks = segments.enumerated().flatMap { index, segment in
            segment.scale.ticks.filter { index == 0 || $0.value > 0 }.map {
                let label = $0.label.replacing("10^{", with: "1e").replacing("}", with: "")
                // A later stage counts its own steps.
                return Axis.Tick(segment.position($0.value), index == 0 ? label : "+" + label)
            }
        }
        // Where the first stage ends is a place of the axis that people ask for.
        if segments.count > 1, let last = steps[segments[0].stage]?.last {
            let end = Axis.Tick(segments[0].position(last), AxisScale.brief(last))
            ticks.removeAll { abs($0.value - end.value) < 0.11 && $0.value <= end.value }
            ticks.append(end)
            ticks.sort { $0.value < $1.value }
        }
        if hasEnd {
            let ends = table.has("revision") ? table.records.filter { $0.integer("step") == nil } : []
            let names = ends.compactMap { $0.text("revision") }.distinct
            ticks.append(Axis.Tick(1, names.count == 1 && names[0].count < 8 ? names[0] : "end"))
        }
        let name = segments.count > 1 ? "optimiser step (+: of its stage)" : "optimiser step"
        axis = Axis("position", name, scale: .linear, range: -0.015...1.015, ticks: ticks)
        marks = segments.dropFirst().map { .axisBreak($0.start, "stage \($0.stage ?? 0)") }
    }

    /// The table's rows with two more columns: `position` on the axis, and `branch`, which part of the training a row belongs
    /// to (`stage 1`, `ingredient 2`, ...; a revision's name where it has no step). Each later branch starts with a copy of
    /// the last row of the stage before, from which it was trained on. `lines` tell the lines of one branch apart.
    package func rows(of table: Table, lines: [String]) -> Table {
        var rows: [[Cell]] = []
        var seen: Set<[Cell]> = []
        /// The last row of each line in each segment so far.
        var last: [[Cell]: Int] = [:]
        for (index, row) in table.records.enumerated() {
            let key = lines.map { name in row[name] }
            let (branch, segment) = (branch(row), segment(row))
            let isFirst = seen.insert([.string(branch)] + key).inserted
            if let segment, row.integer("step") != nil {
                if isFirst, segment > 0, let before = last[[.integer(segment - 1)] + key] {
                    rows.append(table.rows[before] + [.string(branch), .number(segments[segment].start.rounded4)])
                }
                last[[.integer(segment)] + key] = index
            }
            let place = position(row).map { Cell.number($0.rounded4) }
            rows.append(table.rows[index] + [.string(branch), place ?? .missing])
        }
        let columns = [
            Column("branch", .string, meaning: "Part of the training, each drawn as a line of its own."),
            Column("position", .number, meaning: "Place on the figure's axis of steps, 0 left and 1 right."),
        ]
        return Table(table.name, title: table.title, columns: table.columns + columns, rows: rows)
    }

    private func segment(_ row: TableRow) -> Int? { segments.firstIndex { $0.stage == row.integer("stage") } }

    private func position(_ row: TableRow) -> Double? {
        guard let step = row.number("step") else { return 1 }
        return segment(row).map { segments[$0].position(step) }
    }

    private func branch(_ row: TableRow) -> String {
        if row.integer("step") == nil { return row.has("revision") ? row["revision"].name : "end" }
        if let ingredient = row.integer("ingredient") { return "ingredient \(ingredient)" }
        return row.integer("stage").map { "stage \($0)" } ?? "training"
    }
}

extension TrainingAxis.Segment {
    /// Where a step stands on the whole axis.
    func position(_ step: Double) -> Double {
        let value = scale.isLogarithmic && step <= 0 ? scale.zero ?? scale.range.lowerBound : step
        return start + width * scale.fraction(value)
    }
}

extension Double {
    /// As exact as a place in a figure need be; logarithms differ in their last digits between C libraries.
    fileprivate var rounded4: Double { (self * 1e4).rounded() / 1e4 }
}
