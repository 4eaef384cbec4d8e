/// What a classifier sees: one row a sample, one column a feature.
package struct FeatureMatrix: Sendable, Equatable {
    /// Number of samples.
    package let rows: Int
    /// Number of features.
    package let columns: Int
    /// `rows * columns` values, one sample after another.
    package let values: [Double]

    /// Takes `rows * columns` values, one sample after another.
    package init(rows: Int, columns: Int, values: [Double]) {
        precondition(rows >= 0 && columns >= 0 && values.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// One sample.
    package subscript(row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

    /// The samples at these places, in this order.
    package func selecting(_ indices: [Int]) -> FeatureMatrix {
        FeatureMatrix(rows: indices.count, columns: columns, values: indices.flatMap { self[$0] })
    }

    /// Whether no value is NaN or infinite.
    package var isFinite: Bool { values.allSatisfy(\.isFinite) }
}
