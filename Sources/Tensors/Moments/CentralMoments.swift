import CKernels

/// A sample's moments about its own mean.
///
/// Two samples' moments give those of both together by the update formulas of Chan, Golub and LeVeque (1979) and Pébay
/// (2008, SAND2008-6212), in which a large mean does not cancel.
package struct CentralMoments: Codable, Sendable, Equatable {
    /// Number of elements n.
    package private(set) var count = 0
    /// Σx/n; 0 when n = 0.
    package private(set) var mean = 0.0
    /// Σ(x−mean)².
    package private(set) var square = 0.0
    /// Σ(x−mean)³.
    package private(set) var cube = 0.0
    /// Σ(x−mean)⁴.
    package private(set) var fourth = 0.0

    /// The moments of no elements.
    package init() {}

    init(_ c: ck_central) {
        (count, mean, square, cube, fourth) = (Int(c.count), c.mean, max(c.m2, 0), c.m3, c.m4)
    }

    /// Adds another sample.
    package mutating func append(_ next: CentralMoments) {
        var merged = state
        var other = next.state
        ck_central_merge(&merged, &other)
        self = CentralMoments(merged)
    }

    private var state: ck_central {
        ck_central(count: Double(count), mean: mean, m2: square, m3: cube, m4: fourth)
    }

    /// √(Σ(x−mean)²/n), the standard deviation of the elements as a whole population; `nil` when n = 0.
    package var standardDeviation: Double? { count > 0 ? (square / Double(count)).squareRoot() : nil }

    /// Σ(x−mean)³/n over the deviation's cube; `nil` when the deviation is 0.
    package var skewness: Double? {
        guard let deviation = standardDeviation, deviation > 0 else { return nil }
        return cube / Double(count) / (deviation * deviation * deviation)
    }

    /// Σ(x−mean)⁴/n over the variance's square, less the 3 of a normal distribution; `nil` when the deviation is 0.
    package var excessKurtosis: Double? {
        guard square > 0 else { return nil }
        return Double(count) * (fourth / square) / square - 3
    }
}
