import Checkpoints
import Engine
import Reports
import Statistics

extension LinearProbe {
    static var tables: [Table] { [summaryTable([]), scoresTable([]), predictionTable([]), integrityTable()] }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = try models.standing(results) { results.summary(request($0)) != nil }
        let integrity = try models.contents.integrity(results, strict: false)
        let records = standing.flatMap { self.records($0, results) }
        let predictions = settings.predictions ? [LinearProbe.predictionTable(self.predictions(records))] : []
        return Report(
            tables: [LinearProbe.scoresTable(records)] + predictions + [integrityTable(integrity)],
            readable: [LinearProbe.summaryTable(best(of: records))],
            findings: integrity.findings.map(\.message) + doubts + records.compactMap(\.doubt),
            inputs: models.contents.facts(results), probeSet: models.probeFacts)
    }

    private func records(_ place: Int, _ results: ReductionResults) -> [LinearProbeRecord] {
        guard let summary = results.summary(request(place)) else { return [] }
        let checkpoint = models.series.checkpoints[place]
        let baseline = task.baseline
        return summary.outcomes.enumerated().flatMap { depth, outcomes -> [LinearProbeRecord] in
            let layer = HiddenLayer(depth: depth, layerCount: summary.layerCount)
            guard settings.pooling.layers.layers.take(layer.block) else { return [] }
            return zip(settings.pooling.states, outcomes).map { pooling, outcome in
                LinearProbeRecord(
                    label: checkpoint.label, revision: checkpoint.revision,
                    layer: layer, pooling: pooling,
                    width: summary.width, classes: classes.count, training: task.split.training.count,
                    heldOut: task.split.heldOut.count, outcome: outcome, baseline: baseline)
            }
        }
    }

    /// By the loss in cross-validation: to choose by what was held out would flatter it.
    private func best(of records: [LinearProbeRecord]) -> [LinearProbeRecord] {
        models.series.checkpoints.flatMap { checkpoint in
            settings.pooling.states.compactMap { pooling in
                records.filter { $0.label == checkpoint.label && $0.pooling == pooling && $0.outcome != nil }
                    .min { $0.outcome?.validationLoss ?? .infinity < $1.outcome?.validationLoss ?? .infinity }
            }
        }
    }

    private func predictions(_ records: [LinearProbeRecord]) -> [PredictionRecord] {
        records.flatMap { record -> [PredictionRecord] in
            guard let outcome = record.outcome, let predicted = outcome.predictions,
                let probabilities = outcome.labelProbabilities
            else { return [] }
            return task.split.heldOut.enumerated().map { index, place in
                let sequence = models.probe.sequences[place]
                return PredictionRecord(
                    probe: record, domain: models.probe.domains[sequence.domain], sequence: sequence.number,
                    label: classes[task.labels[place]], prediction: classes[predicted[index]],
                    labelProbability: probabilities[index])
            }
        }
    }

    private static func scoresTable(_ records: [LinearProbeRecord]) -> Table {
        Table(
            "linear_probe", title: "Linear probes of hidden states, a row for each checkpoint, layer and pooling.",
            columns: LinearProbeRecord.columns, primaryKey: ["revision", "depth", "states"], records: records)
    }

    private static func summaryTable(_ records: [LinearProbeRecord]) -> Table {
        Table(
            "summary", title: "The layer of each checkpoint whose linear probe cross-validates best.",
            columns: LinearProbeRecord.columns.filter { LinearProbeRecord.brief.contains($0.column.name) },
            primaryKey: ["revision", "states"], records: records)
    }

    private static func predictionTable(_ records: [PredictionRecord]) -> Table {
        Table(
            "predictions", title: "What linear probes say of each sequence held out.",
            columns: PredictionRecord.columns, primaryKey: ["revision", "depth", "states", "domain", "sequence"],
            records: records)
    }
}
