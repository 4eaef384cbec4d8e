import Foundation
import TestSupport
import Testing

/// The machine fails: a disk that does not answer, no room, no descriptor. That is exit code 1 whatever was being done, one
/// line that says so, and never a checkpoint that is refused (`Tests/Fixtures/preloaded/failing.c`).
@Suite(.enabled(if: PreloadedShim.failing != nil, "needs a C compiler and LD_PRELOAD"))
struct FailingMachineTests {
    private let place: Workplace
    private let series: [String]

    init() throws {
        place = try Workplace()
        _ = try place.huggingFace("stage1-step10", smallModel)
        _ = try place.huggingFace("stage1-step20", movedModel)
        series = ["stage1-step10", "stage1-step20"].map { [place] in place / $0 }
    }

    private var run: [String] {
        ["run", "norms", "--quiet", "--figures", "none", "--set", "series=[\"\(series[0])\", \"\(series[1])\"]"]
            + ["--out", place / "out", "--journal", place / "journal"]
    }

    @Test(arguments: [("pread", EIO), ("open", EMFILE), ("open", EIO)])
    func `reading`(call: String, code: Int32) throws {
        try expectMachineFailure(run, call, on: "stage1-step20/model.safetensors", errno: code)
        #expect(place.list("out") == nil)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test(arguments: [("pread", EIO), ("open", EMFILE), ("open", EIO)])
    func `reading a table`(call: String, code: Int32) throws {
        let path = try place.write("runs.csv", "n,d,loss\n1e6,1e8,4\n")
        let run = ["run", "scaling", "--quiet", "--set", "runs=\"\(path)\"", "--set"]
        try expectMachineFailure(
            run + ["columns={name: [], parameters: n, tokens: d, loss: loss}", "--out", place / "out"], call,
            on: "runs.csv", errno: code)
        #expect(place.list("out") == nil)
    }

    @Test(arguments: [EIO, ENOSPC, EDQUOT])
    func `journalling`(code: Int32) throws {
        try expectMachineFailure(run, "write", on: ".jsonl", errno: code)
        #expect(place.list("out") == nil)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test func `reading the journal`() throws {
        #expect(try DynamicsProcess(run).wait().code == 0)
        let tables = try place.tables("out")
        try expectMachineFailure(run, "pread", on: ".jsonl", errno: EIO)
        try expectMachineFailure(run, "open", on: ".jsonl", errno: EMFILE)
        #expect(try place.tables("out") == tables)
    }

    @Test(arguments: [("write", "norms.csv", ENOSPC), ("rename", "norms.csv", EIO), ("write", "run.json", EIO)])
    func `publishing`(call: String, part: String, code: Int32) throws {
        try expectMachineFailure(run, call, on: part, errno: code)
        #expect(place.list("out")?.contains { $0.hasPrefix(".staging") } != true)
        #expect(try DynamicsProcess(run).wait().code == 0)
    }

    @Test func `importing over a file that cannot be read`() throws {
        let arguments = ["import", "--quiet", "--to", place / "imported"] + series
        #expect(try DynamicsProcess(arguments).wait().code == 0)
        let before = try Data(contentsOf: URL(filePath: place / "imported/stage1-step20.h5"))
        for options in [[], ["--force"]] {
            try expectMachineFailure(
                arguments + options, "pread", on: "imported/stage1-step20.h5", errno: EIO)
        }
        #expect(try Data(contentsOf: URL(filePath: place / "imported/stage1-step20.h5")) == before)
    }

    @Test(
        arguments: [
            ("write", ".partial", ENOSPC), ("write", ".partial", EIO), ("pread", "step20/model.safetensors", EIO),
            ("open", "step20/model.safetensors", EMFILE), ("rename", "step20.h5", EIO),
        ])
    func `importing`(call: String, part: String, code: Int32) throws {
        let arguments = ["import", "--quiet", "--to", place / "imported"] + series
        let shim = try #require(PreloadedShim.failing)
        let before = "export FAIL_CALL=\(call) FAIL_PATH=\(part) FAIL_ERRNO=\(code) LD_PRELOAD='\(shim)';"
        let finished = try DynamicsProcess(arguments, before: before).wait()
        #expect(finished.code == 1, "\(call) on \(part): \(finished)")
        #expect(finished.errors.contains(String(cString: strerror(code))), "\(finished.errors)")
        #expect(place.list("imported")?.contains { $0.hasSuffix(".partial") } != true)
        #expect(try DynamicsProcess(arguments).wait().code == 0)
    }
}
