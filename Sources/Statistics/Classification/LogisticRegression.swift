import CBLAS
import Foundation

/// Multinomial logistic regression with an L2 penalty, under scikit-learn's conventions.
///
/// The weights W and intercepts b minimise
///
///     C Σ −log p(yᵢ | xᵢ) + ½‖W‖²,    p(k | x) = softmax(W x + b)ₖ,
///
/// over the samples i; intercepts are not penalised. C is scikit-learn's: the smaller, the stronger the penalty. Two
/// classes have one weight vector in scikit-learn, w = w₁ − w₀ with ½‖w‖²; here the penalty of two classes counts twice,
/// which is the same. The minimum is unique, up to a shift of all intercepts; they sum to 0.
package struct LogisticRegression: Sendable, Equatable {
    /// Number of classes K.
    package let classes: Int
    /// Number of features.
    package let features: Int
    /// K × features, a class after another.
    package let weights: [Double]
    /// K.
    package let intercepts: [Double]
    /// C.
    package let inverseStrength: Double
    /// Whether no derivative of the mean loss with its penalty is above ``largestDerivative`` where the search ended.
    package let hasConverged: Bool

    /// Fits.
    ///
    /// - Parameters:
    ///   - samples: finite.
    ///   - labels: 0 to `classes` − 1, one a sample.
    ///   - classes: at least two; one without a sample is allowed.
    ///   - inverseStrength: C above, positive.
    ///   - start: a fit of the same shape to search from.
    /// - Complexity: `4 rows features classes` operations an evaluation, of which there are some tens.
    package init(
        _ samples: FeatureMatrix, labels: [Int], classes: Int, inverseStrength: Double,
        startingFrom start: LogisticRegression? = nil
    ) {
        precondition(samples.rows > 0 && labels.count == samples.rows && classes >= 2 && inverseStrength > 0)
        precondition(labels.allSatisfy { $0 >= 0 && $0 < classes })
        cb_use_one_thread()
        let features = samples.columns
        let objective = Objective(samples, labels, classes, inverseStrength)
        let point = start.map { $0.weights + $0.intercepts } ?? Array(repeating: 0, count: (features + 1) * classes)
        var search = Minimizer(.lbfgs)
        search.valueTolerance = 1e-15
        search.parameterTolerance = 1e-9
        let minimum = search.minimize(from: point, objective.value)
        let found = minimum?.point ?? point
        let shift = found[(features * classes)...].reduce(0, +) / Double(classes)
        self.classes = classes
        self.features = features
        self.inverseStrength = inverseStrength
        weights = Array(found[..<(features * classes)])
        intercepts = found[(features * classes)...].map { $0 - shift }
        // The search's own word depends on rounding: it may give up, or not, where nothing is left to gain.
        var slope = [Double](repeating: 0, count: found.count)
        _ = found.withUnsafeBufferPointer { point in slope.withUnsafeMutableBufferPointer { objective.value(point, $0) }
        }
        hasConverged = slope.allSatisfy { abs($0) <= Self.largestDerivative }
    }

    /// Samples and standardised features being of order 1.
    static let largestDerivative = 1e-5

    /// log p(k | x) in nats: K values a sample.
    package func logProbabilities(_ samples: FeatureMatrix) -> [[Double]] {
        precondition(samples.columns == features)
        return (0..<samples.rows).map { row in
            var scores = intercepts
            for k in 0..<classes {
                for (column, value) in samples[row].enumerated() { scores[k] += weights[k * features + column] * value }
            }
            let largest = scores.max() ?? 0
            let normalizer = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
            return scores.map { $0 - normalizer }
        }
    }
}

/// The mean loss with its penalty, and their gradient. Parameters are the weights, a class after another, then intercepts.
private struct Objective {
    let samples: FeatureMatrix
    let labels: [Int]
    let classes: Int
    /// The penalty of a squared weight, beside the mean loss.
    let penalty: Double

    init(_ samples: FeatureMatrix, _ labels: [Int], _ classes: Int, _ inverseStrength: Double) {
        self.samples = samples
        self.labels = labels
        self.classes = classes
        penalty = (classes == 2 ? 2 : 1) / (inverseStrength * Double(samples.rows))
    }

    func value(_ point: UnsafeBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>) -> Double {
        let (rows, features) = (samples.rows, samples.columns)
        let weightCount = features * classes
        // Scores, then the derivatives of the loss by them: K a sample.
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: rows * classes) { scores in
            for row in 0..<rows {
                for k in 0..<classes { scores[row * classes + k] = point[weightCount + k] }
            }
            guard let weights = point.baseAddress, let table = scores.baseAddress else { return .nan }
            if features > 0 {
                cb_dgemm(
                    Orientation.transposed, Orientation.plain, Int32(classes), Int32(rows), Int32(features), 1, weights,
                    Int32(features),
                    samples.values, Int32(features), 1, table, Int32(classes))
            }
            var loss = 0.0
            for row in 0..<rows { loss += derive(table + row * classes, label: labels[row]) }
            var square = 0.0
            for index in 0..<weightCount { square += weights[index] * weights[index] }
            if let slope = gradient.baseAddress {
                for index in 0..<weightCount { slope[index] = penalty * weights[index] }
                if features > 0 {
                    cb_dgemm(
                        Orientation.plain, Orientation.transposed, Int32(features), Int32(classes), Int32(rows),
                        1 / Double(rows),
                        samples.values, Int32(features), table, Int32(classes), 1, slope, Int32(features))
                }
                for k in 0..<classes {
                    var sum = 0.0
                    for row in 0..<rows { sum += table[row * classes + k] }
                    slope[weightCount + k] = sum / Double(rows)
                }
            }
            return loss / Double(rows) + penalty * square / 2
        }
    }

    /// Turns a sample's scores into the derivatives of its loss, which it returns.
    private func derive(_ scores: UnsafeMutablePointer<Double>, label: Int) -> Double {
        var largest = scores[0]
        for k in 1..<classes { largest = max(largest, scores[k]) }
        let own = scores[label] - largest
        var sum = 0.0
        for k in 0..<classes {
            scores[k] = exp(scores[k] - largest)
            sum += scores[k]
        }
        for k in 0..<classes { scores[k] /= sum }
        scores[label] -= 1
        return log(sum) - own
    }
}
