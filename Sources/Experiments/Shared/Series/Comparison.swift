import Checkpoints

/// Two checkpoints that are compared, and why.
struct Comparison: Sendable, Hashable {
    /// Why two checkpoints are compared.
    enum Kind: String, Codable, Sendable, CaseIterable {
        /// A pair that was asked for by name.
        case pair
        /// Each checkpoint with the reference, the first of the series unless the settings name another.
        case reference
        /// Each checkpoint with the one it was trained on from.
        case predecessor
        /// The last checkpoint of stage 1 with each that is not on the way to it.
        case branchPoint = "branch_point"
        /// The same, backwards: with each that is.
        case beforeBranchPoint = "before_branch_point"
        /// The last checkpoints of the ingredients with each other.
        case ingredients
    }

    /// Why.
    let kind: Kind
    /// Place in the series of the checkpoint that drift is measured from.
    let from: Int
    /// Place in the series of the checkpoint it is measured to.
    let to: Int

    /// Forwards with every checkpoint that is not on the way to the branch point, or backwards with those that are.
    private static func fromBranchPoint(_ branch: Int, _ kind: Kind, _ series: CheckpointSeries) -> [Comparison] {
        let before = Set(series.path(to: branch))
        return series.checkpoints.indices
            .filter { $0 != branch && before.contains($0) == (kind == .beforeBranchPoint) }
            .map { Comparison(kind: kind, from: branch, to: $0) }
    }

    /// The comparisons of these kinds, kind by kind, each in training order.
    static func list(_ kinds: [Kind], _ series: CheckpointSeries, reference: Int, branchPoint: Int?) -> [Comparison] {
        let all = series.checkpoints.indices
        return kinds.flatMap { kind in
            switch kind {
            case .pair: [Comparison]()
            case .reference:
                all.filter { $0 != reference }.map { Comparison(kind: kind, from: reference, to: $0) }
            case .predecessor:
                all.compactMap { place in
                    series.predecessor(of: place).map { Comparison(kind: kind, from: $0, to: place) }
                }
            case .branchPoint, .beforeBranchPoint:
                branchPoint.map { fromBranchPoint($0, kind, series) } ?? []
            case .ingredients:
                series.ingredientFinals.enumerated().flatMap { offset, from in
                    series.ingredientFinals[(offset + 1)...].map { Comparison(kind: kind, from: from, to: $0) }
                }
            }
        }
    }
}
