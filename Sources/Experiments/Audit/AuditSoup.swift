import Checkpoints
import Engine
import Settings
import Statistics
import Tensors

/// An average among the checkpoints, and what it may have been made from.
struct AuditedSoup: Sendable {
    /// Its place in the series.
    let place: Int
    /// Places of its ingredients.
    let ingredients: [Int]
    /// Whether settings or model facts say so; otherwise they are what the series happens to hold.
    let isStated: Bool
    /// Whether it should be one of the ingredients, and not their mean.
    let isOneOf: Bool
    /// Tensors that all of them have in one shape, by name, with their places in soup and ingredients.
    let tensors: [(name: String, places: [Int])]

    init(_ checkpoints: [Checkpoint], place: Int, ingredients: [Int], isStated: Bool, isOneOf: Bool = false) {
        (self.place, self.ingredients) = (place, ingredients)
        (self.isStated, self.isOneOf) = (isStated, isOneOf)
        let all = ([place] + ingredients).map { checkpoints[$0].tensors }
        let places = all.map { tensors in
            Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        tensors = all[0].compactMap { info in
            let found = zip(places, all).compactMap { places, tensors in
                places[info.name].flatMap {
                    tensors[$0].shape == info.shape && tensors[$0].isMeasured ? $0 : nil
                }
            }
            return found.count == all.count ? (info.name, found) : nil
        }
    }

    /// The reductions that tell.
    func requests(_ contents: SeriesContents) -> [any Request] {
        tensors.flatMap { [gram($0.places, contents), average($0.places, contents)] as [any Request] }
    }

    private func inputs(_ tensors: [Int], _ contents: SeriesContents) -> [TensorReference] {
        zip([place] + ingredients, tensors).map { contents.reference($0, $1) }
    }

    /// The differences a_i − soup.
    private func gram(_ tensors: [Int], _ contents: SeriesContents) -> UpdateGramReduction {
        UpdateGramReduction(
            inputs(tensors, contents), edges: ingredients.indices.map { UpdateEdge(from: 0, to: $0 + 1) })
    }

    private func average(_ tensors: [Int], _ contents: SeriesContents) -> AverageReduction {
        AverageReduction(inputs: inputs(tensors, contents))
    }

    /// What the reductions say; `nil` when one could not be carried out or an element is not finite.
    func verdict(_ contents: SeriesContents, _ results: ReductionResults) -> SoupVerdict? {
        var gram = UpdateGram(updateCount: ingredients.count)
        var average = AverageSums()
        var spacings = Array(repeating: 0.0, count: ingredients.count + 1)
        var beyond: [(name: String, sums: AverageSums)] = []
        guard !tensors.isEmpty else { return nil }
        for (name, places) in tensors {
            guard let dots = results.summary(self.gram(places, contents)),
                let sums = results.summary(self.average(places, contents)), sums.squareSum.isFinite
            else { return nil }
            gram.append(dots)
            average.append(sums)
            if sums.beyondCount > 0 { beyond.append((name, sums)) }
            for (index, (checkpoint, tensor)) in zip([place] + ingredients, places).enumerated() {
                guard let content = results.summary(contents.request(checkpoint, tensor)),
                    content.sums.nonFiniteCount == 0
                else { return nil }
                spacings[index] += content.sums.spacingSquareSum
            }
        }
        return SoupVerdict(gram: gram, average: average, spacings: spacings, beyond: beyond)
    }
}

/// How well the ingredients explain a soup.
struct SoupVerdict: Sendable {
    /// Of the uniform average, over all tensors.
    let average: AverageSums
    /// Tensors with elements that rounding does not explain.
    let beyond: [(name: String, sums: AverageSums)]
    /// ‖a_i − soup‖² by ingredient.
    let squaredDistances: [Double]
    /// Weights of the best convex combination, one an ingredient; `nil` when there are too many.
    let weights: [Double]?
    /// ‖Σ w_i a_i − soup‖² for them.
    let squaredResidual: Double?
    private let spacings: [Double]

