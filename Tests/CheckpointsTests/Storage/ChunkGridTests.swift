import Testing

@testable import Checkpoints

struct ChunkGridTests {
    static let grids = [
        ChunkGrid(shape: [10], chunk: [3]), ChunkGrid(shape: [7, 5], chunk: [2, 3]),
        ChunkGrid(shape: [7, 5], chunk: [1, 3]), ChunkGrid(shape: [4, 6], chunk: [9, 6]),
        ChunkGrid(shape: [3, 4, 5], chunk: [1, 3, 2]), ChunkGrid(shape: [3, 4, 5], chunk: [2, 4, 5]),
        ChunkGrid(shape: [2, 3, 2, 3], chunk: [1, 1, 2, 2]),
        ChunkGrid(shape: [2, 2, 3, 2, 2], chunk: [2, 1, 2, 1, 2]),
    ]

    @Test(arguments: grids)
    func `bands tile the array and hold whole chunks`(_ grid: ChunkGrid) {
        var start = 0
        while start < grid.elementCount {
            let band = grid.band(of: start)
            #expect(band.lowerBound == start)
            #expect(band.contains(band.upperBound - 1))
            for element in band { #expect(grid.band(of: element) == band) }
            let chunks = Set(band.map { chunk(of: $0, grid) })
            for other in (0..<grid.elementCount) where !band.contains(other) {
                #expect(!chunks.contains(chunk(of: other, grid)))
            }
            start = band.upperBound
        }
        #expect(start == grid.elementCount)
    }

    @Test(arguments: grids)
    func `no chunk of a range is missing, and whole bands list no other`(_ grid: ChunkGrid) {
        for start in 0..<grid.elementCount {
            for end in start...grid.elementCount {
                let needed = Set((start..<end).map { chunk(of: $0, grid) })
                #expect(needed.isSubset(of: chunks(in: start..<end, grid)))
            }
            let band = grid.band(of: start)
            #expect(chunks(in: band, grid) == Set(band.map { chunk(of: $0, grid) }))
        }
    }

    @Test func `a range within one index of a dimension lies in a narrow part of the grid`() {
        let grid = ChunkGrid(shape: [3, 4, 5], chunk: [1, 2, 2])  // 3 x 2 x 3 chunks
        #expect(grid.places(of: 0..<60) == 0..<18)
        #expect(grid.places(of: 20..<40) == 6..<12)
        #expect(grid.places(of: 31..<33) == 9..<11)  // elements (1, 2, 1) and (1, 2, 2)
        #expect(grid.places(of: 59..<60) == 17..<18)
        #expect(grid.places(of: 7..<7).isEmpty)
    }

    private func chunks(in range: Range<Int>, _ grid: ChunkGrid) -> Set<Int> {
        Set(grid.places(of: range).filter { grid.chunk($0, mayHold: range) })
    }

    @Test(arguments: grids)
    func `runs put every element of a range in its place once`(_ grid: ChunkGrid) {
        let chunkCount = grid.counts.reduce(1, *)
        for (start, end) in [(0, grid.elementCount), (1, grid.elementCount - 1), (3, 8)] {
            var sources = [Int: (chunk: Int, offset: Int)]()
            for place in 0..<chunkCount {
                grid.forEachRun(ofChunk: place, in: start..<end) { source, target, count in
                    #expect(count > 0)
                    for k in 0..<count {
                        #expect(sources.updateValue((place, source + k), forKey: target + k) == nil)
                    }
                }
            }
            #expect(sources.keys.sorted() == Array(start..<end))
            for (element, found) in sources {
                #expect(found == (chunk(of: element, grid), offset(of: element, grid)))
            }
        }
    }

    /// The indices of a row-major position, by division.
    private func indices(_ element: Int, _ shape: [Int]) -> [Int] {
        var rest = element
        var indices: [Int] = []
        for extent in shape.reversed() {
            indices.insert(rest % extent, at: 0)
            rest /= extent
        }
        return indices
    }

    private func chunk(of element: Int, _ grid: ChunkGrid) -> Int {
        let cells = zip(indices(element, grid.shape), grid.chunk).map { $0 / $1 }
        return zip(cells, grid.counts).reduce(0) { $0 * $1.1 + $1.0 }
    }

    private func offset(of element: Int, _ grid: ChunkGrid) -> Int {
        let inside = zip(indices(element, grid.shape), grid.chunk).map { $0 % $1 }
        return zip(inside, grid.chunk).reduce(0) { $0 * $1.1 + $1.0 }
    }
}
