import HDF5

/// One checkpoint of a training run: its name, and where in training it stands.
package struct Revision: Sendable, Hashable, Codable {
    /// Name of the branch or folder, for example `stage2-ingredient2-step11931-tokens50B`.
    package var name: String
    /// Training stage, from 1; `nil` when it is not known or the run has only one.
    package var stage: Int?
    /// Which of the runs that start from the same branch point; `nil` outside them and for their average.
    package var ingredient: Int?
    /// Optimiser steps since the stage began.
    package var step: Int?
    /// Tokens, as the source counts them: names round to whole billions, and in later stages count from the stage's
    /// beginning; attributes may be exact. See `countsAllTokens`.
    package var tokens: Int?

    /// Makes a revision from known facts; see the properties.
    package init(name: String, stage: Int? = nil, ingredient: Int? = nil, step: Int? = nil, tokens: Int? = nil) {
        self.name = name
        self.stage = stage
        self.ingredient = ingredient
        self.step = step
        self.tokens = tokens
    }

    /// Takes facts from the name, and none from a name that tells none.
    package init(named name: String) {
        self = (try? Revision(parsing: name)) ?? Revision(name: name)
    }

    /// Reads names such as `stage1-step1000-tokens5B`, `stage2-ingredient2-step11931-tokens50B`, `stage3-step500`
    /// and `step1000`: the four facts in this order, each at most once, tokens with an optional K, M, B or T
    /// (10³, 10⁶, 10⁹, 10¹²). `main` is known, and tells no facts.
    package init(parsing name: String) throws(RevisionNameError) {
        self.init(name: name)
        if name == "main" { return }
        var expected = Fact.allCases[...]
        for part in name.split(separator: "-", omittingEmptySubsequences: false) {
            guard let fact = Fact.allCases.first(where: { part.hasPrefix($0.rawValue) }) else {
                throw RevisionNameError(name: name, problem: "'\(part)' is none of stage, ingredient, step, tokens")
            }
            guard let place = expected.firstIndex(of: fact) else {
                throw RevisionNameError(name: name, problem: "'\(part)' is repeated or out of order")
            }
            expected = expected[(place + 1)...]
            let digits = part.dropFirst(fact.rawValue.count)
            guard let value = fact == .tokens ? Revision.tokenCount(digits) : Revision.count(digits) else {
                throw RevisionNameError(name: name, problem: "'\(part)' has no whole number that fits 63 bits")
            }
            switch fact {
            case .stage: stage = value
            case .ingredient: ingredient = value
            case .step: step = value
            case .tokens: tokens = value
            }
        }
    }

    private enum Fact: String, CaseIterable {
        case stage, ingredient, step, tokens
    }

    private static func tokenCount(_ text: Substring) -> Int? {
        let powers: [Character: Int] = ["K": 1000, "M": 1_000_000, "B": 1_000_000_000, "T": 1_000_000_000_000]
        guard let suffix = text.last, let power = powers[suffix] else { return count(text) }
        guard let count = count(text.dropLast()) else { return nil }
        let (tokens, overflows) = count.multipliedReportingOverflow(by: power)
        return overflows ? nil : tokens
    }

    /// Decimal digits only: `Int` alone would accept a sign.
    private static func count(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}

/// Why a revision's name tells nothing about its place in training.
package struct RevisionNameError: Error, Equatable, CustomStringConvertible {
    /// The whole name.
    package let name: String
    /// The part that is not understood, and why.
    package let problem: String

    /// One line for a person.
    package var description: String { "revision name '\(name)' tells no stage and step: \(problem)" }
}

extension Revision {
    /// Whether `tokens` counts from the beginning of training. In stage 1 it always does. The names of later stages count
    /// from the beginning of their stage (`stage2-ingredient2-step11931-tokens50B`), so there only a number that is not
    /// the name's does: one from attributes or settings.
    package var countsAllTokens: Bool { (stage ?? 1) == 1 || tokens != Revision(named: name).tokens }
}

extension Revision: Comparable {
    /// Training order: by stage (a run without stages counts as stage 1), then ingredient (none first), then step,
    /// then tokens. Revisions without a step (`main`, averages) stand last, because they are made from the others.
    /// Names decide between revisions that agree in all else.
    package static func < (a: Revision, b: Revision) -> Bool {
        if (a.step == nil) != (b.step == nil) { return b.step == nil }
        let pairs = [
            (a.stage ?? 1, b.stage ?? 1), (a.ingredient ?? 0, b.ingredient ?? 0), (a.step ?? 0, b.step ?? 0),
            (a.tokens ?? 0, b.tokens ?? 0),
        ]
        for (left, right) in pairs where left != right { return left < right }
        return a.name < b.name
    }
}

extension Revision {
    /// The facts as a checkpoint's root attributes: `revision`, and those of `stage`, `ingredient`, `step` and `tokens`
    /// that are known.
    var attributes: [String: AttributeValue] {
        var attributes: [String: AttributeValue] = ["revision": .string(name)]
        attributes["stage"] = stage.map { .integer($0) }
        attributes["ingredient"] = ingredient.map { .integer($0) }
        attributes["step"] = step.map { .integer($0) }
        attributes["tokens"] = tokens.map { .integer($0) }
        return attributes
    }

    /// Reads a checkpoint's root attributes; what they leave open is taken from the revision's name.
    /// - Parameter fallbackName: the name when there is no attribute `revision`, such as the file's without `.h5`.
    package init(attributes: [String: AttributeValue], fallbackName: String) {
        var name = fallbackName
        if case .string(let text) = attributes["revision"] { name = text }
        self.init(named: name)
        func fact(_ key: String) -> Int? {
            if case .integer(let value) = attributes[key], value >= 0 { value } else { nil }
        }
        stage = fact("stage") ?? stage
        ingredient = fact("ingredient") ?? ingredient
        step = fact("step") ?? step
        tokens = fact("tokens") ?? tokens
    }
}
