import Base
import Checkpoints
import Foundation
import LanguageModels
import Synchronization
import Tensors

/// What a request that runs models has at hand: forward passes on all threads, and the final states of the last few, which
/// several requests need.
package final class ModelWorkspace {
    private let checkpoints: [Checkpoint]
    /// Threads to work on.
    package let threads: Threads
    /// How forward passes are carried out.
    package let execution: Execution
    private let statePath: (Int, Fingerprint) -> String
    private let stepDone: (Int, Int, Int) -> Void
    private var kept: [(checkpoint: Int, probe: Fingerprint, states: HiddenStates)] = []

    /// Files of final states that were read or written.
    private var onDisk: Set<String> = []

    /// Final states kept: the reference's and those of the checkpoint that is being worked on.
    private static let keptStates = 2

    /// - Parameters:
    ///   - statePath: where final states of a checkpoint, by its index, and a probe set are kept for later runs.
    ///   - stepDone: called with a checkpoint's index, a step's number and the number of steps after each step.
    init(
        _ checkpoints: [Checkpoint], _ threads: Threads, statePath: @escaping (Int, Fingerprint) -> String,
        stepDone: @escaping (Int, Int, Int) -> Void
    ) {
        (self.checkpoints, self.threads, self.statePath) = (checkpoints, threads, statePath)
        self.stepDone = stepDone
        execution = Execution(threads: threads) { try Interruption.check() }
    }

    /// The checkpoint as a model.
    /// - Throws: `ReadFailure` when its config cannot be followed, or its tensors contradict it.
    package func model(_ index: Int) throws -> LanguageModel {
        try attributed(to: index) { try LanguageModel(checkpoints[index]) }
    }

    /// Runs a checkpoint over a probe set, layer by layer; see `LanguageModel.forward`.
    /// - Returns: the states after the final norm.
    /// - Throws: `ReadFailure`, `Interrupted`, and what `visit` throws.
    @discardableResult
    package func forward(
        _ index: Int, over probe: ProbeSet, visit: (_ step: Int, _ states: HiddenStates) throws -> Void = { _, _ in }
    ) throws -> HiddenStates {
        let model = try model(index)
        let states = try attributed(to: index) {
            try model.forward(probe, execution) { step, states in
                try visit(step, states)
                stepDone(index, step + 1, model.stepCount)
            }
        }
        keep(states, of: index, probe.fingerprint)
        return states
    }

    private func keep(_ states: HiddenStates, of index: Int, _ probe: Fingerprint) {
        kept.append((index, probe, states))
        if kept.count > ModelWorkspace.keptStates { kept.removeFirst() }
    }

    /// The states after the final norm, computed once while they are kept.
    package func finalStates(_ index: Int, over probe: ProbeSet) throws -> HiddenStates {
        let fingerprint = probe.fingerprint
        if let found = kept.firstIndex(where: { $0.checkpoint == index && $0.probe == fingerprint }) {
            // The least recently used stands first.
            kept.append(kept.remove(at: found))
            return kept[kept.count - 1].states
        }
        return try forward(index, over: probe)
    }

    /// The final states of a checkpoint that others are compared with: also kept in a file beside the journal, so that a
    /// checkpoint which joins the series later does not cost the reference's run again.
    package func referenceStates(_ index: Int, over probe: ProbeSet) throws -> HiddenStates {
        let (fingerprint, path) = (probe.fingerprint, statePath(index, probe.fingerprint))
        let isKept = kept.contains { $0.checkpoint == index && $0.probe == fingerprint }
        if !isKept, let found = HiddenStates(file: path, of: probe, width: try model(index).width) {
            keep(found, of: index, fingerprint)
            onDisk.insert(path)
        }
        let states = try finalStates(index, over: probe)
        if onDisk.insert(path).inserted {
            try makeFolder((path as NSString).deletingLastPathComponent)
            guard states.write(to: path) else { throw EnvironmentError("write", path) }
        }
        return states
    }

    /// Says whose failure it is.
    package func attributed<Result>(to index: Int, _ body: () throws -> Result) throws -> Result {
        try blaming(index, body)
    }
}
