import Reports

extension DriftAndLoss {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let rows = (tables.named("correlations")?.records ?? []).filter { $0.number("spearman") != nil }
        let domains = Set(rows.compactMap { $0.text("domain") })
        let domain = domains.contains("all") ? "all" : rows.first?.text("domain")
        let runs = Set(rows.compactMap { $0.text("run") })
        let run = runs.contains("all") ? "all" : rows.first?.text("run")
        let chosen = rows.filter {
            $0.text("domain") == domain && $0.text("run") == run && $0.text("y") == "loss"
        }
        let told = chosen.filter { interval($0).map { $0.low > 0 || $0.high < 0 } ?? false }
        let open = chosen.filter { interval($0).map { $0.low <= 0 && $0.high >= 0 } ?? false }
        return [following(told), undecided(open)].compactMap { $0 }
    }

    private static func interval(_ row: TableRow) -> (low: Double, high: Double)? {
        guard let low = row.number("spearman_low"), let high = row.number("spearman_high") else { return nil }
        return (low, high)
    }

    private static func described(_ row: TableRow) -> String {
        let (low, high) = interval(row) ?? (.nan, .nan)
        let what = (row.text("x") ?? "").replacing("_", with: " ")
        return "\(what) (\(Prose.estimate(row.number("spearman") ?? .nan, low, high, digits: 2)))"
    }

    private static func following(_ rows: [TableRow]) -> Sentence? {
        guard !rows.isEmpty else { return nil }
        let falling = rows.filter { ($0.number("spearman") ?? 0) < 0 }
        let rising = rows.filter { ($0.number("spearman") ?? 0) > 0 }
        let clauses = [
            falling.isEmpty ? nil : "falls with growing \(Prose.list(falling.map(described)))",
            rising.isEmpty ? nil : "rises with \(Prose.list(rising.map(described)))",
        ].compactMap { $0 }
        return Sentence("By rank correlation, the loss \(Prose.list(clauses)).", from: rows)
    }

    private static func undecided(_ rows: [TableRow]) -> Sentence? {
        guard !rows.isEmpty else { return nil }
        return Sentence(
            "The data do not tell whether it follows \(Prose.list(rows.map(described))).", from: rows)
    }
}
