import Base
import Foundation
import Reports

/// The log of one training run: a row a step, in order.
struct TrainingLog: Sendable {
    /// The file's path without its ending, as the settings lead to it.
    let name: String
    /// Steps that have a loss, with the tokens seen.
    let steps: [Int]
    let tokens: [Int?]
    /// Training loss in nats a token; NaN and infinities stand for themselves.
    let losses: [Double]
    /// Norms of the gradient; `nil` where the log does not have one for every loss.
    let gradientNorms: [Double]?
    /// Why tokens or norms are missing, in words; `nil` where they are not.
    let tokensMissing: String?
    let normsMissing: String?
    /// What a reader of the results has to know, a line each: what is missing though the settings name a column for it.
    let findings: [String]

    /// Reads a log.
    /// - Throws: `InputError` for a file that is no such log, or whose losses cannot be losses.
    init(
        _ path: String, in context: RunContext, columns: TrainabilitySettings.LogColumns, vocabulary: Int
    ) throws(InputError) {
        name = path.hasSuffix(".csv") ? String(path.dropLast(4)) : path
        let table = try context.table(path, of: "logs")
        let places: (step: Int, loss: Int)
        do throws(CSVError) {
            places = (try table.place(of: columns.step), try table.place(of: columns.loss))
        } catch {
            throw InputError("\(error.description); the settings under log_columns name the columns of logs")
        }
        let tokenPlace = columns.tokens.flatMap { try? table.place(of: $0) }
        let normPlace = columns.gradientNorm.flatMap { try? table.place(of: $0) }
        var (steps, tokens, losses, norms) = ([Int](), [Int?](), [Double](), [Double]())
        for row in table.rows {
            func failure(_ column: String, _ problem: String) -> InputError {
                InputError("\(path):\(row.line): column '\(column)': \(problem)")
            }
            // A row without a loss is an evaluation, not a step.
            guard let lossText = row.cells[places.loss] else { continue }
            guard let step = TrainingLog.count(row.cells[places.step]) else {
                throw failure(columns.step, "expected a whole number of steps")
            }
            if let last = steps.last, step <= last {
                throw failure(
                    columns.step,
                    "step \(step) comes after step \(last); a log has a row a step, in order")
            }
            guard let loss = TrainingLog.number(lossText) else {
                throw failure(columns.loss, "expected a loss, found '\(lossText.prefix(40))'")
            }
            if loss < 0 { throw failure(columns.loss, "\(loss) is negative; a loss in nats a token is not") }
            steps.append(step)
            losses.append(loss)
            tokens.append(tokenPlace.flatMap { TrainingLog.count(row.cells[$0]) })
            if let normPlace, let text = row.cells[normPlace] {
                guard let norm = TrainingLog.number(text) else {
                    throw failure(columns.gradientNorm ?? "", "expected a norm, found '\(text.prefix(40))'")
                }
                norms.append(norm)
            }
        }
        guard !steps.isEmpty else { throw InputError("\(path): no row has a loss in the column '\(columns.loss)'") }
        let finite = losses.filter(\.isFinite).sorted()
        if let median = finite.isEmpty ? nil : finite[finite.count / 2], median > log(Double(vocabulary)) {
            throw InputError(
                "\(path): half of the losses are above \(median), a uniform guess among \(vocabulary) tokens has "
                    + "\(log(Double(vocabulary))) nats: these are perplexities, or not in nats a token")
        }
        (self.steps, self.tokens, self.losses) = (steps, tokens, losses)
        gradientNorms = norms.count == steps.count ? norms : nil
        tokensMissing = TrainingLog.missing(
            columns.tokens, isThere: tokenPlace != nil, values: tokens.count { $0 != nil }, steps: steps.count)
        normsMissing = TrainingLog.missing(
            columns.gradientNorm, isThere: normPlace != nil, values: norms.count, steps: steps.count)
        let missing = [
            (columns.tokens, "tokens", tokensMissing, "tokens of convergence are"),
            (columns.gradientNorm, "gradient_norm", normsMissing, "spikes of the gradient are"),
        ]
        findings = missing.compactMap { column, setting, reason, what in
            guard column != nil, let reason else { return nil }
            return "\(path): \(reason): \(what) missing; log_columns.\(setting) names the column, null for none"
        }
    }

