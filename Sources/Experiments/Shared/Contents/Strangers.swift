import Checkpoints

extension CheckpointSeries {
    /// Splits the series into members that can be compared and those that have no floating-point tensor in common with
    /// any of them. Two members belong together when they share a tensor, or each shares one with a third. Of several such
    /// groups the largest is compared, or the one that holds `reference`; of equally large ones the first.
    /// - Returns: indices of the members to compare; of the others, in order.
    func kin(of reference: Int?) -> (members: [Int], strangers: [Int]) {
        var groups: [[Int]] = []
        for index in checkpoints.indices {
            func isKin(_ group: [Int]) -> Bool {
                group.contains { Alignment(from: checkpoints[$0], to: checkpoints[index]).comparesAny }
            }
            let joined = groups.filter(isKin)
            groups.removeAll(where: joined.contains)
            groups.append((joined.flatMap { $0 } + [index]).sorted())
            groups.sort { $0[0] < $1[0] }
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
