import Foundation

/// What can be read linearly from features of labelled samples: one split, the same for all features that are compared.
///
/// Features are standardised on the training part. The strength of the penalty is the one whose cross-entropy is least in
/// cross-validation on the training part (the strongest of equal ones), and the fit with it on the whole of that part is
/// scored on what was held out. Beside it stand a baseline that knows the classes' frequencies only, and a control that
/// has to find shuffled labels: what a classifier scores there, it learns by heart (Hewitt and Liang, 2019,
/// arXiv:1909.03368).
package struct ClassificationTask: Sendable {
    /// The class of every sample, from 0.
    package let labels: [Int]
    /// Number of classes, at least two.
    package let classes: Int
    /// The samples to train on, and those held out.
    package let split: StratifiedSplit
    /// The fold of every training sample.
    package let folds: [Int]
    /// How it was set.
    package let options: Options
    /// Labels of the controls, each shuffled within the training part and within the part held out.
    private let controls: [(training: [Int], heldOut: [Int])]

    /// How a task is set.
    package struct Options: Sendable, Equatable, CustomStringConvertible {
        /// Share of every class that is held out.
        package var heldOut = 0.25
        /// Folds of the cross-validation; no more than the smallest class has training samples.
        package var folds = 5
        /// The C to choose from.
        package var inverseStrengths: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2]
        /// Shuffles of the control; its scores are their means.
        package var controls = 1
        /// Resamples of the intervals.
        package var resamples = 1000
        /// Seed of the split, the folds, the shuffles and the resamples.
        package var seed: UInt64 = 0

        /// The defaults.
        package init() {}

        /// All of them, in canonical text.
        package var description: String {
            "held_out=\(heldOut) folds=\(folds) inverse_strengths=\(inverseStrengths) controls=\(controls) "
                + "resamples=\(resamples) seed=\(seed)"
        }
    }

    /// The C to choose from, ascending; see ``LogisticRegression``.
    private var inverseStrengths: [Double] { options.inverseStrengths.sorted() }

    /// Splits samples.
    /// - Parameter labels: classes from 0, each with at least ``StratifiedSplit/smallestClass`` samples.
    package init(labels: [Int], _ options: Options) {
        precondition(options.folds >= 2 && options.controls >= 0)
        precondition(!options.inverseStrengths.isEmpty && options.inverseStrengths.allSatisfy { $0 > 0 })
        let classes = (labels.max() ?? 0) + 1
        precondition(classes >= 2)
        let split = StratifiedSplit(labels: labels, heldOut: options.heldOut, seed: options.seed)
        let training = split.training.map { labels[$0] }
        let heldOut = split.heldOut.map { labels[$0] }
        let smallest = (0..<classes).map { k in training.count { $0 == k } }.min() ?? 0
        self.labels = labels
        self.classes = classes
        self.split = split
        folds = StratifiedSplit.folds(labels: training, count: min(options.folds, smallest), seed: options.seed)
        self.options = options
        controls = (0..<options.controls).map { control in
            let seed = options.seed &+ 2 &* UInt64(control)
            return (
                StratifiedSplit.shuffledLabels(training, seed: seed &+ 1),
                StratifiedSplit.shuffledLabels(heldOut, seed: seed &+ 2)
            )
        }
    }

    /// Scores of the baseline, which gives every sample the frequencies of the classes in the training part, and so
    /// predicts the most frequent class.
    package var baseline: ClassificationScores {
        let training = split.training.map { labels[$0] }
        let frequencies = (0..<classes).map { k in
            log(Double(training.count { $0 == k }) / Double(training.count))
        }
        let heldOut = split.heldOut.map { labels[$0] }
        return ClassifiedSamples(heldOut.map { _ in frequencies }, labels: heldOut).scores
    }

    /// Trains and scores.
    /// - Parameter features: a row for every sample.
    /// - Returns: `nil` where a feature is not finite.
    package func solve(_ features: FeatureMatrix) -> ClassificationOutcome? {
        precondition(features.rows == labels.count)
        guard features.isFinite else { return nil }
        let training = features.selecting(split.training)
        let standardization = Standardization(of: training)
        let standard = standardization(training)
        let space = RowSpace(of: standard)
        let parts = Parts(
            training: space.coordinates(of: standard),
            heldOut: space.coordinates(of: standardization(features.selecting(split.heldOut))))

        let found = fit(parts, split.training.map { labels[$0] })
        let heldOut = ClassifiedSamples(
            found.model.logProbabilities(parts.heldOut), labels: split.heldOut.map { labels[$0] })
        let controls = controls.map { control in
            ClassifiedSamples(
                fit(parts, control.training).model.logProbabilities(parts.heldOut), labels: control.heldOut
            ).scores
        }
        let mean = { (score: (ClassificationScores) -> Double) -> Double? in
            controls.isEmpty ? nil : controls.reduce(0) { $0 + score($1) } / Double(controls.count)
        }
        return ClassificationOutcome(
            inverseStrength: found.model.inverseStrength, validationLoss: found.validationLoss,
            hasConverged: found.model.hasConverged,
            training: ClassifiedSamples(
                found.model.logProbabilities(parts.training), labels: split.training.map { labels[$0] }
            ).scores,
            heldOut: heldOut.scores,
            interval: heldOut.interval(Bootstrap(resamples: options.resamples, seed: options.seed)),
            predictions: heldOut.predictions,
            labelProbabilities: heldOut.labelProbabilities, controlLoss: mean(\.loss), controlAccuracy: mean(\.accuracy)
        )
    }

    private struct Parts {
        let training: FeatureMatrix
        let heldOut: FeatureMatrix
    }

    /// The fit of the training part whose strength cross-validates best.
    private func fit(_ parts: Parts, _ labels: [Int]) -> (model: LogisticRegression, validationLoss: Double) {
        let strengths = inverseStrengths
        let losses = Self.validationLosses(
            parts.training, labels, classes: classes, folds: folds, inverseStrengths: strengths)
        let best = losses.indices.reduce(0) { losses[$1] < losses[$0] ? $1 : $0 }
        let model = LogisticRegression(
            parts.training, labels: labels, classes: classes, inverseStrength: strengths[best])
        return (model, losses[best])
    }

    /// Mean over the folds of the mean loss on a fold of the fit on the others, for every strength.
    static func validationLosses(
        _ samples: FeatureMatrix, _ labels: [Int], classes: Int, folds: [Int], inverseStrengths: [Double]
    ) -> [Double] {
        var sums = [Double](repeating: 0, count: inverseStrengths.count)
        let count = (folds.max() ?? 0) + 1
        for fold in 0..<count {
            let inside = folds.indices.filter { folds[$0] == fold }
            let outside = folds.indices.filter { folds[$0] != fold }
            let (seen, unseen) = (samples.selecting(outside), samples.selecting(inside))
            var model: LogisticRegression?
            for (index, strength) in inverseStrengths.enumerated() {
                // From a strong penalty to a weak one, each search begins near its end.
                let next = LogisticRegression(
                    seen, labels: outside.map { labels[$0] }, classes: classes, inverseStrength: strength,
                    startingFrom: model)
                let logs = next.logProbabilities(unseen)
                sums[index] -= zip(logs, inside).reduce(0) { $0 + $1.0[labels[$1.1]] } / Double(inside.count)
                model = next
            }
        }
        return sums.map { $0 / Double(count) }
    }
}

/// What a classifier found in features.
package struct ClassificationOutcome: Sendable, Equatable, Codable {
    /// The chosen C.
    package let inverseStrength: Double
    /// Its mean cross-entropy in cross-validation, in nats.
    package let validationLoss: Double
    /// See ``LogisticRegression/hasConverged``.
    package let hasConverged: Bool
    /// Scores on the training part.
    package let training: ClassificationScores
    /// Scores on what was held out.
    package let heldOut: ClassificationScores
    /// Their intervals over the samples held out.
    package let interval: ScoreInterval
    /// The likeliest class of each sample held out.
    package private(set) var predictions: [Int]?
    /// The probability that each of them gives to its label.
    package private(set) var labelProbabilities: [Double]?
    /// Mean loss of the controls, in nats; `nil` without any.
    package let controlLoss: Double?
    /// Mean accuracy of the controls.
    package let controlAccuracy: Double?

    /// Leaves out what has an entry a sample.
    package mutating func forgetPredictions() { (predictions, labelProbabilities) = (nil, nil) }
}
