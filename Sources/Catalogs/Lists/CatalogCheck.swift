import Checkpoints
import Foundation

/// What is wrong in a catalog, in itself and against what is known of the model's training.
package struct CatalogCheck {
    private let entries: [CatalogEntry]
    private let plan: TrainingPlan?
    private var findings: [CatalogFinding] = []

    private init(_ catalog: Catalog, _ plan: TrainingPlan?) {
        entries = catalog.entries
        self.plan = plan
    }

    /// All findings but those that need tensors, in the order of `Kind`.
    static func findings(of catalog: Catalog, plan: TrainingPlan?) -> [CatalogFinding] {
        var check = CatalogCheck(catalog, plan)
        check.duplicates()
        check.directories()
        if let plan {
            for run in plan.runs { check.steps(of: run, plan) }
            check.statedTokens(plan)
            check.learningRates(plan)
        }
        check.labels()
        return check.findings
    }

    private mutating func duplicates() {
        var first: [CatalogEntry.Key: CatalogEntry] = [:]
        for entry in entries {
            guard let key = entry.key else { continue }
            guard let other = first[key] else {
                first[key] = entry
                continue
            }
            let isSameDirectory = entry.location == other.location
            let place = other.line == nil ? "'\(other.text)'" : "line \(other.line ?? 0) of \(other.source)"
            findings.append(
                CatalogFinding(
                    .duplicateRow, entry,
                    "\(entry.revision.name) is listed already by \(place)"
                        + (isSameDirectory ? "" : ", with another directory")))
        }
    }

    /// A row's columns against its directory.
    private mutating func directories() {
        for entry in entries where entry.line != nil {
            guard let location = entry.location else { continue }
            var facts = [
                ("step", "step", entry.revision.step),
                // `stage2` of `.../stage2/olmo-13b-1124_stage2_ingredient3/`.
                ("stage", "stage", entry.revision.stage),
            ]
            if !entry.isAverage { facts.append(("ingredient", "ingredient", entry.revision.ingredient)) }
            for (fact, word, stated) in facts {
                guard let stated, let found = CatalogRows.number(after: word, in: location), found != stated else {
                    continue
                }
                findings.append(
                    CatalogFinding(
                        .mislabelled, entry, "the row says \(fact) \(stated), its directory \(fact) \(found)"))
            }
        }
    }

    /// The steps that are listed of a run, against where runs start from it and where it ends.
    private mutating func steps(of run: TrainingRun, _ plan: TrainingPlan) {
        let listed = entries.filter {
            !$0.isAverage && $0.revision.step != nil && ($0.revision.stage ?? 1) == run.stage
                && $0.revision.ingredient == run.ingredient
        }
        guard let source = listed.last?.source, let last = listed.compactMap(\.revision.step).max() else { return }
        let steps = Set(listed.compactMap(\.revision.step))
        let children = plan.runs.filter {
            $0.stage == run.stage + 1 && $0.fromIngredient == run.ingredient && $0.fromStep != nil
        }
        let starts = Set(children.compactMap(\.fromStep)).sorted()
        for start in starts where !steps.contains(start) {
            let near = steps.map { ($0.distance(to: start).magnitude, $0) }.min { $0 < $1 }.map { "\($0.1)" } ?? "none"
            findings.append(
                CatalogFinding(
                    .missingBranchPoint, source: source,
                    message:
                        "stage \(run.stage + 1) starts from step \(start) of \(run.description), which is not listed; "
                        + "the nearest that is: \(near)"))
        }
        if let start = starts.last, last > start, run.endStep != start {
            findings.append(
                CatalogFinding(
                    .beyondBranchPoint, source: source,
                    message:
                        "\(run.description) is listed to step \(last), but stage \(run.stage + 1) starts from step "
                        + "\(start): the branch point is not the last step"))
        }
        guard let end = run.endStep else { return }
        if !steps.contains(end), !starts.contains(end) {
            findings.append(
                CatalogFinding(
                    .missingEnd, source: source,
                    message: "\(run.description) ended at step \(end), which is not listed; the last that is: \(last)"))
        }
        for entry in listed {
            if let step = entry.revision.step, step > end {
                findings.append(
                    CatalogFinding(.beyondEnd, entry, "\(run.description) ended at step \(end), before step \(step)"))
            }
        }
    }

    /// A column of tokens against what steps and batches make.
    private mutating func statedTokens(_ plan: TrainingPlan) {
        for entry in entries {
            // An average has seen what each of its parts has: its run is that of the first ingredient.
            var revision = entry.revision
            if entry.isAverage, revision.ingredient == nil, plan.run(stage: revision.stage, ingredient: nil) == nil {
                revision.ingredient = plan.runs.first { $0.stage == revision.stage }?.ingredient
            }
            guard let stated = entry.statedTokens, let position = plan.position(of: revision),
                stated != position.tokens, let run = plan.run(stage: revision.stage, ingredient: revision.ingredient)
            else { continue }
            let difference = stated - position.tokens
            let steps = Double(difference) / Double(run.batchTokens)
            findings.append(
                CatalogFinding(
                    .wrongTokens, entry,
                    "\(stated) tokens are stated, but up to \(entry.revision.name) training took \(position.tokens): "
                        + "\(difference > 0 ? "+" : "")\(difference), "
                        + "\(brief(steps)) steps of the run"))
        }
    }

    /// Of the runs that are listed: what the training says of others is none of the catalog's.
    private mutating func learningRates(_ plan: TrainingPlan) {
        for run in plan.runs {
            guard let (before, after) = plan.rateAtStart(of: run), abs(after - before) > 1e-3 * before,
                let source = entries.first(where: {
                    !$0.isAverage && ($0.revision.stage ?? 1) == run.stage && $0.revision.ingredient == run.ingredient
                })?.source
            else { continue }
            findings.append(
                CatalogFinding(
                    .learningRateJump, source: source,
                    message:
                        "\(run.description) starts with a learning rate of \(brief(after)), but the run it starts from had "
                        + "\(brief(before)) at step \(run.fromStep ?? 0)"))
        }
    }
}

