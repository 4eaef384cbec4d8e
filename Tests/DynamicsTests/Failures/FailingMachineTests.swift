import Foundation
import TestSupport
import Testing

/// The machine fails: a disk that does not answer, no room, no descriptor. That is exit code 1 whatever was being done, one
/// line that says so, and never a checkpoint that is refused (`Tests/Fixtures/failing/failing.c`).
@Suite(.enabled(if: FailingMachine.shim != nil, "needs a C compiler and LD_PRELOAD"))
struct FailingMachineTests {
    private let place: Workplace
    private let series: [String]

    init() throws {
        place = try Workplace()
        _ = try place.huggingFace("stage1-step10", smallModel)
        _ = try place.huggingFace("stage1-step20", movedModel)
        series = ["stage1-step10", "stage1-step20"].map { [place] in place / $0 }
    }

    private func expectFailure(
        _ arguments: [String], _ call: String, on part: String, errno code: Int32, _ found: Comment? = nil
    ) throws {
        let shim = try #require(FailingMachine.shim)
        let before = "FAIL_CALL=\(call) FAIL_PATH=\(part) FAIL_ERRNO=\(code) LD_PRELOAD='\(shim)'"
        let finished = try DynamicsProcess(arguments, before: "export \(before);").wait()
        #expect(finished.code == 1 && finished.output.isEmpty, "\(call) on \(part): \(finished)")
        let lines = finished.errors.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(finished.errors)")
        #expect(lines.first?.contains(String(cString: strerror(code))) == true, "\(finished.errors)")
    }

    private var run: [String] {
        ["run", "norms", "--quiet", "--figures", "none", "--set", "series=[\"\(series[0])\", \"\(series[1])\"]"]
            + ["--out", place / "out", "--journal", place / "journal"]
    }

    @Test(arguments: [("pread", EIO), ("open", EMFILE), ("open", EIO)])
    func `reading`(call: String, code: Int32) throws {
        try expectFailure(run, call, on: "stage1-step20/model.safetensors", errno: code)
        #expect(place.list("out") == nil)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test(arguments: [("pread", EIO), ("open", EMFILE), ("open", EIO)])
    func `reading a table`(call: String, code: Int32) throws {
        let path = try place.write("runs.csv", "n,d,loss\n1e6,1e8,4\n")
        let run = ["run", "scaling", "--quiet", "--set", "runs=\"\(path)\"", "--set"]
        try expectFailure(
            run + ["columns={name: [], parameters: n, tokens: d, loss: loss}", "--out", place / "out"], call,
            on: "runs.csv", errno: code)
        #expect(place.list("out") == nil)
    }

    @Test(arguments: [EIO, ENOSPC, EDQUOT])
    func `journalling`(code: Int32) throws {
        try expectFailure(run, "write", on: ".jsonl", errno: code)
        #expect(place.list("out") == nil)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test func `reading the journal`() throws {
        #expect(try DynamicsProcess(run).wait().code == 0)
        let tables = try place.tables("out")
        try expectFailure(run, "pread", on: ".jsonl", errno: EIO)
        try expectFailure(run, "open", on: ".jsonl", errno: EMFILE)
        #expect(try place.tables("out") == tables)
    }

    @Test(arguments: [("write", "norms.csv", ENOSPC), ("rename", "norms.csv", EIO), ("write", "run.json", EIO)])
    func `publishing`(call: String, part: String, code: Int32) throws {
        try expectFailure(run, call, on: part, errno: code)
        #expect(place.list("out")?.contains { $0.hasPrefix(".staging") } != true)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test(
        arguments: [
            ("write", ".partial", ENOSPC), ("write", ".partial", EIO), ("pread", "step20/model.safetensors", EIO),
            ("open", "step20/model.safetensors", EMFILE), ("rename", "step20.h5", EIO),
        ])
    func `importing`(call: String, part: String, code: Int32) throws {
        let arguments = ["import", "--quiet", "--to", place / "imported"] + series
        let shim = try #require(FailingMachine.shim)
        let before = "export FAIL_CALL=\(call) FAIL_PATH=\(part) FAIL_ERRNO=\(code) LD_PRELOAD='\(shim)';"
        let finished = try DynamicsProcess(arguments, before: before).wait()
        #expect(finished.code == 1, "\(call) on \(part): \(finished)")
        #expect(finished.errors.contains(String(cString: strerror(code))), "\(finished.errors)")
        #expect(place.list("imported")?.contains { $0.hasSuffix(".partial") } != true)
        #expect(try DynamicsProcess(arguments).wait().code == 0)
    }
}

/// The library that fails, built once.
private enum FailingMachine {
    static let shim: String? = {
        #if os(Linux)
            let source = "\(packageRoot)/Tests/Fixtures/failing/failing.c"
            let shim = FileManager.default.temporaryDirectory.path + "/failing-\(getpid()).so"
            for compiler in ["cc", "clang", "gcc"] {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"]
                process.standardError = FileHandle.nullDevice
                guard (try? process.run()) != nil else { continue }
                process.waitUntilExit()
                if process.terminationStatus == 0 { return shim }
            }
        #endif
        return nil
    }()
}
