import Foundation

/// What the singular values σ₁ ≥ σ₂ ≥ ... say about a matrix. A quantity that does not exist, or that needs values which
/// were not computed, is `nil`.
package struct SpectrumShape: Sendable, Equatable, Codable {
    /// σ₁, in the unit of the elements.
    package let spectralNorm: Double
    /// ‖W‖_F = √Σσ².
    package let frobeniusNorm: Double
    /// Σσ; needs all values.
    package let nuclearNorm: Double?
    /// ‖W‖_F² / σ₁², between 1 and the rank; `nil` for a zero matrix.
    package let stableRank: Double?
    /// exp(entropy of σ / Σσ), between 1 and the rank (Roy and Vetterli, 2007); needs all values; `nil` for a zero matrix.
    package let effectiveRank: Double?
    /// (Σσ²)² / Σσ⁴, between 1 and the rank: how many values carry the squared norm; needs all values; `nil` for a zero
    /// matrix.
    package let participationRatio: Double?
    /// σ₁ / σ_min; needs all values; `nil` where σ_min cannot be told from zero, being within its error bound.
    package let conditionNumber: Double?
    /// Number of σ above `σ₁ max(rows, columns) ε`, ε = 2⁻⁵², as NumPy's `matrix_rank` counts in float64, and above their
    /// error bounds; needs all values.
    package let numericalRank: Int?
    /// Where the Marchenko-Pastur bulk would end; needs all values; see ``MarchenkoPastur``.
    package let bulkEdge: Double?
    /// Number of σ beyond ``bulkEdge``.
    package let beyondBulk: Int?

    /// Derives the shape from the values.
    package init(_ spectrum: SingularValues) {
        let values = spectrum.values
        let largest = values.first ?? 0
        let longer = Double(max(spectrum.rows, spectrum.columns))
        spectralNorm = largest
        frobeniusNorm = spectrum.frobeniusNorm
        let ratio = largest > 0 ? spectrum.frobeniusNorm / largest : 0
        stableRank = largest > 0 ? ratio * ratio : nil

        guard spectrum.isComplete else {
            (nuclearNorm, effectiveRank, participationRatio, conditionNumber) = (nil, nil, nil, nil)
            (numericalRank, bulkEdge, beyondBulk) = (nil, nil, nil)
            return
        }
        let sum = values.reduce(0, +)
        nuclearNorm = sum
        numericalRank = zip(values, spectrum.errorBounds).count {
            $0 > max(largest * longer * Double.ulpOfOne, $1)
        }
        guard largest > 0 else {
            (effectiveRank, participationRatio, conditionNumber, bulkEdge, beyondBulk) = (nil, nil, nil, nil, nil)
            return
        }
        let entropy = values.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
        effectiveRank = exp(entropy)
        // Relative to σ₁, whose fourth power may overflow.
        let squares = values.map { ($0 / largest) * ($0 / largest) }
        let total = squares.reduce(0, +)
        participationRatio = total * total / squares.reduce(0) { $0 + $1 * $1 }
        let smallest = values[values.count - 1]
        conditionNumber = smallest > spectrum.errorBounds[values.count - 1] ? largest / smallest : nil
        let edge = MarchenkoPastur.bulkEdge(values: values, rows: spectrum.rows, columns: spectrum.columns)
        bulkEdge = edge
        beyondBulk = edge.map { edge in values.count { $0 > edge } }
    }
}