    init(gram: UpdateGram, average: AverageSums, spacings: [Double], beyond: [(name: String, sums: AverageSums)]) {
        let count = gram.updateCount
        let dots = (0..<count).map { i in (0..<count).map { gram[i, $0] } }
        let best = SimplexWeights(dots)
        self.average = average
        self.beyond = beyond
        self.spacings = spacings
        squaredDistances = (0..<count).map { gram[$0, $0] }
        weights = best?.weights
        squaredResidual = best?.squaredNorm
    }

    /// The residual that rounding would leave of the combination with these weights: √(Σ(ulp(m)² + Σ w_i² ulp(a_i)²)/12).
    func rounding(_ weights: [Double]) -> Double {
        ((spacings[0] + zip(weights, spacings.dropFirst()).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }) / 12).squareRoot()
    }

    /// Whether the soup is the uniform average of its ingredients within rounding.
    var isAverage: Bool { beyond.isEmpty }

    /// The ingredient that the soup is bit for bit, but for the sign of zeros.
    var copied: Int? { squaredDistances.firstIndex(of: 0) }

    /// The ingredient that lies nearest to the soup.
    var nearest: (index: Int, squaredDistance: Double)? {
        squaredDistances.enumerated().min { $0.element < $1.element }.map { ($0.offset, $0.element) }
    }

    /// Whether the best weights leave no more than twice what rounding would.
    var areWeightsFitting: Bool {
        guard let weights, let squaredResidual else { return false }
        return squaredResidual.squareRoot() <= 2 * rounding(weights)
    }
}

extension AuditedSeries {
    /// Averages that are not what they are said to be.
    func soupFindings(_ soups: [(soup: AuditedSoup, verdict: SoupVerdict?)]) -> [AuditFinding] {
        soups.compactMap { soup, verdict in verdict.flatMap { self.finding(soup, $0) } }
    }

    private func finding(_ soup: AuditedSoup, _ verdict: SoupVerdict) -> AuditFinding? {
        let labels = soup.ingredients.map { checkpoints[$0].label }
        if soup.isOneOf {
            guard verdict.copied == nil, let near = verdict.nearest else { return nil }
            return finding(
                .soup, soup.place, other: soup.ingredients[near.index],
                "it is to be \(labels.count > 1 ? "one of " : "")\(labels.joined(separator: ", ")), but the nearest of them, "
                    + "\(labels[near.index]), is \(rounded(near.squaredDistance.squareRoot())) away")
        }
        guard !verdict.isAverage else { return nil }
        let residual = verdict.average.squareSum.squareRoot()
        let uniform = Array(repeating: 1 / Double(labels.count), count: labels.count)
        let base =
            "it is not the mean of \(labels.joined(separator: ", ")): \(verdict.average.beyondCount) of "
            + "\(verdict.average.count) elements differ by more than rounding, at most by \(rounded(verdict.average.maximumULPs)) ulp; "
            + "residual \(rounded(residual)), of rounding \(rounded(verdict.rounding(uniform)))"
        if let copied = verdict.copied {
            return finding(
                .soup, soup.place, other: soup.ingredients[copied], base + "; it is \(labels[copied]), unaveraged")
        }
        // A few tensors that were exchanged leave the rest an average.
        if 2 * verdict.beyond.count < soup.tensors.count {
            let patterns = tensorPatterns(verdict.beyond.map(\.name))
            return finding(
                .soup, soup.place, tensor: patterns[0].pattern, count: verdict.beyond.count,
                base + "; all but \(verdict.beyond.count) of \(soup.tensors.count) tensors are the mean")
        }
        let weights = (verdict.weights ?? []).map(rounded).joined(separator: ", ")
        if verdict.areWeightsFitting {
            let isMean = (verdict.weights ?? []).allSatisfy { abs($0 * Double(labels.count) - 1) < 0.01 }
            return finding(
                .soup, soup.place,
                base
                    + (isMean
                        ? "; the weights are those of the mean, which was rounded more than once"
                        : "; the weights \(weights) explain it within rounding"))
        }
        // Without a word on what it was made from, an ingredient may be missing here.
        guard soup.isStated else { return nil }
        let left = verdict.squaredResidual.map { rounded($0.squareRoot()) } ?? "unknown"
        return finding(
            .soup, soup.place, base + "; no weights explain it, the best (\(weights)) leave a residual of \(left)")
    }
}
