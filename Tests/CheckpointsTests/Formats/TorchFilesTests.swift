import Base
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Files as they come in the field (`Tests/Fixtures/torch_files/make_torch_files.py`), with what NumPy says is in them.
@Suite struct TorchFilesTests {
    private static let files = "\(packageRoot)/Tests/Fixtures/torch_files"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Elements of all tensors by name, whole, and in pieces from a window too small for them.
    private func contents(_ path: String) throws -> [String: [UInt8]] {
        let reader = try openCheckpoint(path)
        var found: [String: [UInt8]] = [:]
        for (place, tensor) in reader.tensors.enumerated() {
            let whole = try elements(reader, place)
            #expect(try elements(reader, place, step: max(5, tensor.elementCount / 20)) == whole, "\(tensor.name)")
            found[tensor.name] = whole
        }
        return found
    }

    private func imported(_ path: String) throws -> String {
        let result = try Importer(.init(destination: folder.path, force: true, workerExecutable: builtDynamics)).run([
            path
        ])
        #expect(result.failed == [])
        return try #require(result.written.first?.path)
    }

    @Test(arguments: ["strided.pt", "legacy.pt"])
    func `whatever strides, signs and shared storages torch saves come out as NumPy has them`(name: String) throws {
        let path = "\(Self.files)/\(name)"
        let expected = try contents("\(Self.files)/\(name.dropLast(3)).npz")
        let reader = try openCheckpoint(path)
        let truth = try openCheckpoint("\(Self.files)/\(name.dropLast(3)).npz")
        #expect(reader.tensors.map(\.name) == truth.tensors.map(\.name) && reader.leftOut.isEmpty)
        #expect(reader.tensors.map(\.shape) == truth.tensors.map(\.shape))
        #expect(reader.tensors.map(\.elementType) == truth.tensors.map(\.elementType))
        let (found, copied) = (try contents(path), try contents(try imported(path)))
        for (tensor, bytes) in expected {
            #expect(found[tensor] == bytes, "\(tensor)")
            #expect(copied[tensor] == bytes, "\(tensor) imported")
        }
    }

    @Test func `strides and signs cannot be linked to, and that is said`() throws {
        let result = try Importer(.init(destination: folder.path, link: .absolute)).run(["\(Self.files)/strided.pt"])
        #expect(result.failed.first?.reason.contains("is stored with strides, or a sign that is only noted") == true)
    }

    @Test(arguments: ["column_major.npz", "wide.npz"])
    func `a deflated archive of either order is read in place`(name: String) throws {
        let path = "\(Self.files)/\(name)"
        let found = try contents(path)
        if name == "wide.npz" {
            let values = (0..<1 << 18).map { Float($0 % 251) }.withUnsafeBytes { Array($0) }
            #expect(found["wide"] == values && found["across"] == values)
        } else {
            #expect(try found == contents("\(Self.files)/row_major.npz"))
        }
        #expect(try contents(try imported(path)) == found)
    }

    @Test func `a window over a deflated tensor goes back to its beginning`() throws {
        let reader = try openCheckpoint("\(Self.files)/wide.npz")
        let place = try #require(reader.tensors.firstIndex { $0.name == "wide" })
        let window = try reader.window(place, capacity: 4096)
        for start in [200_000, 1000, 1500, 0] {
            try window.load(start..<start + 300, on: Threads(1))
            #expect(window.pointer(to: start).load(as: Float.self) == Float(start % 251))
            #expect(window.pointer(to: start + 299).load(as: Float.self) == Float((start + 299) % 251))
        }
    }

    @Test func `a single array is a tensor`() throws {
        let reader = try openCheckpoint("\(Self.files)/single.npy")
        #expect(reader.tensors.map(\.name) == ["array"] && reader.tensors.map(\.shape) == [[4, 5]])
        #expect(try elements(reader, 0) == (20..<40).map { Float($0) }.withUnsafeBytes { Array($0) })
        #expect(try contents(try imported("\(Self.files)/single.npy")).count == 1)
    }

    // MARK: What is in a file

    private func names(_ file: String) throws -> [String] {
        try openCheckpoint("\(Self.files)/\(file)").tensors.map(\.name)
    }

    @Test func `bare tensors, lists and whole numbers as keys have names`() throws {
        #expect(try names("bare.pt") == ["tensor"])
        #expect(try names("list.pt") == ["0", "1.0", "1.1.a"])
        #expect(try names("integer_keys.pt") == ["-1", "0", "1.5"])
    }

