import Foundation
import Reports
import Statistics

extension Scaling {
    static var tables: [Table] {
        let settings = ScalingSettings()
        let fits = fitsTable([], settings, holdsOut: true)
        return [
            brief(fits).table, fits, parametersTable([]), covarianceTable([]), runsTable([], settings),
            curvesTable([], settings), frontierTable([], edges: [], settings), isoflopTable([], settings),
            allocationTable([]), predictionsTable([], settings), computeOptimalTable([], settings), checksTable([]),
        ]
    }

    func runsTable(_ results: [LawResult]) -> Table {
        let rows = results.flatMap { result in
            let own = Set(selected(result.law, of: runs.fitted).map(\.line))
            return (runs.fitted + runs.heldOut).filter { result.law.arguments($0.point) != nil }
                .map { RunRow(result, $0, isFitted: own.contains($0.line)) }
                .sorted { $0.run.line < $1.run.line }
        }
        return Scaling.runsTable(rows, settings)
    }

    private static func runsTable(_ rows: [RunRow], _ settings: ScalingSettings) -> Table {
        Table(
            "runs", title: "Every run with what each law makes of it.",
            columns: RunRow.columns(settings.parametersAre), primaryKey: ["form", "line"], records: rows)
    }

    static func frontierTable(_ frontier: [ScalingRun], edges: Set<Int>, _ settings: ScalingSettings) -> Table {
        Table(
            "frontier", title: "The runs that no run of as much compute does better than.",
            columns: RunRow.place(settings.parametersAre) + [
                .boolean("at_edge", "Whether it has the least or most parameters or tokens of all runs.") {
                    [edges] run in
                    edges.contains(run.line)
                }
            ], primaryKey: ["line"], records: frontier)
    }

    static func isoflopTable(_ groups: [IsoFLOPGroup], _ settings: ScalingSettings) -> Table {
        Table(
            "isoflop", title: "Runs of about the same compute, and the size of least loss among them.",
            columns: [
                .number("compute", unit: "FLOP", tolerance: 1e-12, "Geometric mean of the group's compute.") {
                    $0.compute
                },
                .integer("runs", "Runs in the group: from the cheapest on, within isoflop_tolerance of it.") {
                    $0.runs.count
                },
                .number("least_compute", unit: "FLOP", "Compute of its cheapest run.") { $0.ends?.lowerBound },
                .number("most_compute", unit: "FLOP", "Compute of its dearest run.") { $0.ends?.upperBound },
                .string("status", "'ok' or 'refused'.") { $0.optimum == nil ? "refused" : "ok" },
                .string("reason", "Why a group is refused.") { $0.reason },
                .number(
                    "parameters", tolerance: settledTolerance,
                    "\(settings.parametersAre.words.capitalizedFirst) where the parabola of loss against ln N is least."
                ) { $0.optimum?.parameters },
                .number(
                    "parameters_low", tolerance: settledTolerance,
                    "Lower end of its interval, by Fieller's theorem; missing for three runs."
                ) { $0.optimum?.interval?.lowerBound },
                .number("parameters_high", tolerance: settledTolerance, "Upper end of it.") {
                    $0.optimum?.interval?.upperBound
                },
                .number("tokens", tolerance: settledTolerance, "Tokens C/(6N) there.") { group in
                    group.optimum.map { group.compute / (6 * $0.parameters) }
                },
                .number("loss", unit: "nats", tolerance: settledTolerance, "The parabola's loss there.") {
                    $0.optimum?.loss
                },
                .number(
                    "curvature", unit: "nats", tolerance: settledTolerance, "Its factor of (ln N − ln parameters)²."
                ) {
                    $0.optimum?.curvature
                },
            ] as [TypedColumn<IsoFLOPGroup>], records: groups)
    }

