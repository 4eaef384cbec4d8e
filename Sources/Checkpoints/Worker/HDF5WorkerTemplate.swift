import Base
import CProcess
import Foundation
import Synchronization

/// A process that is ready to become a worker: a copy of it starts in a millisecond, where a program started anew links
/// libhdf5's forty libraries first. It sees no file but those it passes on.
enum HDF5WorkerTemplate {
    /// Our end of its socket; `nil` where there is none.
    private static let socket = Mutex<Int32?>(nil)
    private static let process = Mutex<pid_t>(0)

    /// How long a fork may take: milliseconds as a rule, seconds on a machine that swaps.
    private static let forkMilliseconds: Int32 = 20_000
    /// And its answer.
    private static let answerMilliseconds: Int32 = 30_000

    /// Whether something can be read before the time is over.
    private static func isReady(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return uninterrupted { poll(&waiting, 1, milliseconds) } > 0
    }

    /// Starts it, where the system can. Must be called before the process has a second thread.
    static func start() {
        guard cprocess_adopt_orphans() == 0, let (ours, theirs) = try? socketPair() else { return }
        let process = cprocess_fork()
        if process == 0 { serve(theirs) }
        close(theirs)
        guard process > 0 else {
            close(ours)
            return
        }
        socket.withLock { $0 = ours }
        self.process.withLock { $0 = process }
        // Nobody else may be there to wait for it: not every container has an init that does.
        atexit { HDF5WorkerTemplate.stop() }
    }

    private static func stop() {
        let process = process.withLock { $0 }
        kill(process, SIGKILL)
        wait(forProcess: process)
    }

    /// A copy that has become a worker on `file`, a child of this process; `nil` where there is no template.
    static func worker(file: Int32) throws(SpawnFailure) -> (process: pid_t, socket: Int32)? {
        guard socket.withLock({ $0 }) != nil else { return nil }
        let (ours, theirs) = try socketPair()
        defer { close(theirs) }
        let process = socket.withLock { template -> pid_t? in
            guard let end = template else { return nil }
            var process: pid_t = 0
            let sent = cprocess_send_descriptors(end, file, theirs) == 0
            let count =
                sent && isReady(end, within: answerMilliseconds) ? read(end, &process, MemoryLayout<pid_t>.size) : 0
            guard count == MemoryLayout<pid_t>.size, process > 0 else {
                // It is gone, stuck, or cannot fork: from now on workers start as programs do.
                close(end)
                template = nil
                return nil
            }
            return process
        }
        guard let process else {
            close(ours)
            return nil
        }
        return (process, ours)
    }

    /// The template's life: copies of it on demand, until the parent hangs up.
    private static func serve(_ inherited: Int32) -> Never {
        WorkerEnvironment.enter()
        if inherited != WorkerDescriptor.socket { dup2(inherited, WorkerDescriptor.socket) }
        close(WorkerDescriptor.file)
        WorkerEnvironment.closeOthers()
        WorkerEnvironment.prepareLibrary()
        var file: Int32 = 0
        var end: Int32 = 0
        while cprocess_receive_descriptors(WorkerDescriptor.socket, &file, &end) == 1 {
            // A copy of a copy: the worker's parent is gone at once, and ours adopts the orphan.
            var channel: [Int32] = [-1, -1]
            guard pipe(&channel) == 0 else { break }
            let between = cprocess_fork()
            if between == 0 {
                let process = cprocess_fork()
                if process == 0 { becomeWorker(file: file, socket: end) }
                _ = withUnsafeBytes(of: process) { write(channel[1], $0.baseAddress, $0.count) }
                _exit(0)
            }
            close(channel[1])
            close(file)
            close(end)
            var process: pid_t = -1
            let isTold = isReady(channel[0], within: forkMilliseconds)
            let count =
                isTold ? withUnsafeMutableBytes(of: &process) { read(channel[0], $0.baseAddress, $0.count) } : 0
            close(channel[0])
            if between > 0, !isTold { kill(between, SIGKILL) }
            if between > 0 { wait(forProcess: between) }
            if count != MemoryLayout<pid_t>.size { process = -1 }
            let told = withUnsafeBytes(of: process) { write(WorkerDescriptor.socket, $0.baseAddress, $0.count) }
            guard told == MemoryLayout<pid_t>.size else { break }
        }
        _exit(0)
    }

    private static func becomeWorker(file: Int32, socket: Int32) -> Never {
        // Above the worker's own numbers, so that no duplication overwrites the next one's source.
        let source = fcntl(file, F_DUPFD, 10)
        let end = fcntl(socket, F_DUPFD, 10)
        dup2(source, WorkerDescriptor.file)
        dup2(end, WorkerDescriptor.socket)
        WorkerEnvironment.closeOthers()
        serveAsWorker()
    }
}
