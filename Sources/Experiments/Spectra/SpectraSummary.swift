import Checkpoints
import Foundation
import Reports

/// One checkpoint's spectra in a line: medians over its matrices.
struct SpectraSummary: Sendable {
    let label: String
    let revision: Revision
    let weights: [SpectrumRecord]
    /// Updates from the reference, or of the pair.
    let changes: [SpectrumRecord]
    /// Turns since the predecessor, or of the pair.
    let turned: [TurnRecord]

    static let columns: [TypedColumn<SpectraSummary>] =
        [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of { $0.revision } } + [
            .integer("matrices", "Number of matrices.") { $0.weights.count },
            .number("largest_spectral_norm", tolerance: SpectraColumns.smooth, "The largest σ₁ of any matrix.") {
                $0.weights.compactMap { $0.shape?.spectralNorm }.max()
            },
            .number("stable_rank", tolerance: SpectraColumns.smooth, "Median of Σσ²/σ₁².") {
                median($0.weights.compactMap { $0.shape?.stableRank })
            },
            .number("effective_rank", tolerance: SpectraColumns.smooth, "Median of exp(−Σp·ln p), p = σ/Σσ.") {
                median($0.weights.compactMap { $0.shape?.effectiveRank })
            },
            .number("alpha", tolerance: SpectraColumns.fitted, "Median of the tail's exponent, plausible or not.") {
                median($0.weights.compactMap { $0.tail?.alpha })
            },
            .integer("plausible", "Number of matrices whose tail may be a power law.") {
                $0.weights.count { $0.tail?.isPlausible ?? false }
            },
            .number(
                "update_stable_rank", tolerance: SpectraColumns.smooth,
                "Median stable rank of the updates since the reference."
            ) { median($0.changes.compactMap { $0.shape?.stableRank }) },
            .number(
                "update_effective_rank", tolerance: SpectraColumns.smooth,
                "Median effective rank of the updates since the reference."
            ) { median($0.changes.compactMap { $0.shape?.effectiveRank }) },
            .number(
                "overlap", tolerance: SpectraColumns.fitted,
                "Median overlap of the leading right singular subspaces with the predecessor's."
            ) { median($0.turned.compactMap { $0.angles?.right?.overlap }) },
        ]

    /// Those that fit a page.
    static let brief = columns.map(\.column.name).filter {
        !["stage", "ingredient", "step", "tokens", "matrices"].contains($0)
    }
}

extension Spectra {
    /// One summary a checkpoint, from the records of the tables.
    func summaries(
        _ indices: [Int], _ weights: [SpectrumRecord], _ changes: [SpectrumRecord], _ turned: [TurnRecord]
    ) -> [SpectraSummary] {
        let weights = Dictionary(grouping: weights, by: \.label)
        let changes = Dictionary(
            grouping: changes.filter { [.reference, .pair].contains($0.update?.kind) }, by: \.label)
        let turned = Dictionary(
            grouping: turned.filter { [.predecessor, .pair].contains($0.comparison) }, by: \.to)
        return indices.map { index in
            let label = series.checkpoints[index].label
            return SpectraSummary(
                label: label, revision: series.checkpoints[index].revision, weights: weights[label] ?? [],
                changes: changes[label] ?? [], turned: turned[label] ?? [])
        }
    }
}

/// cos².
func cosineSquared(_ angle: Double) -> Double { cos(angle) * cos(angle) }
