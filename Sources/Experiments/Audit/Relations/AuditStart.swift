import Settings
import Tensors

extension AuditedSeries {
    /// Whether the first checkpoint of a run, at step 0, is where the run started: random matrices stay in the weights for
    /// as long as training has not moved far, and have nothing in common with those of another seed.
    ///
    /// Told only where the series shows that training forgets slowly: checkpoints as many steps apart, or more, are still
    /// alike.
    func start(_ run: AuditRun) -> AuditFinding? {
        let own = Array(run.own)
        guard run.startsItself, own.count > 2, checkpoints[own[0]].revision.step == 0,
            let second = checkpoints[own[1]].revision.step,
            let later = own.dropFirst(2).first(where: { (checkpoints[$0].revision.step ?? 0) - second >= second }),
            let first = cosine(own[0], own[1]), let usual = cosine(own[1], later),
            abs(first.value) < AuditedSeries.strangeness + 4 * first.error,
            usual.value - 4 * usual.error > AuditedSeries.likeness
        else { return nil }
        return finding(
            .otherStart, own[0], other: own[1],
            "the cosine of its matrices to those of \(checkpoints[own[1]].label) is \(rounded(first.value)) ± "
                + "\(rounded(2 * first.error)), as of two seeds; that of \(checkpoints[own[1]].label) to "
                + "\(checkpoints[later].label), as many steps apart or more, is \(rounded(usual.value)) ± "
                + "\(rounded(2 * usual.error)); estimated")
    }

    /// Cosines below this are those of strangers, above that of relatives.
    private static let strangeness = 0.02
    private static let likeness = 0.5

    /// The cosine between the matrices of two checkpoints, from their projections, and its standard deviation: gains and
    /// biases are alike in all runs.
    private func cosine(_ a: Int, _ b: Int) -> (value: Double, error: Double)? {
        var (dot, variance, squares) = (0.0, 0.0, (0.0, 0.0))
        for tensor in common where tensor.shape.count > 1 {
            guard let x = tensor.places[a], let y = tensor.places[b], let left = scans[a][x], let right = scans[b][y],
                left.nanCount + left.infinityCount + right.nanCount + right.infinityCount == 0,
                let first = contents[a][x]?.sums.squareSum, let second = contents[b][y]?.sums.squareSum
            else { continue }
            let part = zip(left.projection.sums, right.projection.sums).reduce(0) { $0 + $1.0 * $1.1 }
            dot += part
            let elements = tensor.shape.reduce(1, *)
            variance += (first * second + part * part) / TensorProjection.effectiveCount(elements: elements)
            squares = (squares.0 + first, squares.1 + second)
        }
        let size = (squares.0 * squares.1).squareRoot()
        return size > 0 ? (dot / size, variance.squareRoot() / size) : nil
    }
}
