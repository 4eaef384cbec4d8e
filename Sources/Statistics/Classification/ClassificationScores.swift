import Foundation

/// How well probabilities of classes agree with labels, under scikit-learn's conventions.
package struct ClassificationScores: Sendable, Equatable, Codable {
    /// Mean of −log p(label), in nats; nothing is clipped.
    package let loss: Double
    /// Share of samples whose likeliest class is their label; of equally likely ones the first.
    package let accuracy: Double
    /// Mean over classes of the share of a class' predictions that are right; 0 for a class that is never predicted.
    package let precision: Double
    /// Mean over classes of the share of a class' samples that are found; 0 for a class that has none.
    package let recall: Double
    /// Mean over classes of the harmonic mean of the two; 0 where both are.
    package let f1: Double
    /// Mean over classes of the probability that a sample of the class is given a larger p(class) than one of another,
    /// ties counting half: the one-vs-rest area under the ROC curve. `nil` where a class has no sample or all.
    package let auc: Double?
}

/// Probabilities of classes beside the labels that they should have found.
package struct ClassifiedSamples: Sendable {
    private let labels: [Int]
    private let classes: Int
    /// Of each sample, in nats.
    private let losses: [Double]
    /// The likeliest class of each sample.
    package let predictions: [Int]
    /// For each class the samples by ascending probability of it, equal ones together.
    private let orders: [[[Int]]]

    /// Takes log p(class) in nats, as many as there are classes a sample, and the label of each of the samples.
    package init(_ logProbabilities: [[Double]], labels: [Int]) {
        precondition(!labels.isEmpty && logProbabilities.count == labels.count)
        let classes = logProbabilities[0].count
        self.labels = labels
        self.classes = classes
        losses = zip(logProbabilities, labels).map { -$0[$1] }
        predictions = logProbabilities.map { row in
            row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
        orders = (0..<classes).map { k in Self.order(logProbabilities.map { $0[k] }) }
    }

    private static func order(_ values: [Double]) -> [[Int]] {
        var groups: [[Int]] = []
        for index in values.indices.sorted(by: { values[$0] < values[$1] }) {
            if let last = groups.last?.last, values[last] == values[index] {
                groups[groups.count - 1].append(index)
            } else {
                groups.append([index])
            }
        }
        return groups
    }

    /// The probability that each sample gives to its label.
    package var labelProbabilities: [Double] { losses.map { exp(-$0) } }

    /// The scores of all samples.
    package var scores: ClassificationScores { scores(counts: Array(repeating: 1, count: labels.count)) }

    /// The scores of a sample that holds each of these `counts` times; at least one once.
    ///
    /// The means of precision, recall and F1 run over classes that are a label or a prediction of some sample.
    package func scores(counts: [Int]) -> ClassificationScores {
        precondition(counts.count == labels.count)
        var (hits, predicted, actual) = (zeros, zeros, zeros)
        var (total, loss) = (0.0, 0.0)
        for (index, count) in counts.enumerated() where count > 0 {
            let count = Double(count)
            total += count
            loss += count * losses[index]
            predicted[predictions[index]] += count
            actual[labels[index]] += count
            if predictions[index] == labels[index] { hits[labels[index]] += count }
        }
        var (precision, recall, f1, present) = (0.0, 0.0, 0.0, 0.0)
        for k in 0..<classes where predicted[k] + actual[k] > 0 {
            present += 1
            if predicted[k] > 0 { precision += hits[k] / predicted[k] }
            if actual[k] > 0 { recall += hits[k] / actual[k] }
            f1 += 2 * hits[k] / (predicted[k] + actual[k])
        }
        let hasAreas = actual.allSatisfy { $0 > 0 && $0 < total }
        let areas =
            hasAreas ? (0..<classes).reduce(0) { $0 + area($1, counts) / (actual[$1] * (total - actual[$1])) } : 0
        return ClassificationScores(
            loss: loss / total, accuracy: hits.reduce(0, +) / total, precision: precision / present,
            recall: recall / present, f1: f1 / present, auc: hasAreas ? areas / Double(classes) : nil)
    }

    private var zeros: [Double] { Array(repeating: 0, count: classes) }

    /// Pairs of a sample of the class and one of another that stand in the right order (Mann and Whitney, 1947).
    private func area(_ label: Int, _ counts: [Int]) -> Double {
        var (area, below) = (0.0, 0.0)
        for group in orders[label] {
            var (own, others) = (0.0, 0.0)
            for index in group {
                if labels[index] == label { own += Double(counts[index]) } else { others += Double(counts[index]) }
            }
            area += own * (below + others / 2)
            below += others
        }
        return area
    }

    /// Percentile intervals of the scores. Samples are drawn within each class, which the split keeps even as well.
    package func interval(_ bootstrap: Bootstrap, confidence: Double = 0.95) -> ScoreInterval {
        let members = (0..<classes).map { k in labels.indices.filter { labels[$0] == k } }.filter { !$0.isEmpty }
        let resamples = (0..<bootstrap.resamples).map { resample in
            var random = bootstrap.generator(of: resample)
            var counts = [Int](repeating: 0, count: labels.count)
            for group in members {
                for _ in group { counts[group[random.index(below: group.count)]] += 1 }
            }
            return scores(counts: counts)
        }
        func bounds(_ score: (ClassificationScores) -> Double?) -> ClosedRange<Double>? {
            Bootstrap.percentileInterval(resamples.compactMap(score), confidence: confidence)
        }
        return ScoreInterval(
            loss: bounds(\.loss), accuracy: bounds(\.accuracy), precision: bounds(\.precision),
            recall: bounds(\.recall),
            f1: bounds(\.f1), auc: bounds(\.auc))
    }
}

/// How far each score may lie from the one found; `nil` where the score does not exist.
package struct ScoreInterval: Sendable, Equatable, Codable {
    /// See ``ClassificationScores``.
    package let loss, accuracy, precision, recall, f1, auc: ClosedRange<Double>?
}
