import Foundation
import Testing

/// What is wrong with checkpoints that can be read.
struct FindingTests {
    private func run(_ place: Workplace, _ from: String, _ to: String, set: String...) throws -> Finished {
        try DynamicsProcess(
            ["run", "drift", "--quiet", "--from", from, "--to", to, "--out", place / "out"]
                + set.flatMap { ["--set", $0] }
        ).wait()
    }

    @Test func `tensors without counterpart stop the run with a list, unless they are allowed`() throws {
        let place = try Workplace()
        let from = try place.checkpoint("a.h5", smallModel)
        let to = try place.checkpoint(
            "b.h5", [movedModel[0], FloatTensor("model.layers.0.mlp.up_proj.weight", [2, 2], [1, 2, 3, 5])])
        #expect(
            try run(place, from, to)
                == Finished(
                    code: 3, output: "",
                    errors: """
                        error: 'lm_head.weight' is in a but not in b
                        error: 'model.layers.0.mlp.up_proj.weight' is in b but not in a
                        error: 2 tensor(s) have no equal counterpart; with allow_unmatched=true they are left out, or cut to the rows that both sides have

                        """))
        #expect(place.list("out") == nil)

        let allowed = try run(place, from, to, set: "allow_unmatched=true")
        #expect(allowed.code == 4)
        #expect(
            allowed.errors
                == "warning: 2 tensor(s) without an equal counterpart, first 'lm_head.weight'; see coverage.csv\n")
        let coverage = try place.table("out/coverage.csv").map { [$0["tensor"], $0["status"]] }
        #expect(
            coverage == [
                ["lm_head.weight", "only_in_from"], ["model.layers.0.mlp.up_proj.weight", "only_in_to"],
                ["model.norm.weight", "compared"],
            ])
        #expect(try place.table("out/summary.csv").first?["relative_drift"] == "0.8")
    }

    @Test func `a NaN is reported with tensor, count and place`() throws {
        let place = try Workplace()
        let from = try place.checkpoint("a.h5", smallModel)
        let to = try place.checkpoint("b.h5", [FloatTensor("model.norm.weight", [2], [3, .nan]), movedModel[1]])
        let finished = try run(place, from, to)
        #expect(finished.code == 4)
        let message =
            "b: 'model.norm.weight' holds 1 NaN or infinite element, the first at index 1; its statistics are left empty"
        #expect(finished.errors == "warning: \(message)\n")
        #expect(
            try place.text("out/integrity.csv").hasSuffix("\nnon_finite,b,,model.norm.weight,1,1,1,\"\(message)\"\n"))
        let summary = try #require(try place.table("out/summary.csv").first)
        #expect(summary["drift"] == "" && summary["nonfinite_from"] == "0" && summary["nonfinite_to"] == "1")
    }

    @Test func `a copy under another name is reported, and strict withholds the tables`() throws {
        let place = try Workplace()
        let from = try place.copy("main.h5", to: "a.h5")
        let to = try place.copy("main.h5", to: "b.h5")
        let message = "a.h5 and b.h5 hold the same 47 tensors, bit for bit: one of them is mislabelled or a copy"
        #expect(
            try run(place, from, to, set: "strict=true")
                == Finished(
                    code: 3, output: "",
                    errors: "error: \(message)\nerror: strict is set: no table is written\n"))
        // The work is kept, the tables are not.
        #expect(place.list("out") == [".journal"])

        let finished = try run(place, from, to)
        #expect(finished.code == 4 && finished.errors == "warning: \(message)\n")
        #expect(try place.json("out/machine.json", "bytes_read") as? Int == 0)
        #expect(try place.table("out/summary.csv").first?["drift"] == "0.0")
    }

    @Test func `a strict run that finds something keeps the old tables`() throws {
        let place = try Workplace()
        let from = try place.copy("main.h5", to: "a.h5")
        let to = try place.copy("stage1-step0-tokens0B.h5", to: "b.h5")
        #expect(try run(place, from, to).code == 0)
        let before = try place.tables("out")
        #expect(try run(place, from, try place.copy("main.h5", to: "c.h5"), set: "strict=true").code == 3)
        #expect(try place.tables("out") == before)
    }
}
