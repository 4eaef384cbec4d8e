import Base
import Checkpoints

/// Carries out requests that run models, one after another, each on all threads. A request's work is journalled when it is
/// done, so that a stopped run goes on after the last finished checkpoint.
struct ModelPass {
    private let ledger: Ledger
    private let threads: Threads
    private let progress: @Sendable (RunProgress) -> Void

    init(_ ledger: Ledger, _ threads: Threads, _ progress: @escaping @Sendable (RunProgress) -> Void) {
        (self.ledger, self.threads, self.progress) = (ledger, threads, progress)
    }

    /// Carries out all requests, except what a checkpoint that fails on the way leaves undone.
    func run(_ requests: [any ModelRequest]) throws {
        guard !requests.isEmpty else { return }
        let steps = StepCount(requests, ledger.checkpoints, progress)
        let workspace = ModelWorkspace(
            ledger.checkpoints, threads, statePath: { [ledger] in ledger.path(ofFinalStatesOf: $0, $1) }
        ) { steps.finish(step: $1, of: $2, checkpoint: $0) }
        for request in requests {
            try Interruption.check()
            try ledger.attempt(request.checkpoints) { try finish(request, workspace) }
        }
    }

    private func finish<R: ModelRequest>(_ request: R, _ workspace: ModelWorkspace) throws {
        let summary = try request.summary(workspace)
        try ledger.checkUnchanged(request.checkpoints)
        try ledger.record([(request, summary)])
    }
}

/// How far the requests are: each checkpoint counts with its bytes, when the first request that runs it does.
private final class StepCount {
    private let progress: @Sendable (RunProgress) -> Void
    /// The checkpoints in the order of their requests, and their bytes.
    private let order: [Int]
    private let sizes: [Int]

    init(
        _ requests: [any ModelRequest], _ checkpoints: [Checkpoint],
        _ progress: @escaping @Sendable (RunProgress) -> Void
    ) {
        self.progress = progress
        var order: [Int] = []
        for index in requests.flatMap(\.checkpoints) where !order.contains(index) { order.append(index) }
        self.order = order
        sizes = order.map { checkpoints[$0].tensors.reduce(0) { $0 + $1.storedByteCount } }
    }

    func finish(step: Int, of count: Int, checkpoint: Int) {
        guard let number = order.firstIndex(of: checkpoint) else { return }
        let bytes = sizes[..<number].reduce(0, +) + sizes[number] * step / count
        let all = sizes.reduce(0, +)
        progress(
            RunProgress(
                "models", done: step, of: count, "layers", detail: "checkpoint \(number + 1) of \(order.count)",
                share: all > 0 ? Double(bytes) / Double(all) : 0))
    }
}
