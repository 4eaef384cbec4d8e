/// The order in which points are visited by a short open path through all of them.
///
/// Points along a trajectory whose distances grow with the time between them (a Robinson matrix) are in the order of time
/// on their shortest path (Atkins, Boman, Hendrickson, *A spectral algorithm for seriation and the consecutive ones
/// problem*, SIAM Journal on Computing 28, 1998, has the setting). The search is local: reversals of a stretch (2-opt) and
/// moves of one point, from the given order and from nearest-neighbour paths, so that the path is never longer than the
/// given order's. O(n²) a sweep.
package struct ShortestPath: Sendable, Equatable {
    /// Points in the order of the path; of the two directions, the one that agrees more with the given order.
    package let order: [Int]
    /// Its length.
    package let length: Double

    /// Finds a short path through points 0..<n, whose given order is that of their numbers.
    /// - Parameter distances: symmetric, n by n.
    package init(_ distances: [[Double]]) {
        let count = distances.count
        var best = ShortestPath.improved(Array(0..<count), distances)
        var bestLength = ShortestPath.length(best, distances)
        let starts = Set((0..<ShortestPath.starts).map { $0 * max(0, count - 1) / (ShortestPath.starts - 1) }).sorted()
        for start in starts where count > 3 {
            let order = ShortestPath.improved(ShortestPath.nearest(from: start, distances), distances)
            let length = ShortestPath.length(order, distances)
            // A tie, within rounding, leaves the given order alone.
            if length < bestLength * (1 - 1e-12) { (best, bestLength) = (order, length) }
        }
        let reversed = Array(best.reversed())
        order = ShortestPath.kept(reversed).count > ShortestPath.kept(best).count ? reversed : best
        length = bestLength
    }

    private static let starts = 8

    /// Length of the path through points in this order.
    package static func length(_ order: [Int], _ distances: [[Double]]) -> Double {
        zip(order, order.dropFirst()).reduce(0) { $0 + distances[$1.0][$1.1] }
    }

    /// The points of the path that need not move to come from the given order to the path's: a longest increasing
    /// subsequence, and of several the one with most points in their own places.
    package var kept: [Int] { ShortestPath.kept(order) }

    private static func kept(_ order: [Int]) -> [Int] {
        // O(n²) will do for the numbers of checkpoints there are. A point in its own place counts a little more than one.
        let weights = order.indices.map { order.count + 1 + (order[$0] == $0 ? 1 : 0) }
        var lengths = weights
        var before = Array(repeating: -1, count: order.count)
        for index in order.indices {
            for earlier in 0..<index
            where order[earlier] < order[index] && lengths[earlier] + weights[index] > lengths[index] {
                (lengths[index], before[index]) = (lengths[earlier] + weights[index], earlier)
            }
        }
        guard let longest = lengths.max(), var place = lengths.firstIndex(of: longest) else { return [] }
        var kept: [Int] = []
        while place >= 0 {
            kept.append(order[place])
            place = before[place]
        }
        return kept.reversed()
    }

    private static func nearest(from start: Int, _ distances: [[Double]]) -> [Int] {
        var order = [start]
        var left = Set(distances.indices).subtracting([start])
        while let last = order.last, let next = left.min(by: { (distances[last][$0], $0) < (distances[last][$1], $1) })
        {
            order.append(next)
            left.remove(next)
        }
        return order
    }

    private static func improved(_ start: [Int], _ distances: [[Double]]) -> [Int] {
        var order = start
        let count = order.count
        // Every change shortens the path by more than rounding, so that the search ends.
        let least = 1e-12 * length(order, distances)
        func edge(_ a: Int, _ b: Int) -> Double {
            a < 0 || b >= count ? 0 : distances[order[a]][order[b]]
        }
        var hasChanged = count > 2
        while hasChanged {
            hasChanged = false
            for first in 0..<(count - 1) {
                for last in (first + 1)..<count {
                    let gain =
                        edge(first - 1, first) + edge(last, last + 1)
                        - (first > 0 ? distances[order[first - 1]][order[last]] : 0)
                        - (last + 1 < count ? distances[order[first]][order[last + 1]] : 0)
                    if gain > least {
                        order[first...last].reverse()
                        hasChanged = true
                    }
                }
            }
            for place in 0..<count {
                let point = order[place]
                var rest = order
                rest.remove(at: place)
                let saved =
                    edge(place - 1, place) + edge(place, place + 1)
                    - (place > 0 && place + 1 < count ? distances[order[place - 1]][order[place + 1]] : 0)
                var bestCost = saved - least
                var target: Int?
                for slot in 0...rest.count where slot != place {
                    let left = slot > 0 ? distances[rest[slot - 1]][point] : 0
                    let right = slot < rest.count ? distances[point][rest[slot]] : 0
                    let between = slot > 0 && slot < rest.count ? distances[rest[slot - 1]][rest[slot]] : 0
                    if left + right - between < bestCost { (bestCost, target) = (left + right - between, slot) }
                }
                if let target {
                    rest.insert(point, at: target)
                    order = rest
                    hasChanged = true
                }
            }
        }
        return order
    }
}
