import Base
import Foundation
import Statistics

/// Everything that is found out about one law on one set of runs.
struct LawResult: Sendable {
    let law: NamedLaw
    let fit: LawFit
    /// One a parameter.
    let profiles: [ProfileInterval]
    /// One a resample that could be fitted.
    let resamples: [[Double]]
    /// Resamples that were taken.
    let resampleCount: Int
    let confidence: Double
    private let intervalKind: Bootstrap.Interval
    /// Why no parameter is to be trusted, whatever the intervals say.
    let caveat: String?

    /// Fits, profiles and resamples; `nil` for too few runs.
    init?(
        _ law: NamedLaw, _ data: LawData, _ options: LawFit.Options, _ bootstrap: Bootstrap?, _ threads: Threads,
        caveat: String? = nil
    ) throws(Interrupted) {
        guard let fit = LawFit(law.form, to: data, options, threads) else { return nil }
        try Interruption.check()
        self.law = law
        self.fit = fit
        profiles = fit.profiles(threads)
        try Interruption.check()
        resamples = bootstrap.map { fit.bootstrap($0, threads).compactMap { $0 } } ?? []
        resampleCount = bootstrap?.resamples ?? 0
        confidence = options.confidence
        intervalKind = data.count < Self.leastForCorrection ? .percentile : options.bootstrapInterval
        self.caveat = caveat
    }

    /// Whether the data bound a parameter on both sides, and nothing else speaks against it.
    func isIdentified(_ parameter: Int) -> Bool { caveat == nil && profiles[parameter].isIdentified }

    /// Names of the parameters that are not identified.
    var unidentified: [String] {
        law.form.parameterNames.indices.filter { !isIdentified($0) }.map { law.form.parameterNames[$0] }
    }

    /// Why the law says nothing beyond its runs; `nil` where it does.
    var reasonAgainstExtrapolation: String? {
        if let caveat { return caveat }
        return unidentified.isEmpty ? nil : "not identified: \(unidentified.joined(separator: ", "))"
    }

    /// Runs from which on bootstrap intervals are corrected for bias: of fewer, the percentiles that the correction reaches
    /// are those of resamples with hardly more distinct runs than parameters.
    static let leastForCorrection = 30

    /// The bootstrap's interval of what a function makes of the parameters; `nil` where that is of few resamples only.
    func interval(_ value: ([Double]) -> Double?) -> ClosedRange<Double>? {
        guard let estimate = value(fit.parameters), estimate.isFinite else { return nil }
        return interval(resamples.compactMap(value), of: estimate)
    }

    /// The bootstrap's interval of an estimate, from its values in resamples; `nil` where these are few.
    func interval(_ resampled: [Double], of estimate: Double) -> ClosedRange<Double>? {
        let values = resampled.filter(\.isFinite)
        // An interval over the resamples that happen to have a value would be too short.
        guard resampleCount > 0, values.count * 10 >= resampleCount * 9 else { return nil }
        return switch intervalKind {
        case .percentile: Bootstrap.percentileInterval(values, confidence: confidence)
        case .biasCorrected: Bootstrap.biasCorrectedInterval(values, of: estimate, confidence: confidence)
        }
    }

    /// Whether a point lies within the fitted runs in every variable of the law, and how far beyond them otherwise: the
    /// largest ratio of a variable to the nearest run's, at least 1.
    func factorBeyond(_ arguments: [Double]) -> Double {
        zip(arguments, fit.data.variables).map { value, values in
            let (low, high) = (values.min() ?? value, values.max() ?? value)
            return max(1, value / high, low / value)
        }.max() ?? 1
    }
}
