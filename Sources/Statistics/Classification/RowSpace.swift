import CBLAS

/// The space that samples span, and the coordinates of samples in it.
///
/// The weights of a classifier with an L2 penalty lie in the span of its training samples, because any part of them
/// outside would cost and not help (the representer theorem; Schölkopf, Herbrich and Smola, 2001). So a fit on the
/// coordinates gives exactly the probabilities of a fit on the features, and costs no more than the number of samples,
/// however wide the model.
struct RowSpace {
    /// Dimensions of the space: at most the number of samples.
    let dimensions: Int
    private let features: Int
    /// Orthonormal rows, `dimensions * features` values.
    private let basis: [Double]

    /// Gram-Schmidt on the rows, each projected twice, which is orthogonal to rounding (Giraud et al., 2005).
    ///
    /// A row that lies in the span of those before it, to within 1e-10 of its length, adds no dimension.
    /// - Complexity: `4 rows² features` operations.
    init(of samples: FeatureMatrix) {
        cb_use_one_thread()
        let features = samples.columns
        var basis: [Double] = []
        var dimensions = 0
        for row in 0..<samples.rows where dimensions < features {
            var rest = Array(samples[row])
            let length = Self.norm(rest)
            for _ in 0..<2 where dimensions > 0 {
                var products = [Double](repeating: 0, count: dimensions)
                // A row-major basis is its transpose to BLAS: features x dimensions.
                cb_dgemv(
                    Orientation.transposed, Int32(features), Int32(dimensions), 1, basis, Int32(features), rest, 0,
                    &products)
                cb_dgemv(
                    Orientation.plain, Int32(features), Int32(dimensions), -1, basis, Int32(features), products, 1,
                    &rest)
            }
            let remaining = Self.norm(rest)
            guard remaining > 1e-10 * length else { continue }
            basis += rest.map { $0 / remaining }
            dimensions += 1
        }
        self.basis = basis
        self.dimensions = dimensions
        self.features = features
    }

    private static func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// The coordinates of samples, of their projections if they lie outside.
    func coordinates(of samples: FeatureMatrix) -> FeatureMatrix {
        precondition(samples.columns == features)
        var values = [Double](repeating: 0, count: samples.rows * dimensions)
        if !values.isEmpty {
            cb_dgemm(
                Orientation.transposed, Orientation.plain, Int32(dimensions), Int32(samples.rows), Int32(features), 1,
                basis, Int32(features),
                samples.values, Int32(features), 0, &values, Int32(dimensions))
        }
        return FeatureMatrix(rows: samples.rows, columns: dimensions, values: values)
    }
}

/// Whether BLAS takes a matrix as it stands.
enum Orientation {
    static let plain = CChar(UInt8(ascii: "N"))
    static let transposed = CChar(UInt8(ascii: "T"))
}
