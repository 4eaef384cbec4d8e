import Foundation
import Reports
import Statistics

/// Two processors end their searches this far apart.
let settledTolerance = 1e-5
/// Resamples that have several nearly equal minima may end in another one.
let resampledTolerance = 1e-2

extension Scaling {
    static func fitsTable(_ outcomes: [LawOutcome], _ settings: ScalingSettings, holdsOut: Bool) -> Table {
        // AICc compares laws that were fitted to the same runs.
        let best = Dictionary(grouping: outcomes) { $0.law.runs }.mapValues { group in
            group.compactMap { $0.result?.fit.akaike }.min()
        }
        return Table(
            "fits", title: "How each law fits, a row a law.",
            columns: FitRow.columns(share: settings.leaveLargestOut, holdsOut: holdsOut),
            primaryKey: ["form"], records: outcomes.map { FitRow(outcome: $0, bestAkaike: best[$0.law.runs] ?? nil) })
    }

    /// The columns of `fits` that fit a page; what a law leaves open comes first.
    static func brief(_ fits: Table) -> TableView {
        fits.view(
            [
                "form", "status", "fitted_to", "points", "rmse_log", "largest_error", "aicc_difference",
                "largest_left_out_error",
            ],
            as: "summary", title: "How each law fits, and what it leaves open.")
    }

    static func parametersTable(_ results: [LawResult]) -> Table {
        Table(
            "parameters", title: "Parameters of each law with their intervals.", columns: ParameterRow.columns,
            primaryKey: ["form", "parameter"], records: results.flatMap(ParameterRow.rows))
    }

    static func covarianceTable(_ results: [LawResult]) -> Table {
        var rows: [[Cell]] = []
        for result in results {
            guard let covariance = result.fit.covariance else { continue }
            let names = result.law.form.parameterNames
            for (i, first) in names.enumerated() {
                for (j, second) in names.enumerated() where j >= i {
                    guard let value = covariance[i][j], let a = covariance[i][i], let b = covariance[j][j] else {
                        continue
                    }
                    rows.append([
                        .string(result.law.name), .string(first), .string(second), .number(value),
                        .number(value / (a * b).squareRoot()),
                    ])
                }
            }
        }
        return Table(
            "covariance", title: "Covariance of the parameters at the minimum, each pair once.",
            columns: [
                Column("form", .string, meaning: "The law."),
                Column("first", .string, meaning: "A parameter."),
                Column("second", .string, meaning: "Another one, or the same."),
                Column(
                    "covariance", .number, tolerance: 1e-2,
                    meaning: "E[ψ²]/E[ψ′]² (JᵀJ)⁻¹ of Huber's estimate; parameters at a bound have no row."),
                Column("correlation", .number, tolerance: 1e-4, meaning: "The covariance over both standard errors."),
            ], primaryKey: ["form", "first", "second"], rows: rows)
    }
}

/// One row of `fits`.
private struct FitRow: Sendable {
    let outcome: LawOutcome
    let bestAkaike: Double?

    var fit: LawFit? { outcome.result?.fit }

    /// - Parameter holdsOut: whether runs are held out: otherwise nothing is said of them.
    static func columns(share: Double, holdsOut: Bool) -> [TypedColumn<FitRow>] {
        basis + quality + leftOut(share) + (holdsOut ? heldOut : [])
    }

    private static let basis: [TypedColumn<FitRow>] = [
        .string("form", "The law: a standard one, or one of own_forms.") { $0.outcome.law.name },
        .string("fitted_to", "The runs: 'all', or those on the compute 'frontier'.") { $0.outcome.law.runs.rawValue },
        .string("variables", "What the law is a function of.") {
            $0.outcome.law.variables.map(\.rawValue).joined(separator: " ")
        },
        .string("status", "'fitted', the parameters and 'not identified', or 'refused'.") { row in
            row.outcome.result.map { result in
                result.unidentified.isEmpty ? "fitted" : "\(result.unidentified.joined(separator: " ")) not identified"
            } ?? "refused"
        },
        .string("reason", "Why a law is refused.") { $0.outcome.reason },
        .integer("points", "Number n of runs it is fitted to.") { $0.fit?.data.count },
        .integer("parameters", "Number of fitted parameters.") { $0.outcome.law.form.parameterCount },
        .string(
            "not_identified", "Parameters that the runs do not identify, joined by spaces; missing when there are none."
        ) {
            $0.outcome.result.flatMap { $0.unidentified.isEmpty ? nil : $0.unidentified.joined(separator: " ") }
        },
    ]

