import Foundation
import Reports

/// The columns of the tables of spectra: each with its meaning, once. `docs/metrics.md` gives sources.
///
/// Numbers that pass through BLAS state how far apart processors may be: they are a few orders above the error bounds of
/// well-conditioned quantities.
enum SpectraColumns {
    /// Singular values and what is smooth in them.
    static let smooth = 1e-9
    /// What depends on a choice among singular values, and angles.
    static let fitted = 1e-6
    /// What depends on the smallest singular value.
    static let smallest = 1e-4

    static let revision: [TypedColumn<SpectrumRecord>] =
        [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of { $0.revision } }

    static let update: [TypedColumn<SpectrumRecord>] =
        [
            .string(
                "update",
                "Where the update starts: reference, branch_point (the last checkpoint of stage 1), pair, or another kind of comparison."
            ) { $0.update?.kind.rawValue },
            .string("from", "The checkpoint that the update starts from.") { $0.update?.from },
            .string("to", "The checkpoint that it leads to.") { $0.label },
        ] + revisionColumns.map { $0.of { $0.revision } }

    static let matrix: [TypedColumn<SpectraMatrix>] = [
        .string("tensor", "Name of the tensor.") { $0.tensor },
        .string("layer", "Index of the block; 'none' outside the blocks.") { $0.layer.map(String.init) ?? "none" },
        .string("module", "Role of the matrix.") { $0.module.rawValue },
        .integer("rows", "Number of rows m.") { $0.rows },
        .integer("columns", "Number of columns n.") { $0.columns },
    ]

    static let outcome: [TypedColumn<SpectrumRecord>] = [
        .string("dtype", "Element type in the file.") { $0.elementType.rawValue },
        .string(
            "status",
            "ok; rank_deficient (numerical_rank below the smaller side); zero; empty (no rows or no columns); non_finite (NaN or infinity); not_converged (LAPACK gave up, or the error bound exceeds the tolerance); no_counterpart (the other checkpoint has no such matrix of that shape)."
        ) { $0.status },
        .string(
            "method",
            "gram (eigenvalues of the smaller Gram matrix), svd (SVD of the triangular factor), or lanczos (block Lanczos: the largest values only)."
        ) { $0.spectrum?.method?.rawValue },
        .number(
            "error_bound", tolerance: smooth,
            "Largest error bound of the computed singular values over σ₁; missing for a zero matrix."
        ) { $0.spectrum?.relativeErrorBound },
    ]

    static let shape: [TypedColumn<SpectrumRecord>] = [
        .number("spectral_norm", tolerance: smooth, "σ₁, the largest singular value.") { $0.shape?.spectralNorm },
        .number("frobenius_norm", tolerance: smooth, "√Σσ².") { $0.shape?.frobeniusNorm },
        .number("nuclear_norm", tolerance: smooth, "Σσ; needs all singular values.") { $0.shape?.nuclearNorm },
        .number("stable_rank", tolerance: smooth, "Σσ²/σ₁²; missing for a zero matrix.") { $0.shape?.stableRank },
        .number(
            "effective_rank", tolerance: smooth,
            "exp(−Σp·ln p), p = σ/Σσ; needs all singular values; missing for a zero matrix."
        ) { $0.shape?.effectiveRank },
        .number(
            "participation_ratio", tolerance: smooth,
            "(Σσ²)²/Σσ⁴; needs all singular values; missing for a zero matrix."
        ) { $0.shape?.participationRatio },
        .number(
            "condition_number", tolerance: smallest,
            "σ₁ over the smallest singular value; needs all; missing where that cannot be told from zero."
        ) { $0.shape?.conditionNumber },
        .integer(
            "numerical_rank", "Number of σ above σ₁·max(m, n)·2⁻⁵² and their error bounds; needs all singular values."
        ) { $0.shape?.numericalRank },
        .number(
            "bulk_edge", tolerance: smooth,
            "Where the Marchenko-Pastur bulk of a random matrix with this median singular value ends; needs all."
        ) { $0.shape?.bulkEdge },
        .integer("beyond_bulk", "Number of σ beyond bulk_edge.") { $0.shape?.beyondBulk },
    ]

