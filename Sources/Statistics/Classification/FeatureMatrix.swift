/// What a classifier sees: one row a sample, one column a feature.
public struct FeatureMatrix: Sendable, Equatable {
    /// Number of samples.
    public let rows: Int
    /// Number of features.
    public let columns: Int
    /// `rows * columns` values, one sample after another.
    public let values: [Double]

    /// Takes `rows * columns` values, one sample after another.
    public init(rows: Int, columns: Int, values: [Double]) {
        precondition(rows >= 0 && columns >= 0 && values.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// One sample.
    public subscript(row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

    /// The samples at these places, in this order.
    public func selecting(_ places: [Int]) -> FeatureMatrix {
        FeatureMatrix(rows: places.count, columns: columns, values: places.flatMap { self[$0] })
    }

    /// Whether no value is NaN or infinite.
    public var isFinite: Bool { values.allSatisfy(\.isFinite) }
}
