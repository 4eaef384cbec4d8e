import Checkpoints

extension CheckpointSeries {
    /// Splits the series into members that can be compared and those that have no floating-point tensor in common with
    /// them: the members that agree with one another, of several such groups the largest, or the one that holds
    /// `reference`. Of equally large ones the first counts.
    /// - Returns: places of the members to compare; of the others, in order.
    func kin(of reference: Int?) -> (members: [Int], strangers: [Int]) {
        var groups: [[Int]] = []
        for place in checkpoints.indices {
            let home = groups.firstIndex { group in
                Alignment(from: checkpoints[group[0]], to: checkpoints[place]).entries.contains(where: \.isCompared)
            }
            if let home { groups[home].append(place) } else { groups.append([place]) }
        }
        let size = groups.map(\.count).max() ?? 0
        let stated = groups.first { group in reference.map(group.contains) ?? false }
        guard let members = stated ?? groups.first(where: { $0.count == size }) else { return ([], []) }
        return (members, checkpoints.indices.filter { !members.contains($0) })
    }

    /// Only the members at these places, and their places in the run.
    func only(_ members: [Int], _ places: [Int]) -> (series: CheckpointSeries, places: [Int]) {
        (keeping(members), members.map { places[$0] })
    }
}
