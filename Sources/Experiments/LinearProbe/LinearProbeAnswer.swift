import Reports

extension LinearProbe {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let rows = (tables.named("linear_probe")?.records ?? []).filter { $0.number("accuracy") != nil }
        guard let last = rows.last?.text("revision"), let first = rows.first?.text("revision") else { return [] }
        func best(_ revision: String) -> TableRow? {
            rows.filter { $0.text("revision") == revision }
                .max { ($0.number("accuracy") ?? 0, $1.index) < ($1.number("accuracy") ?? 0, $0.index) }
        }
        guard let end = best(last), let reading = told(end) else { return [] }
        var sentences = [reading]
        if first != last, let start = best(first), let text = described(start) {
            sentences.append(Sentence("In \(first) the best layer reads \(text).", from: [start]))
        }
        return sentences
    }

    private static func described(_ row: TableRow) -> String? {
        guard let accuracy = row.number("accuracy"), let low = row.number("accuracy_low"),
            let high = row.number("accuracy_high"), let layer = row.text("layer"), let states = row.text("states")
        else { return nil }
        return "\(Prose.estimate(accuracy, low, high, digits: 2)) of the held-out labels right "
            + "(layer \(layer), \(states) states)"
    }

    private static func told(_ row: TableRow) -> Sentence? {
        guard let text = described(row), let low = row.number("accuracy_low"),
            let baseline = row.number("baseline_accuracy"), let revision = row.text("revision")
        else { return nil }
        let verdict =
            low > baseline
            ? "above the \(Prose.number(baseline)) of guessing"
            : "not told apart from the \(Prose.number(baseline)) of guessing"
        return Sentence("In \(revision) a linear classifier reads \(text), \(verdict).", from: [row])
    }
}
