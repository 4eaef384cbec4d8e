import Foundation
import TestSupport
import Testing

/// What looks like a checkpoint is read, or named with its reason: in the run, in `run.json`, on the page and by exit code 4.
struct PlacesRunTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        try place.huggingFace("s/step1", smallModel)
    }

    private func run(_ names: [String] = ["norms"], _ series: String = "s") throws -> Finished {
        try DynamicsProcess(
            ["run"] + names + ["--figures", "none", "--set", "series=[\"\(place / series)\"]", "--out", place / "out"]
        ).wait()
    }

    private func checkpoints(_ file: String = "out/norms.csv") throws -> [String] {
        try place.table(file).filter { $0["level"] == "model" }.compactMap { $0["revision"] }
    }

    /// Every way in which a member cannot be read: what is written, and what is told.
    @Test(arguments: [
        ("adapter", "holds an adapter (PEFT, such as LoRA)"), ("empty folder", "is an empty folder"),
        ("dangling link", "step2"), ("some shards", "holds 1 of 2 shards"), ("parts", "model-parallel parts"),
        ("distributed", "distributed checkpoint (torch DCP)"), ("below", "but its folder 'weights' does"),
        ("notes", "holds nothing that is read as weights, only notes.txt"), ("damaged", "step2"),
    ])
    func `a member that is not read is named with its reason`(kind: String, reason: String) throws {
        switch kind {
        case "adapter":
            try place.write("s/step2/adapter_config.json", "{}")
            try place.write("s/step2/adapter_model.safetensors", safetensors(smallModel))
        case "empty folder":
            try FileManager.default.createDirectory(atPath: place / "s/step2", withIntermediateDirectories: true)
        case "dangling link":
            try FileManager.default.createSymbolicLink(atPath: place / "s/step2", withDestinationPath: "gone")
        case "some shards": try place.write("s/step2/model-00001-of-00002.safetensors", safetensors(smallModel))
        case "parts":
            for part in ["00", "01"] { try place.write("s/step2/consolidated.\(part).pth", "x") }
        case "distributed": try place.write("s/step2/.metadata", "x")
        case "below": try place.write("s/step2/weights/model.safetensors", safetensors(smallModel))
        case "notes": try place.write("s/step2/notes.txt", "later")
        default: try place.write("s/step2.safetensors", Data(repeating: 0xFF, count: 64))
        }
        let finished = try run()
        #expect(finished.code == 4, "\(finished.errors)")
        let line = try #require(finished.errors.split(separator: "\n").first { $0.hasPrefix("warning: checkpoint ") })
        #expect(line.contains("s/step2") && line.contains(reason), "\(line)")
        #expect(try checkpoints() == ["step1"])
        #expect(try place.text("out/run.json").contains("s/step2"))
        #expect(try place.text("out/index.html").contains("s/step2"))
    }

    /// Other names that weights go by.
    @Test(arguments: [
        "s/step2/pytorch_model.safetensors", "s/step2/consolidated.safetensors",
        "s/step2/model-00001-of-00001.safetensors",
        "s/step2/weights.safetensors", "s/step2.safetensors",
    ])
    func `weights under another name are read`(file: String) throws {
        try place.write(file, safetensors(movedModel))
        let finished = try run()
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try checkpoints() == ["step1", "step2"])
    }

    @Test func `an ending in capitals is an ending`() throws {
        try place.checkpoint("step2.h5", movedModel)
        try FileManager.default.moveItem(atPath: place / "step2.h5", toPath: place / "s/step2.H5")
        #expect(try run().code == 0)
        #expect(try checkpoints() == ["step1", "step2"])
    }

    @Test func `a trainer's folder is its checkpoints and the final model`() throws {
        for name in ["checkpoint-1000", "checkpoint-500"] {
            try place.huggingFace("t/\(name)", name == "checkpoint-500" ? smallModel : movedModel)
            for file in ["optimizer.pt", "rng_state.pth", "scheduler.pt", "training_args.bin"] {
                try place.write("t/\(name)/\(file)", "x")
            }
        }
        try place.huggingFace(
            "t",
            [FloatTensor("model.norm.weight", [2], [1, 1]), FloatTensor("lm_head.weight", [2, 2], [1, 2, 3, 9])])
        let finished = try run(["norms"], "t")
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try checkpoints() == ["checkpoint-500", "checkpoint-1000", "final"])
        let shown = try dynamics("inspect", place / "t")
        #expect(shown.code == 0 && shown.output.contains("3 checkpoints, by stage, ingredient and step"))
        let names = shown.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        #expect(names.suffix(3) == ["checkpoint-500", "checkpoint-1000", "final"])

        // The same after an import, and in a catalog.
        #expect(try dynamics("import", place / "t", "--to", place / "h5").code == 0)
        #expect(place.list("h5") == ["checkpoint-1000.h5", "checkpoint-500.h5", "final.h5"])
        #expect(try run(["norms"], "h5").code == 0)
        #expect(try checkpoints() == ["checkpoint-500", "checkpoint-1000", "final"])
        let listed = try dynamics("catalog", "list", place / "t")
        #expect(listed.code == 0, "\(listed.errors)")
        let first = listed.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
        #expect(first == ["checkpoint-500", "checkpoint-1000", "final"])
    }

    @Test func `inspect of a folder lists its members, and what is not read`() throws {
        try place.write("s/step2/adapter_config.json", "{}")
        let shown = try dynamics("inspect", place / "s")
        #expect(shown.code == 4, "\(shown.errors)")
        #expect(shown.output.contains("s: 1 checkpoint, by stage, ingredient and step"))
        #expect(shown.output.contains("not read: \(place / "s/step2"): holds an adapter"))
        let json = try dynamics("inspect", "--json", place / "s")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((object["not_read"] as? [[String: Any]])?.count == 1)
    }

    @Test func `a single file beside shards of its name is told`() throws {
        let index = #"{"weight_map": {"model.norm.weight": "model-00001-of-00001.safetensors"}}"#
        try place.write("s/step1/model.safetensors.index.json", index)
        try place.write("s/step1/model-00001-of-00001.safetensors", safetensors([movedModel[0]]))
        let finished = try run()
        #expect(finished.code == 4)
        #expect(finished.errors.contains("'model.safetensors' is read, and not the 2 files of a sharded copy"))
    }

    @Test func `shards that the index does not list are told, also where nothing can be compared`() throws {
        for (name, tensors) in [("a", smallModel), ("b", [smallModel[0]])] {
            let listed = tensors.map {
                "\"\($0.name)\": \"model-0000\($0.name == "lm_head.weight" ? 2 : 1)-of-00002.safetensors\""
            }
            try place.write(
                "\(name)/model.safetensors.index.json", "{\"weight_map\": {\(listed.joined(separator: ", "))}}")
            for (number, tensor) in smallModel.enumerated() {
                try place.write("\(name)/model-0000\(number + 1)-of-00002.safetensors", safetensors([tensor]))
            }
        }
        let finished = try dynamics(
            "run", "drift", "--figures", "none", "--from", place / "a", "--to", place / "b", "--out", place / "out")
        #expect(finished.code == 3 || finished.code == 4)
        #expect(
            finished.errors.contains("'model.safetensors.index.json' does not list model-00002-of-00002.safetensors"),
            "\(finished.errors)")
    }

    @Test func `the same weights in another form are noted once, and are no finding`() throws {
        try place.huggingFace("s/step2", movedModel)
        for step in [1, 2] { try place.write("s/step\(step)/pytorch_model.bin", "x") }
        let finished = try run()
        #expect(finished.code == 0, "\(finished.errors)")
        let notes = finished.errors.split(separator: "\n").filter { $0.contains("in another form too") }
        #expect(notes.count == 1 && notes[0].contains("2 checkpoints") && notes[0].contains("pytorch_model.bin"))
    }

    @Test func `an experiment that finds nothing to do does not stop the others`() throws {
        // A matrix is what spectra needs, and convolutions alone have none it takes.
        try place.huggingFace("v/step1", [FloatTensor("model.norm.weight", [2], [3, 4])])
        try place.huggingFace("v/step2", [FloatTensor("model.norm.weight", [2], [3, 8])])
        let finished = try run(["norms", "spectra"], "v")
        #expect(finished.code == 4, "\(finished.errors)")
        #expect(finished.errors.contains("error: spectra: "))
        #expect(try checkpoints("out/norms/norms.csv") == ["step1", "step2"])
        #expect(place.list("out/spectra") == nil)
    }
}
