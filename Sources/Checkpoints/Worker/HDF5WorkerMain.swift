import Base
import Foundation
import HDF5

/// The worker's own numbers for what its parent hands it.
enum WorkerDescriptor {
    static let file: Int32 = 3
    static let socket: Int32 = 4
}

/// Runs the process that calls libhdf5 on one untrusted file, which its parent opened, and answers the parent's
/// requests until the parent hangs up. `dynamics` calls it when its first argument is `__hdf5-worker`.
package func runHDF5Worker() -> Never {
    WorkerEnvironment.enter()
    WorkerEnvironment.closeOthers()
    WorkerEnvironment.prepareLibrary()
    serveAsWorker()
}

/// Makes workers start faster, where the system can. Called once, before the process has a second thread.
package func prepareHDF5Workers() { HDF5WorkerTemplate.start() }

/// The worker's life, once it is a process of its own with the file and the socket at their numbers.
func serveAsWorker() -> Never {
    WorkerLimits.apply()
    let socket = WorkerSocket()
    var service: WorkerService?
    while let request = socket.receive() {
        do throws(WorkerFailure) {
            let ready: WorkerService
            if let service { ready = service } else { ready = try WorkerService(socket: socket) }
            service = ready
            try ready.answer(request)
            socket.end()
        } catch {
            socket.fail(error)
        }
    }
    _exit(0)
}

/// Why a request cannot be answered, in the terms of `CheckpointError`.
struct WorkerFailure: Error {
    var kind: CheckpointError.Kind
    var problem: String
    var remedy: String?

    init(_ kind: CheckpointError.Kind, _ problem: String, remedy: String? = nil) {
        self.kind = kind
        self.problem = problem
        self.remedy = remedy
    }

    init(_ error: HDF5Error) {
        switch error.cause {
        case .truncation: self.init(.truncated, "\(error)")
        case .version: self.init(.unsupported, "\(error)", remedy: HDF5Signature.remedy)
        case .machine: self.init(.environment, "\(error)", remedy: environmentRemedy(EIO))
        case .other: self.init(.malformed, "\(error)")
        }
    }
}

/// Calls into libhdf5 and turns its failure into the worker's.
func hdf5<Result: ~Copyable>(_ body: () throws(HDF5Error) -> Result) throws(WorkerFailure) -> Result {
    do throws(HDF5Error) {
        return try body()
    } catch {
        throw WorkerFailure(error)
    }
}

/// The worker's end of the socket. Every message sent is progress, and renews the limit on processor time.
final class WorkerSocket {
    private var part = MessageWriter()
    private var lastSent = ContinuousClock.now

    /// The next request; `nil` when the parent has hung up.
    func receive() -> [UInt8]? {
        var length: UInt32 = 0
        let gotLength = withUnsafeMutableBytes(of: &length) { receive($0) }
        guard gotLength, length <= WorkerReply.byteLimit else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(UInt32(littleEndian: length)))
        return bytes.withUnsafeMutableBytes { receive($0) } ? bytes : nil
    }

    /// Adds a record to the answer.
    func put(_ record: WorkerRecord) throws(WorkerFailure) {
        record.encode(to: &part)
        guard part.bytes.count <= WorkerReply.byteLimit else {
            throw WorkerFailure(.unsupported, "a name or attribute takes more than \(WorkerReply.byteLimit >> 20) MiB")
        }
        if part.bytes.count >= 1 << 16 { flush() } else { tick() }
    }

    /// Adds integers to the answer.
    func put(_ values: [Int]) {
        for value in values { part.put(value) }
        if part.bytes.count >= 1 << 16 { flush() } else { tick() }
    }

    /// Sends bytes of a block.
    func send(_ block: UnsafeRawBufferPointer) {
        send(.part, block)
    }

    /// Tells the parent now and then that the worker is alive, and renews the limit on processor time.
    func tick() {
        guard ContinuousClock.now - lastSent > .milliseconds(500) else { return }
        send(.progress, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func end() {
        flush()
        send(.end, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func fail(_ failure: WorkerFailure) {
        part.removeAll()
        part.put(failure.kind.rawValue)
        part.put(failure.problem)
        part.put(failure.remedy ?? "")
        part.bytes.withUnsafeBytes { send(.failure, $0) }
        part.removeAll()
    }

    private func flush() {
        guard !part.bytes.isEmpty else { return }
        part.bytes.withUnsafeBytes { send(.part, $0) }
        part.removeAll()
    }

    private func send(_ kind: WorkerReply, _ payload: UnsafeRawBufferPointer) {
        var header = [UInt8](repeating: 0, count: 5)
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { header.replaceSubrange(0..<4, with: $0) }
        header[4] = kind.rawValue
        // Where the parent is gone, nobody is left to tell.
        guard header.withUnsafeBytes({ writeAll($0, to: WorkerDescriptor.socket) }),
            writeAll(payload, to: WorkerDescriptor.socket)
        else { _exit(0) }
        lastSent = ContinuousClock.now
        WorkerLimits.renewProcessorTime()
    }

    private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        readAll(buffer, from: WorkerDescriptor.socket) == buffer.count
    }
}
