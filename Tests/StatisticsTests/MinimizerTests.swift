import Statistics
import Testing

@Suite struct MinimizerTests {
    /// Rosenbrock's valley: (1 - x)^2 + 100 (y - x^2)^2, least at (1, 1).
    private func rosenbrock(_ p: UnsafeBufferPointer<Double>, _ gradient: UnsafeMutableBufferPointer<Double>) -> Double
    {
        let (a, b) = (1 - p[0], p[1] - p[0] * p[0])
        if !gradient.isEmpty {
            gradient[0] = -2 * a - 400 * p[0] * b
            gradient[1] = 200 * b
        }
        return a * a + 100 * b * b
    }

    @Test(arguments: [Minimizer.Algorithm.lbfgs, .slsqp, .nelderMead])
    func `the valley's floor is found by every algorithm`(algorithm: Minimizer.Algorithm) throws {
        let minimum = try #require(Minimizer(algorithm).minimize(from: [-1.2, 1], rosenbrock))
        #expect(minimum.hasConverged)
        #expect(abs(minimum.point[0] - 1) < 1e-5)
        #expect(abs(minimum.point[1] - 1) < 1e-5)
    }

    @Test func `a bound holds, and the minimum lies on it`() throws {
        let minimum = try #require(
            Minimizer(.slsqp).minimize(from: [-1, -1], lower: [-2, -2], upper: [0, 2]) { p, gradient in
                if !gradient.isEmpty {
                    gradient[0] = 2 * (p[0] - 1)
                    gradient[1] = 2 * (p[1] - 0.5)
                }
                return (p[0] - 1) * (p[0] - 1) + (p[1] - 0.5) * (p[1] - 0.5)
            })
        #expect(abs(minimum.point[0]) < 1e-10)
        #expect(abs(minimum.point[1] - 0.5) < 1e-8)
        #expect(abs(minimum.value - 1) < 1e-10)
    }

    @Test func `a search that runs out of evaluations says so`() throws {
        var search = Minimizer(.lbfgs)
        search.maximumEvaluations = 3
        let minimum = try #require(search.minimize(from: [-1.2, 1], rosenbrock))
        #expect(!minimum.hasConverged)
        // L-BFGS ends the line search that it is in.
        #expect(minimum.evaluations < 20)
    }

    @Test func `a function without a value at the start has no minimum`() {
        #expect(Minimizer(.lbfgs).minimize(from: [1]) { _, _ in .nan } == nil)
    }
}
