import Foundation
import TestSupport
import Testing

/// Runs the binary on a machine that lets a system call fail on files of which the path holds `part`, and expects exit code
/// 1 and one line that gives the system's reason: whoever reads blames the machine, and not the file.
/// - Parameter from: the byte from which on reading fails; `nil` for any.
func expectMachineFailure(
    _ arguments: [String], _ call: String, on part: String, errno code: Int32, from: Int? = nil,
    in folder: String = packageRoot, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let shim = try #require(PreloadedShim.failing)
    let start = from.map { "FAIL_FROM=\($0) " } ?? ""
    let before = "export \(start)FAIL_CALL=\(call) FAIL_PATH='\(part)' FAIL_ERRNO=\(code) LD_PRELOAD='\(shim)';"
    let finished = try DynamicsProcess(arguments, in: folder, before: before).wait()
    let found: Comment = "\(call) on \(part): \(finished)"
    #expect(finished.code == 1 && finished.output.isEmpty, found, sourceLocation: sourceLocation)
    let lines = finished.errors.split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("error: "), found, sourceLocation: sourceLocation)
    #expect(
        lines.first?.contains(String(cString: strerror(code))) == true, found, sourceLocation: sourceLocation)
}