    static let tail: [TypedColumn<SpectrumRecord>] = [
        .number(
            "alpha", uncertainty: .error("alpha_error"), tolerance: fitted,
            "Exponent of the power law fitted to the tail of λ = σ², by maximum likelihood; missing below 20 eigenvalues."
        ) { $0.tail?.alpha },
        .number("alpha_error", tolerance: fitted, "Standard error of alpha: (alpha−1)/√tail_count.") {
            $0.tail?.standardError
        },
        .number("x_min", tolerance: fitted, "The λ where the tail begins: the one with the smallest ks_distance.") {
            $0.tail?.xMin
        },
        .number("ks_distance", tolerance: fitted, "Kolmogorov-Smirnov distance of the tail to the fit.") {
            $0.tail?.distance
        },
        .integer("tail_count", "Number of λ in the tail.") { $0.tail?.tailCount },
        .boolean(
            "plausible",
            "Whether the tail may be a power law: at least 10 values, and not rejected at 10% by Stephens' test for the exponential of the logarithms."
        ) { $0.tail?.isPlausible },
        .number(
            "p_value", tolerance: fitted,
            "Share of synthetic samples further from their fit than this one; missing unless power_law.replicates is set."
        ) { $0.tail?.pValue },
        .number("log_norm", tolerance: smooth, "log₁₀ Σλ; missing for a zero matrix.") {
            $0.shape.flatMap { logarithm($0.frobeniusNorm) }
        },
        .number("log_spectral_norm", tolerance: smooth, "log₁₀ of the largest λ; missing for a zero matrix.") {
            $0.shape.flatMap { logarithm($0.spectralNorm) }
        },
        .number("weighted_alpha", tolerance: fitted, "alpha·log₁₀ of the largest λ.") { $0.tail?.weightedAlpha },
        .number("log_alpha_norm", tolerance: fitted, "log₁₀ Σλ^alpha.") { $0.tail?.logAlphaNorm },
    ]

    /// log₁₀ of a square.
    @Sendable private static func logarithm(_ root: Double) -> Double? { root > 0 ? 2 * log10(root) : nil }

    static let turn: [TypedColumn<TurnRecord>] =
        [
            .string(
                "comparison", "predecessor (the checkpoint it was trained on from), reference, or another kind."
            ) { $0.comparison.rawValue },
            .string("from", "Checkpoint a.") { $0.from },
            .string("to", "Checkpoint b.") { $0.to },
        ] + revisionColumns.map { $0.of { $0.revision } }

    static let turnStatus: TypedColumn<TurnRecord> = .string(
        "status", "ok; or zero, empty, non_finite, not_converged, no_counterpart: as in spectra."
    ) { $0.status }

    /// One side of a turn; left and right say the same of their vectors.
    static func side(
        _ name: String, _ side: @escaping @Sendable (TurnRecord) -> SubspaceAngles.Side?
    ) -> [TypedColumn<TurnRecord>] {
        [
            .number(
                "\(name)_overlap", tolerance: fitted,
                "Mean squared cosine of the principal angles between the leading \(name) singular subspaces: 1 for the same."
            ) { side($0)?.overlap },
            .number("\(name)_chance", "The mean overlap of unrelated subspaces: dimension over length.") {
                side($0)?.chanceOverlap
            },
            .number("\(name)_smallest_angle", unit: "rad", tolerance: fitted, "Smallest principal angle.") {
                side($0)?.angles.first
            },
            .number("\(name)_median_angle", unit: "rad", tolerance: fitted, "Median principal angle.") {
                side($0)?.medianAngle
            },
            .number("\(name)_largest_angle", unit: "rad", tolerance: fitted, "Largest principal angle.") {
                side($0)?.angles.last
            },
            .number(
                "\(name)_error_bound", unit: "rad", tolerance: fitted,
                "Bound of the angles' error by Davis and Kahan: residuals over the gap after the last value; π/2 where there is no gap."
            ) { side($0)?.errorBound },
        ]
    }
}
