import Testing

@testable import Reports

@Suite struct LabelPlacementTests {
    @Test func `a name stands to the right of its point where nothing is there`() {
        var placement = LabelPlacement(width: 200, height: 100)
        let spot = placement.place("one", at: Place(x: 50, y: 50))
        #expect(spot.x == 54 && spot.y == 50)
    }

    @Test func `names of points close together do not overlap`() {
        var placement = LabelPlacement(width: 200, height: 100)
        let points = [Place(x: 100, y: 50), Place(x: 103, y: 51), Place(x: 101, y: 48)]
        placement.add(points, connected: false)
        let names = ["first name", "second name", "third name"]
        let boxes = zip(names, points).map { name, point -> (left: Double, right: Double, middle: Double) in
            let spot = placement.place(name, at: point)
            return (spot.x, spot.x + textWidth(name) * 6 / 7, spot.y)
        }
        for (index, box) in boxes.enumerated() {
            for other in boxes[..<index] {
                #expect(
                    box.right <= other.left || other.right <= box.left || abs(box.middle - other.middle) >= 7,
                    "\(box) and \(other)")
            }
        }
    }

    @Test func `a name keeps off lines and inside the panel`() {
        var placement = LabelPlacement(width: 200, height: 100)
        placement.add([Place(x: 50, y: 50), Place(x: 190, y: 52)], connected: true)
        let onLine = placement.place("on a line", at: Place(x: 50, y: 50))
        #expect(abs(onLine.y - 50) > 5)
        let name = "at the right end"
        let atEnd = placement.place(name, at: Place(x: 195, y: 80))
        #expect(atEnd.x + textWidth(name) * 6 / 7 <= 195)
    }

    @Test func `text breaks at spaces, and words stay whole`() {
        #expect(wrapped("relative drift of it", width: textWidth("relative drift")) == ["relative drift", "of it"])
        #expect(wrapped("stage1-step0-tokens0B to main", width: 10) == ["stage1-step0-tokens0B", "to", "main"])
        // Adobe's metrics: i 222, W 944; seven points, and six hundredths of room.
        #expect(abs(textWidth("iW") - 1.06 * 7 * 1.166) < 1e-9)
    }
}
