import Checkpoints
import Synchronization
import Tensors

/// What a run knows: the summaries so far, and the checkpoints that failed. All executors keep it together, on any thread.
///
/// It is the one place where summaries are taken from the journal and go to it, and the one where a failure is blamed on
/// a checkpoint or on the machine.
final class Ledger: Sendable {
    let checkpoints: [Checkpoint]
    private let journal: Journal
    private let keys: JournalKeys
    private let state: Mutex<ReductionResults>

    /// Goes on from results of an earlier call.
    init(_ checkpoints: [Checkpoint], _ journal: Journal, after earlier: ReductionResults) {
        self.checkpoints = checkpoints
        self.journal = journal
        keys = JournalKeys(checkpoints)
        state = Mutex(earlier)
    }

    var results: ReductionResults { state.withLock { $0 } }

    /// Whether the summary is there, or in the journal, from where it is then taken.
    func recalls<R: Request>(_ request: R) -> Bool {
        let key = RequestKey(request)
        if state.withLock({ $0.summaries[key] != nil }) { return true }
        guard let summary = journal.summary(R.Summary.self, for: text(request)) else { return false }
        state.withLock { $0.summaries[key] = summary }
        return true
    }

    /// Keeps what requests left, and journals it. All of them are known before the first is journalled, because a
    /// summary goes by the contents of its inputs.
    /// - Throws: `EnvironmentError`.
    func record(_ found: [(request: any Request, summary: any Codable & Sendable)]) throws {
        state.withLock { state in
            for item in found { state.summaries[RequestKey(item.request)] = item.summary }
        }
        for item in found { try journal.append(item.summary, for: text(item.request)) }
    }

    /// Whether one of these checkpoints, by index, has failed.
    func hasFailed(_ checkpoints: some Sequence<Int>) -> Bool {
        state.withLock { state in checkpoints.contains { state.failures[$0] != nil } }
    }

    /// Records that a checkpoint failed; what it failed of first stays.
    func fail(_ checkpoint: Int, _ error: CheckpointError) {
        state.withLock { if $0.failures[checkpoint] == nil { $0.failures[checkpoint] = error } }
    }

    /// Works on checkpoints, unless one of them has failed. A checkpoint that fails costs what needs it, and the others
    /// go on; a machine that fails ends the run.
    /// - Throws: the `CheckpointError` of a failing machine, and whatever else `body` throws.
    func attempt(_ checkpoints: some Sequence<Int>, _ body: () throws -> Void) throws {
        guard !hasFailed(checkpoints) else { return }
        do {
            try body()
        } catch let failure as ReadFailure {
            guard failure.error.kind != .environment else { throw failure.error }
            fail(failure.checkpoint, failure.error)
        }
    }

    /// A last look at the files, before work on them is recorded: what was read from a file that changed meanwhile is
    /// nobody's content.
    /// - Throws: `ReadFailure`.
    func checkUnchanged(_ indices: some Sequence<Int>) throws {
        for index in Set(indices).sorted() {
            try blaming(index) { try checkpoints[index].reader?.checkUnchanged() }
        }
    }

    /// Where final states of a checkpoint, which are too large for a line, are kept for later runs.
    func path(ofFinalStatesOf checkpoint: Int, _ probe: Fingerprint) -> String {
        let states = FinalStates(operands: .models([checkpoint]), parameters: "probe=\(probe)")
        return journal.path(ofFileFor: text(states))
    }

    private func text<R: Request>(_ request: R) -> String {
        let inputs = keys.inputs(of: request.operands)
        let isContent = request is ContentReduction
        let fingerprints = state.withLock { state in
            inputs.map { isContent ? nil : state.summary(ContentReduction($0, fingerprints: true))?.fingerprint }
        }
        return keys.text(request, inputs, fingerprints)
    }

    /// What final states go by.
    private struct FinalStates: Request {
        typealias Summary = Int
        static let kernel = "final-states/1"
        let operands: Operands
        let parameters: String
    }
}
