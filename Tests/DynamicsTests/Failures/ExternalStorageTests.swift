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

/// Directories whose files are links.
struct LinkedDirectoryTests {
    @Test(arguments: ["model.safetensors", "config.json"])
    func `a link out of a directory is refused until it is allowed`(name: String) throws {
        let place = try Workplace()
        let good = try place.huggingFace("elsewhere", smallModel)
        let path = try place.huggingFace("step20", movedModel)
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(name)", withDestinationPath: "../elsewhere/\(name)")
        let problem =
            "'\(name)' leads to '\(name)', outside the checkpoint's folder; refused; if you trust it, allow its directory "
            + "with --allow-external DIR"
        #expect(
            try dynamics("inspect", path)
                == Finished(code: 3, output: "", errors: "error: checkpoint \(path): \(problem)\n"))
        #expect(try dynamics("inspect", path, "--allow-external", good).code == 0)
        let imported = try dynamics("import", path, "--to", place / "to")
        #expect(imported.code == 3 && imported.errors.contains(problem))
        #expect(try dynamics("import", path, "--to", place / "to", "--allow-external", good).code == 0)
    }

    @Test func `links inside a directory are followed, and a directory may be a link`() throws {
        let place = try Workplace()
        let path = try place.huggingFace("step20", smallModel)
        try FileManager.default.moveItem(atPath: "\(path)/model.safetensors", toPath: "\(path)/weights.safetensors")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/model.safetensors", withDestinationPath: "weights.safetensors")
        try FileManager.default.createSymbolicLink(atPath: place / "latest", withDestinationPath: "step20")
        #expect(try dynamics("inspect", place / "latest").code == 0)
    }

    @Test func `a snapshot's links lead into its own cache's blobs only`() throws {
        let place = try Workplace()
        let (cache, other) = ("hub/models--a--b", "hub/models--a--c")
        for folder in [cache, other] { try place.write("\(folder)/blobs/bb", safetensors(smallModel)) }
        try place.write("\(cache)/snapshots/01/config.json", #"{"model_type": "olmo2"}"#)
        let link = place / "\(cache)/snapshots/01/model.safetensors"
        for (target, code) in [("../../blobs/bb", Int32(0)), ("../../../models--a--c/blobs/bb", 3)] {
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            #expect(try dynamics("inspect", place / "\(cache)/snapshots/01").code == code, "\(target)")
        }
    }
}
