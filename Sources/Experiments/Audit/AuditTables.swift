import Checkpoints
import Engine
import LanguageModels
import Reports
import Settings
import Tensors

extension Audit {
    static var tables: [Table] {
        [
            summaryTable([]), findingsTable([]), AuditedSeries.filesTable([]), AuditedSeries.orderTable([]),
            AuditedSeries.soupTable([]),
        ]
    }

    static func findingsTable(_ findings: [AuditFinding]) -> Table {
        Table(
            "findings", title: "What casts doubt on the checkpoints; no row when nothing was found.",
            columns: AuditFinding.columns, records: findings)
    }

    /// The columns of the findings that fit a page.
    static func summaryTable(_ findings: [AuditFinding]) -> Table {
        let wanted = ["severity", "finding", "revision", "tensor", "other", "evidence"]
        return Table(
            "summary", title: "What casts doubt on the checkpoints; no row when nothing was found.",
            columns: AuditFinding.columns.filter { wanted.contains($0.column.name) }, records: findings)
    }
}

/// One row of `order`.
private struct OrderRow: Sendable {
    let record: AuditOrderRecord
    let checkpoints: [Checkpoint]
    let distances: AuditDistances

    private func label(_ place: Int?) -> String? { place.map { checkpoints[$0].label } }
    private func length(_ other: Int?) -> Double? { other.flatMap { distances.length(record.place, $0) } }

    static let columns: [TypedColumn<OrderRow>] =
        [.string("revision", "The checkpoint.") { $0.label($0.record.place) }]
        + revisionColumns.map { $0.of { $0.checkpoints[$0.record.place].revision } } + [
            .integer("claimed", "Its number in its run by the labels, from 1.") { $0.record.claimed },
            .integer(
                "recovered", "Its number by distance; missing when the run has fewer than three checkpoints to order."
            ) { $0.record.recovered },
            .boolean("moved", "Whether it has to move to come from the one order to the other.") { $0.record.isMoved },
            .string("before", "The checkpoint before it by the labels; the branch point for a run's first.") {
                $0.label($0.record.before)
            },
            .number("distance_before", "‖x − x_before‖₂, estimated.") { $0.length($0.record.before) },
            .string("after", "The checkpoint after it by the labels.") { $0.label($0.record.after) },
            .number("distance_after", "‖x − x_after‖₂, estimated.") { $0.length($0.record.after) },
            .string("recovered_before", "The checkpoint before it by distance.") {
                $0.label($0.record.recoveredBefore)
            },
            .number("distance_recovered_before", "‖x − x_recovered_before‖₂, estimated.") {
                $0.length($0.record.recoveredBefore)
            },
            .string("recovered_after", "The checkpoint after it by distance.") { $0.label($0.record.recoveredAfter) },
            .number("distance_recovered_after", "‖x − x_recovered_after‖₂, estimated.") {
                $0.length($0.record.recoveredAfter)
            },
            .string("nearest", "The nearest checkpoint of the series.") { $0.label($0.record.nearest) },
            .number("distance_nearest", "‖x − x_nearest‖₂, estimated.") { $0.length($0.record.nearest) },
            .number("distance_error", "Relative standard deviation of that estimate.") { row in
                row.record.nearest.map { row.distances.error(row.record.place, $0) }
            },
        ]
}

/// One row of `files`.
private struct FileRecord: Sendable {
    let checkpoint: Checkpoint
    let architecture: Architecture?
    let isRead: Bool
    let bytes: Int
    let elements: Int
    let types: String
    let fingerprint: Fingerprint?
    let norm: Double?
    let errors: Int
    let warnings: Int

    var verdict: String { !isRead ? "unread" : errors > 0 ? "wrong" : warnings > 0 ? "doubted" : "sound" }

