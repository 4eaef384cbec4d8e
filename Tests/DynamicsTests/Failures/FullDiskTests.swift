import Foundation
import Testing

/// Results, journals and imports on a disk without room: exit code 1, a line that says so, nothing half written.
@Suite(.enabled(if: geteuid() == 0 && SmallDisk.isPossible, "needs the right to mount a small tmpfs"))
struct FullDiskTests {
    private func pair(_ place: Workplace) throws -> [String] {
        let from = "\(tinySeries)/stage1-step0-tokens0B.h5"
        return ["run", "drift", "--quiet", "--figures", "none", "--from", from, "--to", "\(tinySeries)/main.h5"]
    }

    @Test func `results on a full disk leave the old tables`() throws {
        let place = try Workplace()
        let disk = try SmallDisk(place, kilobytes: 48)
        // Old tables are a byte each; the new ones do not fit.
        let old = RunTests.pairFiles.filter { !$0.hasPrefix("drift_map") }
        for name in old { try place.write("disk/out/\(name)", "-") }
        let finished = try DynamicsProcess(
            pair(place) + ["--out", place / "disk/out", "--journal", place / "journal"]
        ).wait()
        #expect(finished.code == 1 && finished.output.isEmpty)
        #expect(
            finished.errors.wholeMatch(of: /error: cannot write .*\/disk\/out\/[a-z_.]+: No space left on device\n/)
                != nil,
            "\(finished.errors)")
        #expect(place.list("disk/out") == old.sorted())
        #expect(try place.tables("disk/out").allSatisfy { $0.value == "-" })
        _ = disk
    }

    @Test func `a journal on a full disk is an error, and what it holds serves`() throws {
        let place = try Workplace()
        let disk = try SmallDisk(place, kilobytes: 40)
        let arguments = try pair(place) + ["--out", place / "out"]
        let finished = try DynamicsProcess(arguments + ["--journal", place / "disk"]).wait()
        #expect(
            finished
                == Finished(
                    code: 1, output: "", errors: "error: cannot write \(place / "disk"): No space left on device\n"))
        #expect(place.list("out") == nil)

        try FileManager.default.copyItem(atPath: place / "disk", toPath: place / "journal")
        #expect(try DynamicsProcess(arguments + ["--journal", place / "journal"]).wait().code == 0)
        #expect(try DynamicsProcess(pair(place) + ["--out", place / "fresh"]).wait().code == 0)
        let bytes = try ["out", "fresh"].map {
            try #require(try place.json("\($0)/machine.json", "bytes_read") as? Int)
        }
        #expect(bytes[0] < bytes[1])
        #expect(try place.tables("out") == place.tables("fresh"))
        _ = disk
    }

    // One tensor: its bytes do not fit. 200: the structure does not, and then libhdf5 cannot close the file either.
    @Test(arguments: [(4, 1), (40, 1), (4, 200), (16, 200), (48, 200)])
    func `an import onto a full disk leaves no file`(kilobytes: Int, tensorCount: Int) throws {
        let place = try Workplace()
        let disk = try SmallDisk(place, kilobytes: kilobytes)
        let values = [Float](repeating: 1, count: 100_000 / tensorCount)
        let source = try place.huggingFace(
            "step10", (0..<tensorCount).map { FloatTensor("model.layers.\($0).weight", [values.count], values) })
        let finished = try dynamics("import", source, "--to", place / "disk")
        #expect(finished.code == 1 && finished.output.isEmpty)
        #expect(
            finished.errors.wholeMatch(of: /error: .*step10\.h5.*No space left on device\n/) != nil,
            "\(finished.errors)")
        #expect(place.list("disk") == [])
        _ = disk
    }
}

/// A tmpfs of a few pages at `disk` in a workplace, until it is let go.
final class SmallDisk {
    /// Whether this process may mount: root in a container may not.
    static let isPossible: Bool = {
        guard let place = try? Workplace() else { return false }
        return (try? SmallDisk(place, kilobytes: 4)) != nil
    }()

    private let path: String

    init(_ place: Workplace, kilobytes: Int) throws {
        path = place / "disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "none", path) == 0)
    }

    deinit { _ = run("umount", path) }
}

private func run(_ command: String...) -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
}
