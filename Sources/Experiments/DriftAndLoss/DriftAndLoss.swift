import Base
import Engine
import Reports
import Statistics

/// Whether the loss follows the weights: a drift run and a probe run of one series, side by side.
struct DriftAndLoss: Experiment {
    static let name = "drift_and_loss"
    static let question = "Does the loss follow the weights?"

    private let settings: DriftAndLossSettings
    private let runs: JoinedRuns

    /// Reads the tables of both runs.
    /// - Throws: `InputError` when one cannot be read, or they are not of one series.
    init(_ settings: DriftAndLossSettings, _ context: RunContext) throws {
        self.settings = settings
        do {
            let drift = try SavedRun(settings.drift, of: "drift", experiment: "drift", context)
            let loss = try SavedRun(settings.loss, of: "loss", experiment: "probe", context)
            runs = try JoinedRuns(drift: drift, loss: loss, allowUnmatched: settings.allowUnmatched)
            for run in [drift, loss] {
                guard let sentence = run.selection else { continue }
                var record = SelectionRecord()
                record.note(sentence, of: run.name)
                context.note(record)
            }
        } catch let error as CSVError {
            throw InputError(error.description)
        }
    }

    /// Nothing: what was computed stands in the tables.
    var requests: [any Request] { [] }

    static var tables: [Table] {
        [
            summaryTable([], domain: nil), joinedTable([]), correlationsTable([]),
        ]
    }

    private static func joinedTable(_ records: [DriftAndLossRecord]) -> Table {
        Table(
            "joined", title: "Drift and loss, a row for each checkpoint and domain.",
            columns: DriftAndLossRecord.columns, primaryKey: ["revision", "domain"], records: records)
    }

    private static func correlationsTable(_ records: [CorrelationRecord]) -> Table {
        Table(
            "correlations", title: "Rank correlations between drift and loss over the checkpoints of a run.",
            columns: CorrelationRecord.columns, primaryKey: ["run", "domain", "x", "y"], records: records)
    }

    /// The columns that fit a page, of one domain.
    private static func summaryTable(_ records: [DriftAndLossRecord], domain: String?) -> Table {
        Table(
            "summary", title: "Drift and loss\(domain.map { ", domain '\($0)'" } ?? "").",
            columns: DriftAndLossRecord.columns.filter { DriftAndLossRecord.brief.contains($0.column.name) },
            primaryKey: ["revision"], records: records.filter { $0.loss.domain == domain })
    }

    func report(_ results: ReductionResults) -> Report {
        let records = self.records
        let found = self.correlations(of: records)
        // The last domain of a probe run is the whole set; those before it would not fit a page.
        let domain = records.last?.loss.domain
        let brief = Table(
            "correlations", title: "Rank correlations\(domain.map { ", domain '\($0)'" } ?? "").",
            columns: CorrelationRecord.columns.filter { $0.column.name != "domain" },
            records: found.filter { $0.domain == domain })
        return Report(
            tables: [DriftAndLoss.joinedTable(records), DriftAndLoss.correlationsTable(found)],
            readable: [DriftAndLoss.summaryTable(records, domain: domain), brief], findings: runs.findings,
            inputs: .array(
                runs.checkpoints.map { checkpoint in
                    .object(
                        [("label", .string(checkpoint.label))]
                            + (checkpoint.fingerprint.map { [("fingerprint", .string($0))] } ?? []))
                }))
    }

    private var records: [DriftAndLossRecord] {
        let points = Dictionary(runs.points.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
        return runs.points.flatMap { point in
            (runs.losses[point.label] ?? []).map { loss -> DriftAndLossRecord in
                DriftAndLossRecord(
                    point: point, loss: loss, previous: point.predecessor.flatMap { points[$0] },
                    previousLoss: self.loss(point.predecessor, loss.domain),
                    referenceLoss: self.loss(runs.reference, loss.domain))
            }
        }
    }

    private func loss(_ label: String?, _ domain: String) -> Double? {
        label.flatMap { runs.losses[$0] }?.first { $0.domain == domain }?.loss
    }

    /// Of every run with at least three checkpoints, and of all together, for every domain.
    private func correlations(of records: [DriftAndLossRecord]) -> [CorrelationRecord] {
        let bootstrap = Bootstrap(resamples: settings.resampling.resamples, seed: UInt64(settings.resampling.seed))
        var runs: [String] = []
        var domains: [String] = []
        for record in records {
            if let run = record.run, !runs.contains(run) { runs.append(run) }
            if !domains.contains(record.loss.domain) { domains.append(record.loss.domain) }
        }
        return ([CorrelationRecord.allRuns] + runs).flatMap { run in
            domains.flatMap { domain in
                let members = records.filter {
                    $0.loss.domain == domain && (run == CorrelationRecord.allRuns || $0.run == run)
                }
                return CorrelationRecord.pairs.compactMap { pair -> CorrelationRecord? in
                    let values = members.compactMap { record in
                        pair.x(record).flatMap { x in pair.y(record).map { (x: x, y: $0) } }
                    }
                    guard values.count >= CorrelationRecord.fewestPoints else { return nil }
                    let (x, y) = (values.map(\.x), values.map(\.y))
                    return CorrelationRecord(
                        run: run, domain: domain, x: pair.names.x, y: pair.names.y, points: values.count,
                        correlation: Ranks.correlation(x, y), interval: Ranks.correlationInterval(x, y, bootstrap))
                }
            }
        }
    }
}