    static func allocationTable(_ rows: [AllocationRow]) -> Table {
        Table(
            "allocation", title: "How the best size and the best number of tokens grow with compute.",
            columns: [
                .string("approach", "'envelope' (1), 'isoflop' (2) or 'parametric' (3) of Hoffmann et al.") {
                    $0.approach
                },
                .string("quantity", "'parameters' or 'tokens'.") { $0.quantity },
                .integer("points", "Runs or groups it rests on.") { $0.points },
                .number("exponent", tolerance: settledTolerance, "a of quantity ∝ C^a.") { $0.exponent },
                .number(
                    "low", tolerance: resampledTolerance, "Lower end of its interval: Student's t, or the bootstrap's."
                ) {
                    $0.interval?.lowerBound
                },
                .number("high", tolerance: resampledTolerance, "Upper end of it.") { $0.interval?.upperBound },
                .string("reason", "Why there is no exponent.") { $0.reason },
            ] as [TypedColumn<AllocationRow>], primaryKey: ["approach", "quantity"], records: rows)
    }

    func predictionsTable(_ results: [LawResult]) -> Table {
        let rows = results.flatMap { result in
            // A law of well-spent compute says nothing of a model of any size and tokens.
            settings.predict.filter { result.law.runs == .all || ($0.parameters == nil && $0.tokens == nil) }
                .compactMap { PredictionRow(result, $0.lawPoint) }
        }
        return Scaling.predictionsTable(rows, settings)
    }

    private static func predictionsTable(_ rows: [PredictionRow], _ settings: ScalingSettings) -> Table {
        Table(
            "predictions", title: "Losses that the laws give for the points of the settings.",
            columns: PredictionRow.columns(settings.parametersAre), records: rows)
    }

    static func computeOptimalTable(_ rows: [ComputeOptimalRow], _ settings: ScalingSettings) -> Table {
        Table(
            "compute_optimal", title: "The size and the tokens of least loss for each budget, C = 6ND.",
            columns: ComputeOptimalRow.columns(settings.parametersAre), primaryKey: ["form", "compute"], records: rows)
    }

    static func checksTable(_ checks: [ScalingCheck]) -> Table {
        Table(
            "checks", title: "What a reader of the runs has to know.",
            columns: [
                .string("check", "'duplicated', 'units', 'compute', 'loss' or 'left_out'.") { $0.check },
                .string("lines", "Lines of the table of runs.") { $0.lines },
                .string("message", "What was found.") { $0.message },
            ] as [TypedColumn<ScalingCheck>], records: checks)
    }

    /// The laws within the fitted runs, for figures: along tokens for up to six sizes, or along compute.
    func curvesTable(_ results: [LawResult]) -> Table {
        Scaling.curvesTable(results.flatMap(curves), settings)
    }

    private static func curvesTable(_ rows: [CurveRow], _ settings: ScalingSettings) -> Table {
        Table(
            "curves", title: "The laws along the fitted runs.", columns: CurveRow.columns(settings.parametersAre),
            records: rows)
    }

    private func curves(_ result: LawResult) -> [CurveRow] {
        let own = selected(result.law, of: runs.fitted)
        guard result.law.variables.count > 1 else {
            let values = result.fit.data.variables[0]
            return CurveRow.spaced(values, count: 40).map { value in
                let point =
                    result.law.variables[0] == .compute
                    ? LawPoint(compute: value)
                    : result.law.variables[0] == .parameters ? LawPoint(parameters: value) : LawPoint(tokens: value)
                return CurveRow(result, point)
            }
        }
        let sizes = Set(own.compactMap(\.point.parameters)).sorted()
        let shown = sizes.count <= 6 ? sizes : (0..<6).map { sizes[$0 * (sizes.count - 1) / 5] }
        let tokens = own.compactMap(\.point.tokens)
        return shown.flatMap { size in
            CurveRow.spaced(tokens, count: 20).map { CurveRow(result, LawPoint(parameters: size, tokens: $0)) }
        }
    }
}

extension String {
    /// The first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// One row of `runs`.
private struct RunRow: Sendable {
    let form: String
    let run: ScalingRun
    let isFitted: Bool
    let fitted: Double?
    let factor: Double?

    init(_ result: LawResult, _ run: ScalingRun, isFitted: Bool) {
        form = result.law.name
        self.run = run
        self.isFitted = isFitted
        let arguments = result.law.arguments(run.point)
        fitted = arguments.map { result.fit.loss($0) }
        factor = arguments.map { result.factorBeyond($0) }
    }

