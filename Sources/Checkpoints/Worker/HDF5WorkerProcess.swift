import Base
import Foundation
import Synchronization

/// The child process that calls libhdf5 on one file, as its parent sees it: it may lie, hang, crash or vanish.
///
/// It runs from its first request until it is told to rest, and is started again when it is needed again: a series has
/// hundreds of checkpoints, and a machine few cores.
final class HDF5WorkerProcess: Sendable {
    private let file: LocalFile
    private let options: ReadOptions
    private let state = Mutex(State())

    private struct State {
        var running: Running?
        /// What it was asked to describe, in order: the numbers of its datasets depend on it.
        var described: [WorkerRequest] = []
        /// Why the worker is gone for good.
        var end: CheckpointError?
    }

    private struct Running {
        let process: pid_t
        let socket: Int32
    }

    /// A worker that will inherit just `file` and one end of a socket. Its death becomes an error of the file's checkpoint.
    init(file: LocalFile, options: ReadOptions) {
        self.file = file
        self.options = options
    }

    deinit { rest() }

    private var checkpoint: String { file.checkpoint }

    /// Ends the process until the next request.
    func rest() {
        state.withLock { state in
            if let running = state.running.take() { HDF5WorkerProcess.stop(running) }
        }
    }

    private func start() throws(CheckpointError) -> Running {
        let descriptor = try file.descriptor()
        defer { withExtendedLifetime(descriptor) {} }
        do throws(SpawnFailure) {
            if options.workerExecutable == nil,
                let (process, socket) = try HDF5WorkerTemplate.worker(file: descriptor.number)
            {
                return Running(process: process, socket: socket)
            }
        } catch {
            throw failure(error)
        }
        let executable = try HDF5WorkerProcess.executable(options, checkpoint: checkpoint)
        do throws(SpawnFailure) {
            let (process, socket) = try spawnWorker(executable, file: descriptor.number)
            return Running(process: process, socket: socket)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: SpawnFailure) -> CheckpointError {
        CheckpointError(
            .environment, checkpoint: checkpoint,
            problem: "cannot start the worker that reads it: \(error.reason)", remedy: error.remedy)
    }

    private static func executable(_ options: ReadOptions, checkpoint: String) throws(CheckpointError) -> String {
        if let executable = options.workerExecutable { return executable }
        #if os(Linux)
            let running = "/proc/self/exe"
        #else
            let running = CommandLine.arguments[0]
        #endif
        // Started as its own worker, a test bundle would run its tests again.
        precondition(resolvedPath(running)?.hasSuffix(".xctest") != true, "tests must set ReadOptions.workerExecutable")
        return running
    }

    /// Sends a request and hands each part of the answer to `body`; whole records, at most 32 MiB in all.
    func collect(
        _ request: WorkerRequest, _ body: (inout MessageReader) throws(MessageReader.Malformed) -> Void
    ) throws(CheckpointError) {
        var total = 0
        try converse(request) { (conversation, byteCount) throws(BrokenConversation) in
            total += byteCount
            guard total <= WorkerReply.totalByteLimit else {
                throw BrokenConversation.nonsense("its structure is too large")
            }
            var message = MessageReader(try conversation.receive(byteCount))
            do throws(MessageReader.Malformed) {
                while !message.isAtEnd { try body(&message) }
            } catch {
                throw BrokenConversation.nonsense("its answer makes no sense")
            }
        }
    }

    /// Sends a request and fills `buffer` with the answer.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, _ request: WorkerRequest) throws(CheckpointError) {
        var done = 0
        try converse(request) { (conversation, byteCount) throws(BrokenConversation) in
            guard byteCount <= buffer.count - done else { throw BrokenConversation.nonsense("its answer is too long") }
            try conversation.receive(UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + byteCount)]))
            done += byteCount
        }
        guard done == buffer.count else {
            throw CheckpointError(
                .crashed, checkpoint: checkpoint, problem: "the HDF5 library stopped halfway while reading it")
        }
    }

    /// One request and its answer. A worker that dies, hangs or talks nonsense is ended, and the error kept.
    private func converse(
        _ request: WorkerRequest, part: (borrowing Conversation, Int) throws(BrokenConversation) -> Void
    ) throws(CheckpointError) {
        try state.withLock { state throws(CheckpointError) in
            if let end = state.end { throw end }
            if state.running == nil {
                let running = try start()
                state.running = running
                do throws(CheckpointError) {
                    try describeAgain(&state)
                } catch {
                    // Half prepared, it would answer for other datasets.
                    if state.running.take() != nil { HDF5WorkerProcess.stop(running) }
                    throw error
                }
            }
            try converse(request, &state, part: part)
            if case .describe = request { state.described.append(request) }
        }
    }

    /// Has a worker that was started again describe what the first one did. The answers are passed over.
    private func describeAgain(_ state: inout State) throws(CheckpointError) {
        for request in state.described {
            var total = 0
            try converse(request, &state) { (conversation, byteCount) throws(BrokenConversation) in
                total += byteCount
                guard total <= WorkerReply.totalByteLimit else {
                    throw BrokenConversation.nonsense("its structure is too large")
                }
                _ = try conversation.receive(byteCount)
            }
        }
    }

    private func converse(
        _ request: WorkerRequest, _ state: inout State,
        part: (borrowing Conversation, Int) throws(BrokenConversation) -> Void
    ) throws(CheckpointError) {
        guard let running = state.running else { preconditionFailure("the worker does not run") }
        let conversation = Conversation(socket: running.socket, timeout: options.progressTimeout)
        let failure: WorkerFailure?
        do throws(BrokenConversation) {
            failure = try conversation.run(request, part: part)
        } catch {
            let status = HDF5WorkerProcess.stop(running, orderly: error == .hungUp)
            let end = CheckpointError(.crashed, checkpoint: checkpoint, problem: describe(error, status: status))
            state.running = nil
            state.end = end
            throw end
        }
        if let failure {
            // A machine that fails ends the run, which no file may: a worker that says so is believed when the file cannot
            // be read here either.
            if failure.kind == .environment { try file.readThrough() }
            throw CheckpointError(
                failure.kind == .environment ? .malformed : failure.kind, checkpoint: checkpoint,
                problem: printable(failure.problem),
                remedy: failure.remedy.map { printable($0) })
        }
    }

    /// Ends the worker and takes its status; one that hung up by itself is given the time to die of its own cause.
    @discardableResult
    private static func stop(_ running: Running, orderly: Bool = false) -> Int32 {
        close(running.socket)
        var status: Int32 = 0
        if orderly {
            for _ in 0..<200 {
                if waitpid(running.process, &status, WNOHANG) == running.process { return status }
                usleep(10_000)
            }
        }
        kill(running.process, SIGKILL)
        return wait(forProcess: running.process)
    }

    private func describe(_ end: BrokenConversation, status: Int32) -> String {
        switch end {
        case .silent:
            let seconds = options.progressTimeout.components.seconds
            return "the HDF5 library made no progress for \(seconds) s while reading it"
        case .nonsense(let reason): return "the HDF5 library misled its worker while reading it (\(reason))"
        case .hungUp:
            let signal = status & 0x7f
            if signal == 0 {
                return "the HDF5 library stopped (exit code \(status >> 8 & 0xff)) while reading it"
            }
            if signal == SIGXCPU {
                let seconds = WorkerLimits.idleSeconds
                return "the HDF5 library made no progress in \(seconds) s of processor time while reading it"
            }
            return "the HDF5 library crashed (\(signalName(signal))) while reading it"
        }
    }
}

