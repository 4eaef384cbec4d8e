import Base
import Foundation
import Reports
import Statistics

/// One's own runs, from scratch and by transfer.
struct TransferRuns: Sendable {
    /// Whether a run starts from scratch.
    enum Arm: String, CaseIterable, Sendable {
        case scratch, transfer
    }

    struct Run: Sendable {
        let arm: Arm
        let compute: Double
        let pretraining: Double
        let loss: Double
        let line: Int
    }

    let runs: [Run]
    /// Whether what came before transfer is known.
    let hasPretraining: Bool
    let findings: [String]

    init(_ table: CSVTable, _ columns: TransferSettings.Columns) throws(InputError) {
        let arms = try reading { () throws(CSVError) in try table.texts(columns.arm) }
        let compute = try reading { () throws(CSVError) in try table.numbers(columns.compute) }
        let losses = try reading { () throws(CSVError) in try table.numbers(columns.loss) }
        var pretraining: [Double?]?
        if let name = columns.pretrainingCompute {
            pretraining = try reading { () throws(CSVError) in try table.numbers(name) }
        }
        var runs: [Run] = []
        for (index, row) in table.rows.enumerated() {
            let here = "\(table.file):\(row.line): "
            guard let arm = arms[index].flatMap(Arm.init) else {
                throw InputError(
                    here + "column '\(columns.arm)': expected scratch or transfer, found '\(arms[index] ?? "")'")
            }
            guard let c = compute[index], c > 0, c <= largestQuantity else {
                throw InputError(
                    here + "column '\(columns.compute)': expected compute above 0, and up to \(largestQuantity)")
            }
            guard let loss = losses[index], loss > 0 else {
                throw InputError(here + "column '\(columns.loss)': expected a loss above 0")
            }
            guard loss <= log(300_000) else {
                throw InputError(here + "a loss of \(short(loss)) nats is above ln(300000); is it a perplexity?")
            }
            let before = pretraining?[index] ?? 0
            guard (0...largestQuantity).contains(before) else {
                throw InputError(
                    here + "column '\(columns.pretrainingCompute ?? "")': expected compute from 0 to \(largestQuantity)"
                )
            }
            runs.append(Run(arm: arm, compute: c, pretraining: before, loss: loss, line: row.line))
        }
        for arm in Arm.allCases {
            let own = runs.filter { $0.arm == arm }
            guard own.count >= 3 else {
                throw InputError(
                    "\(table.file): a law of two parameters needs at least 3 runs, found \(own.count) '\(arm.rawValue)'"
                )
            }
            guard Set(own.map(\.compute)).count > 1 else {
                throw InputError(
                    "\(table.file): all '\(arm.rawValue)' runs have the same compute: nothing tells what it buys")
            }
        }
        self.runs = runs
        hasPretraining = pretraining != nil
        let groups = Dictionary(grouping: runs) {
            [$0.arm.rawValue, "\($0.compute)", "\($0.pretraining)", "\($0.loss)"]
        }
        findings = groups.values.filter { $0.count > 1 }.map { $0.map(\.line).sorted() }.sorted { $0[0] < $1[0] }.map {
            "\(table.file): lines \($0.map(String.init).joined(separator: " ")) agree in arm, compute and loss; each counts in the fits"
        }
    }
}

/// The laws of both arms under one way of counting compute.
struct OwnPair: Sendable {
    /// `own` or `with_pretraining`.
    let accounting: String
    let scratch: LawResult
    let transfer: LawResult

    /// Both ways, where pre-training is known; its own compute only, otherwise.
    static func fits(
        _ runs: TransferRuns, _ settings: TransferSettings, _ threads: Threads
    ) throws -> [OwnPair] {
        let law = StandardLaw.powerLaw.law(pinned: [:], computeRuns: .all)
        func fit(_ arm: TransferRuns.Arm, counted: Bool) throws -> LawResult? {
            let own = runs.runs.filter { $0.arm == arm }
            let data = LawData(
                variables: [own.map { $0.compute + (counted ? $0.pretraining : 0) }], losses: own.map(\.loss))
            return try LawResult(law, data, settings.fitOptions, settings.resampling, threads)
        }
        return try (runs.hasPretraining ? [false, true] : [false]).compactMap { counted in
            guard let scratch = try fit(.scratch, counted: counted), let transfer = try fit(.transfer, counted: counted)
            else { return nil }
            return OwnPair(accounting: counted ? "with_pretraining" : "own", scratch: scratch, transfer: transfer)
        }
    }

    /// Both laws by arm.
    var arms: [(arm: TransferRuns.Arm, result: LawResult)] { [(.scratch, scratch), (.transfer, transfer)] }

    var isIdentified: Bool { (scratch.unidentified + transfer.unidentified).isEmpty }

