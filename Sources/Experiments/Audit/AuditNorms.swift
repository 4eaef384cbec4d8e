import Foundation
import Reports

extension AuditedSeries {
    /// Tensors whose norm leaves the series' trend, in y = ln‖x‖ along a run.
    ///
    /// Between two neighbours, the deviation is the distance of y from the interval of theirs; it is held against the
    /// median of all such deviations in the series. At the ends of a run it is that of the change since the only neighbour
    /// from the median change of the tensor's like in the other blocks, held against their median absolute deviation.
    /// Both scaled by 1.4826, which makes a normal distribution's standard deviation of the latter.
    var normFindings: [AuditFinding] {
        let inner = runs.flatMap { run in
            run.places.indices.dropFirst().dropLast().flatMap { excesses(run.places, at: $0) }
        }
        let scale = Self.madScale * (median(inner.map(\.deviation)) ?? 0)
        var odd: [NormDeviation] = inner.compactMap { limited($0, scale: scale) }
        for run in runs where run.places.count > 1 {
            let last = run.places.count - 1
            odd += edgeDeviations(run.places[last], beside: run.places[last - 1])
            if run.startsItself { odd += edgeDeviations(run.places[0], beside: run.places[1]) }
        }
        // A first checkpoint that is odd makes the second so, and the other way round: of two, only the inner is told.
        return checkpoints.indices.flatMap { place in
            findings(
                .normOffTrend, place,
                odd.filter { $0.place == place }.sorted { $0.name < $1.name }.map { ($0.name, $0.evidence) })
        }
    }

    private static let madScale = 1.4826

    private struct NormDeviation {
        let place: Int
        let name: String
        let deviation: Double
        var evidence: String
    }

    private func limited(_ found: NormDeviation, scale: Double) -> NormDeviation? {
        let limit = max(settings.normDeviation, settings.normMADs * scale)
        guard found.deviation > limit else { return nil }
        var told = found
        told.evidence +=
            "; limit \(rounded(limit)) = max(\(settings.normDeviation), \(settings.normMADs) x 1.4826 x MAD)"
        return told
    }

    private func logNorm(_ place: Int, _ tensor: CommonTensor) -> Double? {
        guard let index = tensor.places[place], let sums = contents[place][index]?.sums, sums.nonFiniteCount == 0,
            sums.squareSum > 0, sums.squareSum.isFinite
        else { return nil }
        return log(sums.squareSum) / 2
    }

    private func excesses(_ path: [Int], at index: Int) -> [NormDeviation] {
        let (before, place, after) = (path[index - 1], path[index], path[index + 1])
        return common.compactMap { tensor in
            guard let a = logNorm(before, tensor), let y = logNorm(place, tensor), let b = logNorm(after, tensor)
            else { return nil }
            let deviation = max(0, y - max(a, b), min(a, b) - y)
            return NormDeviation(
                place: place, name: tensor.name, deviation: deviation,
                evidence: "its norm is \(rounded(exp(y))), before and after (\(checkpoints[before].label), "
                    + "\(checkpoints[after].label)) \(rounded(exp(a))) and \(rounded(exp(b))): ln differs by \(rounded(deviation))"
            )
        }
    }

    private func edgeDeviations(_ place: Int, beside neighbour: Int) -> [NormDeviation] {
        var groups: [String: [(name: String, change: Double, norms: (Double, Double))]] = [:]
        for tensor in common {
            guard let y = logNorm(place, tensor), let a = logNorm(neighbour, tensor) else { continue }
            groups[blockPattern(tensor.name).key, default: []].append((tensor.name, y - a, (exp(y), exp(a))))
        }
        return groups.sorted { $0.key < $1.key }.flatMap { _, group -> [NormDeviation] in
            guard group.count >= 4, let usual = median(group.map(\.change)),
                let spread = median(group.map { abs($0.change - usual) })
            else { return [] }
            return group.compactMap { name, change, norms in
                limited(
                    NormDeviation(
                        place: place, name: name, deviation: abs(change - usual),
                        evidence:
                            "its norm is \(rounded(norms.0)), in \(checkpoints[neighbour].label) \(rounded(norms.1)): the "
                            + "change of ln differs by \(rounded(abs(change - usual))) from the other blocks' median"),
                    scale: Self.madScale * spread)
            }
        }
    }
}

/// Four significant digits, for evidence.
func rounded(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    return String(format: "%.4g", value)
}
