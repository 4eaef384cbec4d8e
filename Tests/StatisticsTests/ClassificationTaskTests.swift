import Foundation
import Testing

@testable import Base
@testable import Statistics

func logarithm(_ value: Double) -> Double { log(value) }

@Suite struct ClassificationTaskTests {
    /// 30 samples of three classes, whose first feature tells them apart.
    private let labels = (0..<30).map { $0 % 3 }

    private func features(_ signal: Double) -> FeatureMatrix {
        var random = SplitMix64(seed: 9)
        let values = labels.flatMap { [signal * Double($0) + random.unit(), random.unit(), random.unit()] }
        return FeatureMatrix(rows: 30, columns: 3, values: values)
    }

    private func options(_ seed: UInt64 = 4) -> ClassificationTask.Options {
        var options = ClassificationTask.Options()
        options.seed = seed
        options.resamples = 200
        options.controls = 4
        return options
    }

    @Test func `a split holds out the share of every class, and nothing twice`() {
        let split = StratifiedSplit(labels: labels, heldOut: 0.3, seed: 1)
        #expect((0..<3).allSatisfy { k in split.heldOut.count { labels[$0] == k } == 3 })
        #expect((split.training + split.heldOut).sorted() == Array(0..<30))
        #expect(split == StratifiedSplit(labels: labels, heldOut: 0.3, seed: 1))
        #expect(split != StratifiedSplit(labels: labels, heldOut: 0.3, seed: 2))
    }

    @Test func `the smallest class keeps two to train on and one held out`() {
        for share in [0.01, 0.99] {
            let split = StratifiedSplit(labels: [0, 0, 0, 1, 1, 1, 1], heldOut: share, seed: 1)
            #expect(split.heldOut.count { $0 < 3 } == 1)
            #expect(split.training.count { $0 < 3 } == 2)
        }
    }

    @Test func `folds hold equally many samples and every class evenly`() {
        let folds = StratifiedSplit.folds(labels: labels, count: 5, seed: 1)
        for fold in 0..<5 {
            #expect((0..<3).allSatisfy { k in (0..<30).count { folds[$0] == fold && labels[$0] == k } == 2 })
        }
        #expect(folds != StratifiedSplit.folds(labels: labels, count: 5, seed: 2))
    }

    @Test func `a feature that tells classes apart is found, and shuffled labels are not`() throws {
        let task = ClassificationTask(labels: labels, options())
        let outcome = try #require(task.solve(features(3)))
        #expect(outcome.heldOut.accuracy == 1 && outcome.heldOut.auc == 1 && outcome.heldOut.f1 == 1)
        #expect(outcome.heldOut.loss < 0.1)
        #expect(outcome.interval.accuracy == 1...1)
        let interval = try #require(outcome.interval.loss)
        #expect(interval.contains(outcome.heldOut.loss) && interval.lowerBound < interval.upperBound)
        // Guessing among three: a third right, at a loss of log 3 or worse.
        #expect(try #require(outcome.controlAccuracy) < 0.7)
        #expect(try #require(outcome.controlLoss) > 1)
        #expect(outcome.predictions == task.split.heldOut.map { labels[$0] })
    }

    @Test func `noise scores as the baseline does, which knows the frequencies`() throws {
        let task = ClassificationTask(labels: labels, options())
        #expect(abs(task.baseline.loss - log(3)) < 1e-12)
        #expect(abs(task.baseline.accuracy - 1 / 3) < 1e-12 && task.baseline.auc == 0.5)
        let outcome = try #require(task.solve(features(0)))
        #expect(outcome.heldOut.loss > task.baseline.loss - 0.2)
    }

    @Test func `the baseline predicts the most frequent class of the training part`() {
        let uneven = Array(repeating: 0, count: 12) + Array(repeating: 1, count: 4)
        let task = ClassificationTask(labels: uneven, options())
        // A quarter of 16 is held out: 3 of the one class and 1 of the other.
        #expect(task.baseline.accuracy == 0.75)
        #expect(abs(task.baseline.loss + (3 * log(0.75) + log(0.25)) / 4) < 1e-12)
        #expect(task.baseline.precision == 0.375 && task.baseline.recall == 0.5)
    }

    @Test func `another seed is another split, the same seed the same outcome`() throws {
        let (one, other) = (
            ClassificationTask(labels: labels, options(1)), ClassificationTask(labels: labels, options(2))
        )
        #expect(one.split != other.split)
        let outcome = try #require(one.solve(features(1)))
        #expect(ClassificationTask(labels: labels, options(1)).solve(features(1)) == outcome)
    }

    @Test func `a feature that is not finite has no outcome`() {
        var values = features(1).values
        values[4] = .nan
        let task = ClassificationTask(labels: labels, options())
        #expect(task.solve(FeatureMatrix(rows: 30, columns: 3, values: values)) == nil)
    }

    @Test func `without controls there is no control score`() throws {
        var options = options()
        options.controls = 0
        let outcome = try #require(ClassificationTask(labels: labels, options).solve(features(1)))
        #expect(outcome.controlLoss == nil && outcome.controlAccuracy == nil)
    }
}
