import Foundation
import LanguageModels
import Statistics

/// What a checkpoint says of some sequences of a probe set. Definitions and sources: `docs/metrics.md`.
struct LossMetrics: Sendable {
    /// One sequence.
    struct Sequence: Sendable {
        let targets: Int
        let byteCount: Int?
        let losses: SequenceLosses.Sequence
        let divergence: Double?
        let agreed: Int?

        var loss: Double { losses.loss.reduce(0, +) }
        var first: Int { losses.first.reduce(0, +) }
    }

    /// A difference of means, with its interval.
    struct Change: Sendable {
        let value: Double
        let interval: ClosedRange<Double>?
    }

    let sequences: [Sequence]
    /// Of all the sequences' tokens.
    let bins: [SequenceLosses.Bin]

    /// Tokens that are predicted.
    var targets: Int { sequences.reduce(0) { $0 + $1.targets } }

    /// Nats per token.
    var crossEntropy: Double { mean { $0.loss } }
    var entropy: Double { mean { $0.losses.entropy } }
    var top1: Double { mean { Double($0.first) } }
    var top5: Double { mean { Double($0.losses.five) } }
    var divergence: Double? { mean { $0.divergence } }
    var agreement: Double? { mean { $0.agreed.map(Double.init) } }
    var perplexity: Double { exp(crossEntropy) }
    var bitsPerToken: Double { crossEntropy / M_LN2 }

    /// Bits per byte of the text behind the predicted tokens; `nil` unless every sequence tells its bytes.
    var bitsPerByte: Double? {
        let bytes = sequences.reduce(Int?.some(0)) { sum, sequence in
            sequence.byteCount.flatMap { count in sum.map { $0 + count } }
        }
        guard let bytes, bytes > 0 else { return nil }
        return sequences.reduce(0) { $0 + $1.loss } / M_LN2 / Double(bytes)
    }

    /// Mean of exp(mean loss) over batches of that many sequences in order, the last of which may be smaller.
    func meanBatchPerplexity(batch: Int) -> Double {
        let starts = stride(from: 0, to: sequences.count, by: batch)
        let perplexities = starts.map { start in
            let part = sequences[start..<min(start + batch, sequences.count)]
            return exp(part.reduce(0) { $0 + $1.loss } / Double(part.reduce(0) { $0 + $1.targets }))
        }
        return perplexities.reduce(0, +) / Double(perplexities.count)
    }

    /// Expected calibration error: Σ (n_b/n) |hits_b − confidence_b| over the bins (Guo et al., 2017).
    var calibrationError: Double {
        bins.reduce(0) { $0 + abs(Double($1.hits) - $1.confidence) } / Double(targets)
    }

    /// Standard error of the mean loss, sequences being what is sampled; `nil` for fewer than two.
    var standardError: Double? { LossMetrics.standardError(sequences.map { ($0.loss, $0.targets) }) }

    /// Of a ratio of sums, linearised (Cochran, 1977, section 6.3): √(n/(n−1) Σ (S − R·T)²) / ΣT.
    static func standardError(_ sums: [(sum: Double, count: Int)]) -> Double? {
        let total = sums.reduce(0) { $0 + $1.count }
        guard sums.count > 1, total > 0 else { return nil }
        let ratio = sums.reduce(0) { $0 + $1.sum } / Double(total)
        let squares = sums.reduce(0) { sum, entry in
            let residual = entry.sum - ratio * Double(entry.count)
            return sum + residual * residual
        }
        return (Double(sums.count) / Double(sums.count - 1) * squares).squareRoot() / Double(total)
    }

    /// Percentile interval of the mean loss over resampled sequences.
    func interval(_ bootstrap: Bootstrap) -> ClosedRange<Double>? {
        LossMetrics.interval(sequences.map { ($0.loss, $0.targets) }, bootstrap)
    }

    /// The change of the mean loss since an earlier checkpoint, the same sequences drawn of both.
    func change(since earlier: LossMetrics, _ bootstrap: Bootstrap) -> Change {
        let differences = zip(sequences, earlier.sequences).map { ($0.loss - $1.loss, $0.targets) }
        return Change(
            value: differences.reduce(0) { $0 + $1.0 } / Double(targets),
            interval: LossMetrics.interval(differences, bootstrap))
    }

    private static func interval(
        _ sums: [(sum: Double, count: Int)], _ bootstrap: Bootstrap
    ) -> ClosedRange<Double>? {
        guard sums.count > 1 else { return nil }
        let means = (0..<bootstrap.resamples).map { resample in
            var (sum, count) = (0.0, 0)
            for index in bootstrap.indices(of: resample, count: sums.count) {
                sum += sums[index].sum
                count += sums[index].count
            }
            return sum / Double(count)
        }
        return Bootstrap.percentileInterval(means)
    }

    private func mean(_ value: (Sequence) -> Double) -> Double {
        sequences.reduce(0) { $0 + value($1) } / Double(targets)
    }

    private func mean(_ value: (Sequence) -> Double?) -> Double? {
        var sum = 0.0
        for sequence in sequences {
            guard let part = value(sequence) else { return nil }
            sum += part
        }
        return sum / Double(targets)
    }
}
