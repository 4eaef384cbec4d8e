/// A place in a panel, in points from its lower left corner.
struct Place {
    var x: Double
    var y: Double
}

/// Finds room for the names of points: each stands on the side of its point where it covers the least of points, lines and
/// names before it.
struct LabelPlacement {
    /// The extent of the panel, in points.
    let width: Double
    let height: Double
    private var points: [Place] = []
    private var strokes: [Place] = []
    private var names: [Box] = []

    private struct Box {
        let left: Double
        let right: Double
        let bottom: Double
        let top: Double

        func holds(_ place: Place) -> Bool {
            (left - 1...right + 1).contains(place.x) && (bottom...top).contains(place.y)
        }

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && bottom < other.top && other.bottom < top
        }
    }

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// Names should not cover these.
    mutating func add(_ places: [Place], connected: Bool) {
        points += places
        guard connected else { return }
        for (from, to) in zip(places, places.dropFirst()) {
            for step in 1..<40 {
                let part = Double(step) / 40
                strokes.append(Place(x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y)))
            }
        }
    }

    /// The middle of the left side of a name in small letters; later names keep off it.
    mutating func place(_ name: String, at point: Place) -> Place {
        let width = textWidth(name) * 6 / 7
        let sides: [(Double, Double)] = [
            (4, 0), (3, 6), (3, -6), (-4 - width, 0), (-3 - width, 6), (-3 - width, -6), (-width / 2, 7),
            (-width / 2, -7),
        ]
        let boxes = sides.map { x, y in
            Box(left: point.x + x, right: point.x + x + width, bottom: point.y + y - 3.5, top: point.y + y + 3.5)
        }
        let costs = boxes.map(cost)
        // There are eight; the first of the cheapest.
        let best = boxes.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
        names.append(boxes[best])
        return Place(x: boxes[best].left, y: (boxes[best].bottom + boxes[best].top) / 2)
    }

    private func cost(_ box: Box) -> Int {
        let isOutside = box.left < 0 || box.right > width || box.bottom < 0 || box.top > height + 4
        return (isOutside ? 1000 : 0) + 1000 * names.filter(box.meets).count + 100 * points.filter(box.holds).count
            + strokes.filter(box.holds).count
    }
}
