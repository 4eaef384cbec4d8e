import Reports

extension Trainability {
    static func answer(_ tables: [Table]) -> [Sentence] {
        [
            ranking(tables.named("rankings")?.records ?? []), smoothness(tables.named("stability")?.records ?? []),
            doubts(tables.named("checks")?.records ?? []),
        ].compactMap { $0 }
    }

    /// First in each ranking, where its rank does not hang on how the criteria are weighed.
    private static func ranking(_ rows: [TableRow]) -> Sentence? {
        let firsts = rows.filter { $0.integer("rank") == 1 }
        let parts = firsts.compactMap { row -> (String, TableRow)? in
            guard let model = row.text("model"), let name = row.text("ranking") else { return nil }
            let sure = row.integer("worst_rank") == 1
            return ("\(model) by \(name)\(sure ? "" : " (rank 1 to \(row.integer("worst_rank") ?? 1))")", row)
        }
        guard !parts.isEmpty else { return nil }
        return Sentence("Easiest to train are \(Prose.list(parts.map(\.0))).", from: parts.map(\.1))
    }

    private static func smoothness(_ rows: [TableRow]) -> Sentence? {
        let judged = rows.filter { ($0.integer("judged") ?? 0) > 0 }
        guard !judged.isEmpty else { return nil }
        let spiky = judged.filter { ($0.integer("loss_spikes") ?? 0) > 0 || ($0.integer("nonfinite") ?? 0) > 0 }
        guard !spiky.isEmpty else {
            return Sentence("None of \(Prose.count(judged.count, "run")) has a spike in its loss.", from: judged)
        }
        let worst = spiky.max { ($0.number("loss_spike_rate") ?? 0) < ($1.number("loss_spike_rate") ?? 0) }
        let name = worst.flatMap { $0.text("run") } ?? ""
        return Sentence(
            "\(spiky.count) of \(Prose.count(judged.count, "run")) have spikes in their loss, most often \(name) "
                + "(\(worst?.integer("loss_spikes") ?? 0)).", from: spiky)
    }

    private static func doubts(_ rows: [TableRow]) -> Sentence? {
        guard !rows.isEmpty else { return nil }
        let withheld = rows.filter { $0.flag("withheld") == true }
        var models: [String] = []
        for row in rows { if let model = row.text("model"), !models.contains(model) { models.append(model) } }
        let rest = withheld.isEmpty ? "" : ", and \(Prose.count(withheld.count, "value")) withheld"
        return Sentence(
            "Published accounts of \(Prose.count(models.count, "model")) disagree with themselves "
                + "(\(Prose.count(rows.count, "check"))\(rest)).", from: rows)
    }
}
