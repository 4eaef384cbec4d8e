import Checkpoints
import Foundation
import Settings

/// The settings of an average over the last members of one run.
struct RunAverage: SettingsSection {
    /// How the members are weighted.
    enum Kind: String, Codable, Sendable, CaseIterable {
        /// Equally (Kaddour, 2022).
        case lawa
        /// By an exponential moving average over the members.
        case ema
        /// So that the average stands for a decay of the learning rate (Tian et al., 2025).
        case wsm
    }

    /// How the learning rate would decay, f(x) for x from 0 to 1.
    enum Shape: String, Codable, Sendable, CaseIterable {
        /// 1 − x.
        case linear
        /// (1 + cos πx)/2.
        case cosine
        /// 1 − √x.
        case oneMinusSqrt = "1-sqrt"
    }

    @Setting(
        "lawa: equal weights; ema: an exponential moving average; wsm: weights that stand for a decay of the learning rate."
    )
    var kind = Kind.lawa
    @Setting(
        "The last member that is averaged, by its label; the others come before it in its run.",
        unset: "the last of stage 1")
    var end: String?
    @Setting("How many members are averaged.", .within(2...100_000))
    var last = 3
    @Setting("Of ema: the share that the average so far keeps at each member.", .between(0, 1))
    var decay = 0.9
    @Setting("Of wsm: how the learning rate would decay: 1 − x, (1 + cos πx)/2, or 1 − √x.")
    var shape = Shape.linear

    /// The weights, from the first member to the last; they sum to 1.
    var weights: [Double] {
        switch kind {
        case .lawa: return Array(repeating: 1 / Double(last), count: last)
        case .ema:
            // The first starts the average, and each later one has 1 − d of it.
            return (0..<last).map { place in
                let kept = pow(decay, Double(last - 1 - place))
                return place == 0 ? kept : (1 - decay) * kept
            }
        case .wsm:
            // Equal differences: those of rounded numbers would not be.
            guard shape != .linear else { return Array(repeating: 1 / Double(last), count: last) }
            // 1 = w_0 ≥ w_1 ≥ ... ≥ w_k ≥ w_(k+1) = 0, of which neighbours differ by the weights.
            let decayed = [1] + (1..<last).map { factor(Double($0) / Double(last)) } + [0]
            return zip(decayed, decayed.dropFirst()).map { $0 - $1 }
        }
    }

    private func factor(_ x: Double) -> Double {
        switch shape {
        case .linear: 1 - x
        case .cosine: (1 + cos(.pi * x)) / 2
        case .oneMinusSqrt: 1 - x.squareRoot()
        }
    }

    /// The members of the series that it is made of, with their weights, in training order.
    /// - Throws: `InputError` when the run is not in the series or has too few members in it.
    func terms(of series: CheckpointSeries) throws -> [(label: String, weight: Double)] {
        let stated = try end.map { try series.place(named: $0, setting: "end") }
        guard let end = stated ?? series.branchPoint ?? series.lastOfTraining else {
            throw InputError("no member of the series tells a step; name the last one with end: LABEL")
        }
        let run = series.path(to: end).filter { place in
            let (a, b) = (series.checkpoints[place].revision, series.checkpoints[end].revision)
            return a.step != nil && (a.stage ?? 1) == (b.stage ?? 1) && a.ingredient == b.ingredient
        }
        guard run.count >= last else {
            throw InputError(
                "the series has \(run.count) member\(run.count == 1 ? "" : "s") of the run that ends with "
                    + "\(series.checkpoints[end].label), expected \(last) or more; set last=\(max(2, run.count)) or name more"
            )
        }
        return zip(run.suffix(last), weights).map { (series.checkpoints[$0].label, $1) }
    }
}

extension CheckpointSeries {
    /// Place of the last member that a step of training led to.
    fileprivate var lastOfTraining: Int? { checkpoints.lastIndex { $0.revision.step != nil } }
}
