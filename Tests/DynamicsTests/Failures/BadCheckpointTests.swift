import Foundation
import Testing

/// Checkpoints that cannot be read: a clear line each, the right exit code, and the other comparisons stand.
struct BadCheckpointTests {
    private static func damaged(_ place: Workplace) throws -> [(path: String, problem: String)] {
        let whole = try Data(contentsOf: URL(filePath: "\(tinySeries)/main.h5"))
        try FileManager.default.createDirectory(atPath: place / "folder", withIntermediateDirectories: true)
        return [
            (place / "missing.h5", "cannot open it: No such file or directory"),
            (
                place / "folder",
                "has none of model.safetensors, model.safetensors.index.json, pytorch_model.bin, "
                    + "pytorch_model.bin.index.json, model.pt; save the checkpoint as safetensors"
            ),
            (try place.write("text.h5", "hello\n"), "it is not an HDF5 file"),
            (try place.write("empty.h5", ""), "the file is empty"),
            (
                try place.write("cut.h5", whole.prefix(500_000)),
                "cannot open it as an HDF5 file: truncated file: eof = 500000, sblock->base_addr = 0, "
                    + "stored_eof = \(whole.count)"
            ),
        ]
    }

    @Test func `a pair with a bad end is bad input, and nothing is written`() throws {
        let place = try Workplace()
        for (path, problem) in try BadCheckpointTests.damaged(place) {
            for ends in [
                ["--from", path, "--to", "\(tinySeries)/main.h5"], ["--from", "\(tinySeries)/main.h5", "--to", path],
            ] {
                let finished = try DynamicsProcess(["run", "drift", "--out", place / "out"] + ends).wait()
                #expect(finished == Finished(code: 3, output: "", errors: "error: checkpoint \(path): \(problem)\n"))
                #expect(place.list("out") == nil)
            }
        }
    }

    @Test func `a group that is not there is bad input`() throws {
        let location = "\(tinySeries)/main.h5:/nothing"
        let finished = try dynamics("inspect", location)
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors: "error: checkpoint \(location): cannot open '/nothing': object 'nothing' doesn't exist\n"))
    }

    @Test(.disabled(if: geteuid() == 0, "root reads every file"))
    func `a file without the right to read it is bad input`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("a.h5", smallModel)
        chmod(path, 0)
        let finished = try dynamics("inspect", path)
        #expect(
            finished
                == Finished(
                    code: 3, output: "", errors: "error: checkpoint \(path): cannot open it: Permission denied\n"))
    }

    @Test func `one bad checkpoint of a series is refused, and the rest stands`() throws {
        let place = try Workplace()
        for step in ["step0-tokens0B", "step25-tokens1B", "step60-tokens1B"] {
            try place.copy("stage1-\(step).h5", to: "series/stage1-\(step).h5")
        }
        let series = ["run", "drift", "--set", "series=[\"\(place / "series")\"]"]
        #expect(try DynamicsProcess(series + ["--out", place / "good"]).wait().code == 0)

        let bad = try place.write("series/stage1-step30.h5", "hello\n")
        let finished = try DynamicsProcess(series + ["--quiet", "--out", place / "out"]).wait()
        #expect(finished.code == 4)
        #expect(finished.errors == "warning: checkpoint \(bad): it is not an HDF5 file; refused\n")
        #expect(try place.json("out/run.json", "refused") as? [String] == ["checkpoint \(bad): it is not an HDF5 file"])
        var tables = try (good: place.tables("good"), all: place.tables("out"))
        tables.good["run.json"] = nil
        tables.all["run.json"] = nil
        // The summary names the one that is missing.
        #expect(tables.all["summary.md"]?.contains("it is not an HDF5 file") == true)
        tables.good["summary.md"] = nil
        tables.all["summary.md"] = nil
        #expect(tables.all == tables.good)
    }

    @Test func `a series of bad checkpoints only is bad input`() throws {
        let place = try Workplace()
        let paths = [try place.write("series/a.h5", "hello"), try place.write("series/b.h5", "")]
        let finished = try dynamics(
            "run", "drift", "--set", "series=[\"\(place / "series")\"]", "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors: """
                        error: checkpoint \(paths[0]): it is not an HDF5 file
                        error: checkpoint \(paths[1]): the file is empty
                        error: none of the 2 checkpoints can be read

                        """))
        #expect(place.list("out") == nil)
    }

    @Test func `a folder without checkpoints is bad input`() throws {
        let place = try Workplace()
        try place.write("series/readme.txt", "")
        let finished = try dynamics(
            "run", "drift", "--set", "series=[\"\(place / "series")\"]", "--out", place / "out")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors: "error: the folder \(place / "series")"
                        + ": it holds no checkpoint: no HDF5 file, no directory of Hugging Face or OLMo, and no .safetensors, .pt, .ckpt or .npz file\n"
                ))
    }
}
