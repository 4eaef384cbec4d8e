import Base
import Statistics

/// What runs may be ranked by; the raw values are the settings' names.
enum RankingMetric: String, CaseIterable, Sendable {
    case activeParameters = "active_parameters"
    case tokens
    case trainingFLOPs = "training_flops"
    case gpuHours = "gpu_hours"
    case energy, emissions, utilisation
    case flopsPerJoule = "flops_per_joule"
    case emissionsPerZettaFLOP = "emissions_per_zettaflop"
    case costPerZettaFLOP = "cost_per_zettaflop"

    /// Whether more is better.
    var isBetterLarge: Bool { self == .utilisation || self == .flopsPerJoule }

    /// The value of a run; `nil` where it is not known.
    func value(_ run: PublishedRun) -> Double? {
        switch self {
        case .activeParameters: run.computedParameters
        case .tokens: run.tokens
        case .trainingFLOPs: run.trainingFLOPs
        case .gpuHours: run.normalisedGPUHours
        case .energy: run.energy
        case .emissions: run.emissions
        case .utilisation: run.utilisation
        case .flopsPerJoule: run.flopsPerJoule
        case .emissionsPerZettaFLOP: run.emissionsPerZettaFLOP
        case .costPerZettaFLOP: run.costPerZettaFLOP
        }
    }
}

/// Where a run stands in one ranking.
struct RankingRecord: Sendable {
    /// `size` or `system`.
    let ranking: String
    let model: String
    /// 1 for the best; equal for equals; `nil` for a run of which nothing is known.
    let rank: Int?
    /// 1 for runs that no other dominates, 2 for those that only these dominate, and so on.
    let front: Int?
    /// Weighted mean of its places among the runs, 0 (worst) to 1 (best).
    let score: Double?
    /// Share of the weights whose metrics are known.
    let coverage: Double
    /// Share of random weightings in which it stays within one place.
    let stability: Double?
    /// The best and the worst rank over random weightings.
    let bestRank: Int?
    let worstRank: Int?
    /// Metrics whose figures fail a check, and do not count.
    let withheld: [RankingMetric]
}

/// A ranking: Pareto fronts first, then a weighted score, and how much that depends on the weights.
struct Ranking: Sendable {
    let name: String
    let weights: [(metric: RankingMetric, weight: Double)]
    let weightings: Int
    let seed: UInt64

    /// A record a run, the best first, unranked ones last.
    func records(_ runs: [PublishedRun], withheld: [String: [RankingMetric]]) -> [RankingRecord] {
        let values = runs.map { run in
            weights.map { metric, _ -> Double? in
                guard withheld[run.model]?.contains(metric) != true, let value = metric.value(run) else { return nil }
                return metric.isBetterLarge ? value : -value
            }
        }
        let fronts = Ranking.fronts(values)
        let places = Ranking.places(values)
        let chosen = weights.map(\.weight)
        let scores = places.map { Ranking.score($0, chosen) }
        let ranks = Ranking.ranks(fronts, scores)

        var within = [Int](repeating: 0, count: runs.count)
        var (best, worst) = (ranks, ranks)
        var random = SplitMix64(seed: seed)
        for _ in 0..<weightings {
            let other = Ranking.randomWeights(weights.count, &random)
            let tried = Ranking.ranks(fronts, places.map { Ranking.score($0, other) })
            for (index, pair) in zip(tried, ranks).enumerated() {
                guard let rank = pair.0, let reference = pair.1 else { continue }
                if abs(rank - reference) <= 1 { within[index] += 1 }
                best[index] = min(best[index] ?? rank, rank)
                worst[index] = max(worst[index] ?? rank, rank)
            }
        }
        let total = chosen.reduce(0, +)
        let records = runs.indices.map { index in
            let known = zip(values[index], chosen).reduce(0) { $0 + ($1.0 == nil ? 0 : $1.1) }
            let isRanked = ranks[index] != nil
            return RankingRecord(
                ranking: name, model: runs[index].model, rank: ranks[index], front: fronts[index],
                score: scores[index], coverage: known / total,
                stability: isRanked ? Double(within[index]) / Double(weightings) : nil, bestRank: best[index],
                worstRank: worst[index],
                withheld: weights.map(\.metric).filter { withheld[runs[index].model]?.contains($0) == true })
        }
        return records.enumerated().sorted { ($0.1.rank ?? .max, $0.0) < ($1.1.rank ?? .max, $1.0) }.map(\.1)
    }

    /// Numbers of Pareto fronts, from 1; larger values are better. A run dominates another if it is known in all that the
    /// other is known in, nowhere worse and somewhere better: so what is not known neither helps nor harms, and the relation
    /// has no cycles. `nil` for a run of which nothing is known.
    static func fronts(_ values: [[Double?]]) -> [Int?] {
        var fronts = [Int?](repeating: nil, count: values.count)
        var left = values.indices.filter { values[$0].contains { $0 != nil } }
        var front = 1
        while !left.isEmpty {
            let top = left.filter { candidate in !left.contains { dominates(values[$0], values[candidate]) } }
            for index in top { fronts[index] = front }
            left.removeAll(where: top.contains)
            front += 1
        }
        return fronts
    }

    private static func dominates(_ a: [Double?], _ b: [Double?]) -> Bool {
        var isBetter = false
        for (mine, other) in zip(a, b) {
            guard let other else { continue }
            guard let mine, mine >= other else { return false }
            if mine > other { isBetter = true }
        }
        return isBetter
    }

    /// The share of the other runs that a run is better than, in each metric; equals count half. 0.5 for the only one known.
    static func places(_ values: [[Double?]]) -> [[Double?]] {
        guard let count = values.first?.count else { return [] }
        var places = values
        for metric in 0..<count {
            let known = values.compactMap { $0[metric] }
            for index in values.indices {
                guard let value = values[index][metric] else { continue }
                let worse = known.count { $0 < value }
                let equal = known.count { $0 == value } - 1
                places[index][metric] =
                    known.count > 1 ? (Double(worse) + Double(equal) / 2) / Double(known.count - 1) : 0.5
            }
        }
        return places
    }

    private static func score(_ places: [Double?], _ weights: [Double]) -> Double? {
        var (sum, total) = (0.0, 0.0)
        for (place, weight) in zip(places, weights) {
            guard let place else { continue }
            sum += weight * place
            total += weight
        }
        return total > 0 ? sum / total : nil
    }

    private static func ranks(_ fronts: [Int?], _ scores: [Double?]) -> [Int?] {
        let standing = zip(fronts, scores).map { front, score -> (front: Int, loss: Double)? in
            guard let front, let score else { return nil }
            return (front, -score)
        }
        let sorted = standing.compactMap { $0 }.sorted { $0 < $1 }
        return standing.map { own in
            guard let own else { return nil }
            return 1 + (sorted.firstIndex { $0 == own } ?? 0)
        }
    }

    /// Uniform over all weights that sum to 1: the gaps between sorted uniform numbers.
    private static func randomWeights(_ count: Int, _ random: inout SplitMix64) -> [Double] {
        let cuts = (0..<max(0, count - 1)).map { _ in random.unit() }.sorted()
        return zip([0] + cuts, cuts + [1]).map { $1 - $0 }
    }
}