    /// Why there is not a value for every step; `nil` where there is.
    private static func missing(_ column: String?, isThere: Bool, values: Int, steps: Int) -> String? {
        guard let column else { return "the settings name no column" }
        guard isThere else { return "there is no column '\(column)'" }
        return values == steps ? nil : "column '\(column)' has \(values) values for \(steps) losses"
    }

    private static func count(_ text: String?) -> Int? {
        text.flatMap { Double(decimal: $0) }.flatMap { Int(exactly: $0) }
    }

    /// A number, or what a diverged run logs instead of one.
    private static func number(_ text: String) -> Double? {
        if let value = Double(decimal: text) { return value }
        switch text.lowercased() {
        case "nan", "-nan": return .nan
        case "inf", "+inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }
}

/// When a run first reached a loss.
struct ConvergenceRecord: Sendable {
    let run: String
    let target: Double
    /// The first step at which the mean loss of the last `smoothing` steps is at most the target; `nil` if none is.
    let step: Int?
    let tokens: Int?
    /// Tokens over the fewest that any run took to the same target.
    var tokensOverBest: Double?
    /// Why step or tokens are missing.
    let reason: String?

    init(_ log: TrainingLog, target: Double, smoothing: Int) {
        run = log.name
        self.target = target
        var place: Int?
        if log.losses.count >= smoothing {
            for end in (smoothing - 1)..<log.losses.count {
                // Summed afresh: a running sum would carry a NaN, and rounding, on for ever.
                let mean = log.losses[(end - smoothing + 1)...end].reduce(0, +) / Double(smoothing)
                if mean <= target {
                    place = end
                    break
                }
            }
        }
        step = place.map { log.steps[$0] }
        tokens = place.flatMap { log.tokens[$0] }
        reason =
            if log.losses.count < smoothing {
                "\(log.losses.count) steps are fewer than a mean takes"
            } else if place == nil {
                "not reached"
            } else {
                tokens == nil ? log.tokensMissing : nil
            }
    }
}

/// How often a run's loss and gradient jumped.
struct StabilityRecord: Sendable {
    let run: String
    let steps: Int
    let nonFinite: Int
    let loss: Spikes?
    let gradient: Spikes?

    /// Values at least some standard deviations away from the mean of the values before them, over the values that have
    /// enough before them: the spike score of "2 OLMo 2 Furious" (arXiv:2501.00656), with 7 deviations and 1000 values.
    struct Spikes: Sendable {
        /// Values that have a whole window before them.
        let judged: Int
        let count: Int
        /// Places of the first spike.
        let first: Int?

        var rate: Double { Double(count) / Double(judged) }

        /// `nil` where no value has a window before it. NaN and infinities are spikes, and left out of windows.
        init?(_ values: [Double], window: Int, deviations: Double) {
            guard values.count > window else { return nil }
            judged = values.count - window
            var spikes: [Int] = []
            for place in window..<values.count {
                let before = values[(place - window)..<place].filter(\.isFinite)
                guard values[place].isFinite else {
                    spikes.append(place)
                    continue
                }
                guard before.count > 1 else { continue }
                let mean = before.reduce(0, +) / Double(before.count)
                let variance = before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count)
                let distance = abs(values[place] - mean)
                if distance > 0, distance >= deviations * variance.squareRoot() { spikes.append(place) }
            }
            count = spikes.count
            first = spikes.first
        }
    }

    let firstSpike: Int?
    /// Why spikes are missing.
    let reason: String?

    init(_ log: TrainingLog, window: Int, deviations: Double) {
        run = log.name
        steps = log.steps.count
        nonFinite = log.losses.count { !$0.isFinite } + (log.gradientNorms ?? []).count { !$0.isFinite }
        loss = Spikes(log.losses, window: window, deviations: deviations)
        gradient = log.gradientNorms.flatMap { Spikes($0, window: window, deviations: deviations) }
        firstSpike = [loss?.first, gradient?.first].compactMap { $0 }.min().map { log.steps[$0] }
        reason = loss == nil ? "\(steps) steps are no more than a window takes" : log.normsMissing
    }
}
