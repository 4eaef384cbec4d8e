/// When a run first reached a loss.
struct ConvergenceRecord: Sendable {
    let run: String
    let target: Double
    /// The first step at which the mean loss of the rows of the last `smoothing` steps is at most the target; `nil` if
    /// none is.
    let step: Int?
    let tokens: Int?
    /// Tokens over the fewest that any run took to the same target.
    var tokensOverBest: Double?
    /// The reason why step or tokens are missing.
    let reason: String?

    init(_ log: TrainingLog, target: Double, smoothing: Int) {
        run = log.name
        self.target = target
        var index: Int?
        var isEver = false
        var start = 0
        for end in log.steps.indices {
            while log.steps[end] - log.steps[start] >= smoothing { start += 1 }
            // The rows stand for all of the steps that a mean takes.
            guard log.steps[end] - log.steps[0] + log.interval >= smoothing else { continue }
            isEver = true
            // Summed afresh: a running sum would carry a NaN, and rounding, on for ever.
            let mean = log.losses[start...end].reduce(0, +) / Double(end - start + 1)
            if mean <= target {
                index = end
                break
            }
        }
        step = index.map { log.steps[$0] }
        tokens = index.flatMap { log.tokens[$0] }
        reason =
            if !isEver {
                "\(log.stepCount) steps are fewer than a mean takes"
            } else if index == nil {
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

    /// Values at least some standard deviations away from the mean of those of the steps before them, over the values
    /// that have enough steps before them: the spike score of "2 OLMo 2 Furious" (arXiv:2501.00656), with 7 deviations
    /// and 1000 steps.
    struct Spikes: Sendable {
        /// Values that have a whole window before them.
        let judged: Int
        let count: Int
        /// Indices of the first spike.
        let first: Int?

        var rate: Double { Double(count) / Double(judged) }

        /// `nil` where no value has a window before it. NaN and infinities are spikes, and left out of windows.
        init?(_ values: [Double?], of log: TrainingLog, window: Int, deviations: Double) {
            var (judged, start) = (0, 0)
            var spikes: [Int] = []
            for index in values.indices {
                while log.steps[index] - log.steps[start] > window { start += 1 }
                guard let value = values[index] else { continue }
                guard log.steps[index] - log.steps[0] + log.interval > window else { continue }
                judged += 1
                let before = values[start..<index].compactMap { $0 }.filter(\.isFinite)
                guard value.isFinite else {
                    spikes.append(index)
                    continue
                }
                guard before.count > 1 else { continue }
                let mean = before.reduce(0, +) / Double(before.count)
                let variance = before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count)
                let distance = abs(value - mean)
                if distance > 0, distance >= deviations * variance.squareRoot() { spikes.append(index) }
            }
            guard judged > 0 else { return nil }
            self.judged = judged
            count = spikes.count
            first = spikes.first
        }
    }

    let firstSpike: Int?
    /// The reason why spikes are missing.
    let reason: String?

    init(_ log: TrainingLog, window: Int, deviations: Double) {
        run = log.name
        steps = log.steps.count
        nonFinite = log.losses.count { !$0.isFinite } + (log.gradientNorms ?? []).count { $0?.isFinite == false }
        loss = Spikes(log.losses, of: log, window: window, deviations: deviations)
        gradient = log.gradientNorms.flatMap { Spikes($0, of: log, window: window, deviations: deviations) }
        firstSpike = [loss?.first, gradient?.first].compactMap { $0 }.min().map { log.steps[$0] }
        reason = loss == nil ? "\(log.stepCount) steps are no more than a window takes" : log.normsMissing
    }
}
