import Reports

extension Claims {
    static func answer(_ tables: [Table]) -> [Sentence] {
        guard let rows = tables.named("verdicts")?.records, !rows.isEmpty else { return [] }
        func all(_ verdict: String) -> [TableRow] { rows.filter { $0.text("verdict") == verdict } }
        let failing = all("does_not_hold")
        let kinds = [
            ("does_not_hold", "does not hold", "do not hold"), ("holds", "holds", "hold"),
            ("holds_within_rounding", "holds within rounding", "hold within rounding"),
            ("possible", "is possible", "are possible"), ("undefined", "is undefined", "are undefined"),
        ]
        let counts = kinds.compactMap { verdict, one, several -> String? in
            let count = all(verdict).count
            return count == 0 ? nil : "\(count) \(count == 1 ? one : several)"
        }
        var sentences = [Sentence("Of \(Prose.count(rows.count, "claim")), \(Prose.list(counts)).", from: rows)]
        guard !failing.isEmpty else { return sentences }
        let parts = failing.prefix(4).map { row -> String in
            let name = row.text("claim") ?? ""
            guard let computed = row.number("computed"), let printed = row.text("printed") else { return name }
            return "\(name) (printed \(printed), computed \(Prose.number(computed, digits: 4)))"
        }
        let more = failing.count > 4 ? ", and \(failing.count - 4) more" : ""
        sentences.append(Sentence("Not to be derived: \(parts.joined(separator: ", "))\(more).", from: Array(failing)))
        let readings = failing.filter { !($0.text("holds_as") ?? "").isEmpty }
        if !readings.isEmpty {
            sentences.append(
                Sentence(
                    "\(readings.count) of them \(readings.count == 1 ? "holds" : "hold") when read another way, as the "
                        + "column holds_as says.", from: Array(readings)))
        }
        return sentences
    }
}
