import Checkpoints
import Reports
import Tensors

extension Drift {
    func report(_ results: ReductionResults) throws -> Report {
        let standing = comparisons.filter { isComplete($0, results) }
        guard !standing.isEmpty else {
            throw InputError(results.failures.sorted { $0.key < $1.key }.map(\.value.description))
        }
        let contents = self.contents(results)
        let integrity = Integrity(series.checkpoints, contents: contents)
        if settings.strict, !integrity.findings.isEmpty {
            throw InputError(integrity.findings.map(\.message) + ["strict is set: no table is written"])
        }
        let records = standing.flatMap { self.records($0, results) }
        let summary = table("summary", "Drift of the whole model, a row a comparison.", records, "model")
        var tables = [
            summary,
            table("modules", "Drift of each module, over all layers.", records, "module"),
            table("layers", "Drift of each layer; 'none' is what lies outside the blocks.", records, "layer"),
            table("tensors", "Drift of each tensor.", records, "tensor"),
        ]
        if settings.from == nil { tables += seriesTables(results) }
        if settings.heads { tables.append(headsTable(standing, results)) }
        if settings.embeddingRows > 0 { tables.append(embeddingRowsTable(standing, results)) }
        tables += [coverageTable(standing), integrityTable(integrity)]
        return Report(
            tables: tables, readable: [briefSummary(records)],
            findings: integrity.findings.map(\.message) + coverageFindings(standing),
            inputs: .array(series.checkpoints.indices.map { describe($0, contents[$0]) }))
    }

    /// Whether every tensor's drift is known: an aggregate over some of them would pass for one over all.
    func isComplete(_ comparison: Comparison, _ results: ReductionResults) -> Bool {
        guard isReadable(comparison.from, results), isReadable(comparison.to, results) else { return false }
        let entries = alignments[Pair(comparison)]?.entries ?? []
        return entries.allSatisfy { !$0.isCompared || metrics(comparison, $0, results) != nil }
    }

    func isReadable(_ place: Int, _ results: ReductionResults) -> Bool {
        series.checkpoints[place].tensors.indices.allSatisfy { tensor in
            !series.checkpoints[place].tensors[tensor].elementType.hasStatistics
                || results.summary(content(place, tensor)) != nil
        }
    }

    private func contents(_ results: ReductionResults) -> [[TensorContent?]] {
        series.checkpoints.indices.map { place in
            series.checkpoints[place].tensors.indices.map { results.summary(content(place, $0)) }
        }
    }

    private func describe(_ place: Int, _ contents: [TensorContent?]) -> JSON {
        let checkpoint = series.checkpoints[place]
        var facts: [(key: String, value: JSON)] = [
            ("label", .string(checkpoint.label)), ("location", .string(checkpoint.location.description)),
        ]
        let revision = checkpoint.revision
        for (key, value) in [
            ("stage", revision.stage), ("ingredient", revision.ingredient), ("step", revision.step),
            ("tokens", revision.tokens),
        ] {
            if let value { facts.append((key, .integer(value))) }
        }
        let read = checkpoint.tensors.filter(\.elementType.hasStatistics)
        facts += [
            ("tensors", .integer(read.count)), ("elements", .integer(read.reduce(0) { $0 + $1.elementCount })),
        ]
        if let fingerprint = checkpoint.contents.fingerprint(contents) {
            facts.append(("fingerprint", .string("\(fingerprint)")))
        }
        return .object(facts)
    }
}

/// One row of a drift table.
struct DriftRecord: Sendable {
    let comparison: Comparison.Kind
    let from: String
    let to: String
    /// Facts of the checkpoint that drift is measured to.
    let revision: Revision
    let scope: DriftScope
    /// Element types on both sides, of a tensor.
    let types: (from: ElementType, to: ElementType)?
    /// Shape, of a tensor.
    let shape: [Int]?
    var metrics: DriftMetrics
}

extension Drift {
    /// The rows of a comparison at all levels, in the order of the tables.
    private func records(_ comparison: Comparison, _ results: ReductionResults) -> [DriftRecord] {
        let pair = Pair(comparison)
        let (from, to) = (series.checkpoints[comparison.from], series.checkpoints[comparison.to])
        var records: [DriftScope: DriftRecord] = [:]
        for entry in alignments[pair]?.entries ?? [] where entry.isCompared {
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
            for scope in DriftScope.containing(entry.name) {
                var record: DriftRecord
                if let started = records[scope] {
                    record = started
                } else {
                    let isTensor = scope.level == "tensor"
                    record = DriftRecord(
                        comparison: comparison.kind, from: from.label, to: to.label, revision: to.revision,
                        scope: scope, types: isTensor ? types : nil, shape: isTensor ? infos.0.shape : nil,
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

    private func table(_ name: String, _ title: String, _ records: [DriftRecord], _ level: String) -> Table {
        var columns = DriftColumns.comparison
        var key = ["comparison", "from", "to"]
        if level != "model" {
            columns += DriftColumns.scope(level)
            key.append(level)
        }
        columns += DriftColumns.metrics(movedThreshold: settings.movedThreshold)
        return Table(
            name, title: title, columns: columns, primaryKey: key, records: records.filter { $0.scope.level == level })
    }

    /// The columns of the summary that fit a page.
    private func briefSummary(_ records: [DriftRecord]) -> Table {
        let wanted = ["comparison", "from", "to", "relative_drift", "angle", "rms_change", "changed", "sign_flips"]
        let all = DriftColumns.comparison + DriftColumns.metrics(movedThreshold: settings.movedThreshold)
        return Table(
            "summary", title: "Drift of the whole model, a row a comparison.",
            columns: wanted.compactMap { name in all.first { $0.column.name == name } },
            primaryKey: ["comparison", "from", "to"], records: records.filter { $0.scope == .model })
    }
}