/// Six digits: enough to compare by eye.
private func brief(_ value: Double) -> String { String(format: "%.6g", value) }

// MARK: - Labels such as tokens5B

extension CatalogCheck {
    private struct Label {
        let entry: CatalogEntry
        let isUp: Bool
        /// Whether rounding to the nearest gives the same.
        let isNearest: Bool
        let exact: Int
    }

    /// Names that state tokens, against exact counts: wrong ones, and those that round otherwise than most.
    private mutating func labels() {
        var rounded: [Label] = []
        for entry in entries {
            guard let (value, unit) = tokenLabel(entry.revision.name), let exact = exactTokens(entry) else { continue }
            let down = exact / unit
            let up = down + (exact % unit == 0 ? 0 : 1)
            guard value == down || value == up else {
                findings.append(
                    CatalogFinding(
                        .wrongTokens, entry,
                        "the name says \(value) times \(unit) tokens, but the step makes \(exact)"))
                continue
            }
            if up == down { continue }
            rounded.append(
                Label(
                    entry: entry, isUp: value == up, isNearest: (value == up) == (exact % unit * 2 >= unit),
                    exact: exact))
        }
        let upCount = rounded.count { $0.isUp }
        guard upCount > 0, upCount < rounded.count, !rounded.allSatisfy(\.isNearest) else { return }
        let mostAreUp = 2 * upCount >= rounded.count
        for label in rounded where label.isUp != mostAreUp {
            findings.append(
                CatalogFinding(
                    .tokenRounding, label.entry,
                    "the name rounds \(label.exact) tokens \(label.isUp ? "up" : "down"), unlike "
                        + "\(mostAreUp ? upCount : rounded.count - upCount) of \(rounded.count) names here"))
        }
    }

    /// The number and the unit of a name's tokens.
    private func tokenLabel(_ name: String) -> (value: Int, unit: Int)? {
        guard let part = name.split(separator: "-").last(where: { $0.hasPrefix("tokens") }) else { return nil }
        let digits = part.dropFirst("tokens".count)
        let units: [Character: Int] = ["K": 1000, "M": 1_000_000, "B": 1_000_000_000, "T": 1_000_000_000_000]
        guard let suffix = digits.last, let unit = units[suffix] else { return nil }
        return Int(digits.dropLast()).map { ($0, unit) }
    }

    /// Tokens as names count them: in later stages, since the stage began. From the plan, or in stage 1 from attributes.
    private func exactTokens(_ entry: CatalogEntry) -> Int? {
        if let plan, let position = plan.position(of: entry.revision) { return position.runTokens }
        let revision = entry.revision
        guard (revision.stage ?? 1) == 1, let tokens = revision.tokens,
            tokens != Revision(named: revision.name).tokens || tokens == 0
        else { return nil }
        return tokens
    }
}
