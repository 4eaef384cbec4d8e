import Foundation
import TestSupport
import Testing

@testable import Base
@testable import Experiments

/// Runs over what earlier runs left.
@Suite struct ResumeTests {
    private let folder: ScratchFolder
    private let whole = 3 * SmallModel(0).byteCount

    init() throws { folder = try ScratchFolder() }

    @Test func `a second run reads nothing and leaves the same files`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        let first = try runDrift(series, in: folder)
        let left = try results(in: folder)
        let second = try runDrift(series, in: folder, out: "out")
        #expect(first.bytesRead == whole)
        #expect(second.bytesRead == 0)
        #expect(try results(in: folder) == left)
        #expect(second.paths == first.paths)
    }

    @Test func `results do not depend on the number of threads`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        for jobs in [1, 2, 7] {
            try runDrift(series, in: folder, jobs: jobs, out: "\(jobs)", journal: "journal-\(jobs)")
        }
        let one = try results(in: folder, out: "1")
        #expect(try results(in: folder, out: "2") == one)
        #expect(try results(in: folder, out: "7") == one)
        #expect(one.count == 13)
    }

    /// The run is cut off by leaving some of its journal's lines out.
    @Test func `a run that was cut off reads the rest only`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let left = try results(in: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/journal")
        let file = "journal/\(try #require(names.first))"
        let lines = try folder.text(file).split(separator: "\n")
        try folder.write(file, lines.prefix(lines.count / 2).joined(separator: "\n") + "\ntorn")
        let second = try runDrift(series, in: folder)
        #expect(second.bytesRead > 0 && second.bytesRead < whole)
        #expect(try results(in: folder) == left)
    }

    @Test func `adding a checkpoint reads it and those it is compared with`() throws {
        var series = try SmallModel.writeSeries(to: folder)
        let middle = SmallModel(1, revision: "stage1-step2000-tokens10B")
        try runDrift(series, in: folder, "gram=false", "compare=[reference, predecessor]")
        series.append(try SmallModel(2, revision: "stage2-ingredient1-step900-tokens9B").write(to: folder))
        // The reference (step 0), its predecessor (the ingredient's first), and itself; not the last of stage 1.
        let second = try runDrift(series, in: folder, "gram=false", "compare=[reference, predecessor]")
        #expect(second.bytesRead == 3 * middle.byteCount)
        #expect(try table("summary", of: folder).rows.count == 6)
    }

    @Test func `a touched file is read again, and the tables stay`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let left = try results(in: folder)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: series[1])
        let second = try runDrift(series, in: folder)
        #expect(second.bytesRead >= SmallModel(0).byteCount)
        #expect(try results(in: folder) == left)
    }

    @Test func `a file that was written over, with size, time and inode kept, is read again, and a line says so`()
        throws
    {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let left = try table("summary", of: folder)
        // The bytes of another checkpoint of the same size, in the same file.
        var model = SmallModel(1)
        model["model.norm.weight"].values[0] += 1
        let other = try ScratchFolder()
        let bytes = try #require(FileManager.default.contents(atPath: model.write(to: other)))
        try overwrite(series[1], with: bytes)
        let second = try runDrift(series, in: folder)
        #expect(
            second.rewritten == [
                "checkpoint \(series[1]): \(realPath(series[1])) was written over since it was journalled, though size, time and "
                    + "inode are the same; what the journal has of it is dropped, and it is read again"
            ])
        #expect(second.bytesRead >= SmallModel(1).byteCount && second.bytesSampled > 0 && second.findings.isEmpty)
        let drift = (left["drift"], try table("summary", of: folder)["drift"])
        #expect(drift.0[0] != drift.1[0] && drift.0[1] == drift.1[1])
        let third = try runDrift(series, in: folder)
        #expect(third.bytesRead == 0 && third.rewritten.isEmpty)
    }

    /// Writes into the file itself and gives it its time back.
    private func overwrite(_ path: String, with bytes: Data) throws {
        var status = stat()
        #expect(stat(path, &status) == 0 && Int(status.st_size) == bytes.count)
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.write(contentsOf: bytes)
        try file.close()
        #if canImport(Darwin)
            let times = [status.st_atimespec, status.st_mtimespec]
        #else
            let times = [status.st_atim, status.st_mtim]
        #endif
        #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
        var now = stat()
        #expect(stat(path, &now) == 0 && now.st_ino == status.st_ino)
    }

    @Test func `new content under an old name is not taken for the old`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let left = try table("summary", of: folder)
        var model = SmallModel(1)
        model["model.norm.weight"].values[0] += 1
        try model.write(to: folder)
        try runDrift(series, in: folder)
        let drift = (left["drift"], try table("summary", of: folder)["drift"])
        #expect(drift.0[1] == drift.1[1])  // step 0 to the ingredient
        #expect(drift.0[0] != drift.1[0])  // step 0 to step 1000
    }

    @Test func `a checkpoint deleted after a run still stands in its tables`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        let left = try results(in: folder)
        try FileManager.default.removeItem(atPath: series[1])
        let second = try runDrift(series, in: folder)
        #expect(second.bytesRead == 0 && second.refused.isEmpty)
        #expect(try results(in: folder) == left)
    }

    @Test func `what a deleted checkpoint did not leave in the journal is refused, and the rest stands`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder, "gram=false")
        try FileManager.default.removeItem(atPath: series[1])
        let second = try runDrift(series, in: folder, "gram=false", "moved_threshold=0.5")
        #expect(second.refused.map(\.kind) == [.unreachable])
        #expect(second.refused.first?.remedy?.hasPrefix("restore \(series[1])") == true)
        #expect(second.bytesRead > 0)
        // Two of the three checkpoints are left: one compared with the other as reference.
        let summary = try table("summary", of: folder)
        #expect(summary["from"] == [SmallModel.revisions[0]] && summary["to"] == [SmallModel.revisions[2]])
        #expect(summary["comparison"] == ["reference"])
    }

    @Test func `another setting of a reduction is not taken for the old one`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder)
        #expect(try table("summary", of: folder)["moved"][0] == "1.0")
        let second = try runDrift(series, in: folder, "moved_threshold=0.2")
        #expect(second.bytesRead == whole)
        // Of the changes 1/8, 2/8 and 3/8, the first no longer counts.
        let moved = try #require(Double(try table("summary", of: folder)["moved"][0]))
        let counts = SmallModel.shapes.enumerated().map { t, entry in
            (entry.shape.reduce(1, *), SmallModel.change(t) > 0.2)
        }
        let expected = Double(counts.filter(\.1).map(\.0).reduce(0, +)) / Double(counts.map(\.0).reduce(0, +))
        #expect(moved == expected && expected < 1)
    }
}
