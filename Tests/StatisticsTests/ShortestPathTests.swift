import Statistics
import Testing

@Suite struct ShortestPathTests {
    private func distances(_ points: [Double]) -> [[Double]] { points.map { a in points.map { abs($0 - a) } } }

    @Test func `points on a line come in their order, whichever way round they are given`() {
        let found = ShortestPath(distances([0, 3, 1, 2, 10, 7]))
        #expect(found.order == [0, 2, 3, 1, 5, 4])
        #expect(found.length == 10)
        #expect(ShortestPath(distances([9, 5, 4, 1])).order == [0, 1, 2, 3])
    }

    @Test func `points in order are left alone, few of them too`() {
        #expect(ShortestPath(distances([])).order == [])
        #expect(ShortestPath(distances([4])).order == [0])
        #expect(ShortestPath(distances([4, 2])).order == [0, 1])
        #expect(ShortestPath(distances([1, 2, 4, 8, 16])).kept == [0, 1, 2, 3, 4])
    }

    @Test func `two points that are exchanged are those that are not kept`() {
        #expect(ShortestPath(distances([0, 5, 2, 3, 4, 1, 6])).kept == [0, 2, 3, 4, 6])
        // One point between them: of three that could stay, the one in its own place does.
        #expect(ShortestPath(distances([0, 1, 2, 5, 4, 3, 6, 7])).kept == [0, 1, 2, 4, 6, 7])
    }

    /// Every path of seven points, along a line with noise and shuffled, is tried.
    @Test(arguments: 1...20) func `no path is shorter`(seed: UInt64) {
        var state = seed
        func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        let places = (0..<7).map { (unit(), $0) }.sorted { $0.0 < $1.0 }.map { Double($0.1) }
        let points = places.map { ($0 + unit() / 2, unit()) }
        let lengths = points.map { a in
            points.map { b in ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).squareRoot() }
        }
        var shortest = Double.infinity
        func visit(_ order: [Int], _ length: Double) {
            if order.count == points.count { shortest = min(shortest, length) }
            for next in points.indices where !order.contains(next) {
                visit(order + [next], length + (order.last.map { lengths[$0][next] } ?? 0))
            }
        }
        visit([], 0)
        #expect(abs(ShortestPath(lengths).length - shortest) < 1e-12)
    }
}

@Suite struct SimplexWeightsTests {
    private func dots(_ vectors: [[Double]]) -> [[Double]] {
        vectors.map { a in vectors.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
    }

    @Test func `the nearest point of a triangle around the origin is the origin`() throws {
        let found = try #require(SimplexWeights(dots([[1, 0], [-1, 1], [-1, -1]])))
        #expect(zip(found.weights, [0.5, 0.25, 0.25]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(found.squaredNorm < 1e-24)
    }

    @Test func `weights are not negative, and the nearest point may be a corner or on an edge`() throws {
        let corner = try #require(SimplexWeights(dots([[1, 0], [2, 1], [3, -1]])))
        #expect(corner.weights == [1, 0, 0] && corner.squaredNorm == 1)
        let edge = try #require(SimplexWeights(dots([[1, 1], [1, -3], [5, 0]])))
        #expect(zip(edge.weights, [0.75, 0.25, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(edge.squaredNorm - 1) < 1e-12)
    }

    @Test func `one vector has the weight 1, and too many have none`() {
        #expect(SimplexWeights([[4]])?.weights == [1])
        #expect(SimplexWeights([]) == nil)
        #expect(SimplexWeights(Array(repeating: Array(repeating: 0, count: 13), count: 13)) == nil)
        #expect(SimplexWeights([[.nan]]) == nil)
    }
}
