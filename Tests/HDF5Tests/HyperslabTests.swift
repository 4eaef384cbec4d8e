import Testing

@testable import HDF5

struct HyperslabTests {
    @Test func `a range of whole rows is one box`() {
        let boxes = Hyperslab.covering(8..<24, of: [10, 8])
        #expect(boxes == [Hyperslab(start: [1, 0], count: [2, 8])])
    }

    @Test func `a range that starts and ends within rows is three boxes`() {
        let boxes = Hyperslab.covering(6..<26, of: [10, 8])
        #expect(
            boxes == [
                Hyperslab(start: [0, 6], count: [1, 2]), Hyperslab(start: [1, 0], count: [2, 8]),
                Hyperslab(start: [3, 0], count: [1, 2]),
            ])
    }

    @Test(arguments: [[7], [3, 5], [2, 3, 4], [1, 4, 1, 3], [2, 2, 2, 2, 2]])
    func `boxes of every range list its elements in order`(_ shape: [Int]) {
        let count = shape.reduce(1, *)
        for start in 0...count {
            for end in start...count {
                let boxes = Hyperslab.covering(start..<end, of: shape)
                #expect(boxes.flatMap { elements($0, shape) } == Array(start..<end))
                #expect(boxes.count <= 2 * shape.count)
            }
        }
    }

    /// The row-major positions of a box's elements, counted index by index.
    private func elements(_ box: Hyperslab, _ shape: [Int]) -> [Int] {
        var positions = [0]
        for k in shape.indices {
            positions = positions.flatMap { position in
                (box.start[k]..<box.start[k] + box.count[k]).map { position * shape[k] + $0 }
            }
        }
        return positions
    }
}
