import Foundation

/// How the learning rate of one training run depends on its progress t, as OLMo's trainer computes it.
///
/// With peak η, warm-up w, end T and final rate η_f = α·η, for t counted in `units` since the run began. In OLMo's trainer
/// t is 1 step (or its tokens) at the first update:
///
/// - warm-up, t < w: η₀ + (η−η₀)·t/w, where η₀ is `warmupMinimum`, or η/10 where that is not given;
/// - cosine: η_f + (η−η_f)·(1+cos(π·(t−w)/(T−w)))/2, and η_f from T on;
/// - linear: η − (η−η_f)·(t−w)/(T−w), and η_f from T on;
/// - half cosine, the second half of one: up to (η+η_f)/2 by warm-up, then the cosine from 2w−T instead of w on;
/// - constant: η.
///
/// A decay goes no lower than `minimum`, where that is given, as in GPT-NeoX.
///
/// Source: `olmo/optim.py` (`CosWithWarmup`, `LinearWithWarmup`, `ConstantScheduler`, `ConstantWithWarmupScheduler`) of
/// github.com/allenai/OLMo; `olmo_core/optim/scheduler.py` of github.com/allenai/OLMo-core has the same formulas, and
/// `HalfCosWithWarmup`.
package struct LearningRateSchedule: Sendable, Equatable, Codable {
    /// The shape after the warm-up, by OLMo's names.
    package enum Shape: String, Sendable, Codable, CaseIterable {
        case cosine = "cosine_with_warmup"
        case halfCosine = "half_cosine_with_warmup"
        case linear = "linear_with_warmup"
        case constant
        case constantWithWarmup = "constant_with_warmup"

        /// Whether the rate falls, so that a schedule has to say until when.
        package var isDecaying: Bool { self == .cosine || self == .halfCosine || self == .linear }
    }

    /// What progress is counted in.
    package enum Units: String, Sendable, Codable, CaseIterable {
        case steps, tokens
    }

    /// The shape.
    package var shape: Shape
    /// Peak learning rate η; `nil` for a run that goes on with the rate of the checkpoint it starts from.
    package var learningRate: Double?
    /// What `warmup` and `end` are counted in; steps where nothing is said.
    package var units: Units?
    /// Length of the warm-up w; none where nothing is said.
    package var warmup: Int?
    /// Where a decay ends, T; needed by the shapes that have one.
    package var end: Int?
    /// α = η_f/η; 0.1 where nothing is said, as in OLMo.
    package var finalFraction: Double?
    /// Rate η₀ that the warm-up starts from; a tenth of η where nothing is said.
    package var warmupMinimum: Double?
    /// Progress, in steps, at the first update: 1 where nothing is said, as in OLMo; 0 in trainers that advance the
    /// schedule after the update.
    package var firstUpdate: Int?
    /// Rate that a decay does not fall below; none where nothing is said.
    package var minimum: Double?
    /// Last step of the run that the schedule is known to hold for; all of them where nothing is said.
    package var knownTo: Int?

    /// Makes a schedule; see the properties.
    package init(
        shape: Shape, learningRate: Double?, units: Units? = nil, warmup: Int? = nil, end: Int? = nil,
        finalFraction: Double? = nil, warmupMinimum: Double? = nil, firstUpdate: Int? = nil,
        minimum: Double? = nil, knownTo: Int? = nil
    ) {
        self.shape = shape
        self.learningRate = learningRate
        self.units = units
        self.warmup = warmup
        self.end = end
        self.finalFraction = finalFraction
        self.warmupMinimum = warmupMinimum
        self.firstUpdate = firstUpdate
        self.minimum = minimum
        self.knownTo = knownTo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case shape = "name"
        case learningRate = "learning_rate"
        case units
        case warmup = "t_warmup"
        case end = "t_max"
        case finalFraction = "alpha_f"
        case warmupMinimum = "warmup_min_lr"
        case firstUpdate = "first_update"
        case minimum = "min_lr"
        case knownTo = "known_to"
    }

    /// Steps or tokens: sums of a few of them still fit.
    private static let timeLimit = 1 << 60

    /// Why no rate can be computed from these numbers; `nil` when one can.
    package var problem: String? {
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            return "the learning rate \(learningRate) is not a positive number"
        }
        for time in [warmup, end] {
            if let time, time > LearningRateSchedule.timeLimit { return "\(time) is more than any training has" }
        }
        if let warmup, warmup < 0 { return "a warm-up of \(warmup) \((units ?? .steps).rawValue) is not possible" }
        guard (0...1).contains(firstUpdate ?? 1) else { return "the first update is at progress 0 or 1" }
        if let minimum, !(minimum >= 0 && minimum <= learningRate ?? .infinity) {
            return "the minimum \(minimum) is not between 0 and the learning rate"
        }
        if let knownTo, knownTo < 0 { return "known_to is \(knownTo), before the first step" }
        guard shape.isDecaying else { return nil }
        guard let end else { return "a \(shape.rawValue) schedule needs its end, t_max" }
        return end > warmup ?? 0 ? nil : "it ends at \(end), before its warm-up of \(warmup ?? 0) is over"
    }

    /// The rate at progress `time`, in `units`; `peak` is η for a schedule that states none.
    /// - Precondition: `problem` is `nil`.
    func rate(at time: Int, peak inherited: Double) -> Double {
        let peak = learningRate ?? inherited
        let warmup = self.warmup ?? 0
        if time < warmup, shape != .constant {
            let start = warmupMinimum ?? peak * 0.1
            return start + (top(peak) - start) * Double(time) / Double(warmup)
        }
        guard shape.isDecaying, let end else { return peak }
        let final = peak * (finalFraction ?? 0.1)
        let lowest = max(final, minimum ?? 0)
        if time >= end { return lowest }
        let fraction = Double(time - origin) / Double(end - origin)
        let decayed =
            shape == .linear
            ? peak - (peak - final) * fraction : final + (peak - final) * (1 + cos(.pi * fraction)) / 2
        return max(decayed, lowest)
    }

    /// The rate that the warm-up ends at.
    private func top(_ peak: Double) -> Double {
        shape == .halfCosine ? (peak + peak * (finalFraction ?? 0.1)) / 2 : peak
    }

    /// Where the decay's formula starts, which in a half cosine is before the run.
    private var origin: Int { shape == .halfCosine ? 2 * (warmup ?? 0) - (end ?? 0) : warmup ?? 0 }

    /// Progress from which on the rate is the lowest: the decay's end, or where it reaches `minimum`.
    private func lowestFrom(_ end: Int, peak: Double, final: Double) -> Int {
        guard let minimum, minimum > final else { return end }
        let share = (minimum - final) / (peak - final)
        let fraction = shape == .linear ? 1 - share : acos(2 * share - 1) / .pi
        return min(end, max(warmup ?? 0, origin + Int((fraction * Double(end - origin)).rounded(.up))))
    }

    /// Σ of the rates of the first `steps` updates, in closed form; `batch` is how much progress a step makes in tokens.
    ///
    /// Warm-up and linear decay are arithmetic series, the cosine's sum is Dirichlet's: Σ_{j=a}^{b−1} cos(α+δj) =
    /// cos(α+δ(a+b−1)/2)·sin((b−a)δ/2)/sin(δ/2).
    /// - Precondition: `problem` is `nil`.
    func sum(steps: Int, batch: Int, peak inherited: Double) -> Double {
        let peak = learningRate ?? inherited
        let unit = units == .tokens ? batch : 1
        let warmup = shape == .constant ? 0 : self.warmup ?? 0
        // Updates by index j, at progress j·unit: up to `ramp` they warm up, up to `decayed` they decay.
        let first = firstUpdate ?? 1
        let last = steps + first
        let ramp = min(max((warmup + unit - 1) / unit, first), last)
        var sum = 0.0
        if ramp > first {
            let start = warmupMinimum ?? peak * 0.1
            sum += Double(ramp - first) * start
            sum += (top(peak) - start) * (progress(first..<ramp, unit) / Double(warmup))
        }
        guard shape.isDecaying, let end else { return sum + Double(last - ramp) * peak }
        let final = peak * (finalFraction ?? 0.1)
        let decayed = min(max((lowestFrom(end, peak: peak, final: final) - 1) / unit + 1, ramp), last)
        let count = Double(decayed - ramp)
        let length = Double(end - origin)
        if decayed > ramp, shape == .linear {
            sum += count * peak - (peak - final) * ((progress(ramp..<decayed, unit) - count * Double(warmup)) / length)
        } else if decayed > ramp {
            let step = .pi * Double(unit) / length
            let middle = .pi * (Double(ramp + decayed - 1) / 2 * Double(unit) - Double(origin)) / length
            let cosines = decayed - ramp == 1 ? cos(middle) : cos(middle) * sin(count * step / 2) / sin(step / 2)
            sum += count * final + (peak - final) * (count + cosines) / 2
        }
        return sum + Double(last - decayed) * max(final, minimum ?? 0)
    }

    /// Σ j·unit over the indices.
    private func progress(_ indices: Range<Int>, _ unit: Int) -> Double {
        Double(indices.lowerBound + indices.upperBound - 1) * Double(indices.count) / 2 * Double(unit)
    }
}
