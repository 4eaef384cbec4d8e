import Checkpoints
import Engine
import Reports
import Statistics
import Tensors

extension Probe {
    static var tables: [Table] {
        [summaryTable([]), lossTable([]), changesTable([]), sequencesTable([]), positionsTable([]), integrityTable()]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = try models.standing(results) { summaries($0, results) != nil }
        let integrity = try contents.integrity(results, strict: false)
        let records = standing.flatMap { self.records($0, results) }
        let changes = changeRecords(results)
        return Report(
            tables: [
                Probe.lossTable(records), Probe.changesTable(changes), sequenceTable(standing, results),
                positionTable(standing, results),
                integrityTable(integrity),
            ],
            readable: [Probe.summaryTable(records), Probe.briefChanges(changes)],
            findings: integrity.findings.map(\.message),
            inputs: contents.facts(results),
            probeSet: models.probeFacts)
    }

    /// The domains, and all of them together where there are several.
    var scopes: [(name: String, domains: [Int])] {
        let all = Array(probe.domains.indices)
        return all.map { (probe.domains[$0], [$0]) } + (all.count > 1 ? [(Probe.wholeSet, all)] : [])
    }

    private func records(_ place: Int, _ results: ReductionResults) -> [ProbeRecord] {
        let before = series.predecessor(of: place)
        let bootstrap = Bootstrap(resamples: settings.resampling.resamples, seed: UInt64(settings.resampling.seed))
        return scopes.compactMap { scope in
            guard let metrics = metrics(place, scope.domains, results) else { return nil }
            let earlier = before.flatMap { self.metrics($0, scope.domains, results) }
            return ProbeRecord(
                label: series.checkpoints[place].label, revision: series.checkpoints[place].revision,
                domain: scope.name, metrics: metrics, interval: metrics.interval(bootstrap),
                meanBatchPerplexity: metrics.meanBatchPerplexity(batch: settings.batch),
                previous: earlier == nil ? nil : before.map { series.checkpoints[$0].label },
                change: earlier.map { metrics.change(since: $0, bootstrap) })
        }
    }

    /// Over the sequences of some domains; `nil` where the checkpoint could not be run.
    func metrics(_ place: Int, _ domains: [Int], _ results: ReductionResults) -> ProbeMetrics? {
        guard let (losses, divergences) = summaries(place, results) else { return nil }
        let wanted = probe.sequences.indices.filter { domains.contains(probe.sequences[$0].domain) }
        var bins = Array(repeating: ProbeLosses.Bin(), count: ProbeLosses.binCount)
        for domain in domains {
            for (bin, part) in losses.bins[domain].enumerated() {
                bins[bin].count += part.count
                bins[bin].confidence += part.confidence
                bins[bin].hits += part.hits
            }
        }
        return ProbeMetrics(sequences: wanted.map { sequence($0, losses, divergences) }, bins: bins)
    }

    private func sequence(
        _ number: Int, _ losses: ProbeLosses, _ divergences: ProbeDivergences?
    ) -> ProbeMetrics.Sequence {
        let sequence = probe.sequences[number]
        return ProbeMetrics.Sequence(
            targets: sequence.tokens.count - 1, byteCount: sequence.byteCount, losses: losses.sequences[number],
            divergence: divergences?.divergence[number], agreed: divergences?.agreed[number])
    }

    private func sequenceTable(_ standing: [Int], _ results: ReductionResults) -> Table {
        let records = standing.flatMap { place -> [ProbeSequenceRecord] in
            guard let (losses, divergences) = summaries(place, results) else { return [] }
            return probe.sequences.enumerated().map { number, sequence in
                ProbeSequenceRecord(
                    label: series.checkpoints[place].label, domain: probe.domains[sequence.domain],
                    number: sequence.number,
                    metrics: ProbeMetrics(sequences: [self.sequence(number, losses, divergences)], bins: []))
            }
        }
        return Probe.sequencesTable(records)
    }

    private func positionTable(_ standing: [Int], _ results: ReductionResults) -> Table {
        let records = standing.flatMap { place in scopes.flatMap { positions(place, $0.name, $0.domains, results) } }
        return Probe.positionsTable(records)
    }

    private static func lossTable(_ records: [ProbeRecord]) -> Table {
        Table(
            "loss", title: "Loss on the probe set, a row for each checkpoint and domain.",
            columns: ProbeRecord.columns, primaryKey: ["revision", "domain"], records: records)
    }

    private static func summaryTable(_ records: [ProbeRecord]) -> Table {
        Table(
            "summary", title: "Loss on the probe set.",
            columns: ProbeRecord.columns.filter { ProbeRecord.brief.contains($0.column.name) },
            primaryKey: ["revision", "domain"], records: records)
    }

    private static func sequencesTable(_ records: [ProbeSequenceRecord]) -> Table {
        Table(
            "sequences", title: "Loss on each sequence of the probe set.", columns: ProbeSequenceRecord.columns,
            primaryKey: ["revision", "domain", "sequence"], records: records)
    }

    private static func positionsTable(_ records: [ProbePositionRecord]) -> Table {
        Table(
            "positions", title: "Loss by position in the sequence.", columns: ProbePositionRecord.columns,
            primaryKey: ["revision", "domain", "first_position"], records: records)
    }

    private func positions(
        _ place: Int, _ name: String, _ domains: [Int], _ results: ReductionResults
    ) -> [ProbePositionRecord] {
        let sequences = metrics(place, domains, results)?.sequences ?? []
        let buckets = sequences.map { $0.losses.loss.count }.max() ?? 0
        return (0..<buckets).map { bucket in
            let parts = sequences.filter { bucket < $0.losses.loss.count }.map { sequence in
                let positions = 1 << bucket..<min(2 << bucket, sequence.targets + 1)
                return (
                    loss: sequence.losses.loss[bucket], count: positions.count, first: sequence.losses.first[bucket]
                )
            }
            return ProbePositionRecord(
                label: series.checkpoints[place].label, domain: name, bucket: bucket,
                targets: parts.reduce(0) { $0 + $1.count }, loss: parts.reduce(0) { $0 + $1.loss },
                first: parts.reduce(0) { $0 + $1.first },
                standardError: ProbeMetrics.standardError(parts.map { ($0.loss, $0.count) }))
        }
    }
}
