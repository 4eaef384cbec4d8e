import Engine
import Foundation
import Tensors

/// Principal angles between the leading singular subspaces of two matrices.
struct SubspaceAngles: Codable, Sendable, Equatable {
    /// Angles on one side, and how well they are known.
    struct Side: Codable, Sendable, Equatable {
        /// Ascending, in radians.
        let angles: [Double]
        /// Length of the singular vectors.
        let dimension: Int
        /// Dimensions of the larger of the two subspaces.
        let largerCount: Int
        /// A bound of the error of each angle, in radians; π/2 where the subspaces are not determined.
        let errorBound: Double
    }

    var problem: MatrixSpectrum.Problem?
    var left: Side?
    var right: Side?
}

/// The angles between what two matrices single out.
struct SubspaceRequest: MatrixRequest {
    typealias Summary = SubspaceAngles
    /// See `LeadingSpectrum` and `Subspace`.
    static let kernel = "subspace/1"

    let from: TensorReference
    let to: TensorReference
    let settings: SpectraSettings

    var parameters: String { "k=\(settings.k) tolerance=\(settings.tolerance) seed=\(settings.seed)" }
    var matrices: [TensorReference] { [from, to] }

    func summary(_ workspace: MatrixWorkspace) throws -> SubspaceAngles {
        do {
            let spectra = try [from, to].map { try workspace.leadingSpectrum($0, settings.leading) }
            return SubspaceAngles(
                left: try side(spectra, { $0.left }, { $0.leftError($1) }),
                right: try side(spectra, { $0.right }, { $0.rightError($1) }))
        } catch let error as DecompositionError {
            return SubspaceAngles(problem: MatrixSpectrum.Problem(error))
        }
    }

    private func side(
        _ spectra: [LeadingSpectrum], _ vectors: (LeadingSpectrum) -> Subspace,
        _ error: (LeadingSpectrum, Int) -> Double
    ) throws -> SubspaceAngles.Side {
        let leading = spectra.map { vectors($0).prefix(settings.k) }
        let angles = try leading[0].principalAngles(to: leading[1])
        let errors = zip(spectra, leading).map { error($0, $1.count) }
        return SubspaceAngles.Side(
            angles: angles, dimension: leading[0].dimension, largerCount: leading.map(\.count).max() ?? 0,
            errorBound: min(.pi / 2, errors.reduce(0, +)))
    }
}

extension LeadingSpectrum {
    /// Largest angle between the span of the first `count` right singular vectors as computed and the true one, in
    /// radians: `asin(‖R‖ / δ)` with the residuals `R` of AᵀA and the gap δ from σ²_count to the next (Davis and Kahan,
    /// 1970, the sin Θ theorem).
    fileprivate func rightError(_ count: Int) -> Double { spanError(count, right.dimension) { _ in 1 } }

    /// The same for left singular vectors: their residuals are A's images of the right ones', at most σ₁/σ times as
    /// large; and they are orthogonal only as far as the residuals vanish, which as much again allows for.
    fileprivate func leftError(_ count: Int) -> Double {
        spanError(count, left.dimension) { 2 * singularValues.values[0] / singularValues.values[$0] }
    }

    private func spanError(_ count: Int, _ dimension: Int, _ growth: (Int) -> Double) -> Double {
        // Nothing, and the whole space, are known exactly.
        guard count > 0, count < dimension else { return 0 }
        let (values, bounds) = (singularValues.values, singularValues.errorBounds)
        let next = count < values.count ? values[count] + bounds[count] : 0
        let gap = values[count - 1] * values[count - 1] - next * next
        guard gap > 0 else { return .pi / 2 }
        let squares = (0..<count).map { index in
            // The bound of a value is the smaller of residual/σ and √residual.
            let (value, bound) = (values[index], bounds[index])
            let residual = (value >= bound ? value : bound) * bound * growth(index)
            return residual * residual
        }
        return asin(min(1, squares.reduce(0, +).squareRoot() / gap))
    }
}
