import Synchronization

/// The threads that a piece of work may take: the one way in which work is shared out.
///
/// Work is cut into pieces that do not depend on the number of threads, and what the pieces give is combined in a fixed
/// order, so that results have the same bytes with any. Threads are those of the `ThreadPool`, which are made once.
package struct Threads: Sendable {
    /// How many, the calling one among them; at least 1.
    package let count: Int
    private let isBackwards: Bool

    /// The calling thread alone: the right one when many small matrices are shared out one to a core.
    package static let one = Threads(1)

    /// Work on at most `count` threads. `backwards` hands out the last piece first, to try what must not depend on it.
    package init(_ count: Int, backwards: Bool = false) {
        precondition(count > 0)
        (self.count, isBackwards) = (count, backwards)
    }

    /// Runs `body(0)` to `body(pieces - 1)`, each once, handing out indices in order, and returns when all have ended.
    /// Throws what the lowest index threw; once one has thrown, indices not yet begun are left out.
    package func forEach<Failure: Error>(
        _ pieces: Int, _ body: @Sendable (Int) throws(Failure) -> Void
    ) throws(Failure) {
        let queue = WorkQueue<Failure>(count: pieces, isBackwards: isBackwards)
        if min(count, pieces) > 1 {
            withoutActuallyEscaping(body) { body in
                ThreadPool.shared.run(on: min(count, pieces)) { queue.run(body) }
            }
        } else {
            queue.run(body)
        }
        if let failure = queue.firstFailure { throw failure }
    }

    /// The results of `body(0)` to `body(pieces - 1)`, in this order.
    package func map<Result: Sendable>(_ pieces: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: pieces))
        forEach(pieces) { index in
            let result = body(index)
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}

private final class WorkQueue<Failure: Error>: Sendable {
    private let count: Int
    private let isBackwards: Bool
    private let next = Atomic<Int>(0)
    private let failure = Mutex<(index: Int, error: Failure)?>(nil)

    init(count: Int, isBackwards: Bool) { (self.count, self.isBackwards) = (count, isBackwards) }

    var firstFailure: Failure? { failure.withLock { $0?.error } }

    func run(_ body: (Int) throws(Failure) -> Void) {
        while true {
            let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard number < count else { return }
            let index = isBackwards ? count - 1 - number : number
            do {
                try body(index)
            } catch {
                next.store(count, ordering: .relaxed)
                failure.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, error) } }
            }
        }
    }
}
