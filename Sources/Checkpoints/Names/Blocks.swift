import HDF5

/// Places at even distances: `run` of every `period`, from `first` on, `count` times. Rows of a tensor, or elements.
package struct Blocks: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The first place.
    package let first: Int
    /// Places of a block.
    package let run: Int
    /// Places from the beginning of a block to that of the next.
    package let period: Int
    /// Number of blocks.
    package let count: Int

    /// Consecutive places.
    package init(_ range: Range<Int>) {
        self.init(first: range.lowerBound, run: range.count, period: range.count, count: 1)
    }

    /// Chooses places; see the properties.
    package init(first: Int, run: Int, period: Int, count: Int) {
        precondition(first >= 0 && run >= 0 && period >= run && count > 0)
        (self.first, self.run, self.period, self.count) = (first, run, period, count)
    }

    /// Number of places.
    package var total: Int { run * count }

    /// The same of what each place consists of: elements, of rows of so many.
    func scaled(by width: Int) -> Blocks {
        Blocks(first: first * width, run: run * width, period: period * width, count: count)
    }

    /// The `index`-th place; `index` is below `total`.
    func place(_ index: Int) -> Int { first + index / run * period + index % run }

    /// How many places lie before `limit`.
    func count(before limit: Int) -> Int {
        guard limit > first, period > 0 else { return 0 }
        let (whole, rest) = (limit - first).quotientAndRemainder(dividingBy: period)
        return min(whole * run + min(rest, run), total)
    }

    /// Calls `body` for each run of places that the indices `range` stand for, in order.
    func forEachRun<Failure: Error>(
        in range: Range<Int>, _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        var index = range.lowerBound
        while index < range.upperBound {
            let place = place(index)
            let length = min(run - index % run, range.upperBound - index)
            try body(place..<place + length)
            index += length
        }
    }

    /// `80:160`, or `20:40 of each 60`.
    package var description: String { "\(first):\(first + run)" + (count == 1 ? "" : " of each \(period)") }
}
