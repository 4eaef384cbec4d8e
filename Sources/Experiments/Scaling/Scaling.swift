import Base
import Engine
import Foundation
import Reports
import Statistics

/// Laws of loss against parameters, tokens and compute, fitted to a table of runs.
///
/// It reads no checkpoint: everything is computed in `report`, from the table that `init` checked.
struct Scaling: Experiment {
    static let name = "scaling"
    static let question = "How does loss follow from parameters, tokens and compute, and what do the runs not tell?"

    let settings: ScalingSettings
    let laws: [NamedLaw]
    let runs: ScalingRuns
    private let inputs: JSON
    private let threads: Threads

    /// Reads the runs and checks them.
    /// - Throws: `InputError` for a table, a setting or runs that allow no fit.
    init(_ settings: ScalingSettings, _ context: RunContext) throws {
        self.settings = settings
        laws = try settings.laws()
        guard !settings.runs.isEmpty else { throw InputError("no table of runs is named; set runs=FILE.csv") }
        let table = try context.table(settings.runs, of: "runs")
        runs = try ScalingRuns(table, settings)
        inputs = .array([try context.fileFacts(settings.runs, of: "runs")])
        threads = context.threads
        let refusals = laws.compactMap { law in refusal(law).map { "\(law.name): \($0)" } }
        guard refusals.count < laws.count else { throw InputError(refusals.map { "\(settings.runs): \($0)" }) }
    }

    var requests: [any Request] { [] }

    func report(_ results: ReductionResults) throws -> Report {
        let frontier = computeFrontier(runs.fitted)
        let isoflop = IsoFLOPGroup.groups(
            runs.fitted, tolerance: settings.isoflopTolerance, confidence: settings.confidence)
        var outcomes: [LawOutcome] = []
        for law in laws { outcomes.append(try outcome(law)) }
        let fitted = outcomes.compactMap(\.result)
        let allocation = AllocationRow.rows(
            runs.fitted, isoflop: isoflop, laws: fitted, confidence: settings.confidence)
        let optima = try fitted.flatMap { result in try computeOptimal(result) }
        let fits = Scaling.fitsTable(outcomes, settings, holdsOut: !settings.fitOnly.isEmpty)
        let parameters = Scaling.parametersTable(fitted)
        let growth = Scaling.allocationTable(allocation)
        let tables = [
            fits, parameters, Scaling.covarianceTable(fitted), runsTable(fitted), curvesTable(fitted),
            Scaling.frontierTable(frontier, edges: edgeLines(runs.fitted), settings),
            Scaling.isoflopTable(isoflop, settings), growth, predictionsTable(fitted),
            Scaling.computeOptimalTable(optima, settings), Scaling.checksTable(runs.checks),
        ]
        return Report(
            tables: tables, readable: [Scaling.brief(fits), parameters.view(), growth.view()],
            findings: runs.checks.filter { $0.check != "left_out" }.map {
                "\(settings.runs): lines \($0.lines): \($0.message)"
            },
            inputs: inputs)
    }

    /// The runs that a law is fitted to, and those held out of its kind.
    func selected(_ law: NamedLaw, of runs: [ScalingRun]) -> [ScalingRun] {
        let known = runs.filter { law.arguments($0.point) != nil }
        return law.runs == .frontier ? computeFrontier(known) : known
    }

    /// Why a law cannot be fitted at all; `nil` when it can.
    func refusal(_ law: NamedLaw) -> String? {
        let runs = selected(law, of: runs.fitted)
        let wanted = law.form.parameterCount + 1
        let kind = law.runs == .frontier ? "runs on the frontier" : "runs"
        guard runs.count >= wanted else {
            return "\(law.form.parameterCount) parameters need at least \(wanted) \(kind) with "
                + "\(law.variables.map(\.rawValue).joined(separator: ", ")), found \(runs.count)"
        }
        for variable in law.variables {
            let values = Set(runs.compactMap { $0.point[variable] })
            if values.count == 1 {
                return "all \(runs.count) \(kind) have the same \(variable.rawValue): nothing tells what it does"
            }
        }
        return nil
    }

