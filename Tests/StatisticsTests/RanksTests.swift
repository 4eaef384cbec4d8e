import Statistics
import Testing

@Suite struct RanksTests {
    @Test(arguments: ClassifierTruth.shared.ranks.indices) func `ranks and correlations agree with SciPy`(index: Int)
        throws
    {
        let truth = ClassifierTruth.shared.ranks[index]
        #expect(Ranks.midranks(truth.x) == truth.ranks)
        #expect(abs(try #require(Ranks.correlation(truth.x, truth.y)) - truth.correlation) < 1e-12)
    }

    @Test func `an order and its reverse correlate by one and minus one`() {
        #expect(Ranks.correlation([1, 2, 5], [1, 10, 11]) == 1)
        #expect(Ranks.correlation([1, 2, 5], [3, 2, 1]) == -1)
    }

    @Test func `equal values have no correlation`() {
        #expect(Ranks.correlation([1, 2, 3], [4, 4, 4]) == nil)
        #expect(Ranks.correlation([1], [2]) == nil)
    }

    @Test func `the interval holds the correlation, and is missing for few pairs and equal orders`() throws {
        let truth = ClassifierTruth.shared.ranks[1]
        let bootstrap = Bootstrap(resamples: 1000, seed: 2)
        let interval = try #require(Ranks.correlationInterval(truth.x, truth.y, bootstrap))
        #expect(interval.contains(truth.correlation))
        // Fisher's interval for 18 pairs is about ±0.35 about 0.54.
        #expect(interval.lowerBound > -0.2 && interval.upperBound < 0.95)
        #expect(Ranks.correlationInterval([1, 2, 3, 4], [1, 3, 2, 4], bootstrap) == nil)
        #expect(Ranks.correlationInterval([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], bootstrap) == nil)
    }
}
