import Base
import Foundation
import Reports
import Statistics

/// One row of `norm_growth`: how ‖θ‖₂ of the model or a module grows with the steps since the warm-up.
struct NormGrowth: Sendable {
    let scope: Scope
    /// Steps of the checkpoints, in order.
    let steps: [Int]
    let warmup: Int
    let fit: PowerGrowth

    /// Growth along stage 1, of the model and of each module.
    static func of(_ records: [NormsRecord], warmup: Int) -> [NormGrowth] {
        let parts = records.filter { ["model", "module"].contains($0.part.scope.level) }
        return Dictionary(grouping: parts, by: \.part.scope).sorted { $0.key.rank < $1.key.rank }.map {
            scope, records in
            let points = records.compactMap { record -> (step: Int, norm: Double)? in
                let revision = record.checkpoint.revision
                guard revision.isMainLine(ofStage: 1), let step = revision.step, step > warmup,
                    let norm = record.weights.l2, norm > 0
                else { return nil }
                return (step, norm)
            }
            let fit = PowerGrowth(x: points.map { Double($0.step - warmup) }, y: points.map(\.norm))
            return NormGrowth(scope: scope, steps: points.map(\.step), warmup: warmup, fit: fit)
        }
    }

    static func table(_ records: [NormGrowth]) -> Table {
        Table(
            "norm_growth", title: "How the L2 norm grows after the warm-up, along stage 1.", columns: columns,
            primaryKey: ["level", "name"], records: records)
    }

    /// Columns for readers.
    static let brief = [
        "level", "name", "points", "exponent", "exponent_low", "exponent_high", "r_squared", "turn_step",
        "turn_supported",
    ]

    private static let columns: [TypedColumn<NormGrowth>] =
        scopeColumns.map { $0.of(\.scope) } + [
            .integer("points", "Checkpoints of stage 1 after the warm-up, outside ingredients.") { $0.steps.count },
            .integer("first_step", "The first of their steps.") { $0.steps.first },
            .integer("last_step", "The last of their steps.") { $0.steps.last },
            .integer("warmup_steps", "Steps after which growth is measured, as set.") { $0.warmup },
            .number("scale", "c of the fitted ‖θ‖₂ = c·(step − warmup_steps)^exponent; missing below 4 points.") {
                settled($0.fit.line.map { exp($0.intercept) })
            },
            .number(
                "exponent", uncertainty: .interval(low: "exponent_low", high: "exponent_high"),
                "Slope of ln‖θ‖₂ against ln(step − warmup_steps) by least squares; missing below 4 points."
            ) { settled($0.fit.line?.slope) },
            .number("exponent_low", "Lower end of its 95% interval (Student's t).") {
                settled($0.fit.line?.slopeInterval?.lowerBound)
            },
            .number("exponent_high", "Upper end of its 95% interval.") { $0.fit.line?.slopeInterval?.upperBound },
            .number("r_squared", "Share of the variance of ln‖θ‖₂ that the line explains.") {
                settled($0.fit.line?.rSquared)
            },
            .number(
                "turn_step",
                "Step where two lines that meet fit best; whether there is a turn at all is told by turn_supported. Missing below 7 points."
            ) { row in settled(row.fit.hinge.map { exp($0.breakpoint) + Double(row.warmup) }) },
            .number("exponent_before", "Slope before the turn.") { settled($0.fit.hinge?.slopeBefore) },
            .number("exponent_after", "Slope after it.") { settled($0.fit.hinge?.slopeAfter) },
            .number(
                "turn_advantage", "AICc of one line less that of two, which does not exist below 7 points."
            ) { settled($0.fit.turnAdvantage) },
            .boolean("turn_supported", "Whether turn_advantage > 0.") { $0.fit.turnAdvantage.map { $0 > 0 } },
        ]

    private static func settled(_ value: Double?) -> Double? { value?.settled(digits: 10) }
}
