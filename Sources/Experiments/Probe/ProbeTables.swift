import Checkpoints
import Engine
import Reports
import Statistics
import Tensors

extension Probe {
    static var tables: [Table] {
        [
            summary(of: lossTable([])).table, lossTable([]), changesTable([]), sequencesTable([]), positionsTable([]),
            integrityTable(),
        ]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = try models.standing(results) { summaries($0, results) != nil }
        let integrity = try contents.integrity(results, strict: false)
        let records = standing.flatMap { self.records($0, results) }
        let loss = Probe.lossTable(records)
        let changes = Probe.changesTable(changeRecords(results))
        return Report(
            tables: [
                loss, changes, sequenceTable(standing, results), positionTable(standing, results),
                integrityTable(integrity),
            ],
            readable: [Probe.summary(of: loss), Probe.brief(of: changes)],
            findings: integrity.findings.map(\.message), inputs: contents.facts(results),
            probeSet: models.probeFacts)
    }

    /// The domains, and all of them together where there are several.
    var scopes: [(name: String, domains: [Int])] {
        let all = Array(probe.domains.indices)
        return all.map { (probe.domains[$0], [$0]) } + (all.count > 1 ? [(Probe.wholeSet, all)] : [])
    }

    private func records(_ index: Int, _ results: ReductionResults) -> [LossRecord] {
        let before = series.predecessor(of: index)
        let bootstrap = Bootstrap(resamples: settings.resampling.resamples, seed: UInt64(settings.resampling.seed))
        return scopes.compactMap { scope in
            guard let metrics = metrics(index, scope.domains, results) else { return nil }
            let earlier = before.flatMap { self.metrics($0, scope.domains, results) }
            return LossRecord(
                label: series.checkpoints[index].label, revision: series.checkpoints[index].revision,
                domain: scope.name, metrics: metrics, interval: metrics.interval(bootstrap),
                meanBatchPerplexity: metrics.meanBatchPerplexity(batch: settings.batch),
                previous: earlier == nil ? nil : before.map { series.checkpoints[$0].label },
                change: earlier.map { metrics.change(since: $0, bootstrap) })
        }
    }

    /// Over the sequences of some domains; `nil` where the checkpoint could not be run.
    func metrics(_ index: Int, _ domains: [Int], _ results: ReductionResults) -> LossMetrics? {
        guard let (losses, divergences) = summaries(index, results) else { return nil }
        let wanted = probe.sequences.indices.filter { domains.contains(probe.sequences[$0].domain) }
        var bins = Array(repeating: SequenceLosses.Bin(), count: SequenceLosses.binCount)
        for domain in domains {
            for (bin, part) in losses.bins[domain].enumerated() {
                bins[bin].count += part.count
                bins[bin].confidence += part.confidence
                bins[bin].hits += part.hits
            }
        }
        return LossMetrics(sequences: wanted.map { sequence($0, losses, divergences) }, bins: bins)
    }

    private func sequence(
        _ number: Int, _ losses: SequenceLosses, _ divergences: Divergences?
    ) -> LossMetrics.Sequence {
        let sequence = probe.sequences[number]
        return LossMetrics.Sequence(
            targets: sequence.tokens.count - 1, byteCount: sequence.byteCount, losses: losses.sequences[number],
            divergence: divergences?.divergence[number], agreed: divergences?.agreed[number])
    }

    private func sequenceTable(_ standing: [Int], _ results: ReductionResults) -> Table {
        let records = standing.flatMap { index -> [SequenceLossRecord] in
            guard let (losses, divergences) = summaries(index, results) else { return [] }
            return probe.sequences.enumerated().map { number, sequence in
                SequenceLossRecord(
                    label: series.checkpoints[index].label, domain: probe.domains[sequence.domain],
                    number: sequence.number,
                    metrics: LossMetrics(sequences: [self.sequence(number, losses, divergences)], bins: []))
            }
        }
        return Probe.sequencesTable(records)
    }

    private func positionTable(_ standing: [Int], _ results: ReductionResults) -> Table {
        let records = standing.flatMap { index in scopes.flatMap { positions(index, $0.name, $0.domains, results) } }
        return Probe.positionsTable(records)
    }

    private static func lossTable(_ records: [LossRecord]) -> Table {
        Table(
            "loss", title: "Loss on the probe set, a row for each checkpoint and domain.",
            columns: LossRecord.columns, primaryKey: ["revision", "domain"], records: records)
    }

    private static func summary(of loss: Table) -> TableView {
        loss.view(LossRecord.brief, as: "summary", title: "Loss on the probe set.")
    }

    private static func sequencesTable(_ records: [SequenceLossRecord]) -> Table {
        Table(
            "sequences", title: "Loss on each sequence of the probe set.", columns: SequenceLossRecord.columns,
            primaryKey: ["revision", "domain", "sequence"], records: records)
    }

    private static func positionsTable(_ records: [PositionLossRecord]) -> Table {
        Table(
            "positions", title: "Loss by position in the sequence.", columns: PositionLossRecord.columns,
            primaryKey: ["revision", "domain", "first_position"], records: records)
    }

    private func positions(
        _ index: Int, _ name: String, _ domains: [Int], _ results: ReductionResults
    ) -> [PositionLossRecord] {
        let sequences = metrics(index, domains, results)?.sequences ?? []
        let buckets = sequences.map { $0.losses.loss.count }.max() ?? 0
        return (0..<buckets).map { bucket in
            let parts = sequences.filter { bucket < $0.losses.loss.count }.map { sequence in
                let positions = 1 << bucket..<min(2 << bucket, sequence.targets + 1)
                return (
                    loss: sequence.losses.loss[bucket], count: positions.count, first: sequence.losses.first[bucket]
                )
            }
            return PositionLossRecord(
                label: series.checkpoints[index].label, domain: name, bucket: bucket,
                targets: parts.reduce(0) { $0 + $1.count }, loss: parts.reduce(0) { $0 + $1.loss },
                first: parts.reduce(0) { $0 + $1.first },
                standardError: LossMetrics.standardError(parts.map { ($0.loss, $0.count) }))
        }
    }
}
