import Checkpoints
import LanguageModels
import Synchronization
import Tensors

/// What a request that runs models has at hand: forward passes on all threads, and the final states of the last few, which
/// several requests need.
final class ModelWorkspace {
    private let checkpoints: [Checkpoint]
    /// Threads to work on.
    let jobs: Int
    /// How forward passes are carried out.
    let execution: Execution
    private let stepDone: (Int, Int, Int) -> Void
    private var kept: [(checkpoint: Int, probe: Fingerprint, states: HiddenStates)] = []

    /// Final states kept: the reference's and those of the checkpoint that is being worked on.
    private static let keptStates = 2

    /// - Parameter stepDone: called with a checkpoint's place, a step's number and the number of steps after each step.
    init(_ checkpoints: [Checkpoint], jobs: Int, stepDone: @escaping (Int, Int, Int) -> Void) {
        self.checkpoints = checkpoints
        self.jobs = jobs
        self.stepDone = stepDone
        let shared: ParallelLoop = { count, body in inParallel(count, jobs: jobs, body) }
        execution = Execution(loop: jobs == 1 ? serialLoop : shared) { try Interruption.check() }
    }

    /// The checkpoint as a model.
    /// - Throws: `ReadFailure` when its config cannot be followed, or its tensors contradict it.
    func model(_ place: Int) throws -> LanguageModel {
        try attributed(to: place) { try LanguageModel(checkpoints[place]) }
    }

    /// Runs a checkpoint over a probe set, layer by layer; see `LanguageModel.forward`.
    /// - Returns: the states after the final norm.
    /// - Throws: `ReadFailure`, `Interrupted`, and what `visit` throws.
    @discardableResult
    func forward(
        _ place: Int, over probe: ProbeSet, visit: (_ step: Int, _ states: HiddenStates) throws -> Void = { _, _ in }
    ) throws -> HiddenStates {
        let model = try model(place)
        let states = try attributed(to: place) {
            try model.forward(probe, execution) { step, states in
                try visit(step, states)
                stepDone(place, step + 1, model.stepCount)
            }
        }
        kept.append((place, probe.fingerprint, states))
        if kept.count > ModelWorkspace.keptStates { kept.removeFirst() }
        return states
    }

    /// The states after the final norm, computed once while they are kept.
    func finalStates(_ place: Int, over probe: ProbeSet) throws -> HiddenStates {
        let fingerprint = probe.fingerprint
        if let found = kept.firstIndex(where: { $0.checkpoint == place && $0.probe == fingerprint }) {
            // The least recently used stands first.
            kept.append(kept.remove(at: found))
            return kept[kept.count - 1].states
        }
        return try forward(place, over: probe)
    }

    /// Says whose failure it is.
    func attributed<Result>(to place: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CheckpointError {
            throw ReadFailure(checkpoint: place, error: error)
        }
    }
}
