import Catalogs
import Checkpoints
import Engine
import Reports
import Tensors

extension Drift {
    static var tables: [Table] {
        let settings = DriftSettings()
        return [
            table("summary", [], "model", settings, isTrainingKnown: true),
            table("modules", [], "module", settings, isTrainingKnown: true),
            table("layers", [], "layer", settings, isTrainingKnown: true),
            table("tensors", [], "tensor", settings, isTrainingKnown: true),
            trajectoryTable([], isTrainingKnown: true), displacementTable([]), ingredientsTable([]), headsTable([]),
            embeddingRowsTable([]), coverageTable([]), integrityTable(),
        ]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = comparisons.filter { isComplete($0, results) }
        guard !standing.isEmpty else {
            throw InputError(results.refusals.map(\.description))
        }
        var integrity = try contents.integrity(results, strict: settings.integrity.strict)
        let equal = equalValues(standing, results)
        if settings.integrity.strict, !equal.isEmpty { throw InputError.withheld(equal) }
        integrity.add(equal)
        let records = standing.flatMap { self.records($0, results) }
        var tables = [
            ("summary", "model"), ("modules", "module"), ("layers", "layer"), ("tensors", "tensor"),
        ].map { Drift.table($0.0, records, $0.1, settings, isTrainingKnown: training != nil) }
        if settings.pair.from == nil { tables += seriesTables(results) }
        if settings.heads { tables.append(headsTable(standing, results)) }
        if settings.embeddingRows > 0 { tables.append(embeddingRowsTable(standing, results)) }
        tables += [coverageTable(standing, results), integrityTable(integrity)]
        return Report(
            tables: tables, readable: [brief(of: tables[0], records)],
            findings: integrity.findings.map(\.message) + coverageFindings(standing) + shareFindings(standing, results),
            inputs: contents.facts(results))
    }

    /// What training took from one checkpoint to another that was trained on from it.
    func trainingSpan(from: Int, to: Int) -> TrainingSpan? {
        guard let training, series.path(to: to).contains(from), from != to else { return nil }
        return TrainingSpan(from: training.position(from), to: training.position(to))
    }

    /// Whether every tensor's drift is known: an aggregate over some of them would pass for one over all.
    func isComplete(_ comparison: Comparison, _ results: ReductionResults) -> Bool {
        guard contents.isRead(comparison.from, results), contents.isRead(comparison.to, results) else { return false }
        let entries = alignments[Pair(comparison)]?.entries ?? []
        return entries.allSatisfy { !$0.isCompared || metrics(comparison, $0, results) != nil }
    }
}

/// One row of a drift table.
struct DriftRecord: Sendable {
    let comparison: Comparison.Kind
    let from: String
    let to: String
    /// Facts of the checkpoint that drift is measured to.
    let revision: Revision
    let scope: Scope
    /// Element types on both sides, of a tensor.
    let types: (from: ElementType, to: ElementType)?
    /// Shape, of a tensor.
    let shape: [Int]?
    /// Where checkpoint b stands in training, where that is known.
    let position: TrainingPosition?
    /// What training took from a to b; `nil` unless b was trained on from a.
    let span: TrainingSpan?
    /// Of the comparison as a whole.
    let coverage: WeightCoverage
    var metrics: DriftMetrics
}

extension Drift {
    /// The rows of a comparison at all levels, in the order of the tables.
    private func records(_ comparison: Comparison, _ results: ReductionResults) -> [DriftRecord] {
        let pair = Pair(comparison)
        let (from, to) = (series.checkpoints[comparison.from], series.checkpoints[comparison.to])
        let span = comparison.kind == .ingredients ? nil : trainingSpan(from: comparison.from, to: comparison.to)
        var records: [Scope: DriftRecord] = [:]
        let coverage = coverage(comparison, results)
        for entry in alignments[pair]?.entries ?? [] where entry.isCompared && !isTiedTwice(entry, pair, results) {
            guard let metrics = metrics(comparison, entry, results), let first = entry.from, let second = entry.to
            else {
                continue
            }
            let infos = (series.checkpoints[pair.first].tensors[first], series.checkpoints[pair.second].tensors[second])
            let isForward = pair.first == comparison.from
            let types = (
                from: isForward ? infos.0.elementType : infos.1.elementType,
                to: isForward ? infos.1.elementType : infos.0.elementType
            )
            for scope in Scope.containing(entry.name) {
                var record: DriftRecord
                if let started = records[scope] {
                    record = started
                } else {
                    let isTensor = scope.level == "tensor"
                    record = DriftRecord(
                        comparison: comparison.kind, from: from.label, to: to.label, revision: to.revision,
                        scope: scope, types: isTensor ? types : nil, shape: isTensor ? infos.0.shape : nil,
                        position: training?.position(comparison.to), span: span, coverage: coverage,
                        metrics: DriftMetrics())
                    record.metrics = metrics
                    records[scope] = record
                    continue
                }
                record.metrics.add(metrics)
                records[scope] = record
            }
        }
        return records.values.sorted { $0.scope.rank < $1.scope.rank }
    }

    private static let titles = [
        "summary": "Drift of the whole model, a row a comparison.",
        "modules": "Drift of each module, over all layers.",
        "layers": "Drift of each layer; 'none' is what lies outside the blocks.", "tensors": "Drift of each tensor.",
    ]

    private static func table(
        _ name: String, _ records: [DriftRecord], _ level: String, _ settings: DriftSettings, isTrainingKnown: Bool
    ) -> Table {
        var columns = DriftColumns.comparison(isTrainingKnown: isTrainingKnown)
        var key = ["comparison", "from", "to"]
        if level != "model" {
            columns += DriftColumns.scope(level)
            key.append(level)
        }
        columns += DriftColumns.metrics(movedThreshold: settings.movedThreshold)
        if level == "model" { columns.append(DriftColumns.coverage) }
        if isTrainingKnown { columns += DriftColumns.rates }
        return Table(
            name, title: titles[name] ?? name, columns: columns, primaryKey: key,
            records: records.filter { $0.scope.level == level })
    }

    /// The columns of the summary that fit a page.
    private func brief(of summary: Table, _ records: [DriftRecord]) -> TableView {
        // A share below 1 belongs beside the number that it is about.
        let share = records.allSatisfy(\.coverage.isWhole) ? [] : ["coverage"]
        return summary.view(
            ["comparison", "from", "to", "relative_drift"] + share + ["angle", "rms_change", "changed", "sign_flips"])
    }
}
