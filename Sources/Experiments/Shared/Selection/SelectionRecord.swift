import Base
import Checkpoints
import Reports

/// What a selection took and what it left out, for everything that tells of the run.
struct SelectionRecord: Sendable, Equatable {
    /// What there is of a kind, and what was left out of it.
    private struct Part: Equatable {
        let noun: String
        let read: Int
        let leftOut: [String]
        /// The settings that chose, as they were stated.
        let stated: [String]

        var text: String {
            "\(read) of \(Prose.count(read + leftOut.count, noun)) (\(stated.joined(separator: "; ")))"
        }

        func json(_ leftOut: [String]) -> JSON {
            ["read": .integer(read), "left_out": .array(leftOut.map(JSON.string))]
        }
    }

    private var checkpoints: Part?
    private var tensors: Part?
    /// The layers whose hidden states are in the tables, as they were stated.
    private var layers: String?
    /// What another run that this one is made of had selected, a sentence each.
    private var inherited: [String] = []
    /// Label of the branch point, where it was left out.
    private var branchPoint: String?

    /// Whether anything was selected.
    var isEmpty: Bool { self == SelectionRecord() }

    /// Notes the checkpoints of a series.
    mutating func note(_ selection: CheckpointSelection, of series: CheckpointSeries, from whole: CheckpointSeries) {
        guard !selection.stated.isEmpty else { return }
        checkpoints = Part(
            noun: "checkpoint", read: series.checkpoints.count, leftOut: series.leftOut.map(\.label),
            stated: selection.stated)
        branchPoint = whole.branchPoint.map { whole.checkpoints[$0].label }.flatMap { label in
            series.leftOut.contains { $0.label == label } ? label : nil
        }
    }

    /// Notes the tensors of checkpoints.
    mutating func note(_ selection: TensorSelection, _ taken: Set<String>, among all: [String]) {
        tensors = Part(
            noun: "tensor", read: taken.count, leftOut: all.filter { !taken.contains($0) }, stated: selection.stated)
    }

    /// Notes the layers whose hidden states are in the tables.
    mutating func note(layers: [NumberChoice]) {
        if !layers.isEmpty { self.layers = "layers \(layers.text)" }
    }

    /// Notes what a run had selected whose tables are read.
    mutating func note(_ sentence: String, of run: String) { inherited.append("Of \(run): \(sentence)") }

    /// Takes over what another one tells.
    mutating func merge(_ other: SelectionRecord) {
        checkpoints = other.checkpoints ?? checkpoints
        tensors = other.tensors ?? tensors
        layers = other.layers ?? layers
        branchPoint = other.branchPoint ?? branchPoint
        inherited += other.inherited
    }

    /// One or two sentences.
    var text: String {
        let parts = [checkpoints?.text, tensors?.text, layers.map { "the hidden states of \($0)" }].compactMap { $0 }
        let own = parts.isEmpty ? [] : ["Selected are \(Prose.list(parts)); the rest is left out."]
        let branch = branchPoint.map { ["The branch point, \($0), is not among them."] } ?? []
        return (own + branch + inherited).joined(separator: " ")
    }

    /// What the title of a table says of it.
    var caption: String {
        let stated = (checkpoints?.stated ?? []) + (tensors?.stated ?? []) + [layers].compactMap { $0 }
        return ([stated.isEmpty ? nil : "Selected: \(stated.joined(separator: "; "))."].compactMap { $0 } + inherited)
            .joined(separator: " ")
    }

    /// As `run.json` states it: blocks of tensors taken together.
    var json: JSON {
        var members: [(key: String, value: JSON)] = [("text", .string(text))]
        if let checkpoints { members.append(("checkpoints", checkpoints.json(checkpoints.leftOut))) }
        if let tensors { members.append(("tensors", tensors.json(tensorPatterns(tensors.leftOut).map(\.pattern)))) }
        return .object(members)
    }
}
