import Reports

extension Spectra {
    static func answer(_ tables: [Table]) -> [Sentence] {
        guard let rows = tables.named("summary")?.records, let first = rows.first, let last = rows.last else {
            return []
        }
        return [norm(first, last), ranks(first, last), overlap(rows)].compactMap { $0 }
    }

    private static func name(_ row: TableRow) -> String { row.text("revision") ?? "" }

    private static func norm(_ first: TableRow, _ last: TableRow) -> Sentence? {
        guard let before = first.number("largest_spectral_norm"), let after = last.number("largest_spectral_norm")
        else {
            return nil
        }
        guard first.index != last.index else {
            return Sentence("The largest singular value in \(name(first)) is \(Prose.number(before)).", from: [first])
        }
        return Sentence(
            "From \(name(first)) to \(name(last)) the largest singular value went from \(Prose.number(before)) to "
                + "\(Prose.number(after)).", from: [first, last])
    }

    private static func ranks(_ first: TableRow, _ last: TableRow) -> Sentence? {
        guard first.index != last.index, let before = first.number("stable_rank"),
            let after = last.number("stable_rank"), let from = first.number("effective_rank"),
            let to = last.number("effective_rank")
        else { return nil }
        let what =
            after < before && to < from
            ? "The energy of the median matrix gathered in fewer directions"
            : after > before && to > from
                ? "The energy of the median matrix spread over more directions"
                : "The two ranks of the median matrix went different ways"
        return Sentence(
            "\(what): stable rank \(Prose.number(before)) to \(Prose.number(after)), effective rank "
                + "\(Prose.number(from)) to \(Prose.number(to)).", from: [first, last])
    }

    /// Where the leading subspaces turned most.
    private static func overlap(_ rows: [TableRow]) -> Sentence? {
        let turned = rows.filter { $0.number("overlap") != nil }
        guard turned.count > 1,
            let least = turned.min(by: { ($0.number("overlap") ?? 1) < ($1.number("overlap") ?? 1) }),
            let smallest = least.number("overlap"), let last = turned.last, let end = last.number("overlap")
        else { return nil }
        return Sentence(
            "The leading subspaces turned most on the way to \(name(least)) (overlap \(Prose.number(smallest)) with the "
                + "checkpoint before); the last overlap is \(Prose.number(end)).", from: [least, last])
    }
}