    /// The data that a law takes of runs.
    func data(_ law: NamedLaw, _ runs: [ScalingRun]) -> LawData {
        let points = runs.compactMap { law.arguments($0.point) }
        return LawData(
            variables: law.variables.indices.map { index in points.map { $0[index] } }, losses: runs.map(\.loss))
    }

    private func outcome(_ law: NamedLaw) throws -> LawOutcome {
        try Interruption.check()
        if let reason = refusal(law) {
            return LawOutcome(law: law, result: nil, reason: reason, largest: nil, heldOut: nil)
        }
        let own = selected(law, of: runs.fitted)
        let bootstrap =
            settings.bootstrap.resampling.bootstrap
        let caveat =
            law.runs == .frontier
            ? edgeCaveat(own, of: runs.fitted, wanted: law.form.parameterCount + 1) : nil
        let fitted = try LawResult(law, data(law, own), settings.fitOptions, bootstrap, threads, caveat: caveat)
        guard let result = fitted else {
            return LawOutcome(
                law: law, result: nil, reason: "no start leads to a finite fit", largest: nil, heldOut: nil)
        }
        let others = runs.heldOut.filter { law.arguments($0.point) != nil }
        return LawOutcome(
            law: law, result: result, reason: nil, largest: leaveLargestOut(law, own),
            heldOut: others.isEmpty ? nil : HeldOut(result.fit, law, others))
    }

    /// How well the law of the smaller runs tells the losses of the largest; `nil` where too few runs are left to fit.
    private func leaveLargestOut(_ law: NamedLaw, _ runs: [ScalingRun]) -> HeldOut? {
        let count = Int((settings.leaveLargestOut * Double(runs.count)).rounded(.up))
        guard settings.leaveLargestOut > 0, count > 0, count < runs.count else { return nil }
        // By compute, or by the only size there is.
        func size(_ run: ScalingRun) -> Double { run.point.compute ?? law.arguments(run.point)?.first ?? 0 }
        let order = runs.sorted { (size($0), $0.line) < (size($1), $1.line) }
        let (rest, largest) = (Array(order.dropLast(count)), Array(order.suffix(count)))
        guard let fit = LawFit(law.form, to: data(law, rest), settings.fitOptions, threads) else { return nil }
        return HeldOut(fit, law, largest)
    }

    private func computeOptimal(_ result: LawResult) throws -> [ComputeOptimalRow] {
        guard result.law.variables.count > 1 else { return [] }
        let sizes = runs.fitted.compactMap(\.point.parameters)
        guard let least = sizes.min(), let most = sizes.max() else { return [] }
        return try settings.budgets.map { compute in
            try Interruption.check()
            let best = ComputeOptimum(result.law, result.fit.parameters, compute: compute, sizes: least...most)
            let resamples = threads.map(result.resamples.count) { index in
                ComputeOptimum(result.law, result.resamples[index], compute: compute, sizes: least...most)
            }
            return ComputeOptimalRow(result, compute: compute, best: best, resamples: resamples)
        }
    }
}

/// What became of one law.
struct LawOutcome: Sendable {
    let law: NamedLaw
    let result: LawResult?
    /// The reason why there is no result.
    let reason: String?
    /// The largest runs, predicted by the others.
    let largest: HeldOut?
    /// The runs that `fit_only` leaves out.
    let heldOut: HeldOut?
}

/// Errors at runs that a law was not fitted to.
struct HeldOut: Sendable {
    let count: Int
    /// Mean and largest |L̂/L − 1|.
    let meanError: Double
    let largestError: Double
    /// How far beyond the fitted runs they lie at most.
    let factorBeyond: Double

    init(_ fit: LawFit, _ law: NamedLaw, _ runs: [ScalingRun]) {
        let points = runs.compactMap { law.arguments($0.point) }
        let errors = zip(points, runs).map { abs(fit.loss($0) / $1.loss - 1) }
        count = runs.count
        meanError = errors.reduce(0, +) / Double(max(1, errors.count))
        largestError = errors.max() ?? 0
        factorBeyond =
            points.map { point in
                zip(point, fit.data.variables).map { value, values in
                    max(1, value / (values.max() ?? value), (values.min() ?? value) / value)
                }.max() ?? 1
            }.max() ?? 1
    }
}
