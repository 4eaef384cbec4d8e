import Base

/// Samples dealt out by class with a seed: a part to train on and a part held out.
package struct StratifiedSplit: Sendable, Equatable {
    /// Indices of the samples to train on, ascending.
    package let training: [Int]
    /// Indices of the others, ascending.
    package let heldOut: [Int]

    /// Fewest samples a class may have: two to train on, lest cross-validation never see it, and one held out.
    package static let smallestClass = 3

    /// Splits.
    ///
    /// - Parameters:
    ///   - labels: classes from 0, one a sample; each class has at least ``smallestClass``.
    ///   - share: of every class that is held out, rounded to whole samples, between one and all but two of it.
    ///   - seed: which ones.
    package init(labels: [Int], heldOut share: Double, seed: UInt64) {
        precondition(share > 0 && share < 1)
        var random = SplitMix64(seed: seed)
        var held: Set<Int> = []
        for members in Self.members(labels) where !members.isEmpty {
            precondition(members.count >= Self.smallestClass)
            let count = Int((share * Double(members.count)).rounded())
            held.formUnion(Self.shuffled(members, &random).prefix(min(max(count, 1), members.count - 2)))
        }
        heldOut = held.sorted()
        training = labels.indices.filter { !held.contains($0) }
    }

    /// Deals samples out to folds of equal size, classes evenly.
    /// - Returns: the fold of every sample, 0 to `count` − 1.
    package static func folds(labels: [Int], count: Int, seed: UInt64) -> [Int] {
        precondition(count >= 2)
        // Not the generator that dealt the split.
        var random = SplitMix64(seed: ~seed)
        var folds = [Int](repeating: 0, count: labels.count)
        var next = 0
        for members in members(labels) {
            for index in shuffled(members, &random) {
                folds[index] = next % count
                next += 1
            }
        }
        return folds
    }

    /// The labels of samples, in an order that has nothing to do with them.
    package static func shuffledLabels(_ labels: [Int], seed: UInt64) -> [Int] {
        var random = SplitMix64(seed: seed)
        return shuffled(labels, &random)
    }

    private static func members(_ labels: [Int]) -> [[Int]] {
        var members = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
        for (index, label) in labels.enumerated() { members[label].append(index) }
        return members
    }

    /// Fisher and Yates, as Durstenfeld wrote it: Swift's own may change with its library.
    private static func shuffled(_ values: [Int], _ random: inout SplitMix64) -> [Int] {
        var values = values
        for last in values.indices.reversed() { values.swapAt(last, random.index(below: last + 1)) }
        return values
    }
}
