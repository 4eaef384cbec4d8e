import Reports

extension Similarity {
    static func answer(_ tables: [Table]) -> [Sentence] {
        guard let rows = tables.named("summary")?.records, let last = rows.last else { return [] }
        return [reference(rows, last), turn(rows), rank(rows, last)].compactMap { $0 }
    }

    private static func name(_ row: TableRow) -> String { row.text("revision") ?? "" }

    private static func reference(_ rows: [TableRow], _ last: TableRow) -> Sentence? {
        guard let likeness = last.number("cka_reference"), let first = rows.first, first.index != last.index else {
            return nil
        }
        let verdict = likeness > 0.9 ? "nearly those" : likeness > 0.5 ? "still like those" : "unlike those"
        return Sentence(
            "The hidden states of \(name(last)) are \(verdict) of \(name(first)) (CKA \(Prose.number(likeness))).",
            from: [last])
    }

    /// Where they changed most from one checkpoint to the next.
    private static func turn(_ rows: [TableRow]) -> Sentence? {
        guard rows.count(where: { $0.number("cka_predecessor") != nil }) > 1, let least = rows.least("cka_predecessor")
        else { return nil }
        return Sentence(
            "They changed most on the way to \(name(least.row)) (CKA \(Prose.number(least.number)) with the checkpoint "
                + "before).", from: [least.row])
    }

    private static func rank(_ rows: [TableRow], _ last: TableRow) -> Sentence? {
        guard let first = rows.first, first.index != last.index, let before = first.number("rankme"),
            let after = last.number("rankme"), let least = rows.least("rankme")
        else { return nil }
        let isDip = least.number < min(before, after)
        let dip = isDip ? ", with a least of \(Prose.number(least.number)) at \(name(least.row))" : ""
        return Sentence(
            "They fill \(Prose.number(before)) dimensions at first and \(Prose.number(after)) at last (RankMe)\(dip).",
            from: [first, last] + (isDip ? [least.row] : []))
    }
}
