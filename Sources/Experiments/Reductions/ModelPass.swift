import Checkpoints
import Synchronization
import Tensors

/// Carries out requests that run models, one after another, each on all threads. A request's work is journalled when it is
/// done, so that a stopped run goes on after the last finished checkpoint.
struct ModelPass {
    typealias Record = (any ModelRequest, any Codable & Sendable) throws -> Void

    let checkpoints: [Checkpoint]
    let jobs: Int
    let progress: @Sendable (ExperimentRun.Progress) -> Void
    let record: Record

    /// Adds the summaries of all requests, except what a checkpoint that fails on the way leaves undone.
    func run(_ requests: [any ModelRequest], into results: inout ReductionResults) throws {
        let steps = StepCount(requests, checkpoints, progress)
        let workspace = ModelWorkspace(checkpoints, jobs: jobs) { steps.finish(step: $1, of: $2, checkpoint: $0) }
        for (number, request) in requests.enumerated() {
            try Interruption.check()
            steps.begin(number)
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

/// How far the requests are, in bytes of weights.
private final class StepCount {
    private let progress: @Sendable (ExperimentRun.Progress) -> Void
    private let sizes: [Int]
    private var number = 0

    init(
        _ requests: [any ModelRequest], _ checkpoints: [Checkpoint],
        _ progress: @escaping @Sendable (ExperimentRun.Progress) -> Void
    ) {
        self.progress = progress
        sizes = requests.map { request in
            request.checkpoints.last.map { checkpoints[$0].tensors.reduce(0) { $0 + $1.storedByteCount } } ?? 0
        }
    }

    func begin(_ number: Int) { self.number = number }

    func finish(step: Int, of count: Int, checkpoint: Int) {
        let done = sizes[..<number].reduce(0, +) + sizes[number] * step / count
        progress(
            ExperimentRun.Progress(
                done: done, total: sizes.reduce(0, +),
                stage: "checkpoint \(number + 1)/\(sizes.count), layer \(step)/\(count)"))
    }
}
