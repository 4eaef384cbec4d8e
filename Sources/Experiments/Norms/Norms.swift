import Checkpoints
import Engine
import Reports
import Tensors

/// How large the weights of each checkpoint are, how they are distributed, and how they grow.
struct Norms: Experiment {
    static let name = "norms"
    static let question = "How large are the weights, how are they distributed, and how do they grow?"

    let settings: NormsSettings
    let series: CheckpointSeries
    let contents: SeriesContents

    /// Opens the series.
    /// - Throws: `InputError` when there is nothing to read, or a setting makes no sense.
    init(_ settings: NormsSettings, _ context: RunContext) throws {
        self.settings = settings
        let (series, places) = try settings.input.open(in: context)
        self.series = series
        contents = SeriesContents(series, places: places, fingerprints: settings.integrity.fingerprints)
        // Of a file that nobody has written to there is a finding, and tables without rows.
        guard !contents.requests.isEmpty || series.checkpoints.contains(where: \.hasNeverWritten) else {
            throw InputError(
                "no checkpoint has a floating-point tensor; "
                    + CoverageRemedy.text(for: series.checkpoints, otherwise: "'dynamics inspect' shows what is there"))
        }
    }

    var requests: [any Request] {
        contents.requests as [any Request]
            + series.checkpoints.indices.flatMap { place in contents.tensors(of: place).map { moments(place, $0) } }
    }

    /// Where one reading did not keep enough of the tail, another counts the outliers.
    func followUps(_ results: ReductionResults) -> [any Request] {
        series.checkpoints.indices.flatMap { place in
            contents.tensors(of: place).compactMap { outliers(place, $0, results) }
        }
    }

    private func moments(_ place: Int, _ tensor: Int) -> MomentsReduction {
        MomentsReduction(
            contents.reference(place, tensor), shape: series.checkpoints[place].tensors[tensor].shape,
            outlierThreshold: settings.outlierThreshold)
    }

    /// The second reading of a tensor, where it takes one.
    private func outliers(_ place: Int, _ tensor: Int, _ results: ReductionResults) -> OutlierReduction? {
        guard let content = results.summary(contents.request(place, tensor)), content.sums.nonFiniteCount == 0,
            let found = results.summary(moments(place, tensor)), found.outlierCount == nil,
            let limits = found.outlierLimits
        else { return nil }
        return OutlierReduction(contents.reference(place, tensor), limits: limits)
    }

    /// The metrics of one tensor; `nil` where it could not be read.
    func metrics(_ place: Int, _ tensor: Int, _ results: ReductionResults) -> NormsMetrics? {
        guard let content = results.summary(contents.request(place, tensor)),
            let found = results.summary(moments(place, tensor))
        else { return nil }
        let counted = outliers(place, tensor, results).flatMap { results.summary($0) }
        return NormsMetrics(sums: content.sums, moments: found.with(outliers: counted?.count))
    }
}