    private static let quality: [TypedColumn<FitRow>] = [
        .number("objective", tolerance: settledTolerance, "Sum of Huber losses of the residuals at the minimum.") {
            $0.fit?.objective
        },
        .integer("starts", "Starting points that were refined.") { $0.fit?.startCount },
        .number("agreeing_starts", tolerance: 0.1, "Share of them that came within 1e-4 of the best objective.") {
            $0.fit.map { Double($0.agreeingStarts) / Double($0.startCount) }
        },
        .boolean("converged", "Whether the search met its tolerance.") { $0.fit?.hasConverged },
        .number("r_squared", tolerance: settledTolerance, "1 − Σ(ln L − ln L̂)²/Σ(ln L − mean)².") { $0.fit?.rSquared },
        .number("rmse_log", tolerance: settledTolerance, "√(Σ(ln L − ln L̂)²/n).") { $0.fit?.rootMeanSquareLogError },
        .number("largest_error", tolerance: settledTolerance, "Largest |L̂/L − 1|.") { $0.fit?.largestRelativeError },
        .number(
            "aicc", tolerance: settledTolerance,
            "AICc of Huber's density, its scale counted as a parameter; missing when n is at most that number and one."
        ) { $0.fit?.akaike },
        .number(
            "aicc_difference", tolerance: 1e-3, "AICc less the least among the laws fitted to the same runs."
        ) { row in
            row.fit?.akaike.flatMap { own in row.bestAkaike.map { own - $0 } }
        },
        .number(
            "condition_number", tolerance: 1e-3,
            "Of the residuals' slopes in the parameters, columns of length one: large when some can stand for others."
        ) { $0.fit?.conditionNumber },
    ]

    private static func leftOut(_ share: Double) -> [TypedColumn<FitRow>] {
        [
            .integer(
                "largest_left_out", "Runs of most compute that the law of the others predicts, a share of \(share)."
            ) {
                $0.outcome.largest?.count
            },
            .number("largest_left_out_error", tolerance: settledTolerance, "Mean |L̂/L − 1| at them.") {
                $0.outcome.largest?.meanError
            },
            .number("largest_left_out_worst", tolerance: settledTolerance, "Largest |L̂/L − 1| at them.") {
                $0.outcome.largest?.largestError
            },
            .number(
                "largest_left_out_factor", "How far beyond the others a variable of theirs lies: a ratio, at least 1."
            ) {
                $0.outcome.largest?.factorBeyond
            },
        ]
    }

    private static let heldOut: [TypedColumn<FitRow>] = [
        .integer("held_out", "Runs outside fit_only.") { $0.outcome.heldOut?.count },
        .number("held_out_error", tolerance: settledTolerance, "Mean |L̂/L − 1| at them.") {
            $0.outcome.heldOut?.meanError
        },
    ]
}

/// One row of `parameters`.
private struct ParameterRow: Sendable {
    let form: String
    let parameter: String
    let status: String
    let reason: String?
    let estimate: Double?
    let standardError: Double?
    let profile: ProfileInterval?
    let bootstrap: ClosedRange<Double>?

    static func rows(_ result: LawResult) -> [ParameterRow] {
        let form = result.law.form
        let covariance = result.fit.covariance
        var rows = form.parameterNames.indices.map { index in
            let profile = result.profiles[index]
            // A number without both ends would pass for a measurement.
            let stands = result.isIdentified(index)
            return ParameterRow(
                form: form.name, parameter: form.parameterNames[index],
                status: stands ? "fitted" : "not identified",
                reason: stands ? nil : result.caveat ?? "the runs do not bound it",
                estimate: stands ? result.fit.parameters[index] : nil,
                standardError: stands ? covariance?[index][index].map { $0.squareRoot() } : nil,
                profile: result.caveat == nil ? profile : nil,
                bootstrap: stands ? result.interval { $0[index] } : nil)
        }
        for term in form.terms {
            guard let pinned = term.pinned else { continue }
            rows.append(
                ParameterRow(
                    form: form.name, parameter: term.coefficient, status: "pinned", reason: nil, estimate: pinned,
                    standardError: nil, profile: nil, bootstrap: nil))
        }
        return rows
    }

    static let columns: [TypedColumn<ParameterRow>] = [
        .string("form", "The law.") { $0.form },
        .string("parameter", "Its name: a coefficient, in nats for variables of 1, or an exponent.") { $0.parameter },
        .string("status", "'fitted', 'pinned' by the settings, or 'not identified': its profile is open at an end.") {
            $0.status
        },
        .string("reason", "Why it is not identified.") { $0.reason },
        .number("estimate", tolerance: settledTolerance, "Value at the minimum; missing when not identified.") {
            $0.estimate
        },
        .number("standard_error", tolerance: 1e-2, "Root of the covariance's diagonal; missing at a bound.") {
            $0.standardError
        },
        .number(
            "profile_low", tolerance: 1e-4, "Lower end of the profile interval; missing when the runs do not bound it."
        ) { $0.profile?.low },
        .number("profile_high", tolerance: 1e-4, "Upper end of it; missing when the runs do not bound it.") {
            $0.profile?.high
        },
        .number("bootstrap_low", tolerance: resampledTolerance, "Lower end of the bootstrap's interval.") {
            $0.bootstrap?.lowerBound
        },
        .number("bootstrap_high", tolerance: resampledTolerance, "Upper end of it.") { $0.bootstrap?.upperBound },
    ]
}
