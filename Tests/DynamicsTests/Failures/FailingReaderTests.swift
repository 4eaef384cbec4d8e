import Foundation
import TestSupport
import Testing

/// Everything that is read besides tensors, on a disk that does not answer and by a process that may open nothing more: the
/// machine is blamed (exit code 1), and never the file.
@Suite(.enabled(if: PreloadedShim.failing != nil, "needs a C compiler and LD_PRELOAD"))
struct FailingReaderTests {
    private let place: Workplace
    private let series: String

    init() throws {
        place = try Workplace()
        _ = try place.huggingFace("series/stage1-step10", smallModel)
        _ = try place.huggingFace("series/stage1-step20", movedModel)
        series = place / "series"
    }

    /// The ways in which a file cannot be read.
    private func expectFailures(_ arguments: [String], on part: String, in folder: String = packageRoot) throws {
        for (call, code) in [("pread", EIO), ("open", EMFILE), ("open", EIO)] {
            try expectMachineFailure(arguments, call, on: part, errno: code, in: folder)
        }
    }

    private func run(_ experiment: String, _ settings: String...) -> [String] {
        ["run", experiment, "--quiet", "--figures", "none", "--out", place / "out"]
            + settings.flatMap { ["--set", $0] }
    }

    @Test func `settings`() throws {
        let file = try place.write("drift.yaml", "series: [\"\(series)\"]\n")
        try expectFailures(["run", "drift", "--quiet", "--settings", file, "--out", place / "out"], on: "drift.yaml")
        // The file that an experiment has by default.
        try place.write("experiments/norms.yaml", "series: [\"\(series)\"]\n")
        try expectFailures(["run", "norms", "--quiet"], on: "experiments/norms.yaml", in: place.path)
    }

    @Test func `training configs`() throws {
        let config = try place.write(
            "training.yaml",
            String(contentsOfFile: "\(packageRoot)/Tests/Fixtures/catalog/stage1.yaml", encoding: .utf8))
        for experiment in ["drift", "audit"] {
            try expectFailures(
                run(experiment, "series=[\"\(series)\"]", "training=[\"\(config)\"]"), on: "training.yaml")
        }
        try expectFailures(["catalog", "schedule", config, "--step", "5"], on: "training.yaml")
    }

    @Test func `catalogs and folders of checkpoints`() throws {
        let list = try place.write("names.txt", "stage1-step10-tokens1B\nstage1-step20-tokens1B\n")
        let csv = try place.write("catalog.csv", "Stage,Ingredient,Step,Tokens Seen,Checkpoint Directory\n")
        for path in [list, csv] { try expectFailures(["catalog", "check", path], on: path) }
        try expectFailures(run("audit", "series=[\"\(series)\"]", "catalog=[\"\(list)\"]"), on: "names.txt")
        try expectMachineFailure(["catalog", "check", series], "opendir", on: series, errno: EMFILE)
        try expectMachineFailure(run("norms", "series=[\"\(series)\"]"), "opendir", on: series, errno: EMFILE)
        try expectMachineFailure(
            run("norms", "series=[\"\(series)/stage1-step10\"]"), "realpath", on: "stage1-step10", errno: EIO)
    }

    @Test func `configs and indexes beside tensors`() throws {
        try expectFailures(run("norms", "series=[\"\(series)\"]"), on: "stage1-step10/config.json")
        try place.write("file/config.json", #"{"model_type": "olmo2"}"#)
        try place.write("file/step1.safetensors", safetensors(smallModel))
        for command in [["inspect", place / "file/step1.safetensors"], ["import", place / "file/step1.safetensors"]] {
            try expectFailures(
                command + (command[0] == "import" ? ["--to", place / "to"] : []), on: "file/config.json")
        }
        try place.write(
            "shards/model.safetensors.index.json", #"{"weight_map": {"lm_head.weight": "model.safetensors"}}"#)
        try expectFailures(["inspect", place / "shards"], on: "index.json")
    }

    @Test func `structure that the HDF5 library reads`() throws {
        let path = try place.checkpoint("step1.h5", smallModel)
        try expectFailures(["inspect", path], on: "step1.h5")
        // The signature can be read, and what the worker asks for cannot.
        try expectMachineFailure(["inspect", path], "pread", on: "step1.h5", errno: EIO, from: 96)
    }

    @Test func `probe sets`() throws {
        let model = "\(packageRoot)/experiments/data/tiny-olmo2/main.h5"
        let tokens = try place.write("tokens.bin", Data(repeating: 1, count: 64))
        try expectFailures(
            run("probe", "series=[\"\(model)\"]", "probe_set={file: \"\(tokens)\", memmap_dtype: uint16, length: 8}"),
            on: "tokens.bin")
        let hdf5 = try place.checkpoint("tokens.h5", smallModel)
        try expectFailures(run("probe", "series=[\"\(model)\"]", "probe_set={file: \"\(hdf5)\"}"), on: "tokens.h5")
        try expectMachineFailure(
            run("probe", "series=[\"\(model)\"]", "probe_set={file: \"\(hdf5)\"}"), "pread", on: "tokens.h5",
            errno: EIO, from: 96)
    }

    @Test func `logs and folders of them`() throws {
        try place.write("logs/a.csv", "step,loss\n" + (0..<20).map { "\($0),\(5.0 - 0.1 * Double($0))\n" }.joined())
        let settings = ["logs=[\"\(place / "logs")\"]", "log_columns={step: step, loss: loss}"]
        let trainability = run("trainability", settings[0], settings[1])
        try expectFailures(trainability, on: "logs/a.csv")
        try expectMachineFailure(trainability, "opendir", on: "/logs", errno: EMFILE)
    }

    @Test func `facts of an import`() throws {
        let facts = try place.write("facts.json", #"{"revisions": [{"revision": "stage1-step10"}]}"#)
        try expectFailures(
            ["import", "\(series)/stage1-step10", "--facts", facts, "--to", place / "to"], on: "facts.json")
    }

    @Test func `saved results`() throws {
        #expect(try DynamicsProcess(run("norms", "series=[\"\(series)\"]")).wait().code == 0)
        for name in ["run.json", "datapackage.json", "norms.csv"] {
            try expectFailures(["report", place / "out"], on: "out/\(name)")
            try expectFailures(["export", "tensorboard", place / "out", "--to", place / "lines"], on: "out/\(name)")
            try expectFailures(["compare", place / "out", "\(packageRoot)/results/norms"], on: "out/\(name)")
        }
        try expectMachineFailure(
            ["compare", place / "out", "\(packageRoot)/results/norms"], "opendir", on: place / "out", errno: EMFILE)
        // A folder may hold another experiment's results, and the machine cannot tell.
        try expectFailures(run("drift", "series=[\"\(series)\"]"), on: "out/run.json")
        for name in ["drift/run.json", "drift/trajectory.csv", "probe/run.json", "probe/loss.csv"] {
            try expectFailures(
                run("drift_and_loss", "drift=results/drift", "loss=results/probe", "resamples=10"),
                on: "results/\(name)")
        }
    }

    @Test func `no room for a temporary file`() throws {
        let keras = "\(packageRoot)/Tests/Fixtures/torch_files/deflated.keras"
        try expectMachineFailure(["inspect", keras], "write", on: "/dynamics-", errno: ENOSPC)
    }
}