    @Test(arguments: ["objects.pt", "objects_legacy.pt"])
    func `harmless objects are passed over, and said`(file: String) throws {
        let reader = try openCheckpoint("\(Self.files)/\(file)")
        #expect(reader.tensors.map(\.name) == ["defaults.inner.w", "w"])
        let reasons = Dictionary(uniqueKeysWithValues: reader.leftOut.map { ($0.name, $0.reason) })
        let expected = [
            "device": "a device", "shape": "a shape", "best": "a number", "count": "a number",
            "history": "a NumPy array", "args": "an argparse.Namespace", "config": "an OmegaConf object",
            "path": "a path", "counter": "a Counter", "set": "a set", "frozen": "a set", "time": "a time",
            "bytes": "bytes", "long_number": "a number", "queue": "a deque", "slice": "a slice", "complex": "a number",
            "complex128": "torch's type complex128", "quantized": "a quantized tensor", "sparse": "a sparse tensor",
            "namespace": "an argparse.Namespace", "list": "a list",
        ]
        for (name, reason) in expected { #expect(reasons[name] == reason, "\(name)") }
        #expect(reasons.count == expected.count + 2)  // dtype and kind, names of types
    }

    @Test func `the usual dictionary of weights stands for the file, and that is said`() throws {
        for (file, container, attributes) in [
            ("nano.pt", "model", ["iter_num": 300]),
            ("lightning.ckpt", "state_dict", ["epoch": 3, "global_step": 500]),
            ("deepspeed.pt", "module/module", ["global_steps": 7]), ("best.pth.tar", "state_dict", ["epoch": 2]),
        ] {
            let reader = try openCheckpoint("\(Self.files)/\(file)")
            #expect(reader.tensors.map(\.name) == ["lm_head.weight", "model.norm.weight"], "\(file)")
            #expect(reader.attributes["container"] == .string(container))
            for (name, count) in attributes { #expect(reader.attributes[name] == .integer(count), "\(file)") }
        }
        let left = try openCheckpoint("\(Self.files)/nano.pt").leftOut
        #expect(
            left.first { $0.name == "optimizer" }?.reason
                == "beside 'model', which was entered; FILE:/optimizer selects it")
        // With two of them neither stands for the file; and a file's `step` is not its name's.
        let two = try openCheckpoint("\(Self.files)/two.pt")
        #expect(two.tensors.count == 4 && two.attributes["container"] == nil)
        #expect(two.attributes["global_step"] == .integer(9) && two.attributes["step"] == nil)
    }

    @Test func `a group selects what stands below it`() throws {
        #expect(try names("nano.pt:/optimizer") == ["state.0.exp_avg", "state.0.step"])
        #expect(try names("nano.pt:/optimizer/state/0") == ["exp_avg", "step"])
        #expect(try names("two.pt:/model") == ["lm_head.weight", "model.norm.weight"])
        #expect(try names("row_major.npz") == ["big", "cube", "transposed"])
        let error = failure("\(Self.files)/nano.pt:/weights")
        #expect(error?.problem == "it holds no tensor below '/weights'")
        #expect(error?.remedy == "what it holds begins with best_val_loss, model, optimizer")
        let result = try Importer(.init(destination: folder.path)).run(["\(Self.files)/two.pt:/model"])
        #expect(result.written.count == 1)
    }

    @Test(arguments: ["stored.keras", "deflated.keras"])
    func `Keras's archive is read as the HDF5 file in it`(file: String) throws {
        let reader = try openCheckpoint("\(Self.files)/\(file)")
        #expect(reader.tensors.map(\.name) == ["layers.dense.vars.0", "layers.dense.vars.1", "layers.dense_1.vars.0"])
        #expect(try elements(reader, 0) == (0..<6).map { Float($0) }.withUnsafeBytes { Array($0) })
        #expect(try elements(reader, 2) == (0..<4096).map { Float($0) }.withUnsafeBytes { Array($0) })
        // What a run knows it by, and watches, is the archive.
        #expect(reader.files.map(\.path) == ["\(Self.files)/\(file)"])
        try reader.checkUnchanged()
        #expect(
            try openCheckpoint("\(Self.files)/\(file):/layers/dense").tensors.map(\.name) == ["vars.0", "vars.1"])
    }

    // MARK: Other formats, and endings

