import Base
import Checkpoints
import Synchronization
import Tensors

/// Carries out requests that run models, one after another, each on all threads. A request's work is journalled when it is
/// done, so that a stopped run goes on after the last finished checkpoint.
package struct ModelPass {
    typealias Record = (any ModelRequest, any Codable & Sendable) throws -> Void

    let checkpoints: [Checkpoint]
    let jobs: Int
    let progress: @Sendable (RunProgress) -> Void
    let record: Record
    /// Where final states are kept for later runs, by a checkpoint's place and the probe set.
    let statePath: (Int, Fingerprint) -> String

    /// Adds the summaries of all requests, except what a checkpoint that fails on the way leaves undone.
    func run(_ requests: [any ModelRequest], into results: inout ReductionResults) throws {
        let steps = StepCount(requests, checkpoints, progress)
        let workspace = ModelWorkspace(checkpoints, jobs: jobs, statePath: statePath) {
            steps.finish(step: $1, of: $2, checkpoint: $0)
        }
        for request in requests {
            try Interruption.check()
            guard !request.checkpoints.contains(where: { results.failures[$0] != nil }) else { continue }
            do {
                try finish(request, workspace, &results)
            } catch let failure as ReadFailure {
                if results.failures[failure.checkpoint] == nil {
                    results.failures[failure.checkpoint] = failure.error
                }
            }
        }
    }

    /// Computes and journals, after a last look at the files: what was read from a file that changed meanwhile is nobody's
    /// content.
    private func finish<R: ModelRequest>(
        _ request: R, _ workspace: ModelWorkspace, _ results: inout ReductionResults
    ) throws {
        let summary = try request.summary(workspace)
        for place in request.checkpoints {
            try workspace.attributed(to: place) { try checkpoints[place].reader?.checkUnchanged() }
        }
        results.models[ModelRequestKey(request)] = summary
        try record(request, summary)
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
        for place in requests.flatMap(\.checkpoints) where !order.contains(place) { order.append(place) }
        self.order = order
        sizes = order.map { checkpoints[$0].tensors.reduce(0) { $0 + $1.storedByteCount } }
    }

    func finish(step: Int, of count: Int, checkpoint: Int) {
        guard let number = order.firstIndex(of: checkpoint) else { return }
        progress(
            RunProgress(
                done: sizes[..<number].reduce(0, +) + sizes[number] * step / count, total: sizes.reduce(0, +),
                stage: "checkpoint \(number + 1)/\(order.count), layer \(step)/\(count)"))
    }
}
