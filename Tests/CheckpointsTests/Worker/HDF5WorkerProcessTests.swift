import Base
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Workers that crash, hang, lie or leave traces. Shell scripts stand in for a libhdf5 that a file brought down.
@Suite(.serialized)
struct HDF5WorkerProcessTests {
    private let folder: TemporaryFolder
    private let file = "\(readingFixtures)/core/shapes.h5"

    init() throws {
        folder = try TemporaryFolder()
    }

    private func failure(worker script: String, timeout: Duration = .seconds(60)) throws -> CheckpointError? {
        let path = try folder.write("worker.sh", Array("#!/bin/bash\n\(script)\n".utf8))
        chmod(path, 0o700)
        let options = ReadOptions(workerExecutable: path, progressTimeout: timeout)
        // A process that another test starts at this moment may hold the script open for writing a little longer.
        for _ in 0..<100 {
            let error = CheckpointsTests.failure(file, options)
            guard error?.problem.hasSuffix("Text file busy") == true else { return error }
            usleep(10_000)
        }
        return nil
    }

    @Test(arguments: ["SEGV", "ABRT", "BUS", "FPE", "KILL"])
    func `a crash is told by its signal`(_ signal: String) throws {
        let error = try failure(worker: "kill -\(signal) $$")
        #expect(error?.kind == .crashed)
        #expect(error?.problem == "the HDF5 library crashed (SIG\(signal)) while reading it; refused")
    }