    static func place(_ parameters: ScalingSettings.ParameterCount) -> [TypedColumn<ScalingRun>] {
        [
            .string("run", "Its name.") { $0.name },
            .integer("line", "Its line in the table of runs.") { $0.line },
            .number("parameters", "N: \(parameters.words).") { $0.point.parameters },
            .number("tokens", "D.") { $0.point.tokens },
            .number("compute", unit: "FLOP", "C as given, or 6ND.") { $0.point.compute },
            .number("loss", unit: "nats", digits: 5, "Its loss.") { $0.loss },
        ]
    }

    static func columns(_ parameters: ScalingSettings.ParameterCount) -> [TypedColumn<RunRow>] {
        [.string("form", "The law.") { $0.form }] + place(parameters).map { $0.of(\.run) } + [
            .boolean("fitted", "Whether the law was fitted to the run.") { $0.isFitted },
            .string("regime", "'interpolation' within the fitted runs in each variable, otherwise 'extrapolation'.") {
                $0.factor.map(regime)
            },
            .number("factor_beyond", "Largest ratio of a variable to the nearest fitted run's, 1 within the runs.") {
                $0.factor
            },
            .number("predicted", unit: "nats", digits: 5, tolerance: settledTolerance, "The law's loss L̂.") {
                $0.fitted
            },
            .number("residual", tolerance: settledTolerance, "ln L − ln L̂.") { row in
                row.fitted.map { log(row.run.loss / $0) }
            },
        ]
    }
}

/// A prediction's place beside the data.
private func regime(_ factor: Double) -> String { factor > 1 ? "extrapolation" : "interpolation" }

/// One row of `predictions`.
private struct PredictionRow: Sendable {
    let form: String
    let point: LawPoint
    let factor: Double
    let loss: Double?
    let interval: ClosedRange<Double>?
    let reason: String?

    init?(_ result: LawResult, _ point: LawPoint) {
        guard let arguments = result.law.arguments(point) else { return nil }
        form = result.law.name
        self.point = point
        factor = result.factorBeyond(arguments)
        // Beyond the data a law is what its parameters are; within it, what the runs are.
        reason = factor > 1 ? result.reasonAgainstExtrapolation : nil
        loss = reason == nil ? result.fit.loss(arguments) : nil
        interval =
            reason == nil ? result.interval { result.law.form.loss(arguments, parameters: $0) } : nil
    }

    static func columns(_ parameters: ScalingSettings.ParameterCount) -> [TypedColumn<PredictionRow>] {
        [
            .string("form", "The law.") { $0.form },
            .number("parameters", "N: \(parameters.words).") { $0.point.parameters },
            .number("tokens", "D.") { $0.point.tokens },
            .number("compute", unit: "FLOP", "C = 6ND.") { $0.point.compute },
            .string("regime", "'interpolation' within the fitted runs in each variable, otherwise 'extrapolation'.") {
                regime($0.factor)
            },
            .number("factor_beyond", "Largest ratio of a variable to the nearest fitted run's, 1 within the runs.") {
                $0.factor
            },
            .number("loss", unit: "nats", tolerance: settledTolerance, "The law's loss; missing when withheld.") {
                $0.loss
            },
            .number(
                "low", unit: "nats", tolerance: resampledTolerance,
                "Lower end of the bootstrap's interval of the law there."
            ) {
                $0.interval?.lowerBound
            },
            .number("high", unit: "nats", tolerance: resampledTolerance, "Upper end of it.") {
                $0.interval?.upperBound
            },
            .string("reason", "Why it is withheld: the law is not identified where no run is near.") { $0.reason },
        ]
    }
}

/// One row of `compute_optimal`.
struct ComputeOptimalRow: Sendable {
    let form: String
    let compute: Double
    let best: ComputeOptimum?
    let parameters: ClosedRange<Double>?
    let tokens: ClosedRange<Double>?
    let loss: ClosedRange<Double>?
    let factor: Double?
    let reason: String?

