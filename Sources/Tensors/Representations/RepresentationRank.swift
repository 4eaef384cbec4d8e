import Foundation

/// Over how many dimensions hidden states spread: between 1 and the smaller of samples and width.
package struct RepresentationRank: Sendable, Equatable, Codable {
    /// exp(−Σ p log p), p = σ / Σσ + 1e-7, σ the singular values of the states as they are (RankMe; Garrido et al., 2023,
    /// arXiv:2210.02885, equation 1).
    package let rankMe: Double
    /// exp(entropy of σ / Σσ) of the states less their mean (Roy and Vetterli, 2007); `nil` where all states are equal.
    package let effectiveRank: Double?
    /// (Σλ)² / Σλ² over the eigenvalues λ = σ² of the covariance: how many directions carry the variance; `nil` where all
    /// states are equal.
    package let participationRatio: Double?

    /// Computes the three measures.
    /// - Parameter states: a state a row.
    /// - Returns: `nil` for no states, states that are all zero, and where one is not finite.
    /// - Throws: `DecompositionError`.
    package init?(of states: Matrix) throws {
        guard states.rows > 0, states.columns > 0, states.elements.allSatisfy(\.isFinite) else { return nil }
        // States are float32: what lies below 1e-7 of the largest value is their rounding.
        let values = try ExactSpectrum.singularValues(of: MatrixSource(states), accuracy: 1e-7).values
        let sum = values.reduce(0, +)
        guard sum > 0 else { return nil }
        rankMe = exp(
            values.reduce(0) { entropy, value in
                let share = value / sum + 1e-7
                return entropy - share * log(share)
            })
        let (columns, centered) = (states.columns, states.centered)
        let source = MatrixSource(rows: states.rows, columns: columns) { rows, wanted, block in
            for (index, row) in rows.enumerated() {
                for (place, column) in wanted.enumerated() {
                    block[index * wanted.count + place] = centered[row * columns + column]
                }
            }
        }
        // The mean of equal float32 numbers is exact in double, so that equal states give a spectrum of zeros.
        let shape = SpectrumShape(try ExactSpectrum.singularValues(of: source, accuracy: 1e-7))
        (effectiveRank, participationRatio) = (shape.effectiveRank, shape.participationRatio)
    }
}
