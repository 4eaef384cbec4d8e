/// Sums of squares by row and by column of a matrix that is read segment by segment, where a segment may begin and end
/// within a row.
struct AxisSums: Codable, Sendable, Equatable {
    /// Σx² of the elements before the segment's first beginning of a row.
    private var head: Double
    /// Σx² of the elements since its last beginning of a row; `nil` when no row begins in it.
    private var last: Double?
    /// The smallest and the largest of the rows between.
    private var rows: Extremes?
    /// Σx² of each column, in an order of their own.
    private var columns: [Double]

    /// - Parameters:
    ///   - rows: Σx² of each row touched, in order.
    ///   - startsRow: whether the first of them begins in the segment.
    init(rows: ArraySlice<Double>, startsRow: Bool, columns: [Double]) {
        self.columns = columns
        let begun = startsRow ? rows : rows.dropFirst()
        head = startsRow ? 0 : rows.first ?? 0
        last = begun.last
        self.rows = Extremes(begun.dropLast())
    }

    /// Adds the segment that follows.
    mutating func append(_ next: AxisSums) {
        if let open = last {
            if next.last != nil { rows = Extremes.joined(rows, Extremes([open + next.head])) }
            last = next.last ?? open + next.head
        } else {
            head += next.head
            last = next.last
        }
        rows = Extremes.joined(rows, next.rows)
        for index in columns.indices { columns[index] += next.columns[index] }
    }

    /// The smallest and the largest Σx² of a row and of a column, once all of the matrix was added.
    var extremes: (rows: Extremes?, columns: Extremes?) {
        guard let last else { return (nil, nil) }
        return (Extremes.joined(rows, Extremes([last])), Extremes(columns))
    }
}

/// The smallest and the largest of some numbers.
package struct Extremes: Codable, Sendable, Hashable {
    /// The smallest.
    package private(set) var smallest: Double
    /// The largest.
    package private(set) var largest: Double

    /// `nil` for no numbers.
    package init?(_ numbers: some Sequence<Double>) {
        guard let smallest = numbers.min(), let largest = numbers.max() else { return nil }
        (self.smallest, self.largest) = (smallest, largest)
    }

    /// The extremes of two sets of numbers together.
    package static func joined(_ a: Extremes?, _ b: Extremes?) -> Extremes? {
        guard let a, let b else { return a ?? b }
        return Extremes([min(a.smallest, b.smallest), max(a.largest, b.largest)])
    }
}
