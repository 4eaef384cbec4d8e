import Statistics
import Testing

@Suite struct BootstrapTests {
    @Test func `quantiles interpolate as NumPy's percentile does`() {
        // numpy.percentile([1, 2, 4, 8], [0, 10, 50, 97.5, 100])
        let values = [1.0, 2, 4, 8]
        let shares = [0, 0.1, 0.5, 0.975, 1]
        let expected = [1, 1.3, 3, 7.7, 8]
        for (share, truth) in zip(shares, expected) {
            #expect(abs(Bootstrap.quantile(share, ofSorted: values) - truth) < 1e-12)
        }
    }

    @Test func `an interval leaves out what is not finite, and is missing without values`() {
        #expect(Bootstrap.percentileInterval([.nan, 3, .infinity]) == 3...3)
        #expect(Bootstrap.percentileInterval([.nan]) == nil)
        #expect(Bootstrap(resamples: 10, seed: 1).meanInterval([2]) == nil)
    }

    @Test func `the interval of a mean is as wide as the normal one on a large sample`() throws {
        // 0..<1000: the mean's standard error is sqrt((1000^2 - 1) / 12 / 1000) = 9.1287.
        let values = (0..<1000).map(Double.init)
        let interval = try #require(Bootstrap(resamples: 4000, seed: 7).meanInterval(values))
        #expect(abs(interval.lowerBound - (499.5 - 1.96 * 9.1287)) < 1)
        #expect(abs(interval.upperBound - (499.5 + 1.96 * 9.1287)) < 1)
    }

    @Test func `a resample is the same whenever it is taken, and another seed gives another`() {
        let bootstrap = Bootstrap(resamples: 5, seed: 3)
        #expect(bootstrap.indices(of: 4, count: 50) == bootstrap.indices(of: 4, count: 50))
        #expect(bootstrap.indices(of: 4, count: 50) != bootstrap.indices(of: 3, count: 50))
        #expect(bootstrap.indices(of: 4, count: 50) != Bootstrap(resamples: 5, seed: 4).indices(of: 4, count: 50))
    }

    @Test func `a bias-corrected interval moves to the side of the estimate, as SciPy's quantiles say`() throws {
        let resamples = (1...999).map(Double.init)
        // The estimate is the middle one: plain percentiles.
        #expect(
            try #require(Bootstrap.biasCorrectedInterval(resamples, of: 500))
                .isNear(try #require(Bootstrap.percentileInterval(resamples))))
        // 1 + 998 norm.cdf(2 norm.ppf(649.5/999) ∓ norm.ppf(0.975)) of scipy.stats 1.17.1
        let above = try #require(Bootstrap.biasCorrectedInterval(resamples, of: 650))
        #expect(above.isNear(118.08119851205154...995.8531629619807))
        // norm.ppf of the share is above 1 and taken as 1.
        let far = try #require(Bootstrap.biasCorrectedInterval(resamples, of: 990))
        #expect(far.isNear(515.9358578554471...998.9625944272246))
        #expect(Bootstrap.biasCorrectedInterval([.nan], of: 1) == nil)
    }
}

extension ClosedRange<Double> {
    fileprivate func isNear(_ other: ClosedRange<Double>) -> Bool {
        abs(lowerBound - other.lowerBound) < 1e-9 && abs(upperBound - other.upperBound) < 1e-9
    }
}
