import HDF5

/// One checkpoint of a training run: its name, and where in training it stands.
package struct Revision: Sendable, Hashable, Codable {
    /// Name of the branch or folder, for example `stage2-ingredient2-step11931-tokens50B`.
    package var name: String
    /// Training stage, from 1; `nil` when it is not known or the run has only one.
    package var stage: Int?
    /// Which of the runs that start from the same branch point; `nil` outside them and for their average.
    package var ingredient: Int?
    /// Passes over the data, as names and files count them; they order checkpoints only where none tells a step.
    package var epoch: Int?
    /// Optimiser steps since the stage began.
    package var step: Int?
    /// Tokens, as the source counts them: names round to whole billions, and in later stages count from the stage's
    /// beginning; attributes may be exact. See `countsAllTokens`.
    package var tokens: Int?

    /// Makes a revision from known facts; see the properties.
    package init(
        name: String, stage: Int? = nil, ingredient: Int? = nil, epoch: Int? = nil, step: Int? = nil, tokens: Int? = nil
    ) {
        self.name = name
        self.epoch = epoch
        self.stage = stage
        self.ingredient = ingredient
        self.step = step
        self.tokens = tokens
    }

    /// Takes facts from the name, and none from a name that tells none.
    package init(named name: String) {
        self = (try? Revision(parsing: name)) ?? Revision(name: name)
    }

    /// Reads the numbers that a name tells in one of the forms of `RevisionNameForm`, in any order and among other words:
    /// `stage2-ingredient2-step11931-tokens50B`, `checkpoint-500`, `epoch=2-step=300`, `step1000-unsharded`. `main` is
    /// known, and tells no facts.
    package init(parsing name: String) throws(RevisionNameError) {
        self.init(name: name)
        if name == "main" { return }
        let reading = try RevisionNameReading(name)
        guard !reading.values.isEmpty else {
            throw RevisionNameError(
                name: name,
                problem: reading.problem ?? "it has none of the forms stepN, checkpoint-N, global_stepN, iter_N, epochN"
            )
        }
        stage = reading.values[.stage]
        ingredient = reading.values[.ingredient]
        epoch = reading.values[.epoch]
        step = reading.values[.step]
        tokens = reading.values[.tokens]
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
    /// then tokens. Revisions without a step (`main`, averages) stand last, because they are made from the others, and
    /// epochs order only those among themselves. Names decide between revisions that agree in all else, 2 before 10.
    package static func < (a: Revision, b: Revision) -> Bool {
        if (a.step == nil) != (b.step == nil) { return b.step == nil }
        let pairs = [
            (a.stage ?? 1, b.stage ?? 1), (a.ingredient ?? 0, b.ingredient ?? 0), (a.step ?? 0, b.step ?? 0),
            (a.tokens ?? 0, b.tokens ?? 0), (a.epoch ?? .max, b.epoch ?? .max),
        ]
        for (left, right) in pairs where left != right { return left < right }
        return precedesNaturally(a.name, b.name)
    }
}

extension Revision {
    /// Whether it stands for the end of training or is made of other checkpoints, by its name: it needs no step.
    package var standsForEnd: Bool {
        guard step == nil, epoch == nil else { return false }
        let words = name.lowercased().split { !$0.isLetter }
        let ends = ["main", "final", "last", "latest"]
        let averages = ["average", "averaged", "avg", "merged", "swa"]
        return words.first.map { ends.contains(String($0)) } ?? false || name.lowercased().contains("soup")
            || words.contains { averages.contains(String($0)) }
    }

    /// Whether nothing tells it a place in training, neither a fact nor that it stands for the end.
    package var isUnplaced: Bool { stage == nil && ingredient == nil && step == nil && !standsForEnd }

    /// Whether its name tells a step or an epoch.
    package var tellsPlace: Bool { step != nil || epoch != nil }
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

    /// What files call the number of optimiser steps, the harness's own word first: Hugging Face's and Lightning's
    /// `global_step`, DeepSpeed's `global_steps`, nanoGPT's `iter_num`, Megatron's `iteration`, fairseq's `num_updates`.
    package static let stepKeys = [
        "step", "global_step", "global_steps", "iter_num", "iteration", "num_updates", "training_step",
    ]

    /// Reads a checkpoint's root attributes; what they leave open is taken from the revision's name.
    /// - Parameter fallbackName: the name when there is no attribute `revision`, such as the file's without `.h5`.
    package init(attributes: [String: AttributeValue], fallbackName: String) {
        var name = fallbackName
        if case .string(let text) = attributes["revision"] { name = text }
        self.init(named: name)
        stage = attributes["stage"]?.count ?? stage
        ingredient = attributes["ingredient"]?.count ?? ingredient
        epoch = attributes["epoch"]?.count ?? epoch
        step = Revision.recordedStep(attributes)?.step ?? step
        tokens = attributes["tokens"]?.count ?? tokens
    }

    /// The step that a file states, and under which key; `nil` when it states none.
    package static func recordedStep(_ attributes: [String: AttributeValue]) -> (key: String, step: Int)? {
        for key in stepKeys {
            if let step = attributes[key]?.count { return (key, step) }
        }
        return nil
    }
}

extension AttributeValue {
    /// The whole number from 0 on that it is; `nil` for anything else.
    fileprivate var count: Int? {
        switch self {
        case .integer(let value): value >= 0 ? value : nil
        case .number(let value): Int(exactly: value).flatMap { $0 >= 0 ? $0 : nil }
        case .string: nil
        }
    }
}

/// Whether a name comes before another in an order in which 2 comes before 10: digits count as numbers, everything else
/// by its bytes.
package func precedesNaturally(_ a: String, _ b: String) -> Bool {
    func parts(_ text: String) -> [(isNumber: Bool, bytes: ArraySlice<UInt8>)] {
        var parts: [(isNumber: Bool, bytes: ArraySlice<UInt8>)] = []
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let isNumber = (0x30...0x39).contains(bytes[start])
            var end = start
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) == isNumber { end += 1 }
            parts.append((isNumber, bytes[start..<end]))
            start = end
        }
        return parts
    }
    let (left, right) = (parts(a), parts(b))
    for (x, y) in zip(left, right) where x.bytes != y.bytes {
        guard x.isNumber, y.isNumber else { return x.bytes.lexicographicallyPrecedes(y.bytes) }
        let (m, n) = (x.bytes.drop { $0 == 0x30 }, y.bytes.drop { $0 == 0x30 })
        if m.count != n.count { return m.count < n.count }
        if m != n { return m.lexicographicallyPrecedes(n) }
    }
    return left.count == right.count ? a < b : left.count < right.count
}
