import Reports

extension Norms {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let rows = (tables.named("norms")?.records ?? []).filter {
            $0.text("level") == "model" && $0.number("l2") != nil
        }
        let growth = tables.named("norm_growth")?.records.first { $0.text("level") == "model" }
        return [change(rows), growth.flatMap(exponent), growth.flatMap(turn), tails(rows)].compactMap { $0 }
    }

    private static func change(_ rows: [TableRow]) -> Sentence? {
        guard let first = rows.first, let last = rows.last, let before = first.number("l2"),
            let after = last.number("l2")
        else { return nil }
        let (from, to) = (first.text("revision") ?? "", last.text("revision") ?? "")
        guard rows.count > 1 else { return Sentence("The norm of \(from) is \(Prose.number(before)).", from: [first]) }
        let verb = after > before ? "grew" : after < before ? "shrank" : "stayed"
        let way = after == before ? "at" : "from \(Prose.number(before)) to"
        return Sentence(
            "From \(from) to \(to) the norm of the weights \(verb) \(way) \(Prose.number(after)).",
            from: [first, last])
    }

    private static func exponent(_ row: TableRow) -> Sentence? {
        guard let exponent = row.number("exponent"), let low = row.number("exponent_low"),
            let high = row.number("exponent_high")
        else { return nil }
        let what = low <= 0 && high >= 0 ? "shows no growth" : "follows a power of the steps"
        return Sentence(
            "Along stage 1, after the warm-up, it \(what): exponent \(Prose.estimate(exponent, low, high)).",
            from: [row])
    }

    private static func turn(_ row: TableRow) -> Sentence? {
        guard row.flag("turn_supported") == true, let step = row.number("turn_step"),
            let before = row.number("exponent_before"), let after = row.number("exponent_after")
        else { return nil }
        return Sentence(
            "The growth turns near step \(Prose.number(step)): the exponent is \(Prose.number(before)) before and "
                + "\(Prose.number(after)) after.", from: [row])
    }

    private static func tails(_ rows: [TableRow]) -> Sentence? {
        guard rows.count > 1, let before = rows[0].number("excess_kurtosis"), let last = rows.last,
            let after = last.number("excess_kurtosis")
        else { return nil }
        return Sentence(
            "The tails of the weights' distribution became \(after > before ? "heavier" : "lighter"): excess kurtosis "
                + "\(Prose.number(before)) at first, \(Prose.number(after)) at last.", from: [rows[0], last])
    }
}