    /// A function of a_s, α_s, a_t, α_t with its bootstrap interval: resamples of both arms are independent.
    func value(_ function: ([Double]) -> Double?) -> StatedPair.Value? {
        guard isIdentified, let value = function(scratch.fit.parameters + transfer.fit.parameters), value.isFinite
        else { return nil }
        let values = zip(scratch.resamples, transfer.resamples).compactMap { function($0 + $1) }
        return StatedPair.Value(value: value, interval: scratch.interval(values, of: value))
    }

    var exponentRatio: StatedPair.Value? { value { $0[3] == 0 ? nil : $0[1] / $0[3] } }

    /// `nil` where it lies more than six decades beyond the runs: there it only says that the laws do not cross.
    var crossover: StatedPair.Value? {
        let compute = (scratch.fit.data.variables[0] + transfer.fit.data.variables[0])
        guard let found = value(StatedPair.crossover), let low = compute.min(), let high = compute.max(),
            (low / 1e6...high * 1e6).contains(found.value)
        else { return nil }
        return found
    }

    /// How far beyond the runs of either arm the crossover lies, at least 1.
    var crossoverFactor: Double? {
        crossover.map { max(scratch.factorBeyond([$0.value]), transfer.factorBeyond([$0.value])) }
    }
}

extension Transfer {
    static func ownLawsTable(_ pairs: [OwnPair]) -> Table {
        struct Row: Sendable {
            let accounting: String
            let arm: TransferRuns.Arm
            let result: LawResult
            let parameter: Int
            var stands: Bool { result.isIdentified(parameter) }
            var bootstrap: ClosedRange<Double>? { stands ? result.interval { $0[parameter] } : nil }
        }
        let rows = pairs.flatMap { pair in
            pair.arms.flatMap { arm, result in
                result.law.form.parameterNames.indices.map {
                    Row(accounting: pair.accounting, arm: arm, result: result, parameter: $0)
                }
            }
        }
        return Table(
            "own_laws", title: "L = a C^alpha of the runs from scratch and by transfer.",
            columns: [
                .string("accounting", "Compute: 'own', of the run itself, or 'with_pretraining'.") { $0.accounting },
                .string("arm", "'scratch' or 'transfer'.") { $0.arm.rawValue },
                .integer("points", "Runs.") { $0.result.fit.data.count },
                .string("parameter", "'a' in nats, or 'alpha'.") { $0.result.law.form.parameterNames[$0.parameter] },
                .string("status", "'fitted', or 'not identified': its profile is open at an end.") {
                    $0.stands ? "fitted" : "not identified"
                },
                .number("estimate", tolerance: settledTolerance, "Value at the minimum; missing when not identified.") {
                    $0.stands ? $0.result.fit.parameters[$0.parameter] : nil
                },
                .number("profile_low", tolerance: 1e-4, "Lower end of the profile interval.") {
                    $0.result.profiles[$0.parameter].low
                },
                .number("profile_high", tolerance: 1e-4, "Upper end of it.") { $0.result.profiles[$0.parameter].high },
                .number("bootstrap_low", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                    $0.bootstrap?.lowerBound
                },
                .number("bootstrap_high", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.bootstrap?.upperBound
                },
            ] as [TypedColumn<Row>], primaryKey: ["accounting", "arm", "parameter"], records: rows)
    }

    static func ownPairsTable(_ pairs: [OwnPair]) -> Table {
        Table(
            "own_pairs", title: "Where one's own runs from scratch and by transfer meet.",
            columns: [
                .string("accounting", "Compute: 'own', of the run itself, or 'with_pretraining'.") { $0.accounting },
                .number("exponent_ratio", tolerance: settledTolerance, "α_s/α_t; missing when a law is not identified.")
                {
                    $0.exponentRatio?.value
                },
                .number("exponent_ratio_low", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                    $0.exponentRatio?.interval?.lowerBound
                },
                .number("exponent_ratio_high", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.exponentRatio?.interval?.upperBound
                },
                .number(
                    "crossover", unit: "FLOP", tolerance: 1e-3,
                    "The compute where both laws give one loss; missing more than six decades beyond the runs."
                ) { $0.crossover?.value },
                .number(
                    "crossover_low", unit: "FLOP", tolerance: resampledTolerance,
                    "Lower end of the bootstrap's interval."
                ) {
                    $0.crossover?.interval?.lowerBound
                },
                .number("crossover_high", unit: "FLOP", tolerance: resampledTolerance, "Upper end of it.") {
                    $0.crossover?.interval?.upperBound
                },
                .string(
                    "regime", "'interpolation' when it lies within the runs of both arms, otherwise 'extrapolation'."
                ) {
                    $0.crossoverFactor.map { $0 > 1 ? "extrapolation" : "interpolation" }
                },
                .number(
                    "factor_beyond", tolerance: 1e-3, "How far beyond the runs of an arm it lies: a ratio, at least 1."
                ) {
                    $0.crossoverFactor
                },
            ] as [TypedColumn<OwnPair>], primaryKey: ["accounting"], records: pairs)
    }
}
