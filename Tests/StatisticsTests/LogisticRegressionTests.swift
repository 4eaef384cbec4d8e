import Testing

@testable import Statistics

/// Against scikit-learn, whose fits were made with a tolerance of 1e-12. Ours stop where the loss changes no more in
/// its last digits, ε = 2e-16: in a direction whose only curvature is the penalty's, 1/(C n) = 0.004 for the weakest here,
/// that leaves weights open by √(ε/0.004) = 2e-7, and log-probabilities by some tens of that over 60 features.
@Suite struct LogisticRegressionTests {
    private static let names = ClassifierTruth.shared.cases.indices

    private struct Prepared {
        let truth: ClassifierTruth.Case
        let training: FeatureMatrix
        let heldOut: FeatureMatrix
        let trainingLabels: [Int]
        let heldOutLabels: [Int]

        init(_ truth: ClassifierTruth.Case) {
            let rows = truth.features
            let all = FeatureMatrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 })
            let standardization = Standardization(of: all.selecting(truth.training))
            self.truth = truth
            training = standardization(all.selecting(truth.training))
            heldOut = standardization(all.selecting(truth.held_out))
            trainingLabels = truth.training.map { truth.labels[$0] }
            heldOutLabels = truth.held_out.map { truth.labels[$0] }
        }
    }

    @Test(arguments: names) func `features are standardised as scikit-learn does`(index: Int) {
        let truth = ClassifierTruth.shared.cases[index]
        let rows = truth.features
        let all = FeatureMatrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 })
        let found = Standardization(of: all.selecting(truth.training))
        for (value, expected) in zip(found.means, truth.means) {
            #expect(abs(value - expected) <= 1e-13 * abs(expected))
        }
        for (value, expected) in zip(found.scales, truth.scales) { #expect(abs(value - expected) <= 1e-12 * expected) }
        #expect(found.scales[1] == 1)
    }

    @Test(arguments: names) func `probabilities and scores agree with scikit-learn`(index: Int) throws {
        let data = Prepared(ClassifierTruth.shared.cases[index])
        for fit in data.truth.fits {
            let model = LogisticRegression(
                data.training, labels: data.trainingLabels, classes: data.truth.classes, inverseStrength: fit.c)
            #expect(model.hasConverged)
            let logs = model.logProbabilities(data.heldOut)
            for (row, expected) in zip(logs, fit.log_probabilities) {
                for (value, truth) in zip(row, expected) { #expect(abs(value - truth) < 2e-5, "C = \(fit.c)") }
            }
            expect(ClassifiedSamples(logs, labels: data.heldOutLabels).scores, fit.held_out)
            expect(
                ClassifiedSamples(model.logProbabilities(data.training), labels: data.trainingLabels).scores,
                fit.training)
            guard let coefficients = fit.coefficients, let intercepts = fit.intercepts else { continue }
            for (value, truth) in zip(model.weights, coefficients.flatMap { $0 }) { #expect(abs(value - truth) < 1e-6) }
            for (value, truth) in zip(model.intercepts, intercepts) { #expect(abs(value - truth) < 1e-6) }
        }
    }

    private func expect(_ found: ClassificationScores, _ truth: ClassifierTruth.Scores) {
        #expect(abs(found.loss - truth.loss) < 1e-5)
        #expect(abs(found.accuracy - truth.accuracy) < 1e-12)
        #expect(abs(found.precision - truth.precision) < 1e-12)
        #expect(abs(found.recall - truth.recall) < 1e-12)
        #expect(abs(found.f1 - truth.f1) < 1e-12)
        #expect(found.auc == nil ? truth.auc == nil : abs((found.auc ?? .nan) - (truth.auc ?? .nan)) < 1e-12)
    }

    @Test(arguments: names) func `cross-validation agrees with scikit-learn for every strength`(index: Int) {
        let data = Prepared(ClassifierTruth.shared.cases[index])
        let losses = ClassificationTask.validationLosses(
            data.training, data.trainingLabels, classes: data.truth.classes, folds: data.truth.folds,
            inverseStrengths: data.truth.strengths)
        for (value, truth) in zip(losses, data.truth.validation_losses) { #expect(abs(value - truth) < 1e-5) }
    }

    @Test(arguments: names) func `a fit in the span of the samples is the fit on their features`(index: Int) {
        let data = Prepared(ClassifierTruth.shared.cases[index])
        let space = RowSpace(of: data.training)
        // Samples whose mean was taken away span one dimension less than there are; so does a constant feature.
        #expect(space.dimensions == min(data.training.rows - 1, data.training.columns - 1))
        for fit in data.truth.fits {
            let model = LogisticRegression(
                space.coordinates(of: data.training), labels: data.trainingLabels, classes: data.truth.classes,
                inverseStrength: fit.c)
            let logs = model.logProbabilities(space.coordinates(of: data.heldOut))
            for (row, expected) in zip(logs, fit.log_probabilities) {
                for (value, truth) in zip(row, expected) { #expect(abs(value - truth) < 2e-5, "C = \(fit.c)") }
            }
        }
    }

    @Test(arguments: ClassifierTruth.shared.scores.indices) func `scores follow scikit-learn's conventions`(index: Int)
    {
        let truth = ClassifierTruth.shared.scores[index]
        let found = ClassifiedSamples(truth.probabilities.map { $0.map(logarithm) }, labels: truth.labels).scores
        expect(found, truth.scores)
    }

    @Test func `a sample counted twice weighs as two samples`() {
        let truth = ClassifierTruth.shared.scores[0]
        let logs = truth.probabilities.map { $0.map(logarithm) }
        let counts = [2, 0, 1, 1, 3, 1]
        let places = counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        let counted = ClassifiedSamples(logs, labels: truth.labels).scores(counts: counts)
        let repeated = ClassifiedSamples(places.map { logs[$0] }, labels: places.map { truth.labels[$0] }).scores
        #expect(abs(counted.loss - repeated.loss) < 1e-12)
        #expect(counted.accuracy == repeated.accuracy && counted.auc == repeated.auc)
        #expect(counted.precision == repeated.precision && counted.recall == repeated.recall)
    }

    @Test func `without a penalty to speak of, separable classes are told apart for certain`() {
        let samples = FeatureMatrix(rows: 4, columns: 1, values: [-2, -1, 1, 2])
        let model = LogisticRegression(samples, labels: [0, 0, 1, 1], classes: 2, inverseStrength: 1e6)
        #expect(model.weights[1] > 1 && model.weights.allSatisfy(\.isFinite))
        #expect(ClassifiedSamples(model.logProbabilities(samples), labels: [0, 0, 1, 1]).scores.loss < 1e-3)
    }

    @Test func `features that are all constant leave the frequencies of the classes`() {
        let samples = FeatureMatrix(rows: 4, columns: 2, values: [3, 5, 3, 5, 3, 5, 3, 5])
        let standard = Standardization(of: samples)(samples)
        let space = RowSpace(of: standard)
        #expect(space.dimensions == 0)
        let model = LogisticRegression(
            space.coordinates(of: standard), labels: [0, 0, 0, 1], classes: 2, inverseStrength: 1)
        let logs = model.logProbabilities(space.coordinates(of: standard))
        #expect(abs(logs[0][0] - logarithm(0.75)) < 1e-7)
    }
}
