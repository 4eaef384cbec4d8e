import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Runs `body(0)` to `body(count - 1)` on at most `jobs` threads, handing out indices in order, and throws what the
/// lowest index threw. Once one has thrown, indices not yet begun are left out.
///
/// Plain threads rather than Dispatch, whose pool is sized by the cores: `--jobs` above that is of use on a network
/// file system.
package func inParallel<Failure: Error>(
    _ count: Int, jobs: Int, _ body: @Sendable (Int) throws(Failure) -> Void
) throws(Failure) {
    let loop = WorkQueue<Failure>(count: count)
    let threadCount = min(jobs, count)
    withoutActuallyEscaping(body) { body in
        onThreads(threadCount) { loop.run(body) }
    }
    if let failure = loop.firstFailure { throw failure }
}

private final class WorkQueue<Failure: Error>: Sendable {
    private let count: Int
    private let next = Atomic<Int>(0)
    private let failure = Mutex<(index: Int, error: Failure)?>(nil)

    init(count: Int) { self.count = count }

    var firstFailure: Failure? { failure.withLock { $0?.error } }

    func run(_ body: (Int) throws(Failure) -> Void) {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            do {
                try body(index)
            } catch {
                next.store(count, ordering: .relaxed)
                failure.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, error) } }
            }
        }
    }
}

/// Runs `body` on `count` threads at once, this one among them, and returns when all have ended.
private func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    var threads: [pthread_t] = []
    for _ in 1..<max(1, count) {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        let status = pthread_create(&thread, nil, threadMain, context)
        guard status == 0 else {  // fewer threads do the same work
            Unmanaged<ThreadBody>.fromOpaque(context).release()
            break
        }
        #if canImport(Darwin)
            if let thread { threads.append(thread) }
        #else
            threads.append(thread)
        #endif
    }
    body()
    for thread in threads { pthread_join(thread, nil) }
}

#if canImport(Darwin)
    private func threadMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
#else
    private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }
#endif

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
