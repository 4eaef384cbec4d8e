/// Shifts and scales features to mean 0 and deviation 1 on the samples that it was learnt from.
///
/// As scikit-learn's `StandardScaler` does: deviations divide by n, and a feature that is constant, to within the rounding
/// of its variance, is only shifted.
package struct Standardization: Sendable, Equatable {
    /// One a feature.
    package let means: [Double]
    /// One a feature; 1 for a constant one.
    package let scales: [Double]

    /// Learns from samples, of which there is at least one.
    package init(of samples: FeatureMatrix) {
        precondition(samples.rows > 0)
        let n = Double(samples.rows)
        var means = [Double](repeating: 0, count: samples.columns)
        for row in 0..<samples.rows {
            for (column, value) in samples[row].enumerated() { means[column] += value }
        }
        means = means.map { $0 / n }
        var variances = [Double](repeating: 0, count: samples.columns)
        for row in 0..<samples.rows {
            for (column, value) in samples[row].enumerated() {
                let error = value - means[column]
                variances[column] += error * error
            }
        }
        scales = zip(variances, means).map { sum, mean in
            let variance = sum / n
            // The largest variance that n equal values can show by rounding alone.
            let rounding = n * mean * Double.ulpOfOne
            return variance <= n * Double.ulpOfOne * variance + rounding * rounding ? 1 : variance.squareRoot()
        }
        self.means = means
    }

    /// The features of any samples, shifted and scaled as those of the training set are.
    package func callAsFunction(_ samples: FeatureMatrix) -> FeatureMatrix {
        precondition(samples.columns == means.count)
        let values = (0..<samples.rows).flatMap { row in
            samples[row].enumerated().map { ($1 - means[$0]) / scales[$0] }
        }
        return FeatureMatrix(rows: samples.rows, columns: samples.columns, values: values)
    }
}
