import Checkpoints
import Engine
import Foundation
import Reports

extension Spectra {
    static var tables: [Table] {
        let settings = SpectraSettings()
        return [
            summaryTable([]), spectraTable([]), valuesTable([], settings), updatesTable([]),
            subspacesTable([], settings), anglesTable([]), integrityTable(),
        ]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let standing = readable(results)
        guard !standing.isEmpty else {
            throw InputError(results.refusals.map(\.description))
        }
        func isReadable(_ comparison: Comparison) -> Bool {
            standing.contains(comparison.from) && standing.contains(comparison.to)
        }
        let integrity = try contents.integrity(results, strict: false)
        let weights = standing.flatMap { weightRecords($0, results) }
        let changes = updates.filter(isReadable).flatMap { updateRecords($0, results) }
        let turned = turns.filter(isReadable).flatMap { turnRecords($0, results) }
        let summary = Spectra.summaryTable(summaries(standing, weights, changes, turned))
        var tables = [
            summary, Spectra.spectraTable(weights),
            Spectra.valuesTable(
                (settings.singularValues.contains(.weights) ? weights : [])
                    + (settings.singularValues.contains(.updates) ? changes : []), settings),
            Spectra.updatesTable(changes), Spectra.subspacesTable(turned, settings),
        ]
        if settings.principalAngles { tables.append(Spectra.anglesTable(turned)) }
        tables.append(integrityTable(integrity))
        return Report(
            tables: tables, readable: [summary.view(SpectraSummary.brief)],
            findings: integrity.findings.map(\.message) + contents.coverageFindings
                + findings(weights + changes, turned),
            inputs: contents.facts(results))
    }

    private static var matrixColumns: [TypedColumn<SpectrumRecord>] {
        SpectraColumns.matrix.map { $0.of { $0.matrix } }
    }
    private static var turnColumns: [TypedColumn<TurnRecord>] {
        SpectraColumns.turn + SpectraColumns.matrix.map { $0.of { $0.matrix } } + [SpectraColumns.turnStatus]
    }

    private static func spectraTable(_ records: [SpectrumRecord]) -> Table {
        Table(
            "spectra", title: "Singular values of every matrix of every checkpoint, summed up.",
            columns: SpectraColumns.revision + matrixColumns + SpectraColumns.outcome + SpectraColumns.shape
                + SpectraColumns.tail,
            primaryKey: ["revision", "tensor"], records: records)
    }

    private static func updatesTable(_ records: [SpectrumRecord]) -> Table {
        Table(
            "update_spectra", title: "Singular values of every update, summed up: is the change low-rank?",
            columns: SpectraColumns.update + matrixColumns + SpectraColumns.outcome + SpectraColumns.shape
                + SpectraColumns.tail,
            primaryKey: ["update", "from", "to", "tensor"], records: records)
    }

    private static func summaryTable(_ records: [SpectraSummary]) -> Table {
        Table(
            "summary", title: "Spectra of each checkpoint: medians over its matrices.",
            columns: SpectraSummary.columns,
            primaryKey: ["revision"], records: records)
    }

    private static func valuesTable(_ records: [SpectrumRecord], _ settings: SpectraSettings) -> Table {
        let columns: [TypedColumn<ValueRecord>] = [
            .string("revision", "The checkpoint; of an update, the one it leads to.") { $0.of.label },
            .string("update", "The kind of update; missing for the weights themselves.") {
                $0.of.update?.kind.rawValue
            },
            .string("from", "The checkpoint that the update starts from.") { $0.of.update?.from },
            .string("tensor", "Name of the tensor.") { $0.of.matrix.tensor },
            .integer("index", "Place of the singular value, from 1 for the largest.") { $0.index + 1 },
            .number("singular_value", tolerance: SpectraColumns.smooth, "σ, in the unit of the weights.") {
                $0.of.spectrum?.values[$0.index]
            },
            .number("error_bound", tolerance: SpectraColumns.smooth, "Bound of its absolute error.") {
                $0.of.spectrum?.errorBounds[$0.index]
            },
        ]
        let extent = settings.allSingularValues ? "all that were computed" : "the largest \(settings.k)"
        return Table(
            "singular_values", title: "Singular values, \(extent).", columns: columns,
            primaryKey: ["revision", "update", "from", "tensor", "index"],
            records: records.flatMap { record in
                (record.spectrum?.values.indices ?? 0..<0).map { ValueRecord(of: record, index: $0) }
            })
    }

    private static func subspacesTable(_ records: [TurnRecord], _ settings: SpectraSettings) -> Table {
        let dimension = TypedColumn<TurnRecord>.integer(
            "dimension", "Angles there are: k, or the rank where that is less."
        ) { $0.angles?.right?.angles.count }
        return Table(
            "subspaces", title: "Turn of the leading \(settings.k)-dimensional singular subspaces.",
            columns: turnColumns + [dimension] + SpectraColumns.side("left") { $0.angles?.left }
                + SpectraColumns.side("right") { $0.angles?.right },
            primaryKey: ["comparison", "from", "to", "tensor"], records: records)
    }

    private static func anglesTable(_ records: [TurnRecord]) -> Table {
        let columns: [TypedColumn<AngleRecord>] = turnColumns.map { $0.of { $0.of } }
        return Table(
            "principal_angles", title: "Principal angles between leading singular subspaces.",
            columns: columns + [
                .integer("index", "Place of the angle, from 1 for the smallest.") { $0.index + 1 },
                .number("left_angle", unit: "rad", tolerance: SpectraColumns.fitted, "Of left singular subspaces.") {
                    $0.of.angles?.left?.angles[$0.index]
                },
                .number("right_angle", unit: "rad", tolerance: SpectraColumns.fitted, "Of right singular subspaces.") {
                    $0.of.angles?.right?.angles[$0.index]
                },
            ],
            primaryKey: ["comparison", "from", "to", "tensor", "index"],
            records: records.flatMap { record in
                (record.angles?.right?.angles.indices ?? 0..<0).map { AngleRecord(of: record, index: $0) }
            })
    }

    /// What the tables leave empty although it was asked for; what is not finite, the integrity check says.
    private func findings(_ spectra: [SpectrumRecord], _ turned: [TurnRecord]) -> [String] {
        let failed = spectra.filter { $0.status == MatrixSpectrum.Problem.notConverged.rawValue }
        let names = spectra.map { ($0.status, $0.matrix.tensor) } + turned.map { ($0.status, $0.matrix.tensor) }
        let unmatched = Set(names.filter { $0.0 == "no_counterpart" }.map(\.1))
        var findings = failed.map { record in
            let what = record.update.map { " minus that of \($0.from)" } ?? ""
            return "\(record.label): the singular values of '\(record.matrix.tensor)'\(what) did not converge"
        }
        if let first = unmatched.min() {
            findings.append(
                "\(unmatched.count) matrices without a counterpart of the same shape, first '\(first)'; see update_spectra.csv and subspaces.csv"
            )
        }
        return findings
    }
}

/// One singular value of a record.
private struct ValueRecord: Sendable {
    let of: SpectrumRecord
    let index: Int
}

/// One pair of angles of a record.
private struct AngleRecord: Sendable {
    let of: TurnRecord
    let index: Int
}
