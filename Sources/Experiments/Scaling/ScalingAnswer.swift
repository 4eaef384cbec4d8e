import Reports

extension Scaling {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let fits = tables.named("fits")?.records ?? []
        return [best(fits), unknown(fits), allocation(tables.named("allocation")?.records ?? [])].compactMap { $0 }
    }

    private static func form(_ row: TableRow) -> String { (row.text("form") ?? "").replacing("_", with: " ") }

    /// The form that predicts best what it was not fitted to.
    private static func best(_ fits: [TableRow]) -> Sentence? {
        let judged = fits.filter { $0.number("largest_left_out_error") != nil }
        guard let best = judged.min(by: { error($0) < error($1) }) else { return nil }
        let among = judged.count > 1 ? "Of \(judged.count) forms, \(form(best))" : "The form \(form(best))"
        return Sentence(
            "\(among) comes closest to the largest \(Prose.count(best.integer("largest_left_out") ?? 0, "run")) left out: "
                + "within \(Prose.number(100 * error(best), digits: 2)) percent of the loss.", from: judged)
    }

    private static func error(_ row: TableRow) -> Double { row.number("largest_left_out_error") ?? .infinity }

    private static func unknown(_ fits: [TableRow]) -> Sentence? {
        let open = fits.filter { !($0.text("not_identified") ?? "").isEmpty }
        guard !open.isEmpty else { return nil }
        let parts = open.map { row in
            "\(Prose.list((row.text("not_identified") ?? "").split(separator: " ").map(String.init))) of \(form(row))"
        }
        return Sentence("These runs do not tell \(parts.joined(separator: "; ")).", from: open)
    }

    private static func allocation(_ rows: [TableRow]) -> Sentence? {
        let known = rows.filter {
            $0.text("quantity") == "parameters" && $0.number("exponent") != nil && $0.number("low") != nil
                && $0.number("high") != nil
        }
        guard !known.isEmpty else { return nil }
        let parts = known.map { row in
            Prose.estimate(row.number("exponent") ?? .nan, row.number("low") ?? .nan, row.number("high") ?? .nan)
                + " (\(row.text("approach") ?? ""))"
        }
        return Sentence(
            "The best number of parameters grows with compute to the power \(Prose.list(parts)).", from: known)
    }
}
