import Engine
import Reports
import Statistics

/// How the loss changed between two checkpoints: the comparisons that the settings ask for, domain by domain.
extension Probe {
    static func changesTable(_ records: [ProbeChangeRecord]) -> Table {
        Table(
            "changes", title: "Changes of the loss, a row for each comparison and domain.",
            columns: ProbeChangeRecord.columns, primaryKey: ["comparison", "from", "to", "domain"], records: records)
    }

    /// What people read first: since the branch point where there is one, else since the reference.
    static func brief(of changes: Table) -> TableView {
        let kinds: [Comparison.Kind] = [.pair, .branchPoint, .reference, .predecessor, .ingredients]
        let kind = kinds.map(\.rawValue).first { kind in changes.records.contains { $0.text("comparison") == kind } }
        return changes.view { $0.text("comparison") == kind }
    }

    /// The pair that was stated, or what the settings ask for; a change leads forward, so that checkpoints which were
    /// not trained from the branch point are not compared with it.
    static func changes(
        _ settings: ProbeSettings, _ models: ModelSeries, reference: Int, branchPoint: Int?
    ) -> [Comparison] {
        guard settings.input.series.files.pair.from == nil else { return [Comparison(kind: .pair, from: 0, to: 1)] }
        return Comparison.list(settings.changes, models.series, reference: reference, branchPoint: branchPoint).filter {
            $0.kind != .branchPoint || models.series.path(to: $0.to).contains($0.from)
        }
    }

    func changeRecords(_ results: ReductionResults) -> [ProbeChangeRecord] {
        let bootstrap = Bootstrap(resamples: settings.resampling.resamples, seed: UInt64(settings.resampling.seed))
        return comparisons.flatMap { comparison in
            scopes.compactMap { scope in
                guard let from = metrics(comparison.from, scope.domains, results),
                    let to = metrics(comparison.to, scope.domains, results)
                else { return nil }
                return ProbeChangeRecord(
                    comparison: comparison, from: series.checkpoints[comparison.from].label,
                    to: series.checkpoints[comparison.to].label, domain: scope.name, before: from, after: to,
                    change: to.change(since: from, bootstrap))
            }
        }
    }
}

/// One row of `changes`.
struct ProbeChangeRecord: Sendable {
    let comparison: Comparison
    let from: String
    let to: String
    let domain: String
    let before: LossMetrics
    let after: LossMetrics
    let change: LossMetrics.Change

    static let columns: [TypedColumn<ProbeChangeRecord>] = [
        .string("comparison", "Why the two are compared, as the setting changes calls it; 'pair' for a stated pair.") {
            $0.comparison.kind.rawValue
        },
        .string("from", "The checkpoint that the change is since.") { $0.from },
        .string("to", "The checkpoint it leads to.") { $0.to },
        .string("domain", "Part of the probe set; 'all' for the whole.") { $0.domain },
        .integer("sequences", "Sequences of the domain, which are what is sampled.") { $0.after.sequences.count },
        .number("cross_entropy_from", unit: "nats", tolerance: crossEntropyTolerance, "cross_entropy of from.") {
            $0.before.crossEntropy
        },
        .number("cross_entropy_to", unit: "nats", tolerance: crossEntropyTolerance, "cross_entropy of to.") {
            $0.after.crossEntropy
        },
        .number(
            "change", unit: "nats", uncertainty: .interval(low: "change_low", high: "change_high"),
            tolerance: crossEntropyTolerance, "cross_entropy_to less cross_entropy_from."
        ) { $0.change.value },
        .number(
            "change_low", unit: "nats", tolerance: crossEntropyTolerance,
            "Lower end of its bootstrap 95% interval, the same sequences drawn of both; missing for one sequence."
        ) { $0.change.interval?.lowerBound },
        .number("change_high", unit: "nats", tolerance: crossEntropyTolerance, "Upper end of that interval.") {
            $0.change.interval?.upperBound
        },
        .string(
            "verdict",
            "'fell' or 'rose' where the interval leaves out zero, else 'not told apart'; missing without an interval."
        ) { record in
            record.change.interval.map { $0.upperBound < 0 ? "fell" : $0.lowerBound > 0 ? "rose" : "not told apart" }
        },
    ]
}