/// Why a conversation with a worker broke off.
enum BrokenConversation: Error, Equatable {
    case hungUp
    case silent
    case nonsense(String)
}

/// The parent's end of the socket during one request.
struct Conversation: ~Copyable {
    let socket: Int32
    let timeout: Duration

    /// A worker says that it is alive twice a second: this is more than a day.
    private static let idleMessageLimit = 200_000

    /// Sends `request`, hands the length of each part of the answer to `part`, which receives it, and returns the
    /// worker's failure, if it reports one.
    func run(
        _ request: WorkerRequest, part: (borrowing Conversation, Int) throws(BrokenConversation) -> Void
    ) throws(BrokenConversation) -> WorkerFailure? {
        let bytes = request.encoded()
        var idleMessages = 0
        try send(withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { Array($0) } + bytes)
        while true {
            let header = try receive(5)
            let byteCount = (0..<4).reduce(0) { $0 | Int(header[$1]) << (8 * $1) }
            guard byteCount <= WorkerReply.byteLimit, let kind = WorkerReply(rawValue: header[4]) else {
                throw BrokenConversation.nonsense("a message of \(byteCount) bytes")
            }
            switch kind {
            case .progress, .end:
                idleMessages += 1
                guard byteCount == 0, idleMessages <= Conversation.idleMessageLimit else {
                    throw BrokenConversation.nonsense("a flood of messages")
                }
                if kind == .end { return nil }
            case .part:
                // An empty part is no progress either.
                if byteCount == 0 { throw BrokenConversation.nonsense("an empty message") }
                try part(self, byteCount)
            case .failure: return try failure(byteCount)
            }
        }
    }

    private func failure(_ byteCount: Int) throws(BrokenConversation) -> WorkerFailure {
        var message = MessageReader(try receive(byteCount))
        do throws(MessageReader.Malformed) {
            let kind = CheckpointError.Kind(rawValue: try message.string()) ?? .malformed
            let problem = try message.string()
            let remedy = try message.string()
            return WorkerFailure(kind, problem, remedy: remedy.isEmpty ? nil : remedy)
        } catch {
            throw BrokenConversation.nonsense("its failure makes no sense")
        }
    }

    private func send(_ bytes: [UInt8]) throws(BrokenConversation) {
        #if os(Linux)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                uninterrupted {
                    Foundation.send(socket, bytes.baseAddress?.advanced(by: done), bytes.count - done, flags)
                }
            }
            guard count > 0 else { throw BrokenConversation.hungUp }
            done += count
        }
    }

    func receive(_ byteCount: Int) throws(BrokenConversation) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
        defer { buffer.deallocate() }
        try receive(buffer)
        return Array(buffer)
    }

    /// Fills `buffer`, as long as some bytes arrive within every time limit.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(BrokenConversation) {
        var done = 0
        while done < buffer.count {
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let limit = timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
            let ready = uninterrupted { poll(&wait, 1, Int32(clamping: limit)) }
            guard ready != 0 else { throw BrokenConversation.silent }
            let count = uninterrupted { read(socket, buffer.baseAddress?.advanced(by: done), buffer.count - done) }
            guard count > 0 else { throw BrokenConversation.hungUp }
            done += count
        }
    }
}

private func signalName(_ signal: Int32) -> String {
    let names: [Int32: String] = [
        SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL",
        SIGTRAP: "SIGTRAP",
        SIGKILL: "SIGKILL", SIGTERM: "SIGTERM", SIGSYS: "SIGSYS",
    ]
    return names[signal] ?? "signal \(signal)"
}