    @Test(arguments: [
        ("module.pt", "torch.nn.modules.linear.Linear"), ("module_legacy.pt", "torch.nn.modules.linear.Linear"),
        ("own_module.pt", "__main__.Net"),
    ])
    func `a pickled module is named as one`(file: String, name: String) throws {
        let error = try #require(failure("\(Self.files)/\(file)"))
        #expect(
            error.kind == .refused && error.problem.contains("'\(name)', which is no part of a tensor; nothing was run")
        )
        #expect(error.problem.contains("it is a pickled module, or another whole object, and not its tensors"))
        #expect(error.remedy?.contains("model.state_dict()") == true)
    }

    @Test func `an unknown object among others is refused by name`() throws {
        let error = try #require(failure("\(Self.files)/module_inside.pt"))
        #expect(
            error.kind == .refused
                && error.problem.contains("'__main__.Net', which is no part of a tensor; nothing was run"))
    }

    @Test func `TorchScript is named, with a way on`() throws {
        let error = try #require(failure("\(Self.files)/script.pt"))
        #expect(
            error.kind == .unsupported
                && error.problem.hasSuffix("is a TorchScript archive (torch.jit.save), which is not read"))
        #expect(error.remedy?.contains("torch.jit.load") == true)
    }

    @Test(
        arguments: [
            (Array("GGUF\u{3}\0\0\0".utf8), "x.gguf", "is GGUF (llama.cpp), which is not read"),
            ([0x18, 0, 0, 0] + Array("TFL3".utf8), "x.tflite", "is TFLite, which is not read"),
            ([0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8), "x.onnx", "is ONNX, which is not read"),
            ([0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8), "x.bin", "is ONNX, which is not read"),
            ([0x12, 0x34], "saved_model.pb", "is TensorFlow's, which is not read"),
            ([0, 0, 0, 0], "model.ckpt.data-00000-of-00001", "is TensorFlow's, which is not read"),
            (
                [0x80, 0x04, 0x95] + [UInt8](repeating: 0, count: 9), "x.pkl",
                "is a Python pickle that torch.save did not write, which is not read"
            ),
            ([0x80, 0x02, 0x7d, 0x2e], "x.pt", "is a Python pickle that torch.save did not write, which is not read"),
            (
                Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8), "model.safetensors",
                "is a pointer of Git LFS, and not the file, which is not read"
            ),
            (Array("<!doctype html><html>".utf8), "x.bin", "is a web page, and not the file, which is not read"),
            ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "x.pt.gz", "is compressed by gzip, which is not read"),
            (
                [UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8), "x.pth.tar",
                "is a tar archive, which is not read"
            ),
            (Array("MATLAB 5.0 MAT-file, Platform".utf8), "x.mat", "is a MATLAB file of version 5, which is not read"),
        ] as [([UInt8], String, String)])
    func `other formats are named in one line, with a way on`(bytes: [UInt8], name: String, expected: String) throws {
        let path = folder.path + "/" + name
        try Data(bytes).write(to: URL(filePath: path))
        let error = try #require(failure(path))
        #expect(error.kind == .unsupported && error.problem.hasSuffix(expected), "\(error)")
        #expect(error.remedy != nil && !"\(error)".contains("\n"))
        #expect(try Importer(.init(destination: folder.path + "/to")).run([path]).failed.count == 1)
    }

    @Test(arguments: [("legacy.pt", "a"), ("strided.pt", "b.model"), ("stored.keras", "c.zip"), ("wide.npz", "d.ckpt")])
    func `the bytes of a file tell what it is, and not its ending`(file: String, name: String) throws {
        try FileManager.default.copyItem(atPath: "\(Self.files)/\(file)", toPath: folder.path + "/" + name)
        #expect(
            try openCheckpoint(folder.path + "/" + name).tensors.count
                == openCheckpoint("\(Self.files)/\(file)").tensors.count)
    }

    @Test func `a zip archive of other things is named by what is in it`() throws {
        let path = folder.path + "/x.npz"
        try ForgedZip([("readme.txt", [65]), ("b", [66])]).data.write(to: URL(filePath: path))
        #expect(
            failure(path)?.problem.hasSuffix("is a zip archive of other things than tensors: 'readme.txt', 'b'") == true
        )
    }

    @Test func `a model's config beside a single file is its config`() throws {
        for name in ["a.pt", "b.npz", "c.h5"] {
            let source = ["a.pt": "nano.pt", "b.npz": "row_major.npz"][name].map { "\(Self.files)/\($0)" }
            try FileManager.default.copyItem(
                atPath: source ?? "\(packageRoot)/Tests/Fixtures/formats/fused_olmo.h5",
                toPath: folder.path + "/" + name)
        }
        #expect(try openCheckpoint(folder.path + "/a.pt").config == nil)
        // Other programs keep a file of that name.
        try folder.write("config.json", #"{"window": "large"}"#)
        #expect(try openCheckpoint(folder.path + "/a.pt").config == nil)
        try folder.write("config.json", #"{"model_type": "olmo2"}"#)
        for name in ["a.pt", "b.npz", "c.h5"] {
            #expect(try openCheckpoint(folder.path + "/" + name).config == #"{"model_type": "olmo2"}"#, "\(name)")
        }
    }
}
