import Foundation
import Testing

/// `import`, from directories as the Hub lays them out.
struct ImportTests {
    @Test func `directories become files named after their revisions, bit for bit`() throws {
        let place = try Workplace()
        let first = try place.huggingFace("stage1-step10-tokens1B", smallModel)
        let second = try place.huggingFace("stage1-step20-tokens2B", movedModel)
        let finished = try dynamics("import", first, second, "--to", place / "to")
        #expect(finished.code == 0)
        let files = ["10-tokens1B", "20-tokens2B"].map { place / "to/stage1-step\($0).h5" }
        #expect(finished.output == files.map { $0 + "\n" }.joined())
        #expect(finished.errors == "2 written (48 B), 0 already there, 0 refused\n")
        #expect(place.list("to") == ["stage1-step10-tokens1B.h5", "stage1-step20-tokens2B.h5"])

        let inspected = try dynamics("inspect", files[1])
        #expect(inspected.output.contains("  stage: 1\n  step: 20\n  tokens: 2000000000\n  has_config: true\n"))
        // Zero drift from the directory it was made of, which is reported as the copy it is.
        let compared = try dynamics("run", "drift", "--from", second, "--to", files[1], "--out", place / "out")
        #expect(compared.code == 4)
        #expect(try place.table("out/summary.csv").first?["changed_bits"] == "0.0")
    }

    @Test func `a second import skips what is there and writes what is missing`() throws {
        let place = try Workplace()
        let sources = [try place.huggingFace("step10", smallModel), try place.huggingFace("step20", movedModel)]
        let all = ["import"] + sources + ["--to", place / "to"]
        #expect(try DynamicsProcess(all).wait().code == 0)
        try FileManager.default.removeItem(atPath: place / "to/step20.h5")
        let again = try DynamicsProcess(all).wait()
        #expect(again.code == 0)
        #expect(again.output == "\(place / "to/step20.h5")\n\(place / "to/step10.h5")\n")
        #expect(again.errors == "1 written (24 B), 1 already there, 0 refused\n")
    }

    @Test func `a file of another source stays, unless it is forced`() throws {
        let place = try Workplace()
        let import10 = ["import", try place.huggingFace("a/step10", smallModel), "--to", place / "to"]
        #expect(try DynamicsProcess(import10).wait().code == 0)
        let before = try Data(contentsOf: URL(filePath: place / "to/step10.h5"))
        try place.huggingFace("a/step10", movedModel)
        let refused = try DynamicsProcess(import10).wait()
        #expect(refused.code == 3 && refused.output.isEmpty)
        #expect(refused.errors.contains("is there and differs from what this import would write; --force replaces it"))
        #expect(try Data(contentsOf: URL(filePath: place / "to/step10.h5")) == before)
        #expect(try DynamicsProcess(import10 + ["--force"]).wait().code == 0)
        #expect(try Data(contentsOf: URL(filePath: place / "to/step10.h5")) != before)
        #expect(place.list("to") == ["step10.h5"])
    }

    @Test func `a bad source costs that source`() throws {
        let place = try Workplace()
        let good = try place.huggingFace("step10", smallModel)
        let bad = try place.huggingFace("step20", movedModel)
        try place.write("step20/model.safetensors", safetensors(movedModel).dropLast())
        let finished = try dynamics("import", bad, place / "nothing", good, "--to", place / "to")
        #expect(finished.code == 4)
        #expect(finished.output == "\(place / "to/step10.h5")\n")
        let lines = finished.errors.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.contains { $0.hasPrefix("error: \(bad): ") })
        #expect(
            lines.contains {
                $0.hasPrefix("error: \(place / "nothing"): ") && $0.hasSuffix("no such file or directory")
            })
        #expect(lines.last == "1 written (24 B), 0 already there, 2 refused")
        #expect(place.list("to") == ["step10.h5"])
    }

    @Test func `bad sources only are bad input`() throws {
        let place = try Workplace()
        try place.write("step10/model.safetensors", "short")
        let finished = try dynamics("import", place / "step10", place / "nothing", "--to", place / "to")
        #expect(finished.code == 3 && finished.output.isEmpty)
        #expect(finished.errors.hasSuffix("\n0 written (0 B), 0 already there, 2 refused\n"))
        #expect(place.list("to") == nil)
    }

    @Test func `sources of one name are a mistake, and nothing is written`() throws {
        let place = try Workplace()
        let sources = [try place.huggingFace("a/main", smallModel), try place.huggingFace("b/main", movedModel)]
        #expect(
            try dynamics("import", sources[0], sources[1], "--to", place / "to")
                == Finished(
                    code: 2, output: "",
                    errors: "error: '\(sources[0])' and '\(sources[1])' both become '\(place / "to/main.h5")'\n"))
        #expect(place.list("to") == nil)
    }

    @Test func `facts overrule rounded names, and must know every revision`() throws {
        let place = try Workplace()
        let source = try place.huggingFace("stage1-step25-tokens1B", smallModel)
        let facts = try place.write(
            "facts.json",
            #"{"revisions": [{"revision": "stage1-step25-tokens1B", "step": 25, "total_tokens": 102400}]}"#)
        let finished = try dynamics("import", source, "--facts", facts, "--model", "tiny", "--to", place / "to")
        #expect(finished.code == 0)
        let inspected = try dynamics("inspect", place / "to/stage1-step25-tokens1B.h5")
        #expect(inspected.output.contains("  model: tiny\n  stage: 1\n  step: 25\n  tokens: 102400\n"))

        let other = try place.huggingFace("stage1-step50-tokens1B", smallModel)
        #expect(
            try dynamics("import", other, "--facts", facts, "--to", place / "to")
                == Finished(
                    code: 2, output: "",
                    errors: "error: facts file '\(facts)' does not list revision 'stage1-step50-tokens1B'\n"))
    }

    @Test func `a Hub cache is met as it is`() throws {
        let place = try Workplace()
        let cache = "hub/models--allenai--tiny"
        try place.write("\(cache)/blobs/aa", #"{"model_type": "olmo2"}"#)
        try place.write("\(cache)/blobs/bb", safetensors(smallModel))
        try place.write("\(cache)/refs/stage1-step10-tokens1B", "0123abcd")
        try place.write("\(cache)/snapshots/0123abcd/.keep", "")
        for (name, blob) in [("config.json", "aa"), ("model.safetensors", "bb")] {
            try FileManager.default.createSymbolicLink(
                atPath: place / "\(cache)/snapshots/0123abcd/\(name)", withDestinationPath: "../../blobs/\(blob)")
        }
        let file = place / "to/stage1-step10-tokens1B.h5"
        let finished = try dynamics("import", place / cache, "--to", place / "to")
        #expect(
            finished
                == Finished(
                    code: 0, output: "\(file)\n", errors: "1 written (24 B), 0 already there, 0 refused\n"))
        #expect(try dynamics("inspect", file).output.contains("  model: allenai/tiny\n"))
        // A snapshot is a checkpoint of its own, too.
        let snapshot = try dynamics("inspect", place / "\(cache)/snapshots/0123abcd")
        #expect(snapshot.code == 0 && snapshot.output.contains("  revision: stage1-step10-tokens1B\n"))
    }
}
