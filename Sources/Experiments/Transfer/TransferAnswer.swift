import Reports

extension Transfer {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let pairs = (tables.named("pairs")?.records ?? []).compactMap(pair)
        let own = tables.named("transferred_tokens")?.records.first
        return pairs + [own.flatMap(tokens), stages(tables.named("stages")?.records ?? [])].compactMap { $0 }
    }

    private static func pair(_ row: TableRow) -> Sentence? {
        guard let name = row.text("pair"), let crossover = row.number("crossover"),
            let low = row.number("crossover_low"), let high = row.number("crossover_high"),
            let better = row.text("better_above")
        else { return nil }
        let decades = high > 0 && low > 0 && high / low > 1e6 ? ", which the laws hardly pin down" : ""
        return Sentence(
            "\(name): \(better) is better above \(Prose.number(crossover, digits: 2)) FLOP "
                + "[\(Prose.number(low, digits: 2)), \(Prose.number(high, digits: 2))]\(decades).", from: [row])
    }

    private static func tokens(_ row: TableRow) -> Sentence? {
        guard let share = row.number("share"), let low = row.number("share_low"), let high = row.number("share_high")
        else { return nil }
        return Sentence(
            "Pre-training stands for \(Prose.estimate(100 * share, 100 * low, 100 * high)) percent of the effective tokens "
                + "of fine-tuning.", from: [row])
    }

    /// What the second stage saved against going on with the first, where the interval says so.
    private static func stages(_ rows: [TableRow]) -> Sentence? {
        let judged = rows.filter {
            $0.number("loss") != nil && $0.number("stage1_loss_low") != nil && $0.number("stage1_loss_high") != nil
        }
        guard !judged.isEmpty else { return nil }
        let better = judged.filter { ($0.number("loss") ?? 0) < ($0.number("stage1_loss_low") ?? 0) }
        let worse = judged.filter { ($0.number("loss") ?? 0) > ($0.number("stage1_loss_high") ?? 0) }
        func domains(_ rows: [TableRow]) -> String {
            var names: [String] = []
            for row in rows { if let name = row.text("domain"), !names.contains(name) { names.append(name) } }
            return Prose.list(names)
        }
        let parts = [
            better.isEmpty ? nil : "gained over going on with stage 1 in \(domains(better))",
            worse.isEmpty ? nil : "lost against it in \(domains(worse))",
        ].compactMap { $0 }
        guard !parts.isEmpty else { return nil }
        return Sentence("Stage 2 \(Prose.list(parts)).", from: better + worse)
    }
}
