import Base
import Checkpoints
import Reports

/// Where a checkpoint stands on its way through the weights.
struct DriftPoint: Sendable {
    let label: String
    let revision: Revision
    let predecessor: String?
    let displacement: Double?
    let pathLength: Double?
    let stepDrift: Double?
    var relativeDrift: Double?
    var angle: Double?
    var norm: Double?
}

/// What a checkpoint says of one domain.
struct LossPoint: Sendable {
    let domain: String
    let loss: Double?
    let interval: (low: Double?, high: Double?)
    let predecessor: String?
    let changeInterval: (low: Double?, high: Double?)
}

/// A drift run and a probe run of one series, checkpoint by checkpoint.
struct JoinedRuns: Sendable {
    /// In training order.
    let points: [DriftPoint]
    /// By label, in the order of the table.
    let losses: [String: [LossPoint]]
    /// Label of the checkpoint that drift is measured from.
    let reference: String
    /// Labels and fingerprints of the joined checkpoints.
    let checkpoints: [SavedRun.Checkpoint]
    /// What was left out, a line each.
    let findings: [String]

    /// Reads both.
    /// - Throws: `InputError` and `CSVError`, when a table cannot be read or the runs are not of one series.
    init(drift: SavedRun, loss: SavedRun, allowUnmatched: Bool) throws {
        let points = try Self.points(drift)
        let losses = try Self.losses(loss)
        let labels = Set(points.map(\.label)).intersection(losses.keys)
        try Self.requireOneSeries(drift, loss, labels)
        let unmatched =
            points.map(\.label).filter { !labels.contains($0) }.map {
                "'\($0)' is in \(drift.name) but not in \(loss.name)"
            }
            + loss.checkpoints.map(\.label).filter { losses[$0] != nil && !labels.contains($0) }
            .map { "'\($0)' is in \(loss.name) but not in \(drift.name)" }
        if !unmatched.isEmpty, !allowUnmatched {
            throw InputError(
                unmatched + [
                    "\(unmatched.count) checkpoint(s) are in one of the runs only; run both on the same series, or set "
                        + "allow_unmatched=true to leave them out"
                ])
        }
        self.points = points.filter { labels.contains($0.label) }
        self.losses = losses
        reference = drift.reference ?? drift.checkpoints.first?.label ?? ""
        checkpoints = drift.checkpoints.filter { labels.contains($0.label) }
        findings = unmatched.map { "\($0); it is left out" }
    }

    /// A label in common says little: every model has a step 1000.
    private static func requireOneSeries(_ drift: SavedRun, _ loss: SavedRun, _ labels: Set<String>) throws {
        guard !labels.isEmpty else {
            throw InputError(
                "\(drift.name) and \(loss.name) have no checkpoint in common: "
                    + "the one begins with '\(drift.checkpoints.first?.label ?? "")', the other with "
                    + "'\(loss.checkpoints.first?.label ?? "")'; run both on the same series")
        }
        let others = Dictionary(loss.checkpoints.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
        let problems = drift.checkpoints.compactMap { one -> String? in
            guard labels.contains(one.label), let other = others[one.label] else { return nil }
            if let (a, b) = both(one.fingerprint, other.fingerprint), a != b {
                return "'\(one.label)' has fingerprint \(a) in \(drift.name) but \(b) in \(loss.name)"
            }
            // A drift of some tensors goes with the loss of all.
            if drift.selection == nil, let (a, b) = both(one.elements, other.elements), a != b {
                return "'\(one.label)' has \(a) elements in \(drift.name) but \(b) in \(loss.name)"
            }
            return nil
        }
        guard problems.isEmpty else {
            throw InputError(problems + ["the two runs are not of the same series; run both on the same checkpoints"])
        }
    }

    private static func both<Value>(_ a: Value?, _ b: Value?) -> (Value, Value)? {
        guard let a, let b else { return nil }
        return (a, b)
    }

    private static func points(_ run: SavedRun) throws -> [DriftPoint] {
        let table = try run.table(
            "trajectory", remedy: "a drift run of a pair has none; run drift on a series")
        let (levels, labels) = (try table.texts("level"), try table.texts("revision"))
        let revisions = try revisions(table)
        let predecessors = try table.texts("predecessor")
        let (displacements, paths) = (try table.numbers("displacement"), try table.numbers("path_length"))
        let steps = try table.numbers("step_drift")
        var points = levels.indices.compactMap { row -> DriftPoint? in
            guard levels[row] == "model", let label = labels[row] else { return nil }
            return DriftPoint(
                label: label, revision: revisions[row], predecessor: predecessors[row],
                displacement: displacements[row], pathLength: paths[row], stepDrift: steps[row])
        }
        try addSummary(of: run, to: &points)
        return points
    }

    /// Norms stand in comparisons of any kind, relative drifts and angles in those with the reference.
    private static func addSummary(of run: SavedRun, to points: inout [DriftPoint]) throws {
        let table = try run.table("summary", remedy: "run drift anew")
        let (kinds, from, to) = (try table.texts("comparison"), try table.texts("from"), try table.texts("to"))
        let (relative, angles) = (try table.numbers("relative_drift"), try table.numbers("angle"))
        let (fromNorms, toNorms) = (try table.numbers("norm_from"), try table.numbers("norm_to"))
        let places = Dictionary(points.enumerated().map { ($1.label, $0) }, uniquingKeysWith: { first, _ in first })
        for row in kinds.indices {
            if let place = from[row].flatMap({ places[$0] }) { points[place].norm = fromNorms[row] }
            guard let place = to[row].flatMap({ places[$0] }) else { continue }
            points[place].norm = toNorms[row]
            if kinds[row] == "reference" {
                points[place].relativeDrift = relative[row]
                points[place].angle = angles[row]
            }
        }
    }

    private static func losses(_ run: SavedRun) throws -> [String: [LossPoint]] {
        let table = try run.table("loss", remedy: "run probe anew")
        let (labels, domains) = (try table.texts("revision"), try table.texts("domain"))
        let (loss, previous) = (try table.numbers("cross_entropy"), try table.texts("previous"))
        let low = try table.numbers("cross_entropy_low")
        let high = try table.numbers("cross_entropy_high")
        let (changeLow, changeHigh) = (try table.numbers("change_low"), try table.numbers("change_high"))
        var losses: [String: [LossPoint]] = [:]
        for row in labels.indices {
            guard let label = labels[row], let domain = domains[row] else {
                throw CSVError(
                    file: table.file, line: table.rows[row].line, "a row without revision or domain; run probe anew")
            }
            losses[label, default: []].append(
                LossPoint(
                    domain: domain, loss: loss[row], interval: (low[row], high[row]), predecessor: previous[row],
                    changeInterval: (changeLow[row], changeHigh[row])))
        }
        return losses
    }

    private static func revisions(_ table: CSVTable) throws -> [Revision] {
        let (stages, ingredients) = (try table.integers("stage"), try table.integers("ingredient"))
        let (steps, tokens) = (try table.integers("step"), try table.integers("tokens"))
        let labels = try table.texts("revision")
        return table.rows.indices.map { row in
            Revision(
                name: labels[row] ?? "", stage: stages[row], ingredient: ingredients[row], step: steps[row],
                tokens: tokens[row])
        }
    }
}
