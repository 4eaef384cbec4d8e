import Foundation

/// The heavy-tail metrics of a weight matrix under the names and conventions of the `weightwatcher` package
/// (Martin and Mahoney, 2021, arXiv:1810.01075), without its clipping and smoothing options: its defaults.
///
/// λ are the eigenvalues of WᵀW, squares of singular values, not divided by a dimension. Logarithms are decimal.
package struct WeightWatcherMetrics: Sendable, Equatable {
    /// `log10(Σ λ)`, of the squared Frobenius norm.
    package let logNorm: Double
    /// `log10(λ_max)`, of the squared spectral norm.
    package let logSpectralNorm: Double
    /// `Σ λ / λ_max`, dimensionless.
    package let stableRank: Double
    /// The power law of the eigenvalues' tail; `nil` where there are too few.
    package let fit: PowerLawFit?
    /// `alpha · log10(λ_max)`: "alpha weighted"; `nil` without a fit.
    package let weightedAlpha: Double?
    /// `log10(Σ λ^alpha)`; `nil` without a fit.
    package let logAlphaNorm: Double?

    /// Computes them from all eigenvalues, in any order.
    ///
    /// - Parameter floor: eigenvalues at or below it are left out of the fit, though not of the norms.
    /// - Returns: `nil` where no eigenvalue is positive, or one is not finite.
    package init?(eigenvalues: [Double], floor: Double = 1e-5) {
        guard eigenvalues.allSatisfy(\.isFinite), let largest = eigenvalues.max(), largest > 0 else { return nil }
        let sum = eigenvalues.reduce(0, +)
        logNorm = log10(sum)
        logSpectralNorm = log10(largest)
        stableRank = sum / largest
        fit = PowerLawFit(eigenvalues, floor: floor)
        weightedAlpha = fit.map { $0.alpha * log10(largest) }
        // Relative to the largest, whose power may overflow.
        logAlphaNorm = fit.map { fit in
            fit.alpha * log10(largest) + log10(eigenvalues.reduce(0) { $0 + pow(max(0, $1) / largest, fit.alpha) })
        }
    }
}