    @Test func `running out of processor time is told`() throws {
        let error = try failure(worker: "kill -XCPU $$")
        #expect(
            error?.problem
                == "the HDF5 library made no progress in 10 s of processor time while reading it; refused")
    }

    @Test func `leaving without an answer is told`() throws {
        let error = try failure(worker: "exit 7")
        #expect(error?.kind == .crashed)
        #expect(error?.problem == "the HDF5 library stopped (exit code 7) while reading it; refused")
    }

    @Test func `silence ends after the limit`() throws {
        let error = try failure(worker: "exec sleep 600", timeout: .seconds(1))
        #expect(error?.kind == .crashed)
        #expect(error?.problem == "the HDF5 library made no progress for 1 s while reading it; refused")
    }

    @Test(
        arguments: [
            (#"printf '\377\377\377\377\001' >&4"#, "a message of 4294967295 bytes"),
            (#"printf '\001\000\000\000\001\001' >&4"#, "its answer makes no sense"),
            (#"printf '\000\000\000\000\001' >&4"#, "an empty message"),
            (#"printf '\000\000\000\000\011' >&4"#, "a message of 0 bytes"),
            ("cat /dev/zero >&4", "a flood of messages"),
            (
                #"while printf '\000\000\100\000\001' && head -c 4194304 /dev/zero; do :; done >&4"#,
                "its answer makes no sense"
            ),
        ])
    func `nonsense ends the conversation`(_ script: String, _ reason: String) throws {
        let error = try failure(worker: script + "; sleep 600")
        #expect(error?.kind == .crashed)
        #expect(error?.problem == "the HDF5 library misled its worker while reading it (\(reason)); refused")
    }

    @Test func `an answer without an end and without bounds is cut off`() throws {
        // Records that are well-formed, each "left out" with two empty texts and no elements: 32 bytes, over and over.
        let record = #"\002\000\000\000\000\000\000\000"# + String(repeating: #"\000"#, count: 24)
        let script = """
            block=$(printf '\(record)%.0s' $(seq 2) | base64 -w0)
            body() { for i in $(seq 1000); do base64 -d <<< "$block"; done; }
            body > "$0.block"
            for i in $(seq 2000); do printf '\\000\\372\\000\\000\\001'; cat "$0.block"; done >&4
            """
        let error = try failure(worker: script)
        #expect(
            error?.problem
                == "the HDF5 library misled its worker while reading it (its structure is too large); refused")
    }

    @Test func `a worker that cannot be started is told`() {
        let error = CheckpointsTests.failure(file, ReadOptions(workerExecutable: "/nonexistent/dynamics"))
        #expect(error?.kind == .environment)
        #expect(
            error?.problem
                == "cannot start the worker that reads it: /nonexistent/dynamics: No such file or directory")
    }

    @Test(.enabled(if: hasProc, "looks at /proc"))
    func `the worker inherits nothing but the file and the socket`() throws {
        let leak = open("/etc/hostname", O_RDONLY)  // without close-on-exec, as careless libraries do
        defer { close(leak) }
        let path = try copy("seed_v18.h5")
        let reader = try openCheckpoint(path)
        let tensor = try #require(reader.tensors.firstIndex { $0.name == "compact" })
        let window = try reader.window(tensor, capacity: 1)  // its elements are served
        try window.load(0..<3, on: Threads(4))
        #expect(eventually { children().filter { descriptors(of: $0).contains(path) }.count == 1 })
        let workers = children().filter { descriptors(of: $0).contains(path) }
        let targets = workers.flatMap(descriptors)
        // Ours, and libhdf5's own view of it.
        #expect(targets.filter { $0 == path }.count == 2)
        #expect(targets.filter { $0.hasPrefix("socket:") }.count == 1)
        #expect(targets.filter { $0 == "/dev/null" }.count == 3)
        #expect(targets.count == 6)
        withExtendedLifetime(window) {}
    }

    @Test(.enabled(if: hasProc, "looks at /proc"))
    func `no worker runs while nothing is asked of it`() throws {
        let path = try copy("seed_v18.h5")
        let reader = try openCheckpoint(path)
        func areRunning(_ count: Int) -> Bool {
            eventually { children().filter { descriptors(of: $0).contains(path) }.count == count }
        }
        #expect(areRunning(0))
        // Tensors of both kinds, one after the other and together: started again, it answers as before.
        let first = try reader.tensors.indices.map { try elements(reader, $0) }
        #expect(areRunning(0))
        let windows = try reader.tensors.indices.filter { !reader.isDirect($0) }.map {
            (tensor: $0, window: try reader.window($0, capacity: 1))
        }
        #expect(areRunning(0))
        for (tensor, window) in windows.reversed() {
            try window.load(0..<reader.tensors[tensor].elementCount, on: Threads(4))
            let read = UnsafeRawBufferPointer(start: window.pointer(to: 0), count: first[tensor].count)
            #expect(Array(read) == first[tensor])
        }
        #expect(areRunning(1))
    }

    @Test(.enabled(if: hasProc, "looks at /proc"))
    func `neither processes nor descriptors are left behind`() throws {
        let chunked = try copy("filters.h5")
        let contiguous = try copy("shapes.h5")
        for _ in 0..<20 {
            #expect(CheckpointsTests.failure(chunked) == nil)
            #expect(CheckpointsTests.failure(contiguous) == nil)
        }
        _ = try failure(worker: "kill -SEGV $$")
        #expect(descriptors(of: getpid()).filter { $0.hasPrefix(folder.path) }.isEmpty)
        #expect(eventually { children().allSatisfy { !descriptors(of: $0).contains { $0.hasPrefix(folder.path) } } })
        // Other tests' workers may be about to be reaped: what counts is who stays dead.
        let dead = Set(zombies())
        usleep(500_000)
        #expect(dead.intersection(zombies()).isEmpty)
    }

    private static let hasProc = FileManager.default.fileExists(atPath: "/proc/self/stat")

    private func copy(_ name: String) throws -> String {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(readingFixtures)/core/\(name)"))
        return try folder.write(name, [UInt8](bytes))
    }

    private func children() -> [pid_t] {
        processes { $0[2] == "\(getpid())" }
    }

    private func zombies() -> [pid_t] {
        processes { $0[2] == "\(getpid())" && $0[1] == "Z" }
    }

    /// Processes whose fields of /proc/N/stat, from the closing bracket of the name on, satisfy `condition`.
    private func processes(where condition: ([Substring]) -> Bool) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { process in
            guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let bracket = status.lastIndex(of: ")")
            else { return false }
            let fields = status[bracket...].split(separator: " ")
            return fields.count > 2 && condition(fields)
        }
    }

    private func descriptors(of process: pid_t) -> [String] {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
    }
}

/// Whether something comes to hold within two seconds. A process that another test is just starting holds our descriptors
/// until it runs its own program.
private func eventually(_ holds: () -> Bool) -> Bool {
    for _ in 0..<100 {
        if holds() { return true }
        usleep(20_000)
    }
    return false
}
