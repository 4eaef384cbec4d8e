import Checkpoints

extension CheckpointSeries {
    /// Splits the series into members that can be compared and those that have no floating-point tensor in common with
    /// them: the members that agree with one another, of several such groups the largest, or the one that holds
    /// `reference`. Of equally large ones the first counts.
    /// - Returns: indices of the members to compare; of the others, in order.
    func kin(of reference: Int?) -> (members: [Int], strangers: [Int]) {
        var groups: [[Int]] = []
        for index in checkpoints.indices {
            let home = groups.firstIndex { group in
                Alignment(from: checkpoints[group[0]], to: checkpoints[index]).entries.contains(where: \.isCompared)
            }
            if let home { groups[home].append(index) } else { groups.append([index]) }
        }
        let size = groups.map(\.count).max() ?? 0
        let stated = groups.first { group in reference.map(group.contains) ?? false }
        guard let members = stated ?? groups.first(where: { $0.count == size }) else { return ([], []) }
        return (members, checkpoints.indices.filter { !members.contains($0) })
    }

    /// Only the members of these indices, and theirs in the run.
    func only(_ members: [Int], _ runIndices: [RunIndex]) -> OpenedSeries {
        (CheckpointSeries(members.map { checkpoints[$0] }), members.map { runIndices[$0] })
    }
}
