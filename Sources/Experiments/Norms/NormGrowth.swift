import Checkpoints
import Foundation
import Reports
import Statistics

/// One row of `norm_growth`: how ‖θ‖₂ of the model or a module grows with the steps since the warm-up.
struct NormGrowth: Sendable {
    /// Fewer points say nothing of a slope and its interval.
    static let fewestPoints = 4
    /// With fewer, AICc does not exist for the hinge (four parameters and the variance), so that nothing tells whether
    /// the turn it finds is one.
    static let fewestTurnPoints = 7

    /// Columns of the table for readers.
    static let brief = [
        "level", "name", "points", "exponent", "exponent_low", "exponent_high", "r_squared", "turn_step",
        "turn_supported",
    ]

    let scope: Scope
    /// First and last step of the points.
    let steps: (first: Int, last: Int)?
    /// Steps since the warm-up, and norms.
    let points: [(x: Double, y: Double)]
    private let warmup: Int
    private let line: LinearFit?
    private let hinge: HingeFit?

    init(scope: Scope, points: [(step: Int, norm: Double)], warmup: Int) {
        self.scope = scope
        self.warmup = warmup
        steps = points.first.map { first in (first.step, points.last?.step ?? first.step) }
        self.points = points.map { (Double($0.step - warmup), $0.norm) }
        let (x, y) = (self.points.map { log($0.x) }, self.points.map { log($0.y) })
        line = points.count >= NormGrowth.fewestPoints ? LinearFit(x: x, y: y) : nil
        hinge = points.count >= NormGrowth.fewestTurnPoints ? HingeFit(x: x, y: y) : nil
    }

    /// AICc of the line less that of the hinge: above 0, the turn is worth its two parameters.
    ///
    /// Hurvich and Tsai (1989): n ln(RSS/n) + 2k + 2k(k+1)/(n−k−1).
    var hingeAdvantage: Double? {
        guard let line, let hinge, hinge.residualSumOfSquares > 0 else { return nil }
        let n = Double(line.count)
        func penalty(_ k: Double) -> Double { 2 * k + 2 * k * (k + 1) / (n - k - 1) }
        return n * log(line.residualSumOfSquares / hinge.residualSumOfSquares) + penalty(3) - penalty(5)
    }

    static let columns: [TypedColumn<NormGrowth>] =
        scopeColumns.map { $0.of(\.scope) } + [
            .integer("points", "Checkpoints of stage 1 after the warm-up, outside ingredients.") { $0.points.count },
            .integer("first_step", "The first of their steps.") { $0.steps?.first },
            .integer("last_step", "The last of their steps.") { $0.steps?.last },
            .integer("warmup_steps", "Steps after which growth is measured, as set.") { $0.warmup },
            .number("scale", "c of the fitted ‖θ‖₂ = c·(step − warmup_steps)^exponent; missing below 4 points.") {
                settled($0.line.map { exp($0.intercept) })
            },
            .number(
                "exponent", uncertainty: .interval(low: "exponent_low", high: "exponent_high"),
                "Slope of ln‖θ‖₂ against ln(step − warmup_steps) by least squares; missing below 4 points."
            ) { settled($0.line?.slope) },
            .number("exponent_low", "Lower end of its 95% interval (Student's t).") {
                settled($0.line?.slopeInterval?.lowerBound)
            },
            .number("exponent_high", "Upper end of its 95% interval.") { $0.line?.slopeInterval?.upperBound },
            .number("r_squared", "Share of the variance of ln‖θ‖₂ that the line explains.") {
                settled($0.line?.rSquared)
            },
            .number(
                "turn_step",
                "Step where two lines that meet fit best; whether there is a turn at all is told by turn_supported. Missing below 7 points."
            ) { row in settled(row.hinge.map { exp($0.breakpoint) + Double(row.warmup) }) },
            .number("exponent_before", "Slope before the turn.") { settled($0.hinge?.slopeBefore) },
            .number("exponent_after", "Slope after it.") { settled($0.hinge?.slopeAfter) },
            .number(
                "turn_advantage", "AICc of one line less that of two, which does not exist below 7 points."
            ) { settled($0.hingeAdvantage) },
            .boolean("turn_supported", "Whether turn_advantage > 0.") { $0.hingeAdvantage.map { $0 > 0 } },
        ]

    /// The first ten digits: logarithms differ in their last between C libraries and processors, tables must not.
    private static func settled(_ value: Double?) -> Double? {
        value.flatMap { Double(String(format: "%.9e", locale: Locale(identifier: "en_US_POSIX"), $0)) }
    }
}

extension Norms {
    /// Growth along stage 1, of the model and of each module.
    func growth(_ records: [NormsRecord], _ standing: [Int]) -> [NormGrowth] {
        let steps = Dictionary(
            standing.compactMap { place -> (String, Int)? in
                let revision = series.checkpoints[place].revision
                guard (revision.stage ?? 1) == 1, revision.ingredient == nil, let step = revision.step,
                    step > settings.warmupSteps
                else { return nil }
                return (series.checkpoints[place].label, step)
            }, uniquingKeysWith: { first, _ in first })
        let parts = records.filter { $0.scope.level == "model" || $0.scope.level == "module" }
        let scopes = Set(parts.map(\.scope)).sorted { $0.rank < $1.rank }
        return scopes.map { scope in
            let points = parts.filter { $0.scope == scope }.compactMap { record -> (step: Int, norm: Double)? in
                guard let step = steps[record.label], let norm = record.metrics.l2, norm > 0 else { return nil }
                return (step, norm)
            }
            return NormGrowth(scope: scope, points: points, warmup: settings.warmupSteps)
        }
    }
}
