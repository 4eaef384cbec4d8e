import Foundation
import Testing

/// Files that point at bytes outside themselves.
struct ExternalStorageTests {
    /// A linked import of `movedModel` in `to/step20.h5`, and what it is compared with.
    private func linked(_ place: Workplace, _ options: String...) throws -> (link: String, other: String) {
        let source = try place.huggingFace("elsewhere/step20", movedModel)
        let finished = try DynamicsProcess(["import", source, "--link", "--to", place / "to"] + options).wait()
        #expect(finished.code == 0, "\(finished.errors)")
        return (place / "to/step20.h5", try place.checkpoint("step10.h5", smallModel))
    }

    @Test(arguments: [[], ["--relative"]])
    func `external storage outside the folder is refused until it is allowed`(options: [String]) throws {
        let place = try Workplace()
        let source = try place.huggingFace("elsewhere/step20", movedModel)
        #expect(try DynamicsProcess(["import", source, "--link", "--to", place / "to"] + options).wait().code == 0)
        let (link, other) = (place / "to/step20.h5", try place.checkpoint("step10.h5", smallModel))
        let pair = ["run", "drift", "--quiet", "--from", other, "--to", link, "--out", place / "out"]
        let target =
            options.isEmpty ? place / "elsewhere/step20/model.safetensors" : "../elsewhere/step20/model.safetensors"
        #expect(
            try DynamicsProcess(pair).wait()
                == Finished(
                    code: 3, output: "",
                    errors: "error: checkpoint \(link): external storage of 'lm_head.weight' leads to '\(target)', "
                        + "outside the checkpoint's folder; refused; if you trust it, allow its directory with "
                        + "--allow-external DIR\n"))
        #expect(place.list("out") == nil)

        #expect(try DynamicsProcess(pair + ["--allow-external", place / "elsewhere"]).wait().code == 0)
        #expect(try place.table("out/summary.csv").first?["drift"] == "5.0")
        #expect(try DynamicsProcess(pair + ["--set", "allow_external=[\"\(place / "elsewhere")\"]"]).wait().code == 0)
        // A folder of another name that begins alike is not below the root.
        #expect(try DynamicsProcess(pair + ["--allow-external", place / "else"]).wait().code == 3)
    }

    @Test func `in a series it costs that checkpoint, and refused is said once`() throws {
        let place = try Workplace()
        let (link, _) = try linked(place)
        try place.checkpoint("to/step0.h5", smallModel)
        try place.checkpoint("to/step1.h5", movedModel)
        let finished = try dynamics(
            "run", "drift", "--quiet", "--set", "series=[\"\(place / "to")\"]", "--out", place / "out")
        #expect(finished.code == 4)
        #expect(
            finished.errors
                == "warning: checkpoint \(link): external storage of 'lm_head.weight' leads to "
                + "'\(place / "elsewhere/step20/model.safetensors")', outside the checkpoint's folder; refused; if you "
                + "trust it, allow its directory with --allow-external DIR\n")
        #expect(try place.table("out/summary.csv").first?["drift"] == "5.0")
    }

    @Test func `a target that changed since the import is an error`() throws {
        let place = try Workplace()
        let (link, _) = try linked(place)
        let allowed = ["inspect", link, "--allow-external", place / "elsewhere"]
        #expect(try DynamicsProcess(allowed).wait().code == 0)
        try place.write("elsewhere/step20/model.safetensors", safetensors(smallModel) + Data([0]))
        let finished = try DynamicsProcess(allowed).wait()
        #expect(finished.code == 3 && finished.output.isEmpty)
        #expect(
            finished.errors
                == "error: checkpoint \(link): external storage of 'lm_head.weight', "
                + "'\(place / "elsewhere/step20/model.safetensors")', is no longer the file that was imported: its size "
                + "or modification time differs; import it again with --force\n")
        try FileManager.default.removeItem(atPath: place / "elsewhere/step20/model.safetensors")
        let gone = try DynamicsProcess(allowed).wait()
        #expect(gone.code == 3 && gone.errors.contains("external storage of 'lm_head.weight' leads to "))
    }
}
