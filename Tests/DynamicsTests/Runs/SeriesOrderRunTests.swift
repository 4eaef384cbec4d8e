import Foundation
import TestSupport
import Testing

/// The order of a series, as a user sees it: in the tables, on stderr and by the exit code.
struct SeriesOrderRunTests {
    private let place: Workplace

    init() throws { place = try Workplace() }

    /// A Hugging Face directory of one tensor whose norm is `norm`.
    @discardableResult
    private func member(_ name: String, norm: Float) throws -> String {
        try place.huggingFace(name, [FloatTensor("model.norm.weight", [2], [0, norm])])
    }

    private func run(_ experiment: String, _ entries: [String], _ more: [String] = [], out: String = "out") throws
        -> Finished
    {
        let list = entries.map { "\"\(place / $0)\"" }.joined(separator: ", ")
        return try DynamicsProcess(
            ["run", experiment, "--figures", "none", "--set", "series=[\(list)]", "--out", place / out]
                + more.flatMap { ["--set", $0] }
        ).wait()
    }

    /// The norms of the whole model, in the order of the rows.
    private var norms: [String] {
        get throws {
            try place.table("out/norms.csv").filter { $0["level"] == "model" }.compactMap { $0["l2"] }
        }
    }

    @Test(arguments: [
        ["step2", "step10", "step100"], ["step2-unsharded", "step10-unsharded", "step100-unsharded"],
        ["step-2", "step-10", "step-100"], ["step_2", "step_10", "step_100"], ["Step2", "Step10", "Step100"],
        ["checkpoint-2", "checkpoint-10", "checkpoint-100"], ["global_step2", "global_step10", "global_step100"],
        ["iter_0000002", "iter_0000010", "iter_0000100"], ["ckpt_2", "ckpt_10", "ckpt_100"],
        ["epoch=9-step=2", "epoch=10-step=10", "epoch=0-step=100"], ["step2-hf", "step10-hf", "step100-hf"],
    ])
    func `steps of every form of name order a folder`(names: [String]) throws {
        for (index, name) in names.enumerated() { try member("s/\(name)", norm: Float(index + 1)) }
        let finished = try run("norms", ["s"])
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try norms == ["1.0", "2.0", "3.0"])
        #expect(!finished.errors.contains("warning"))
    }

    @Test func `without any step a folder is in natural order, which is a finding`() throws {
        for (index, name) in ["2", "9", "10"].enumerated() { try member("s/\(name)", norm: Float(index + 1)) }
        let finished = try run("norms", ["s"])
        #expect(finished.code == 4 && finished.errors.contains("no checkpoint tells a step"), "\(finished.errors)")
        #expect(finished.errors.contains("in the natural order of their names ('2' first)"))
        let audited = try run("audit", ["s"], out: "audit")
        #expect(audited.code == 4 && audited.errors.contains("in the natural order of their names"))
        #expect(try norms == ["1.0", "2.0", "3.0"])
        #expect(try place.text("out/run.json").contains("natural order of their names"))
        #expect(try place.text("out/index.html").contains("natural order of their names"))
    }

    @Test func `without any step a list keeps its order, each with the one before, and a line says so`() throws {
        for (index, name) in ["zebra", "ape", "mole"].enumerated() { try member("s/\(name)", norm: Float(index + 1)) }
        let finished = try run("drift", ["s/zebra", "s/ape", "s/mole"], ["compare=[predecessor]"])
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(finished.errors.contains("note: no checkpoint tells a step"))
        #expect(finished.errors.contains("in the order in which they are listed ('zebra' first)"))
        let rows = try place.table("out/summary.csv")
        #expect(rows.map { $0["from"] } == ["zebra", "ape"] && rows.map { $0["to"] } == ["ape", "mole"])
    }

    @Test func `epochs are never sorted among steps`() throws {
        try member("s/step5", norm: 1)
        try member("s/step20", norm: 2)
        try member("s/epoch10", norm: 3)
        let finished = try run("norms", ["s"])
        #expect(finished.code == 4)
        #expect(finished.errors.contains("(epoch 10 is no step), as those of 2 others do"), "\(finished.errors)")
        #expect(try norms == ["1.0", "2.0", "3.0"])
    }

    @Test func `what the trainer wrote orders, and a name that differs is a finding`() throws {
        try member("s/checkpoint-10", norm: 1)
        try member("s/checkpoint-20", norm: 3)
        try place.write("s/checkpoint-10/trainer_state.json", #"{"global_step": 10}"#)
        // Python writes NaN into the log of losses.
        try place.write("s/checkpoint-20/trainer_state.json", #"{"global_step": 30, "log_history": [{"loss": NaN}]}"#)
        try member("s/checkpoint-25", norm: 2)
        let finished = try run("norms", ["s"])
        #expect(finished.code == 4)
        #expect(
            finished.errors.contains("the name 'checkpoint-20' says step 20, but its files say 30 (global_step)"),
            "\(finished.errors)")
        #expect(try norms == ["1.0", "2.0", "3.0"])
    }

    @Test func `a link takes no step's place, and is another name`() throws {
        try member("s/step100", norm: 1)
        try member("s/step300", norm: 2)
        try FileManager.default.createSymbolicLink(atPath: place / "s/latest", withDestinationPath: "step300")
        let finished = try run("norms", ["s"])
        #expect(finished.code == 0)
        #expect(finished.errors.contains("note: step300 is also called latest: one checkpoint, taken once"))
        #expect(try norms == ["1.0", "2.0"])
    }

    @Test func `a step that is there twice is told`() throws {
        try member("s/step100", norm: 1)
        try member("s/step_100", norm: 2)
        let finished = try run("norms", ["s"])
        #expect(
            finished.code == 4 && finished.errors.contains("warning: step 100 is there 2 times: "), "\(finished.errors)"
        )
        let audited = try run("audit", ["s"], out: "audit")
        #expect(audited.code == 4 && audited.errors.contains("step100: duplicate_step: "), "\(audited.errors)")
        #expect(try place.text("audit/findings.csv").contains("\nerror,duplicate_step,step100,"))
    }

    @Test func `two refs on one commit are one checkpoint with both names`() throws {
        let hash = String(repeating: "1", count: 40)
        try member("models--o--m/snapshots/\(hash)", norm: 1)
        for name in ["main", "step400"] { try place.write("models--o--m/refs/\(name)", hash + "\n") }
        let finished = try run("norms", ["models--o--m"])
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(finished.errors.contains("note: step400 is also called main: one checkpoint, taken once"))
        #expect(try norms.count == 1)
    }

    @Test func `what stands in for a branch point that is not there is announced, and no row runs backwards`() throws {
        for (index, name) in ["stage1-step10", "stage1-step20", "stage2-ingredient1-step5", "main"].enumerated() {
            try member("s/\(name)", norm: Float(index + 1))
        }
        let finished = try run("drift", ["s"])
        #expect(finished.code == 0)
        #expect(
            finished.errors.contains(
                "note: stage1-step20, the last of stage 1 in the series, stands in for the branch point"),
            "\(finished.errors)")
        let rows = try place.table("out/summary.csv").filter { $0["comparison"] == "branch_point" }
        #expect(rows.map { $0["to"] } == ["stage2-ingredient1-step5", "main"])
        #expect(try run("drift", ["s"], ["compare=[before_branch_point]"]).code == 0)
        let backwards = try place.table("out/summary.csv")
        #expect(backwards.map { $0["from"] } == ["stage1-step20"] && backwards.map { $0["to"] } == ["stage1-step10"])
    }

    @Test func `a pair of one name in two folders is told apart by the shortest path`() throws {
        for folder in ["a", "b"] { try place.write("runs/\(folder)/notes.txt", "") }
        try place.checkpoint("runs/a/step10.h5", smallModel)
        try place.checkpoint("runs/b/step10.h5", movedModel)
        let finished = try DynamicsProcess([
            "run", "drift", "--figures", "none", "--from", place / "runs/a/step10.h5", "--to",
            place / "runs/b/step10.h5",
            "--out", place / "out",
        ]).wait()
        #expect(finished.code == 0, "\(finished.errors)")
        let row = try #require(try place.table("out/summary.csv").first)
        #expect(row["from"] == "a/step10.h5" && row["to"] == "b/step10.h5")
    }

    @Test func `part of a revision's facts names it in a setting, if it is the only one`() throws {
        try member("s/stage1-step25-tokens1B", norm: 1)
        try member("s/stage1-step60-tokens1B", norm: 2)
        let finished = try run("drift", ["s"], ["reference=step60", "compare=[reference]"])
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try place.table("out/summary.csv").map { $0["from"] } == ["stage1-step60-tokens1B"])
        let unclear = try run("drift", ["s"], ["reference=stage1"])
        #expect(
            unclear.code == 3 && unclear.errors.contains("may mean stage1-step25-tokens1B, stage1-step60-tokens1B"),
            "\(unclear.errors)")
    }
}
