import Base
import Foundation
import Statistics
import Testing

@testable import struct Statistics.CholeskyFactor
@testable import enum Statistics.NonNegativeLeastSquares
@testable import func Statistics.symmetricEigenvalues

@Suite struct LawFitTests {
    private let truth = LawTruth.shared

    private func options(_ delta: Double) -> LawFit.Options {
        var options = LawFit.Options()
        options.delta = delta
        // Enough to agree or not; the debug build is slow.
        options.starts = 4
        return options
    }

    private func isNear(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance * abs(b) }

    @Test func `least squares finds SciPy's minimum, covariance and profile intervals`() throws {
        let fit = try #require(LawFit(.chinchilla(), to: LawTruth.data, options(.infinity)))
        // The minimum is flat: an objective known to 1e-12 gives parameters to about 1e-5.
        for (own, other) in zip(fit.parameters, truth.squares.values) { #expect(isNear(own, other, 2e-5)) }
        #expect(isNear(fit.objective, truth.squares.objective, 1e-10))
        #expect(fit.agreeingStarts == fit.startCount && fit.hasConverged)
        let covariance = try #require(fit.covariance)
        let expected = try #require(truth.squares.covariance)
        for i in 0..<5 {
            for j in 0..<5 {
                let size = (expected[i][i] * expected[j][j]).squareRoot()
                // SciPy's slopes are forward differences.
                #expect(abs((covariance[i][j] ?? .nan) - expected[i][j]) <= 1e-4 * size)
            }
        }
        for (place, name) in fit.form.parameterNames.enumerated() {
            let interval = fit.profile(place)
            let ends = try #require(truth.profiles[name])
            #expect(interval.isIdentified)
            #expect(isNear(interval.low ?? .nan, ends[0], 1e-4) && isNear(interval.high ?? .nan, ends[1], 1e-4))
        }
    }

    @Test func `Huber's loss of few log residuals finds SciPy's minimum`() throws {
        let fit = try #require(LawFit(.chinchilla(), to: LawTruth.data, options(1e-3)))
        #expect(isNear(fit.objective, truth.huber.objective, 1e-8))
        for (own, other) in zip(fit.parameters, truth.huber.values) { #expect(isNear(own, other, 1e-3)) }
    }

    @Test func `exact data give their law back, and a condition number above one`() throws {
        let law = [1.5, 300, 500, 0.3, 0.25]
        let form = LawForm.chinchilla()
        let points = LawTruth.data.losses.indices.map { LawTruth.data.point($0) }
        let data = LawData(variables: LawTruth.data.variables, losses: points.map { form.loss($0, parameters: law) })
        let fit = try #require(LawFit(form, to: data, options(.infinity)))
        for (own, other) in zip(fit.parameters, law) { #expect(isNear(own, other, 1e-3)) }
        #expect((fit.conditionNumber ?? 0) > 10)
        #expect((fit.rSquared ?? 0) > 0.999999 && fit.largestRelativeError < 1e-5)
    }

    @Test func `a law without irreducible loss does not identify it`() throws {
        let sizes = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13]
        let noise = [0.02, -0.03, 0.01, 0.03, -0.02, -0.01, 0.02, -0.02]
        let data = LawData(variables: [sizes], losses: zip(sizes, noise).map { 20 * pow($0, -0.1) * exp($1) })
        let form = LawForm(
            "offset", variableCount: 1,
            terms: [.init("E"), .init("a", [.power(.variable(0), .exponent(0), times: 1)])],
            exponents: [.init("alpha", .within(-2...0))])
        let fit = try #require(LawFit(form, to: data, options(0.1)))
        let interval = fit.profile(0)
        #expect(interval.low == nil && (interval.high ?? 0) > 0 && !interval.isIdentified)
        #expect(fit.profile(2).isIdentified)
    }

    @Test func `a pinned coefficient stays, and shared and constant powers are fitted`() throws {
        let pinned = try #require(LawFit(.chinchilla(pinned: 1.7), to: LawTruth.data, options(.infinity)))
        #expect(pinned.form.parameterNames == ["A", "B", "alpha", "beta"])
        // Above the free minimum, and near it: 1.7 lies inside E's interval.
        #expect(pinned.objective > truth.squares.objective && pinned.objective < 1.05 * truth.squares.objective)

        // L = E + a N^η + b 6^(η/2) (M N)^η, of Gadre et al. (2024).
        let shared = LawForm(
            "shared", variableCount: 2,
            terms: [
                .init("E"), .init("a", [.power(.variable(0), .exponent(0), times: 1)]),
                .init(
                    "b",
                    [
                        .power(.constant(6), .exponent(0), times: 0.5), .power(.variable(1), .exponent(0), times: 1),
                        .power(.variable(0), .exponent(0), times: 1),
                    ]),
            ], exponents: [.init("eta", .within(-1...0))])
        let law = [1.8, 150, 300, -0.27]
        let sizes = [1e7, 3e7, 1e8, 3e8, 1e9, 1e8, 1e7], ratios = [20.0, 20, 20, 20, 20, 80, 320]
        let losses = zip(sizes, ratios).map { n, m in
            1.8 + 150 * pow(n, -0.27) + 300 * pow(6, -0.135) * pow(m * n, -0.27)
        }
        let fit = try #require(
            LawFit(shared, to: LawData(variables: [sizes, ratios], losses: losses), options(.infinity)))
        for (own, other) in zip(fit.parameters, law) { #expect(isNear(own, other, 1e-3)) }
        #expect(zip(losses, zip(sizes, ratios)).allSatisfy { isNear(fit.loss([$1.0, $1.1]), $0, 1e-6) })
    }

    @Test func `a bend is found where it was put`() throws {
        let sizes = (0..<24).map { pow(10, 18 + 0.25 * Double($0)) }
        let losses = sizes.map { 300 * pow($0, -0.1) * pow(1 + pow($0 / 1e21, 4), 0.25 * 0.06) }
        let form = LawForm(
            "bend", variableCount: 1,
            terms: [
                .init("a", [.power(.variable(0), .exponent(0), times: 1), .bend(of: 0, at: 2, by: 1, width: 0.25)])
            ],
            exponents: [
                .init("alpha", .within(-2...0)), .init("gamma", .within(-2...2)), .init("break", .location(of: 0)),
            ])
        let fit = try #require(LawFit(form, to: LawData(variables: [sizes], losses: losses), options(0.01)))
        for (own, other) in zip(fit.parameters, [300, -0.1, 0.06, 1e21]) { #expect(isNear(own, other, 1e-3)) }
    }

    @Test func `fewer runs than parameters and one are no fit`() {
        #expect(LawFit(.chinchilla(), to: LawTruth.data.only([0, 7, 14, 21, 28])) == nil)
        #expect(LawFit(.chinchilla(), to: LawTruth.data.only([0, 7, 14, 21, 28, 35])) != nil)
    }

    @Test func `resamples are the same in any order, and their interval holds the fit`() throws {
        var options = options(0.01)
        options.bootstrapStarts = 0
        let fit = try #require(LawFit(.chinchilla(), to: LawTruth.data, options))
        let bootstrap = Bootstrap(resamples: 12, seed: 1)
        let backwards = Threads(2, backwards: true)
        let first = fit.bootstrap(bootstrap)
        #expect(first == fit.bootstrap(bootstrap, backwards))
        #expect(first != fit.bootstrap(Bootstrap(resamples: 12, seed: 2)))
        let beta = first.compactMap { $0?[4] }
        #expect(beta.count == 12 && (beta.min() ?? 1) < fit.parameters[4] && (beta.max() ?? 0) > fit.parameters[4])
    }

    @Test func `AICc prefers the law that made the data, by the value of its formula`() throws {
        let full = try #require(LawFit(.chinchilla(), to: LawTruth.data, options(.infinity)))
        // Least squares: −2 ln ℓ = n (1 + ln(2π RSS/n)), with RSS twice the objective.
        let n = 48.0, k = 6.0
        let expected =
            n * (1 + log(2 * .pi * 2 * full.objective / n)) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
        #expect(isNear(full.akaike ?? .nan, expected, 1e-9))
        let plain = LawForm(
            "plain", variableCount: 2, terms: [.init("A", [.power(.variable(0), .exponent(0), times: -1)])],
            exponents: [.init("alpha", .within(0...2))])
        let poor = try #require(LawFit(plain, to: LawTruth.data, options(.infinity)))
        #expect((poor.akaike ?? 0) > (full.akaike ?? .infinity) + 50)
    }

    @Test func `non-negative least squares and eigenvalues agree with SciPy`() {
        let sample = truth.nnls
        let found = NonNegativeLeastSquares.solve(gram: sample.gram, projection: sample.projection)
        #expect(zip(found.solution, sample.solution).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(found.solution.contains(0) && abs(found.excess - sample.excess) < 1e-11)
        #expect(zip(symmetricEigenvalues(sample.gram), sample.eigenvalues).allSatisfy { abs($0 - $1) < 1e-11 })
        #expect(CholeskyFactor([[1, 2], [2, 1]]) == nil)
    }

    @Test func `a parabola has its vertex where it was put, and a line has none`() throws {
        let x = [-1.0, 0, 2, 3]
        let parabola = try #require(QuadraticFit(x: x, y: x.map { 5 + 2 * ($0 - 1.25) * ($0 - 1.25) }))
        #expect(abs((parabola.vertex ?? .nan) - 1.25) < 1e-12 && abs((parabola.valueAtVertex ?? .nan) - 5) < 1e-12)
        #expect(abs(parabola.curvature - 2) < 1e-12)
        #expect(QuadraticFit(x: [1, 1, 2], y: [1, 2, 3]) == nil)
    }

    /// NumPy 2.4.6 and SciPy 1.17.1: least squares of [1, x, x²], and the x where (c₁ + 2c₂x)² is t² times its variance, by
    /// scipy.optimize.brentq on both sides of the vertex.
    @Test func `the interval of a vertex is where the slope may be zero`() throws {
        let x = [-2.0, -1, 0, 1, 2, 3], y = [6.1, 2.9, 1.2, 0.8, 2.2, 5.1]
        let parabola = try #require(QuadraticFit(x: x, y: y))
        let interval = try #require(parabola.vertexInterval(confidence: 0.95))
        #expect(
            abs(interval.lowerBound - 0.5971747614967315) < 1e-9 && abs(interval.upperBound - 0.6834876718120632) < 1e-9
        )
        // Three points leave no scatter to judge by; a line has its vertex anywhere.
        #expect(try #require(QuadraticFit(x: [0, 1, 2], y: [1, 0, 2])).vertexInterval(confidence: 0.95) == nil)
        let straight = try #require(QuadraticFit(x: x, y: [1.1, 1.9, 3.1, 3.9, 5.1, 5.9]))
        #expect(straight.vertexInterval(confidence: 0.95) == nil)
    }
}
