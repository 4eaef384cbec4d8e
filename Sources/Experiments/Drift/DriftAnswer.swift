import Reports

extension Drift {
    static func answer(_ tables: [Table]) -> [Sentence] {
        guard let summary = tables.named("summary") else { return [] }
        let rows = summary.records.filter { $0.text("comparison") != "predecessor" }
        let branch = rows.filter { $0.text("comparison") == "branch_point" }
        // The end of training seen from the end of stage 1; without ingredients, the whole way.
        let ends = branch.filter { $0.integer("ingredient") == nil && $0.integer("step") == nil }
        let isStaged = !ends.isEmpty
        guard let main = ends.last ?? rows.last(where: { $0.text("comparison") == "reference" }) ?? rows.first else {
            return []
        }
        return [moved(main, tables, staged: isStaged), ingredients(branch, tables), within(main)].compactMap { $0 }
    }

    private static func moved(_ row: TableRow, _ tables: [Table], staged: Bool) -> Sentence? {
        guard let from = row.text("from"), let to = row.text("to"), let drift = row.number("relative_drift") else {
            return nil
        }
        let way = "From \(staged ? "the end of stage 1 (\(from))" : from) to \(to)"
        // Of a part of the weights, the part comes first.
        let share = row.number("coverage").flatMap { $0 < 1 ? $0 : nil }
        let weights = share.map { "the \(Prose.number(100 * $0)) % of the weights that can be compared" }
        guard drift > 0 else {
            return Sentence("\(way) \(weights.map { "none of \($0)" } ?? "no weight") moved.", from: [row])
        }
        let modules = (tables.named("modules")?.records ?? []).filter {
            $0.text("comparison") == row.text("comparison") && $0.text("from") == from && $0.text("to") == to
        }
        let ranked = modules.compactMap { module in
            module.number("relative_drift").map { (name: module.text("module") ?? "", drift: $0, row: module) }
        }.sorted { ($1.drift, $0.name) < ($0.drift, $1.name) }
        let whole = "\(way) \(weights ?? "the weights") moved by \(Prose.number(drift)) of their norm"
        guard ranked.count > 2, let least = ranked.last, least.drift < ranked[1].drift else {
            return Sentence(whole + ".", from: [row])
        }
        let most = ranked.prefix(2).map { "\($0.name) (\(Prose.number($0.drift)))" }
        return Sentence(
            "\(whole), most in \(Prose.list(most)), least in \(least.name) (\(Prose.number(least.drift))).",
            from: [row, ranked[0].row, ranked[1].row, least.row])
    }

    /// How far the runs of the last stage went, and whether in one direction.
    private static func ingredients(_ branch: [TableRow], _ tables: [Table]) -> Sentence? {
        var ends: [Int: TableRow] = [:]
        for row in branch {
            guard let ingredient = row.integer("ingredient"), row.number("relative_drift") != nil else { continue }
            if (ends[ingredient]?.integer("step") ?? -1) < (row.integer("step") ?? 0) { ends[ingredient] = row }
        }
        let rows = ends.sorted { $0.key < $1.key }.map(\.value)
        guard rows.count > 1 else { return nil }
        let drifts = rows.compactMap { $0.number("relative_drift") }
        let updates = (tables.named("ingredient_updates")?.records ?? []).filter { $0.text("level") == "model" }
        let cosines = updates.compactMap { $0.number("cosine") }
        var text = "The \(rows.count) ingredients moved by \(Prose.range(drifts)) from there"
        if let least = cosines.min(), let most = cosines.max() {
            let directions =
                least > 0.5
                ? "in like directions" : most < 0.5 ? "in different directions" : "in directions partly alike"
            text += ", \(directions) (cosine \(Prose.range(cosines, digits: 2)))"
        }
        return Sentence(text + ".", from: rows + (cosines.isEmpty ? [] : updates))
    }

    /// Whether storing the weights in few bits would explain as much.
    private static func within(_ row: TableRow) -> Sentence? {
        guard row.flag("exceeds_rounding") == false, let drift = row.number("drift"), drift > 0,
            let rounding = row.number("rounding_drift")
        else { return nil }
        return Sentence(
            "That is no more than rounding to the stored precision explains (\(Prose.number(drift)) against "
                + "\(Prose.number(rounding))).", from: [row])
    }
}