    init(_ result: LawResult, compute: Double, best: ComputeOptimum?, resamples: [ComputeOptimum?]) {
        form = result.law.name
        self.compute = compute
        let point = best.flatMap { result.law.arguments(LawPoint(parameters: $0.parameters, tokens: $0.tokens)) }
        let factor = point.map { result.factorBeyond($0) }
        self.factor = factor
        let isFar = (factor ?? 2) > 1
        reason = best == nil ? "no minimum near the sizes of the runs" : isFar ? result.reasonAgainstExtrapolation : nil
        let stands = reason == nil
        self.best = stands ? best : nil
        func interval(_ value: (ComputeOptimum) -> Double) -> ClosedRange<Double>? {
            guard stands, let best else { return nil }
            return result.interval(resamples.compactMap { $0 }.map(value), of: value(best))
        }
        parameters = interval(\.parameters)
        tokens = interval(\.tokens)
        loss = interval(\.loss)
    }

    static func columns(_ parameters: ScalingSettings.ParameterCount) -> [TypedColumn<ComputeOptimalRow>] {
        [
            .string("form", "The law.") { $0.form },
            .number("compute", unit: "FLOP", "The budget C.") { $0.compute },
            .string("regime", "'interpolation' when the best N and D lie within the fitted runs.") { row in
                row.factor.map(regime)
            },
            .number(
                "factor_beyond", tolerance: settledTolerance, "Largest ratio of N or D to the nearest fitted run's."
            ) {
                $0.factor
            },
            .number(
                "parameters", tolerance: settledTolerance,
                "N of least loss (\(parameters.words)); missing when withheld."
            ) {
                $0.best?.parameters
            },
            .number("parameters_low", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                $0.parameters?.lowerBound
            },
            .number("parameters_high", tolerance: resampledTolerance, "Upper end of it.") { $0.parameters?.upperBound },
            .number("tokens", tolerance: settledTolerance, "D = C/(6N).") { $0.best?.tokens },
            .number("tokens_low", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                $0.tokens?.lowerBound
            },
            .number("tokens_high", tolerance: resampledTolerance, "Upper end of it.") { $0.tokens?.upperBound },
            .number("loss", unit: "nats", tolerance: settledTolerance, "The law's loss there.") { $0.best?.loss },
            .number("loss_low", unit: "nats", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                $0.loss?.lowerBound
            },
            .number("loss_high", unit: "nats", tolerance: resampledTolerance, "Upper end of it.") {
                $0.loss?.upperBound
            },
            .string("reason", "Why it is withheld.") { $0.reason },
        ]
    }
}

/// One row of `curves`.
private struct CurveRow: Sendable {
    let form: String
    let point: LawPoint
    let loss: Double?
    let interval: ClosedRange<Double>?

    init(_ result: LawResult, _ point: LawPoint) {
        form = result.law.name
        self.point = point
        let arguments = result.law.arguments(point)
        loss = arguments.map { result.fit.loss($0) }
        interval = arguments.flatMap { arguments in result.interval { result.law.form.loss(arguments, parameters: $0) }
        }
    }

    /// From the least to the largest value in equal ratios.
    static func spaced(_ values: [Double], count: Int) -> [Double] {
        guard let low = values.min(), let high = values.max(), low < high else { return Array(values.prefix(1)) }
        return (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
    }

    static func columns(_ parameters: ScalingSettings.ParameterCount) -> [TypedColumn<CurveRow>] {
        [
            .string("form", "The law.") { $0.form },
            .number("parameters", "N: \(parameters.words); missing along compute.") { $0.point.parameters },
            .number("tokens", tolerance: 1e-12, "D; missing along compute.") { $0.point.tokens },
            .number("compute", unit: "FLOP", tolerance: 1e-12, "C = 6ND.") { $0.point.compute },
            .number("loss", unit: "nats", tolerance: settledTolerance, "The law's loss.") { $0.loss },
            .number("low", unit: "nats", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
                $0.interval?.lowerBound
            },
            .number("high", unit: "nats", tolerance: resampledTolerance, "Upper end of it.") {
                $0.interval?.upperBound
            },
        ]
    }
}
