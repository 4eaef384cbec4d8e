import Foundation
import HDF5
import TestSupport
import Testing

/// One member of a series that is not like the rest: it costs itself, with a line that names it.
struct OddMemberTests {
    private let place: Workplace

    init() throws { place = try Workplace() }

    private func series(_ paths: [String]) -> [String] {
        ["--quiet", "--figures", "none", "--set", "series=[\(paths.map { "\"\($0)\"" }.joined(separator: ", "))]"]
    }

    @Test func `a member without a tensor in common is a finding, and the rest is compared`() throws {
        let like = [
            try place.huggingFace("stage1-step10", smallModel), try place.huggingFace("stage1-step20", movedModel),
        ]
        let odd = try place.huggingFace("stage1-step0", [FloatTensor("other", [2], [1, 2])])
        #expect(try DynamicsProcess(["run", "drift"] + series(like) + ["--out", place / "like"]).wait().code == 0)
        let finished = try DynamicsProcess(
            ["run", "drift", "norms"] + series([odd] + like) + ["--out", place / "out"]
        )
        .wait()
        #expect(finished.code == 4)
        #expect(
            finished.errors.hasPrefix(
                "warning: stage1-step0 has no floating-point tensor in common with stage1-step10 and what is compared "
                    + "with it, so that drift leaves it out: the first of stage1-step10 is 'lm_head.weight', of stage1-step0 'other'; "
            ),
            "\(finished.errors)")
        #expect(try place.table("out/drift/summary.csv") == place.table("like/summary.csv"))
        #expect(try place.text("out/norms/norms.csv").contains("stage1-step0"))
    }

    @Test func `a member that shares no tensor with its predecessor is a finding, and the rest is compared`() throws {
        let whole = try place.huggingFace("stage1-step10", smallModel)
        let norm = try place.huggingFace("stage1-step20", [movedModel[0]])
        let head = try place.huggingFace("stage1-step30", [movedModel[1]])
        let finished = try DynamicsProcess(
            ["run", "drift"] + series([whole, norm, head]) + ["--set", "allow_unmatched=true", "--out", place / "out"]
        ).wait()
        #expect(finished.code == 4)
        #expect(
            finished.errors.hasPrefix(
                "warning: stage1-step20 and stage1-step30 have no floating-point tensor in common, so that drift does not "
                    + "compare them: the first of stage1-step20 is 'model.norm.weight', of stage1-step30 'lm_head.weight'; "
            ),
            "\(finished.errors)")
        let rows = try place.table("out/summary.csv").map { [$0["comparison"], $0["from"], $0["to"], $0["drift"]] }
        #expect(
            rows == [
                ["reference", "stage1-step10", "stage1-step20", "4.0"],
                ["reference", "stage1-step10", "stage1-step30", "3.0"],
                ["predecessor", "stage1-step10", "stage1-step20", "4.0"],
            ])
    }

    @Test func `a member that shares a tensor with the second of a series only belongs to it`() throws {
        let norm = try place.huggingFace("stage1-step10", [smallModel[0]])
        let whole = try place.huggingFace("stage1-step20", movedModel)
        let head = try place.huggingFace("stage1-step30", [smallModel[1]])
        let finished = try DynamicsProcess(
            ["run", "drift"] + series([norm, whole, head]) + ["--set", "allow_unmatched=true", "--out", place / "out"]
        ).wait()
        #expect(finished.code == 4)
        #expect(
            finished.errors.hasPrefix(
                "warning: stage1-step10 and stage1-step30 have no floating-point tensor in common"),
            "\(finished.errors)")
        let rows = try place.table("out/summary.csv").map { [$0["comparison"], $0["from"], $0["to"], $0["drift"]] }
        #expect(
            rows == [
                ["reference", "stage1-step10", "stage1-step20", "4.0"],
                ["predecessor", "stage1-step10", "stage1-step20", "4.0"],
                ["predecessor", "stage1-step20", "stage1-step30", "3.0"],
            ])
    }

    @Test func `two checkpoints with nothing in common are bad input`() throws {
        let odd = try place.huggingFace("stage1-step0", [FloatTensor("other", [2], [1, 2])])
        let like = try place.huggingFace("stage1-step10", smallModel)
        let finished = try DynamicsProcess(["run", "drift"] + series([odd, like]) + ["--out", place / "out"]).wait()
        #expect(finished.code == 3 && finished.errors.contains("have no floating-point tensor in common"))
    }

    @Test func `a missing member is named even when nothing is left to compare`() throws {
        let like = try place.huggingFace("stage1-step10", smallModel)
        let gone = place / "stage1-step20"
        let finished = try DynamicsProcess(["run", "drift"] + series([like, gone]) + ["--out", place / "out"]).wait()
        #expect(finished.code == 3)
        #expect(finished.errors.hasPrefix("error: checkpoint \(gone): "), "\(finished.errors)")
        #expect(finished.errors.contains("error: nothing to compare"))
    }

    @Test func `names that control the terminal or forge a line are spelled out`() throws {
        let path = place / "a\nerror: forged\u{1B}[2J.h5"
        for arguments in [["inspect", path], ["run", "norms"] + series([path]) + ["--out", place / "out"]] {
            let finished = try DynamicsProcess(arguments).wait()
            // YAML takes no such character.
            #expect(finished.code == (arguments[0] == "inspect" ? 3 : 2))
            #expect(!finished.errors.contains("\u{1B}") && !finished.errors.contains("\nerror: forged"))
            #expect(
                finished.errors.contains(#"a\nerror: forged\u{1B}[2J.h5"#) || finished.errors.contains(#"\u{001B}"#))
        }
    }

    @Test func `a file's name with a line break is one line of a series file, and one checkpoint of its run`() throws {
        for name in ["stage1-step10.h5", "stage1-step20.h5"] { try place.checkpoint(name, smallModel) }
        try FileManager.default.createDirectory(atPath: place / "series", withIntermediateDirectories: true)
        for (name, other) in [("stage1-step10.h5", "a\nseries: [x].h5"), ("stage1-step20.h5", "b'\u{301}.h5")] {
            try FileManager.default.moveItem(atPath: place / name, toPath: place / "series/\(other)")
        }
        let picked = try dynamics("catalog", "pick", "--count", "2", place / "series", "--quiet")
        #expect(picked.output.contains(#"  - "\#(place / "series")/a\nseries: [x].h5""#), "\(picked.output)")
        #expect(picked.output.split(separator: "\n").filter { $0.hasPrefix("series:") } == ["series:"])
        let file = try place.write("series.yaml", picked.output)
        let finished = try DynamicsProcess(
            ["run", "norms", "--quiet", "--figures", "none", "--settings", file, "--out", place / "out"]
        ).wait()
        #expect(finished.code == 0 || finished.code == 4, "\(finished)")
        #expect(Set(try place.table("out/norms.csv").compactMap { $0["revision"] }).count == 2)
    }
}
