import Reports

extension Audit {
    static func answer(_ tables: [Table]) -> [Sentence] {
        let files = tables.named("files")?.records ?? []
        let findings = tables.named("findings")?.records ?? []
        guard !files.isEmpty else { return [] }
        let order = tables.named("order")?.records ?? []
        return [verdict(files, findings, order), worst(findings), soup(tables.named("soup")?.records ?? [])]
            .compactMap { $0 }
    }

    private static func verdict(_ files: [TableRow], _ findings: [TableRow], _ order: [TableRow]) -> Sentence {
        let bytes = files.compactMap { $0.number("bytes") }.reduce(0, +)
        let what = "\(Prose.count(files.count, "checkpoint")), \(size(bytes))"
        let unread = files.filter { $0.flag("read") == false }
        guard findings.isEmpty, unread.isEmpty else {
            let errors = findings.filter { $0.text("severity") == "error" }
            let rest = findings.count - errors.count
            let parts = [
                errors.isEmpty ? nil : Prose.count(errors.count, "error"),
                rest == 0 ? nil : Prose.count(rest, "warning"),
                unread.isEmpty ? nil : "\(Prose.count(unread.count, "checkpoint")) not read whole",
            ].compactMap { $0 }
            return Sentence("\(what): \(Prose.list(parts)).", from: findings + unread)
        }
        let placed = order.filter { $0.integer("claimed") != nil && $0.integer("recovered") != nil }
        let moved = placed.filter { $0.flag("moved") == true }
        let sequence = placed.count > 2 ? (moved.isEmpty ? ", in order" : ", \(moved.count) out of order") : ""
        return Sentence("\(what): whole\(sequence), no copies.", from: files + moved)
    }

    /// What the errors are, or the warnings where there are none.
    private static func worst(_ findings: [TableRow]) -> Sentence? {
        let errors = findings.filter { $0.text("severity") == "error" }
        let shown = errors.isEmpty ? findings : errors
        guard !shown.isEmpty else { return nil }
        var kinds: [(name: String, rows: [TableRow])] = []
        for row in shown {
            let name = (row.text("finding") ?? "").replacing("_", with: " ")
            if let index = kinds.firstIndex(where: { $0.name == name }) {
                kinds[index].rows.append(row)
            } else {
                kinds.append((name, [row]))
            }
        }
        let parts = kinds.prefix(3).map { kind in
            let revisions = kind.rows.compactMap { $0.text("revision") }
            let first = revisions.first.map { " (\($0)\(Set(revisions).count > 1 ? " and others" : ""))" } ?? ""
            return "\(kind.name)\(first)"
        }
        let more = kinds.count > 3 ? "; \(Prose.count(kinds.count - 3, "more kind"))" : ""
        return Sentence(
            "\(errors.isEmpty ? "Warnings" : "Errors"): \(Prose.list(parts))\(more).", from: shown)
    }

    /// Whether an average is the mean of its ingredients.
    private static func soup(_ rows: [TableRow]) -> Sentence? {
        guard let name = rows.first?.text("soup") else { return nil }
        let explanations = rows.filter { $0.text("soup") == name }
        guard let mean = explanations.first(where: { $0.text("explanation") == "mean" }),
            let residual = mean.number("residual"), let rounding = mean.number("rounding")
        else { return nil }
        let count = explanations.filter { $0.text("explanation") == "mean" }.count
        let isMean = residual <= rounding
        let verdict =
            isMean
            ? "is the mean of \(Prose.count(count, "ingredient")) within rounding"
            : "is not the mean of its \(Prose.count(count, "ingredient"))"
        let single = explanations.filter { $0.text("explanation") == "single" }
            .first { row in (row.number("residual") ?? .infinity) <= (row.number("rounding") ?? 0) }
        let copy = isMean ? nil : single.flatMap { $0.text("ingredient") }.map { " but \($0) within rounding" }
        return Sentence(
            "\(name) \(verdict)\(copy ?? "") (residual \(Prose.number(residual)) of \(Prose.number(rounding))).",
            from: [mean] + (copy == nil ? [] : [single].compactMap { $0 }))
    }

    private static func size(_ bytes: Double) -> String {
        for (unit, factor) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where bytes >= factor {
            return "\(Prose.number(bytes / factor, digits: 2)) \(unit)"
        }
        return "\(Int(bytes)) bytes"
    }
}