    static let columns: [TypedColumn<FileRecord>] =
        [
            .string("revision", "The checkpoint.") { $0.checkpoint.label },
            .string("file", "Where it is, as the settings name it.") { $0.checkpoint.location.description },
            .string(
                "verdict",
                "sound: read whole, and nothing was found; doubted: there are warnings; wrong: there are errors; unread: it was not read whole."
            ) { $0.verdict },
        ] + revisionColumns.map { $0.of(\.checkpoint.revision) } + [
            .boolean("read", "Whether all its tensors could be read.") { $0.isRead },
            .string("architecture", "Family of models that its config names; missing when none known here.") {
                $0.architecture?.family.rawValue
            },
            .integer("expected_weights", "Number of weights by its config; missing without a known architecture.") {
                $0.architecture?.parameterCount
            },
            .integer("weights", "Number of floating-point elements found.") { $0.elements },
            .integer("tensors", "Number of tensors found.") { $0.checkpoint.tensors.count },
            .string("dtypes", "Element types of the tensors with weights, the most frequent first.") { $0.types },
            .integer("bytes", unit: "byte", "Size of its files.") { $0.bytes },
            .number("l2", "‖x‖₂ of all weights; missing when one is not finite.") { $0.norm },
            .string("fingerprint", "Of names, types, shapes and contents of all tensors: see Fingerprints.") {
                $0.fingerprint.map { "\($0)" }
            },
            .integer("errors", "Findings about it that are errors.") { $0.errors },
            .integer("warnings", "Findings about it that are warnings.") { $0.warnings },
        ]
}

extension AuditedSeries {
    func filesTable(
        _ findings: [AuditFinding], _ distances: AuditDistances, _ order: [AuditOrderRecord],
        _ contents: SeriesContents,
        _ results: ReductionResults
    ) -> Table {
        let records = checkpoints.indices.map { place -> FileRecord in
            let checkpoint = checkpoints[place]
            let weights = checkpoint.tensors.filter(\.elementType.hasStatistics)
            let counts = Dictionary(weights.map { ($0.elementType.rawValue, 1) }, uniquingKeysWith: +)
            let types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key).joined(separator: " ")
            let sums = self.contents[place].compactMap { $0?.sums }
            let square = sums.reduce(0) { $0 + $1.squareSum }
            let own = findings.filter { $0.checkpoint == checkpoint.label }
            var architecture: Architecture?
            if case .success(let known) = architectures[place] { architecture = known }
            return FileRecord(
                checkpoint: checkpoint, architecture: architecture, isRead: isRead(place),
                bytes: checkpoint.contents.files.reduce(0) { $0 + $1.byteCount },
                elements: weights.reduce(0) { $0 + $1.elementCount }, types: types,
                fingerprint: checkpoint.contents.fingerprint(self.contents[place]),
                norm: isRead(place) && sums.allSatisfy { $0.nonFiniteCount == 0 } ? square.squareRoot() : nil,
                errors: own.count { $0.kind.severity == "error" },
                warnings: own.count { $0.kind.severity == "warning" })
        }
        return AuditedSeries.filesTable(records)
    }

    /// The columns of files, or of averages, that fit a page.
    static func brief(_ table: Table) -> Table {
        let wanted =
            table.name == "files"
            ? ["revision", "verdict", "tensors", "weights", "bytes", "l2"]
            : ["soup", "explanation", "verdict", "ingredient", "weight", "residual", "rounding"]
        return table.selecting(wanted, as: table.name, title: table.title)
    }

    fileprivate static func filesTable(_ records: [FileRecord]) -> Table {
        Table(
            "files", title: "What the checkpoints hold.", columns: FileRecord.columns, primaryKey: ["revision"],
            records: records)
    }

    func orderTable(_ distances: AuditDistances, _ records: [AuditOrderRecord]) -> Table {
        AuditedSeries.orderTable(
            records.map { OrderRow(record: $0, checkpoints: checkpoints, distances: distances) })
    }

    fileprivate static func orderTable(_ records: [OrderRow]) -> Table {
        Table(
            "order", title: "The order of each run's checkpoints by distance against that of their labels.",
            columns: OrderRow.columns, primaryKey: ["revision"], records: records)
    }

    func soupTable(_ soups: [(soup: AuditedSoup, verdict: SoupVerdict?)]) -> Table {
        let records = soups.flatMap { soup, verdict in verdict.map { SoupRecord.list(soup, $0, checkpoints) } ?? [] }
        return AuditedSeries.soupTable(records)
    }

    fileprivate static func soupTable(_ records: [SoupRecord]) -> Table {
        Table(
            "soup", title: "How averages are explained by what they may have been made from.",
            columns: SoupRecord.columns, primaryKey: ["soup", "explanation", "ingredient"], records: records)
    }
}

