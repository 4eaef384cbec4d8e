#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Threads that live as long as the process: made when work first wants them, kept for the next.
///
/// Plain threads rather than Dispatch, whose pool is sized by the cores: `--jobs` above that is of use on a network file
/// system. Work may share out work of its own: a thread that waits is not counted among the idle ones, so that others are
/// made.
final class ThreadPool: @unchecked Sendable {
    static let shared = ThreadPool()

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let isWanted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Under the lock: a job once for every thread that it would still take.
    private var tickets: [Job] = []
    private var idleCount = 0

    private init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(isWanted, nil)
    }

    /// Runs `body` on up to `count` threads at once, this one among them, and returns when all that began have ended:
    /// every call of it works until nothing is left, so that a thread which would come too late is not waited for.
    func run(on count: Int, _ body: @escaping @Sendable () -> Void) {
        let job = Job(body)
        pthread_mutex_lock(lock)
        for _ in 1..<max(1, count) {
            tickets.append(job)
            pthread_cond_signal(isWanted)
        }
        // Where the system gives no more threads, fewer do the same work.
        for _ in 0..<max(0, tickets.count - idleCount) where !makeThread() { break }
        pthread_mutex_unlock(lock)
        job.work()
        pthread_mutex_lock(lock)
        tickets.removeAll { $0 === job }
        while job.threadCount > 0 { pthread_cond_wait(job.isDone, lock) }
        pthread_mutex_unlock(lock)
        job.forget()
    }

    private func makeThread() -> Bool {
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        guard pthread_create(&thread, nil, threadMain, nil) == 0 else { return false }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
        return true
    }

    fileprivate func serve() {
        pthread_mutex_lock(lock)
        while true {
            while tickets.isEmpty {
                idleCount += 1
                pthread_cond_wait(isWanted, lock)
                idleCount -= 1
            }
            let job = tickets.removeFirst()
            job.threadCount += 1
            pthread_mutex_unlock(lock)
            job.work()
            pthread_mutex_lock(lock)
            job.threadCount -= 1
            if job.threadCount == 0 { pthread_cond_signal(job.isDone) }
        }
    }
}

/// What some threads do together.
private final class Job: @unchecked Sendable {
    private var body: (@Sendable () -> Void)?
    /// Threads of the pool that are at it; under the pool's lock, as the condition is.
    var threadCount = 0
    let isDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        pthread_cond_init(isDone, nil)
    }

    deinit {
        pthread_cond_destroy(isDone)
        isDone.deallocate()
    }

    /// Apart, so that nothing of the body is held when it returns.
    @inline(never)
    func work() { body?() }

    /// Called when no thread is at it any more: the body may hold what its caller only lends.
    func forget() { body = nil }
}

#if canImport(Darwin)
    private func threadMain(_: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        ThreadPool.shared.serve()
        return nil
    }
#else
    private func threadMain(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        ThreadPool.shared.serve()
        return nil
    }
#endif
