import Base
import Checkpoints
import Synchronization
import Tensors

/// Carries out requests over whole matrices. Those that read one tensor, of whatever checkpoints, form a group: many
/// groups are shared out one to a thread; a large one has all threads to itself. Results do not depend on it.
package final class MatrixPass: Sendable {
    typealias Record = @Sendable (any MatrixRequest, any Codable & Sendable) throws -> Void

    private struct State {
        var results: ReductionResults
        var doneBytes = 0
    }

    private struct Group {
        var requests: [any MatrixRequest] = []
        /// Elements of the largest matrix.
        var elementCount = 0
    }

    private let checkpoints: [Checkpoint]
    private let jobs: Int
    private let progress: @Sendable (RunProgress) -> Void
    private let record: Record
    private let state: Mutex<State>

    /// Below this many elements a matrix is a thread's own: sharing out its few milliseconds would cost as much.
    private static let smallElements = 1 << 22
    /// From this many on all threads work on it, because one each would take too much memory.
    private static let largeElements = 1 << 26

    init(
        _ checkpoints: [Checkpoint], jobs: Int, results: ReductionResults,
        progress: @escaping @Sendable (RunProgress) -> Void, record: @escaping Record
    ) {
        self.checkpoints = checkpoints
        self.jobs = jobs
        self.progress = progress
        self.record = record
        state = Mutex(State(results: results))
    }

    var results: ReductionResults { state.withLock { $0.results } }

    /// Carries out all requests, except what a checkpoint that fails on the way leaves undone.
    func run(_ requests: [any MatrixRequest]) throws {
        let groups = grouped(requests)
        let total = requests.reduce(0) { $0 + storedByteCount($1) }
        // Of many groups one a thread keeps all threads busy, without the serial parts of each.
        let limit = groups.count < 4 * jobs ? MatrixPass.smallElements : MatrixPass.largeElements
        let small = groups.filter { jobs == 1 || $0.elementCount < limit }
        // The largest first, so that no thread is left with it at the end.
        let order = small.sorted { $0.elementCount > $1.elementCount }
        try inParallel(order.count, jobs: jobs) { (index: Int) throws(any Error) in
            try self.run(order[index], MatrixWorkspace(self.checkpoints, jobs: 1), total)
        }
        for group in groups where jobs > 1 && group.elementCount >= limit {
            try run(group, MatrixWorkspace(checkpoints, jobs: jobs), total)
        }
    }

    /// By the name of the tensor.
    private func grouped(_ requests: [any MatrixRequest]) -> [Group] {
        var places: [String: Int] = [:]
        var groups: [Group] = []
        for request in requests {
            let infos = request.matrices.map { checkpoints[$0.checkpoint].tensors[$0.tensor] }
            guard let name = infos.first?.name else { preconditionFailure("a request of no matrix") }
            let place = places[name] ?? groups.count
            if place == groups.count {
                places[name] = place
                groups.append(Group())
            }
            groups[place].requests.append(request)
            groups[place].elementCount = max(groups[place].elementCount, infos.map(\.elementCount).max() ?? 0)
        }
        return groups
    }

    private func storedByteCount(_ request: any MatrixRequest) -> Int {
        request.matrices.reduce(0) {
            $0 + checkpoints[$1.checkpoint].tensors[$1.tensor].storedByteCount
        }
    }

    private func run(_ group: Group, _ workspace: MatrixWorkspace, _ total: Int) throws {
        for request in group.requests {
            try Interruption.check()
            let failed = state.withLock { $0.results.failures }
            guard !request.matrices.contains(where: { failed[$0.checkpoint] != nil }) else { continue }
            do {
                try finish(request, workspace)
            } catch let failure as ReadFailure {
                state.withLock { state in
                    if state.results.failures[failure.checkpoint] == nil {
                        state.results.failures[failure.checkpoint] = failure.error
                    }
                }
            }
            let done = state.withLock { state in
                state.doneBytes += storedByteCount(request)
                return state.doneBytes
            }
            progress(RunProgress(done: done, total: total))
        }
    }

    /// Computes and journals, after a last look at the files: what was read from a file that changed meanwhile is nobody's
    /// content.
    private func finish<R: MatrixRequest>(_ request: R, _ workspace: MatrixWorkspace) throws {
        let summary = try request.summary(workspace)
        for place in Set(request.matrices.map(\.checkpoint)).sorted() {
            do throws(CheckpointError) {
                try checkpoints[place].reader?.checkUnchanged()
            } catch {
                throw ReadFailure(checkpoint: place, error: error)
            }
        }
        state.withLock { $0.results.matrices[ReductionKey(request)] = summary }
        try record(request, summary)
    }
}