/// One row of `soup`.
private struct SoupRecord: Sendable {
    let soup: String
    let explanation: String
    let ingredient: String
    let weight: Double
    let squaredResidual: Double
    let rounding: Double
    let uniform: AverageSums?
    /// Whether the explanation leaves no more than rounding does.
    let holds: Bool

    static func list(_ soup: AuditedSoup, _ verdict: SoupVerdict, _ checkpoints: [Checkpoint]) -> [SoupRecord] {
        let label = checkpoints[soup.place].label
        let count = soup.ingredients.count
        func record(
            _ explanation: String, _ index: Int, _ weights: [Double], _ residual: Double, _ sums: AverageSums?,
            holds: Bool
        ) -> SoupRecord {
            SoupRecord(
                soup: label, explanation: explanation, ingredient: checkpoints[soup.ingredients[index]].label,
                weight: weights[index], squaredResidual: residual, rounding: verdict.rounding(weights), uniform: sums,
                holds: holds)
        }
        let uniform = Array(repeating: 1 / Double(count), count: count)
        var records = (0..<count).map {
            record("mean", $0, uniform, verdict.average.squareSum, verdict.average, holds: verdict.isAverage)
        }
        records += (0..<count).map { index in
            var weights = Array(repeating: 0.0, count: count)
            weights[index] = 1
            let distance = verdict.squaredDistances[index]
            return record("single", index, weights, distance, nil, holds: distance == 0)
        }
        if let weights = verdict.weights, let residual = verdict.squaredResidual {
            records += (0..<count).map {
                record("weights", $0, weights, residual, nil, holds: verdict.areWeightsFitting)
            }
        }
        return records
    }

    static let columns: [TypedColumn<SoupRecord>] = [
        .string("soup", "The average m.") { $0.soup },
        .string(
            "explanation",
            "mean: the uniform average; single: one ingredient; weights: the best weights ≥ 0 with sum 1."
        ) { $0.explanation },
        .string(
            "verdict",
            "holds: what the explanation leaves is explained by rounding, of single nothing is left; does_not_hold: more is left."
        ) { $0.holds ? "holds" : "does_not_hold" },
        .string("ingredient", "The ingredient a.") { $0.ingredient },
        .number("weight", tolerance: 1e-6, "Its weight w in the explanation.") { $0.weight },
        .number("residual", "‖m − Σwa‖₂ of the explanation.") { $0.squaredResidual.squareRoot() },
        .number("rounding", "What rounding m and all a would leave: √(Σ(ulp(m)² + Σw²ulp(a)²)/12).") { $0.rounding },
        .number(
            "max_ulps", "max|m − mean| in ulps of m's type at the largest of |m| and all |a|; of the mean only."
        ) { $0.uniform?.maximumULPs },
        .number(
            "beyond_rounding",
            "Fraction of elements with |m − mean| > ½ulp(m) + ½Σulp(a)/n: not the mean of the a before they were rounded."
        ) { $0.uniform.flatMap { $0.count > 0 ? Double($0.beyondCount) / Double($0.count) : nil } },
        .number(
            "beyond_own_rounding",
            "Fraction of elements with |m − mean| > ½ulp(m): not the mean of the a as they are stored."
        ) { $0.uniform.flatMap { $0.count > 0 ? Double($0.beyondOnceCount) / Double($0.count) : nil } },
    ]
}
