/// The numbers of tables by training step, as trackers of experiments take them: a run for each part of the training, since
/// steps start again in each stage and ingredient, and in it a curve for each number.
package struct ScalarRuns: Sendable {
    /// One part of the training.
    package struct Run: Sendable {
        /// `stage1`, `stage2-ingredient3`, or `training` where no stage is known.
        package let name: String
        /// Its steps, ascending, each with its values by tag, in the order of the tables.
        package let steps: [(step: Int, values: [(tag: String, value: Double)])]
    }

    /// The runs, in order of training.
    package let runs: [Run]
    /// Revisions without a step, which have no place on a curve.
    package let leftOut: [String]

    private struct Point {
        let part: Part
        let step: Int
        let tag: String
        let value: Double
    }

    private struct Part: Hashable, Comparable {
        let stage: Int?
        let ingredient: Int?

        static func < (a: Part, b: Part) -> Bool {
            (a.stage ?? 0, a.ingredient ?? 0) < (b.stage ?? 0, b.ingredient ?? 0)
        }

        var name: String {
            (stage.map { "stage\($0)" } ?? "training") + (ingredient.map { "-ingredient\($0)" } ?? "")
        }
    }

    /// Takes every table that has a column `step`. A tag is `TABLE/COLUMN/...`, where the columns of the primary key follow
    /// that do not tell the checkpoint: `modules/relative_drift/reference/embedding`.
    package init(_ tables: [Table]) {
        var points: [Point] = []
        var leftOut: [String] = []
        for table in tables where table.has("step") {
            points += ScalarRuns.points(table)
            let name = ["revision", "to"].first(where: table.has)
            leftOut += table.records.filter { $0.integer("step") == nil }.compactMap { row in name.flatMap(row.text) }
        }
        let parts = Dictionary(grouping: points, by: \.part)
        runs = parts.keys.sorted().map { part in
            let steps = Dictionary(grouping: parts[part] ?? [], by: \.step)
            return Run(
                name: part.name,
                steps: steps.keys.sorted().map { step in (step, (steps[step] ?? []).map { ($0.tag, $0.value) }) })
        }
        self.leftOut = leftOut.distinct
    }

    private static func points(_ table: Table) -> [Point] {
        let place = ["revision", "to", "stage", "ingredient", "step", "tokens"]
        let numbers = table.columns.filter {
            $0.isNumeric && !place.contains($0.name) && !table.primaryKey.contains($0.name)
        }
        let keys = table.primaryKey.filter { !(place + ["from"]).contains($0) }
        func name(_ row: TableRow) -> String { keys.map { "/" + row[$0].tagPart }.joined() }
        func part(_ row: TableRow) -> Part {
            Part(
                stage: table.has("stage") ? row.integer("stage") : nil,
                ingredient: table.has("ingredient") ? row.integer("ingredient") : nil)
        }
        // Where a checkpoint is compared with several, which one is told as well.
        let rows = table.records.filter { $0.integer("step") != nil }
        let counts = Dictionary(
            rows.map { ("\(part($0).name) \($0.integer("step") ?? 0)" + name($0), 1) }, uniquingKeysWith: +)
        let repeated = Set(
            rows.filter { (counts["\(part($0).name) \($0.integer("step") ?? 0)" + name($0)] ?? 0) > 1 }.map(name))
        return rows.flatMap { row -> [Point] in
            let from = table.has("from") && repeated.contains(name(row)) ? "/" + row["from"].tagPart : ""
            return numbers.compactMap { column in
                guard let value = row.number(column.name), let step = row.integer("step") else { return nil }
                return Point(
                    part: part(row), step: step, tag: "\(table.name)/\(column.name)\(name(row))\(from)", value: value)
            }
        }
    }
}

extension Cell {
    /// The value as a part of a tag: slashes would make folders of it.
    fileprivate var tagPart: String {
        guard let text = onOneLine.readable(digits: 6) else { return "none" }
        return text.replacing("/", with: ".")
    }
}
