import Checkpoints
import Tensors

extension AuditedSeries {
    /// What tells a tensor's values, whatever their type and the signs of their zeros.
    private struct Values: Hashable {
        let name: String
        let shape: [Int]
        let extremes: Extremes?
        let zeroCount: Int
    }

    /// Sums may differ by so much where the same values are stored in types that are summed otherwise.
    private static let accuracy = 1e-6

    /// Checkpoints that hold the same values under the same names, in order; a list for each content that several hold.
    ///
    /// Extremes, zeros, the sum of squares and the random projection of every tensor tell: of one type they are equal bit
    /// for bit where the values are, and no permutation or change of sign leaves the projection alone.
    static func copyGroups(
        _ checkpoints: [Checkpoint], _ contents: [[TensorContent?]], _ scans: [[TensorScan?]]
    ) -> [[Int]] {
        var groups: [[Values]: [[Int]]] = [:]
        for (place, checkpoint) in checkpoints.enumerated() {
            let counted = checkpoint.tensors.indices.filter(checkpoint.isCounted)
            let values = counted.compactMap { tensor -> Values? in
                guard let scan = scans[place][tensor], contents[place][tensor] != nil else { return nil }
                let info = checkpoint.tensors[tensor]
                return Values(
                    name: info.name, shape: info.shape, extremes: scan.values, zeroCount: scan.zeroCount)
            }
            // Ones and zeros alone say nothing.
            guard values.count == counted.count,
                counted.contains(where: { contents[place][$0]?.hasOneMagnitude == false })
            else { continue }
            let home = groups[values]?.firstIndex { group in
                let other = group[0]
                let others = checkpoints[other].tensors.indices.filter(checkpoints[other].isCounted)
                return zip(counted, others).allSatisfy { a, b in
                    holdsSame(
                        (checkpoint.tensors[a], contents[place][a], scans[place][a]),
                        (checkpoints[other].tensors[b], contents[other][b], scans[other][b]))
                }
            }
            if let home { groups[values]?[home].append(place) } else { groups[values, default: []].append([place]) }
        }
        return groups.values.flatMap { $0 }.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    private static func holdsSame(
        _ a: (info: TensorInfo, content: TensorContent?, scan: TensorScan?),
        _ b: (info: TensorInfo, content: TensorContent?, scan: TensorScan?)
    ) -> Bool {
        guard let first = a.content, let second = b.content, let left = a.scan, let right = b.scan else { return false }
        if let fingerprint = first.fingerprint, fingerprint == second.fingerprint,
            a.info.elementType == b.info.elementType
        {
            return true
        }
        guard first.sums.nonFiniteCount == 0, second.sums.nonFiniteCount == 0 else { return false }
        if a.info.elementType == b.info.elementType {
            return first.sums.squareSum == second.sums.squareSum && left.projection == right.projection
        }
        guard let square = left.projection.squaredDistance(to: right.projection) else { return false }
        let size = max(first.sums.squareSum, second.sums.squareSum)
        return square <= accuracy * accuracy * size
            && abs(first.sums.squareSum - second.sums.squareSum) <= accuracy * size
    }
}
