import CKernels

/// How a tensor's elements fall into groups: flat element i belongs to group (i / run) mod groups.
/// Rows of a matrix: run = columns, groups = rows. Heads of a q projection: run = head size × columns, groups = heads.
/// Heads of an o projection (columns): run = head size, groups = heads.
package struct Grouping: Codable, Sendable, Hashable {
    /// Consecutive elements that share a group.
    package var run: Int
    /// Number of groups.
    package var groups: Int

    /// Makes a grouping; both numbers must be positive.
    package init(run: Int, groups: Int) {
        precondition(run > 0 && groups > 0)
        self.run = run
        self.groups = groups
    }
}

/// Sums of squares by group over two tensors and their difference.
package struct GroupedSums: Codable, Sendable, Equatable {
    /// Σa², Σb² and Σ(b−a)² of each group, one after the other.
    package private(set) var sums: [Double]

    /// Zero for every group.
    package init(groups: Int) { sums = Array(repeating: 0, count: 3 * groups) }

    init(sums: [Double]) { self.sums = sums }

    /// Σa² of a group.
    package func squareFrom(_ group: Int) -> Double { sums[3 * group] }
    /// Σb² of a group.
    package func squareTo(_ group: Int) -> Double { sums[3 * group + 1] }
    /// Σ(b−a)² of a group.
    package func squareDifference(_ group: Int) -> Double { sums[3 * group + 2] }
    /// Number of groups.
    package var groupCount: Int { sums.count / 3 }

    /// Adds another part's sums.
    package mutating func append(_ next: GroupedSums) {
        for index in sums.indices { sums[index] += next.sums[index] }
    }
}

/// Accumulates `GroupedSums` from blocks of raw elements, all sums in double.
package struct GroupedAccumulator: ~Copyable {
    private let types: (ElementType, ElementType)
    private let common: ElementType
    private let kernelType: ck_type
    private let grouping: Grouping
    private let capacity: Int
    private let scratch: UnsafeMutableRawBufferPointer
    private var state: [Double]

    /// Prepares for blocks of at most `capacity` elements. Precondition: both types have statistics.
    package init(_ a: ElementType, _ b: ElementType, grouping: Grouping, capacity: Int) {
        guard let common = a.widened(with: b), let kernelType = common.kernelType else {
            preconditionFailure("no statistics on \(a) and \(b)")
        }
        types = (a, b)
        self.common = common
        self.kernelType = kernelType
        self.grouping = grouping
        self.capacity = capacity
        scratch = .allocate(byteCount: a == b ? 0 : 2 * capacity * common.readByteCount, alignment: 64)
        state = GroupedSums(groups: grouping.groups).sums
    }

    deinit { scratch.deallocate() }

    /// Adds `count` elements of each tensor, the first of which has flat index `first`.
    package mutating func add(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, first: Int, count: Int) {
        var (wideA, wideB) = (a, b)
        if types.0 != types.1, let base = scratch.baseAddress {
            precondition(count <= capacity)
            wideA = widen(a, types.0, to: common, count: count, scratch: base)
            wideB = widen(b, types.1, to: common, count: count, scratch: base + capacity * common.readByteCount)
        }
        ck_grouped_add(kernelType, wideA, wideB, first, count, grouping.run, grouping.groups, &state)
    }

    /// The sums of all elements added so far.
    package var sums: GroupedSums { GroupedSums(sums: state) }
}
