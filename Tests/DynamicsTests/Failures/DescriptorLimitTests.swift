import Foundation
import Testing

/// Series with more checkpoints than the shell lets a program have open.
struct DescriptorLimitTests {
    private let place: Workplace
    private let run: [String]

    init() throws {
        place = try Workplace()
        let path = try place.checkpoint("small.h5", smallModel)
        try FileManager.default.createDirectory(atPath: place / "series", withIntermediateDirectories: true)
        for step in 0..<80 {
            try FileManager.default.linkItem(atPath: path, toPath: place / "series/stage1-step\(step)-tokens1B.h5")
        }
        run = ["run", "drift", "--quiet", "--set", "series=[\"\(place / "series")\"]", "--out", place / "out"]
    }

    @Test func `a soft limit is raised`() throws {
        let finished = try DynamicsProcess(run, before: "ulimit -Sn 64;").wait()
        // The copies are findings, and none is refused.
        #expect(finished.code == 4)
        #expect(try place.json("out/run.json", "refused") as? [String] == [])
    }

    @Test func `a hard limit is enough for more checkpoints than it has files`() throws {
        let finished = try DynamicsProcess(run, before: "ulimit -n 64;").wait()
        #expect(finished.code == 4)
        #expect(try place.json("out/run.json", "refused") as? [String] == [])
    }
}
