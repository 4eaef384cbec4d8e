import Foundation
import Testing

@testable import Statistics

struct HingeFitTests {
    @Test(arguments: StatisticsTruth.shared.hinges.indices)
    func `the fit is as good as brute force`(index: Int) throws {
        let truth = StatisticsTruth.shared.hinges[index]
        let fit = try #require(HingeFit(x: truth.x, y: truth.y))
        #expect(fit.residualSumOfSquares <= truth.residual * (1 + 1e-9))
        #expect(fit.residualSumOfSquares >= truth.residual * (1 - 1e-6))
        // The residual is flat at its minimum: its place is known to half the digits.
        #expect(abs(fit.breakpoint - truth.breakpoint) < 1e-5)
        #expect(abs(fit.slopeBefore - truth.before) < 1e-5)
        #expect(abs(fit.slopeAfter - truth.after) < 1e-5)
        #expect(abs(fit.valueAtBreak - truth.value) < 1e-5)
    }

    @Test func `an exact hinge comes back`() throws {
        let x = (0...10).map(Double.init)
        let fit = try #require(HingeFit(x: x, y: x.map { $0 < 4.25 ? 2 * $0 : 8.5 - ($0 - 4.25) }))
        #expect(abs(fit.breakpoint - 4.25) < 1e-12)
        #expect(abs(fit.slopeBefore - 2) < 1e-12)
        #expect(abs(fit.slopeAfter + 1) < 1e-12)
        #expect(abs(try #require(fit.rSquared) - 1) < 1e-12)
    }

    @Test func `a turn is worth its parameters and a noisy line is not`() throws {
        let turning = StatisticsTruth.shared.hinges[0]
        let turn = try #require(HingeFit(x: turning.x, y: turning.y))
        #expect(try #require(turn.advantage) > 10)
        let line = StatisticsTruth.shared.line
        let straight = try #require(HingeFit(x: line.x, y: line.y))
        #expect(try #require(straight.advantage) < 10)
    }

    @Test func `order does not matter and too few points are nil`() throws {
        let truth = StatisticsTruth.shared.hinges[0]
        let reversed = HingeFit(x: truth.x.reversed(), y: truth.y.reversed())
        #expect(reversed == HingeFit(x: truth.x, y: truth.y))
        #expect(HingeFit(x: [1, 2, 3, 4], y: [1, 2, 1, 2]) == nil)
        #expect(HingeFit(x: [1, 1, 1, 2, 2, 3], y: [1, 2, 1, 2, 3, 4]) == nil)
    }
}
