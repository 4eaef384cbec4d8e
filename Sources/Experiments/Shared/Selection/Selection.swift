import Base
import Checkpoints
import Settings

/// Which blocks of a model are looked at.
struct LayerSelection: SettingsSection {
    static let title: String? = "selection"

    @Setting(
        "Blocks that are looked at, by index; none stands for what lies outside the blocks.", unset: "all")
    var layers: [NumberChoice] = []
}

/// Which checkpoints of a series are read.
struct CheckpointSelection: SettingsSection {
    static let title: String? = "selection"

    @Setting("Steps of the checkpoints that are read; none stands for those without a step.", unset: "all")
    var steps: [NumberChoice] = []
    @Setting(
        "Stages of the checkpoints that are read; none stands for those of no stage, such as averages.", unset: "all")
    var stages: [NumberChoice] = []
    @Setting(
        "Ingredients whose checkpoints are read; none stands for those of no ingredient, such as all of stage 1.",
        unset: "all")
    var ingredients: [NumberChoice] = []

    private var facts: [(setting: String, noun: String, choices: [NumberChoice], number: (Revision) -> Int?)] {
        [
            ("steps", "step", steps, { $0.step }),
            // A run without stages is in its first; what has no step stands for the end of training.
            ("stages", "stage", stages, { $0.stage ?? ($0.step == nil ? nil : 1) }),
            ("ingredients", "ingredient", ingredients, { $0.ingredient }),
        ].filter { !$0.choices.isEmpty }
    }

    /// The settings that choose something, as they were stated.
    var stated: [String] { facts.map { "\($0.setting) \($0.choices.text)" } }

    /// What is wrong with choosing among the two checkpoints of a pair.
    var pairConflicts: [String] {
        facts.map {
            "\($0.setting) chooses among the checkpoints of a series, and a pair has none; leave it out, or state \($0.setting)=[]"
        }
    }

    /// Places of the checkpoints that it takes; `nil` when it takes all because nothing is stated.
    /// - Throws: `InputError` when one of the settings, or all together, take nothing.
    func places(in series: CheckpointSeries) throws(InputError) -> [Int]? {
        guard !facts.isEmpty else { return nil }
        let revisions = series.checkpoints.map(\.revision)
        let problems = facts.flatMap { fact in
            fact.choices.problems(
                among: revisions.map(fact.number), fact.setting, "checkpoint of the series", fact.noun)
        }
        guard problems.isEmpty else { throw InputError(problems) }
        let places = revisions.indices.filter { place in
            facts.allSatisfy { $0.choices.take($0.number(revisions[place])) }
        }
        guard !places.isEmpty else {
            throw InputError(
                "no checkpoint of the series has all of \(stated.joined(separator: "; ")); there are "
                    + series.checkpoints.map(\.label).joined(separator: ", "))
        }
        return places
    }
}

/// Which tensors of the checkpoints are read.
struct TensorSelection: SettingsSection {
    static let title: String? = "selection"

    @Setting(
        "Tensors that are read, by role (attention.q) or by name; * and ? stand for any characters and for one.",
        unset: "all")
    var tensors: [String] = []
    @SettingGroup var blocks: LayerSelection

    private var layers: [NumberChoice] { blocks.layers }

    /// The settings that choose something, as they were stated.
    var stated: [String] {
        (tensors.isEmpty ? [] : ["tensors \(printable(tensors.joined(separator: ", "), limit: .max))"])
            + (layers.isEmpty ? [] : ["layers \(layers.text)"])
    }

    /// Names of the tensors that it takes; `nil` when it takes all because nothing is stated.
    /// - Throws: `InputError` when a pattern, a layer, or all together take nothing.
    func names(among all: [String]) throws(InputError) -> Set<String>? {
        guard !stated.isEmpty else { return nil }
        let known = all.map { ParameterName($0) }
        let patterns = tensors.map { ($0, Wildcard($0)) }
        func fits(_ pattern: Wildcard, _ name: ParameterName) -> Bool {
            pattern.matches(name.module.rawValue) || pattern.matches(name.name)
        }
        let problems = patterns.compactMap { text, pattern in
            known.contains { fits(pattern, $0) } ? nil : TensorSelection.unmatched(text, known)
        }
        guard problems.isEmpty else { throw InputError(problems) }
        let outside = layers.problems(among: known.map(\.layer), "layers", "tensor", "block")
        guard outside.isEmpty else { throw InputError(outside) }
        let taken = known.filter { name in
            (patterns.isEmpty || patterns.contains { fits($0.1, name) }) && layers.take(name.layer)
        }
        guard !taken.isEmpty else {
            throw InputError("no tensor has both \(stated.joined(separator: " and "))")
        }
        return Set(taken.map(\.name))
    }

    /// What a pattern that matches nothing was probably meant to be.
    private static func unmatched(_ text: String, _ known: [ParameterName]) -> String {
        let roles = ParameterName.Module.allCases.filter { role in known.contains { $0.module == role } }.map(
            \.rawValue)
        let candidates = roles + known.map(\.name)
        let guess =
            candidates.contains { $0.hasPrefix(text + ".") }
            ? "\(text).*"
            : candidates.contains { $0.contains(text) } ? "*\(text)*" : nearest(to: text, among: candidates)
        return "tensors: '\(text)' matches no role and no name of a tensor; "
            + (guess.map { "did you mean '\($0)'? " } ?? "") + "the roles are \(roles.joined(separator: ", "))"
    }
}
