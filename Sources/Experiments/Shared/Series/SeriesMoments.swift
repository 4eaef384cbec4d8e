import Engine
import Tensors

/// How the weights of each tensor of a series are distributed: one reading, and for some tensors a second.
struct SeriesMoments: Sendable {
    private let contents: SeriesContents
    private let outlierThreshold: Double

    /// - Parameter outlierThreshold: deviations from its tensor's mean beyond which a weight is an outlier.
    init(_ contents: SeriesContents, outlierThreshold: Double) {
        (self.contents, self.outlierThreshold) = (contents, outlierThreshold)
    }

    /// The first reading of all tensors, besides their contents.
    var requests: [MomentsReduction] { contents.eachTensor(request) }

    /// The second: where the first did not keep enough of the tail, it counts the outliers.
    func recounts(_ results: ReductionResults) -> [OutlierReduction] {
        contents.eachTensor { recount($0, $1, results) }
    }

    /// What is known of one tensor; `nil` where it could not be read.
    func weights(_ checkpoint: Int, _ tensor: Int, _ results: ReductionResults) -> WeightDistribution? {
        guard let content = results.summary(contents.request(checkpoint, tensor)),
            let found = results.summary(request(checkpoint, tensor))
        else { return nil }
        let counted = recount(checkpoint, tensor, results).flatMap { results.summary($0) }
        return WeightDistribution(sums: content.sums, moments: found.with(outliers: counted?.count))
    }

    private func request(_ checkpoint: Int, _ tensor: Int) -> MomentsReduction {
        MomentsReduction(
            contents.reference(checkpoint, tensor), shape: contents.info(checkpoint, tensor).shape,
            outlierThreshold: outlierThreshold)
    }

    private func recount(_ checkpoint: Int, _ tensor: Int, _ results: ReductionResults) -> OutlierReduction? {
        let request = request(checkpoint, tensor)
        guard let content = results.summary(contents.request(checkpoint, tensor)), content.sums.nonFiniteCount == 0
        else { return nil }
        return results.summary(request).flatMap { request.recount(after: $0) }
    }
}
