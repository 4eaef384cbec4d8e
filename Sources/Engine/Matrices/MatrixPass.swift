import Base
import Checkpoints
import Synchronization
import Tensors

/// Carries out requests over whole matrices. Those that read one tensor, of whatever checkpoints, form a group: many
/// groups are shared out one to a thread; a large one has all threads to itself. Results do not depend on it.
package final class MatrixPass: Sendable {
    private struct Group {
        var requests: [any MatrixRequest] = []
        /// Elements of the largest matrix.
        var elementCount = 0
    }

    private let ledger: Ledger
    private let threads: Threads
    private let progress: @Sendable (RunProgress) -> Void
    /// Requests that are done, and their cost.
    private let done = Mutex((count: 0, cost: 0.0))

    /// Below this many elements a matrix is a thread's own: sharing out its few milliseconds would cost as much.
    private static let smallElements = 1 << 22
    /// From this many on all threads work on it, because one each would take too much memory.
    private static let largeElements = 1 << 26

    init(_ ledger: Ledger, _ threads: Threads, _ progress: @escaping @Sendable (RunProgress) -> Void) {
        self.ledger = ledger
        self.threads = threads
        self.progress = progress
    }

    private var checkpoints: [Checkpoint] { ledger.checkpoints }

    /// Carries out all requests, except what a checkpoint that fails on the way leaves undone.
    func run(_ requests: [any MatrixRequest]) throws {
        let groups = grouped(requests)
        let total = (count: requests.count, cost: requests.reduce(0) { $0 + cost($1) })
        // Of many groups one a thread keeps all threads busy, without the serial parts of each.
        let limit = groups.count < 4 * threads.count ? MatrixPass.smallElements : MatrixPass.largeElements
        let small = groups.filter { threads.count == 1 || $0.elementCount < limit }
        // The largest first, so that no thread is left with it at the end.
        let order = small.sorted { $0.elementCount > $1.elementCount }
        try threads.forEach(order.count) { (index: Int) throws(any Error) in
            try self.run(order[index], MatrixWorkspace(self.checkpoints, .one), total)
        }
        for group in groups where threads.count > 1 && group.elementCount >= limit {
            try run(group, MatrixWorkspace(checkpoints, threads), total)
        }
    }

    /// By the name of the tensor.
    private func grouped(_ requests: [any MatrixRequest]) -> [Group] {
        var indices: [String: Int] = [:]
        var groups: [Group] = []
        for request in requests {
            let infos = request.matrices.map { checkpoints[$0.checkpoint].tensors[$0.tensor] }
            guard let name = infos.first?.name else { preconditionFailure("a request of no matrix") }
            let group = indices[name] ?? groups.count
            if group == groups.count {
                indices[name] = group
                groups.append(Group())
            }
            groups[group].requests.append(request)
            groups[group].elementCount = max(groups[group].elementCount, infos.map(\.elementCount).max() ?? 0)
        }
        return groups
    }

    private func cost(_ request: any MatrixRequest) -> Double { WorkCost.of(request, in: checkpoints) }

    private func run(
        _ group: Group, _ workspace: MatrixWorkspace, _ total: (count: Int, cost: Double)
    ) throws {
        for request in group.requests {
            try Interruption.check()
            try ledger.attempt(request.operands.checkpoints) { try finish(request, workspace) }
            let done = done.withLock { done in
                done = (done.count + 1, done.cost + cost(request))
                return done
            }
            progress(
                RunProgress(
                    "spectra", done: done.count, of: total.count, "matrices",
                    share: total.cost > 0 ? done.cost / total.cost : 0))
        }
    }

    private func finish<R: MatrixRequest>(_ request: R, _ workspace: MatrixWorkspace) throws {
        let summary = try request.summary(workspace)
        try ledger.checkUnchanged(request.operands.checkpoints)
        try ledger.record([(request, summary)])
    }
}
