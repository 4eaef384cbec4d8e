import Foundation
import Testing

@testable import Statistics

struct LinearFitTests {
    @Test func `slope, interval and R squared agree with SciPy`() throws {
        let truth = StatisticsTruth.shared.line
        let direct = try #require(LinearFit(x: truth.x, y: truth.y))
        let logarithmic = try #require(LinearFit.logLog(x: truth.x.map { exp($0) }, y: truth.y.map { exp($0) }))
        for fit in [direct, logarithmic] {
            #expect(abs(fit.slope - truth.slope) < 1e-12)
            #expect(abs(fit.intercept - truth.intercept) < 1e-11)
            #expect(abs(try #require(fit.standardError) - truth.standard_error) < 1e-12)
            #expect(abs(try #require(fit.rSquared) - truth.r_squared) < 1e-12)
            let interval = try #require(fit.slopeInterval)
            #expect(abs(interval.lowerBound - truth.interval[0]) < 1e-11)
            #expect(abs(interval.upperBound - truth.interval[1]) < 1e-11)
        }
    }

    @Test func `quantiles of Student's t agree with SciPy`() throws {
        for (degrees, quantile) in StatisticsTruth.shared.t {
            let ours = StudentT.twoSidedQuantile(confidence: 0.95, degreesOfFreedom: try #require(Int(degrees)))
            #expect(abs(ours - quantile) < 1e-11 * quantile, "\(degrees)")
        }
    }

    @Test func `a square root has exponent one half`() throws {
        let steps = (1...20).map(Double.init)
        let fit = try #require(LinearFit.logLog(x: steps, y: steps.map { 7 * $0.squareRoot() }))
        #expect(abs(fit.slope - 0.5) < 1e-14)
        #expect(abs(fit.intercept - log(7)) < 1e-14)
        #expect(abs(try #require(fit.rSquared) - 1) < 1e-14)
    }

    @Test func `a large mean does not cancel the residuals`() throws {
        let y = [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 5]
        let fit = try #require(LinearFit(x: [0, 1, 2, 3], y: y))
        #expect(fit.slope == 1.3)
        #expect(abs(fit.residualSumOfSquares - 0.3) < 1e-12)
    }

    @Test func `two points have a slope but no interval`() throws {
        let fit = try #require(LinearFit(x: [1, 3], y: [5, 9]))
        #expect(fit.slope == 2 && fit.intercept == 3)
        #expect(fit.standardError == nil && fit.slopeInterval == nil)
    }

    @Test func `what has no slope is nil, and NaN is left out`() throws {
        #expect(LinearFit(x: [1], y: [1]) == nil)
        #expect(LinearFit(x: [2, 2, 2], y: [1, 2, 3]) == nil)
        #expect(LinearFit.logLog(x: [0, -1, 5], y: [1, 2, 3]) == nil)
        #expect(try #require(LinearFit(x: [1, 2, 3], y: [4, 4, 4])).rSquared == nil)
        #expect(try #require(LinearFit(x: [1, .nan, 3], y: [5, 1, 9])).count == 2)
    }
}
