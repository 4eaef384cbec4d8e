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
        /// Each checkpoint with the last of stage 1.
        case branchPoint = "branch_point"
        /// The last checkpoints of the ingredients with each other.
        case ingredients
    }

    /// The reason why they are compared.
    let kind: Kind
    /// Index in the series of the checkpoint that drift is measured from.
    let from: Int
    /// Index in the series of the checkpoint it is measured to.
    let to: Int

    /// The comparisons that the settings ask for.
    /// - Throws: `InputError` for a label that the series does not hold.
    static func list(_ settings: ComparisonSettings, _ series: CheckpointSeries) throws -> [Comparison] {
        let anchors = settings.anchors
        return list(
            settings.compare, series,
            reference: try anchors.reference.map { try series.index(of: $0, "reference") } ?? 0,
            branchPoint: try anchors.branchPoint.map { try series.index(of: $0, "branch_point") } ?? series.branchPoint)
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
                all.compactMap { index in
                    series.predecessor(of: index).map { Comparison(kind: kind, from: $0, to: index) }
                }
            case .branchPoint:
                branchPoint.map { branch in
                    all.filter { $0 != branch }.map { Comparison(kind: kind, from: branch, to: $0) }
                } ?? []
            case .ingredients:
                series.ingredientFinals.enumerated().flatMap { offset, from in
                    series.ingredientFinals[(offset + 1)...].map { Comparison(kind: kind, from: from, to: $0) }
                }
            }
        }
    }
}

extension CheckpointSeries {
    /// Index of the checkpoint that a setting names by its label.
    /// - Throws: `InputError` when the series does not hold it.
    func index(of label: String, _ setting: String) throws -> Int {
        if let index = place(of: label) { return index }
        let labels = checkpoints.map(\.label).joined(separator: ", ")
        throw InputError("\(setting) '\(label)' is not in the series; it holds \(labels)")
    }
}
