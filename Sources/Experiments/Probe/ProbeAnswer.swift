import Reports

extension Probe {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let rows = (tables.named("loss")?.records ?? []).filter { $0.number("cross_entropy") != nil }
        let domains = Set(rows.compactMap { $0.text("domain") })
        let all = domains.count == 1 ? rows : rows.filter { $0.text("domain") == "all" }
        return [course(all), best(all), changes(rows, all.last)].compactMap { $0 }
    }

    private static func name(_ row: TableRow) -> String { row.text("revision") ?? "" }
    private static func loss(_ row: TableRow) -> Double { row.number("cross_entropy") ?? .nan }

    private static func course(_ rows: [TableRow]) -> Sentence? {
        guard let first = rows.first, let last = rows.last else { return nil }
        guard first.index != last.index else {
            return Sentence(
                "\(name(first)) predicts with a loss of \(Prose.number(loss(first), digits: 4)) nats.", from: [first])
        }
        let verb = loss(last) < loss(first) ? "fell" : loss(last) > loss(first) ? "rose" : "stayed"
        return Sentence(
            "From \(name(first)) to \(name(last)) the loss \(verb) from \(Prose.number(loss(first), digits: 4)) to "
                + "\(Prose.number(loss(last), digits: 4)) nats a token.", from: [first, last])
    }

    /// The lowest loss, and what is not told apart from it.
    private static func best(_ rows: [TableRow]) -> Sentence? {
        guard rows.count > 2, let best = rows.min(by: { loss($0) < loss($1) }),
            let high = best.number("cross_entropy_high")
        else { return nil }
        let alike = rows.filter { $0.index != best.index && ($0.number("cross_entropy_low") ?? .infinity) <= high }
        let whole = "\(name(best)) has the lowest loss, \(Prose.number(loss(best), digits: 4)) nats"
        guard !alike.isEmpty else { return Sentence("\(whole), below the intervals of all others.", from: [best]) }
        return Sentence(
            "\(whole); its interval overlaps those of \(Prose.count(alike.count, "other")).", from: [best] + alike)
    }

    /// What the last checkpoint changed, domain by domain, where the paired interval leaves out zero.
    private static func changes(_ rows: [TableRow], _ last: TableRow?) -> Sentence? {
        guard let last, let previous = last.text("previous") else { return nil }
        let parts = rows.filter {
            name($0) == name(last) && $0.text("domain") != "all" && $0.number("change_low") != nil
                && $0.number("change_high") != nil
        }
        guard parts.count > 1 else { return nil }
        let fell = parts.filter { ($0.number("change_high") ?? 0) < 0 }
        let rose = parts.filter { ($0.number("change_low") ?? 0) > 0 }
        func list(_ rows: [TableRow]) -> String {
            Prose.list(
                rows.map { "\($0.text("domain") ?? "") (\(Prose.number($0.number("change") ?? .nan)))" })
        }
        let clauses = [
            fell.isEmpty ? nil : "fell in \(list(fell))", rose.isEmpty ? nil : "rose in \(list(rose))",
            fell.count + rose.count < parts.count
                ? "is not told apart in \(Prose.count(parts.count - fell.count - rose.count, "domain"))" : nil,
        ].compactMap { $0 }
        return Sentence("From \(previous) to \(name(last)) the loss \(Prose.list(clauses)).", from: parts)
    }
}
