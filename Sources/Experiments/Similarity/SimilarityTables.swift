import Checkpoints
import Engine
import Reports
import Tensors

extension Similarity {
    private typealias Known = (place: Int, summary: RepresentationRequest.Summary)

    static var tables: [Table] {
        [summaryTable([]), checkpointsTable([]), layersTable([]), rankTable([]), integrityTable()]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = try models.standing(results) { results.summary(request($0)) != nil }
        let integrity = try models.contents.integrity(results, strict: false)
        let known = standing.compactMap { place in results.summary(request(place)).map { (place, $0) } }
        let pairs = checkpointRecords(known)
        let ranks = known.flatMap(rankRecords)
        return Report(
            tables: [
                Similarity.checkpointsTable(pairs), Similarity.layersTable(known.flatMap(layerRecords)),
                Similarity.rankTable(ranks), integrityTable(integrity),
            ],
            readable: [summary(known.map(\.0), pairs, ranks)],
            findings: integrity.findings.map(\.message) + RankRecord.doubts(ranks),
            inputs: models.contents.facts(results), probeSet: models.probeFacts)
    }

    /// Of checkpoints whose models have as many layers.
    private func checkpointRecords(_ known: [Known]) -> [AlignmentRecord] {
        let summaries = Dictionary(uniqueKeysWithValues: known.map { ($0.place, $0.summary) })
        return comparisons.flatMap { comparison -> [AlignmentRecord] in
            guard let from = summaries[comparison.from], let to = summaries[comparison.to],
                from.layerCount == to.layerCount
            else { return [] }
            let ends = [comparison.from, comparison.to].map { models.series.checkpoints[$0] }
            return depths(from).flatMap { depth in
                settings.pooling.states.indices.map { index in
                    let layer = HiddenLayer(depth: depth, layerCount: from.layerCount)
                    return AlignmentRecord(
                        comparison: comparison.kind, from: ends[0].label, to: ends[1].label,
                        revision: ends[1].revision, layers: (layer, layer), pooling: settings.pooling.states[index],
                        grams: (from.layers[depth].grams[index], to.layers[depth].grams[index]))
                }
            }
        }
    }

    /// The depths whose states are selected.
    private func depths(_ summary: RepresentationRequest.Summary) -> [Int] {
        summary.layers.indices.filter { depth in
            settings.pooling.layers.layers.take(HiddenLayer(depth: depth, layerCount: summary.layerCount).block)
        }
    }

    private func layerRecords(_ known: Known) -> [AlignmentRecord] {
        let (summary, checkpoint) = (known.summary, models.series.checkpoints[known.place])
        let depths = depths(summary)
        return depths.flatMap { from in
            depths.filter { $0 > from }.flatMap { to in
                settings.pooling.states.indices.map { index in
                    AlignmentRecord(
                        comparison: .pair, from: checkpoint.label, to: checkpoint.label, revision: checkpoint.revision,
                        layers: (
                            HiddenLayer(depth: from, layerCount: summary.layerCount),
                            HiddenLayer(depth: to, layerCount: summary.layerCount)
                        ), pooling: settings.pooling.states[index],
                        grams: (summary.layers[from].grams[index], summary.layers[to].grams[index]))
                }
            }
        }
    }

    private func rankRecords(_ known: Known) -> [RankRecord] {
        let checkpoint = models.series.checkpoints[known.place]
        return depths(known.summary).flatMap { depth in
            zip(settings.pooling.states.map(\.rawValue) + ["tokens"], known.summary.layers[depth].spreads).map {
                states, spread in
                RankRecord(
                    label: checkpoint.label, revision: checkpoint.revision,
                    layer: HiddenLayer(depth: depth, layerCount: known.summary.layerCount), states: states,
                    width: known.summary.width, spread: spread)
            }
        }
    }

    /// The final norm's states, which the predictions are made of.
    private func summary(_ places: [Int], _ pairs: [AlignmentRecord], _ ranks: [RankRecord]) -> Table {
        let final = pairs.filter { $0.layers.to.name == "final_norm" && $0.pooling == settings.pooling.states[0] }
        let records = places.map { place in
            let label = models.series.checkpoints[place].label
            func gram(_ kind: Comparison.Kind) -> Double? {
                final.first { $0.comparison == kind && $0.to == label }?.unbiasedAlignment
            }
            return SimilaritySummary(
                label: label, revision: models.series.checkpoints[place].revision, reference: gram(.reference),
                predecessor: gram(.predecessor),
                rank: ranks.last { $0.label == label && $0.layer.name == "final_norm" }?.spread.rank)
        }
        return Similarity.summaryTable(records)
    }

    private static func summaryTable(_ records: [SimilaritySummary]) -> Table {
        Table(
            "summary", title: "Hidden states after the final norm, a row for each checkpoint.",
            columns: SimilaritySummary.columns, primaryKey: ["revision"], records: records)
    }

    private static func checkpointsTable(_ records: [AlignmentRecord]) -> Table {
        Table(
            "checkpoints", title: "Likeness of hidden states between checkpoints, layer by layer.",
            columns: AlignmentRecord.betweenCheckpoints,
            primaryKey: ["comparison", "from", "to", "depth", "states"], records: records)
    }

    private static func layersTable(_ records: [AlignmentRecord]) -> Table {
        Table(
            "layers", title: "Likeness of hidden states between the layers of a checkpoint.",
            columns: AlignmentRecord.betweenLayers,
            primaryKey: ["revision", "depth_from", "depth_to", "states"], records: records)
    }

    private static func rankTable(_ records: [RankRecord]) -> Table {
        Table(
            "rank", title: "Over how many dimensions hidden states spread.",
            columns: RankRecord.columns, primaryKey: ["revision", "depth", "states"], records: records)
    }
}
