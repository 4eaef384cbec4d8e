import Foundation
import Testing

@testable import Statistics

struct PowerLawFitTests {
    @Test(arguments: WeightWatcherTruth.all)
    func `metrics agree with the weightwatcher package`(truth: WeightWatcherTruth) throws {
        let found = try #require(WeightWatcherMetrics(eigenvalues: truth.eigenvalues))
        let fit = try #require(found.fit)
        #expect(fit.tailCount == Int(truth.tail_count))
        #expect(fit.xMin == truth.x_min)
        // Both sum the same few dozen doubles, in another order.
        let pairs: [(String, Double?, Double)] = [
            ("alpha", fit.alpha, truth.alpha), ("D", fit.distance, truth.distance),
            ("sigma", fit.standardError, truth.standard_error), ("log_norm", found.logNorm, truth.log_norm),
            ("log_spectral_norm", found.logSpectralNorm, truth.log_spectral_norm),
            ("stable_rank", found.stableRank, truth.stable_rank),
            ("alpha_weighted", found.weightedAlpha, truth.weighted_alpha),
            ("log_alpha_norm", found.logAlphaNorm, truth.log_alpha_norm),
        ]
        for (name, ours, theirs) in pairs {
            #expect(abs(try #require(ours) - theirs) <= 1e-11 * max(1, abs(theirs)), "\(name)")
        }
    }

    /// Quantiles of a power law: as close to it as a sample of that size can be.
    private static func quantiles(_ count: Int, alpha: Double, xMin: Double) -> [Double] {
        (0..<count).map { xMin * pow(1 - (Double($0) + 0.5) / Double(count), -1 / (alpha - 1)) }
    }

    @Test func `a power law above a flat body is found with its exponent and its beginning`() throws {
        let body = (1...100).map { 0.01 * Double($0) }
        let fit = try #require(PowerLawFit(body + Self.quantiles(400, alpha: 2.5, xMin: 1)))
        #expect(abs(fit.alpha - 2.5) < 0.02)
        #expect(abs(fit.xMin - 1) < 0.05)
        #expect(abs(fit.standardError - (fit.alpha - 1) / Double(fit.tailCount).squareRoot()) < 1e-15)
        #expect(fit.isPlausible)
    }

    @Test func `the exponent of a small sample by hand`() throws {
        // Twenty values, of which the tail that fits best must be one of the suffixes: its likelihood has a closed form.
        let sample = (1...20).map { pow(2, Double($0) / 4) }
        let fit = try #require(PowerLawFit(sample.shuffled()))
        let tail = sample.filter { $0 >= fit.xMin }
        let excess = tail.reduce(0) { $0 + log($1 / fit.xMin) }
        #expect(fit.tailCount == tail.count)
        #expect(abs(fit.alpha - (1 + Double(tail.count) / excess)) < 1e-12)
    }

    @Test func `a few repeated values are not a plausible power law`() throws {
        let sample = (0..<200).map { pow(2, Double($0 % 5)) }
        let fit = try #require(PowerLawFit(sample))
        #expect(fit.tailCount >= PowerLawFit.fewestTailValues)
        #expect(!fit.isPlausible)
        #expect(fit.bootstrapPValue(replicates: 40, seed: 7) == 0)
    }

    @Test func `a tail too short to judge is not plausible`() throws {
        let truth = try #require(WeightWatcherTruth.all.first { $0.tail_count < 10 })
        let fit = try #require(PowerLawFit(truth.eigenvalues))
        #expect(!fit.isPlausible)
    }

    @Test func `the bootstrap accepts a power law, the same way for the same seed`() throws {
        let body = (1...100).map { 0.01 * Double($0) }
        let fit = try #require(PowerLawFit(body + Self.quantiles(200, alpha: 2, xMin: 1)))
        let pValue = fit.bootstrapPValue(replicates: 40, seed: 7)
        #expect(pValue > 0.9)
        #expect(pValue == fit.bootstrapPValue(replicates: 40, seed: 7))
    }

    @Test func `scaling the sample scales the beginning of the tail and nothing else`() throws {
        let sample = Self.quantiles(50, alpha: 3, xMin: 2) + (1...20).map { 0.1 * Double($0) }
        let one = try #require(PowerLawFit(sample))
        let other = try #require(PowerLawFit(sample.map { $0 * 1024 }))
        #expect(other.xMin == one.xMin * 1024)
        #expect(abs(other.alpha - one.alpha) < 1e-10 && abs(other.distance - one.distance) < 1e-12)
    }

    @Test func `what cannot be fitted is nil`() {
        #expect(PowerLawFit([]) == nil)
        #expect(PowerLawFit((1...19).map(Double.init)) == nil)
        #expect(PowerLawFit([Double](repeating: 3, count: 40)) == nil)
        #expect(PowerLawFit([Double](repeating: 1e-6, count: 40)) == nil)
        #expect(WeightWatcherMetrics(eigenvalues: [0, 0, 0]) == nil)
        #expect(WeightWatcherMetrics(eigenvalues: [1, .nan]) == nil)
    }

    @Test func `too few eigenvalues leave the norms`() throws {
        let found = try #require(WeightWatcherMetrics(eigenvalues: [90, 10]))
        #expect(found.logNorm == 2)
        #expect(abs(found.stableRank - 100.0 / 90) < 1e-15)
        #expect(found.fit == nil && found.weightedAlpha == nil && found.logAlphaNorm == nil)
    }
}
