import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// What torch and NumPy wrote (`Tests/Fixtures/formats/make_formats.py`), read bit for bit: directly, imported, linked.
@Suite struct FormatFixturesTests {
    private let folder: ScratchFolder
    private static let revision = "stage1-step1000-tokens5B"

    init() throws { folder = try ScratchFolder() }

    private func expectModel(_ path: String, type: ElementType = .bfloat16, _ options: ReadOptions = readOptions())
        throws
    {
        let reader = try openCheckpoint(path, options)
        let model = SmallModel(1, type: type)
        #expect(reader.tensors.map(\.name) == model.tensors.map(\.name))
        for (place, tensor) in model.tensors.enumerated() where place < reader.tensors.count {
            #expect(reader.tensors[place].shape == tensor.shape && reader.tensors[place].elementType == type)
            #expect(try elements(reader, place) == tensor.bytes, "\(tensor.name)")
            // Also from the middle on, and in pieces.
            #expect(try elements(reader, place, step: 3) == tensor.bytes, "\(tensor.name)")
        }
        #expect(reader.leftOut.isEmpty)
    }

    private func imported(_ path: String, link: Importer.Link = .none, dumps: Set<BFloat16Dump> = []) throws -> String {
        let result = try Importer(
            .init(destination: "\(folder.path)/\(link)", link: link, force: true, bfloat16Dumps: dumps)
        ).run([path])
        #expect(result.failed == [])
        return try #require(result.written.first?.path)
    }

    /// Whether the Python at hand, if any, has what `make_formats.py` needs.
    private static let hasTorch =
        (try? testPython.map { try run($0, "-c", "import h5py, ml_dtypes, numpy, safetensors, torch") }) == 0

    @Test(.enabled(if: hasTorch, "needs torch, safetensors, ml_dtypes and h5py in .venv or DYNAMICS_PYTHON"))
    func `what the torch and NumPy at hand write`() throws {
        let python = try #require(testPython)
        #expect(try run(python, "\(formats)/make_formats.py", folder.path) == 0)
        for name in ["olmo", "olmo_safetensors", "pytorch_bin", "pytorch_shards"] {
            try expectModel("\(folder.path)/\(name)/\(FormatFixturesTests.revision)")
        }
        try expectModel("\(folder.path)/stored.npz", type: .float32)
        try expectModel(try imported("\(folder.path)/deflated.npz"), type: .float32)
        #expect(try values("\(folder.path)/types.pt") == values("\(formats)/types.pt"))
    }

    @Test(arguments: ["olmo", "olmo_safetensors", "pytorch_bin", "pytorch_shards"])
    func `directories with torch's files and OLMo's names`(name: String) throws {
        let path = "\(formats)/\(name)/\(FormatFixturesTests.revision)"
        #expect(PathContent(at: path, isMember: true) == .checkpoint)
        try expectModel(path)
        try expectModel(try imported(path))
        try expectModel(try imported(path, link: .absolute), readOptions(roots: [formats]))
    }

    @Test func `an archive of NumPy's`() throws {
        try expectModel("\(formats)/stored.npz", type: .float32)
        try expectModel(try imported("\(formats)/stored.npz"), type: .float32)
        try expectModel(
            try imported("\(formats)/stored.npz", link: .absolute), type: .float32, readOptions(roots: [formats]))
    }

    @Test func `a deflated archive is read in place, imported, and not linked to`() throws {
        try expectModel("\(formats)/deflated.npz", type: .float32)
        try expectModel(try imported("\(formats)/deflated.npz"), type: .float32)
        let result = try Importer(.init(destination: folder.path, link: .absolute)).run(["\(formats)/deflated.npz"])
        #expect(
            result.failed.map(\.reason) == [
                "'lm_head.weight' is stored deflated, so that nothing can point at its bytes; import it without --link"
            ])
    }

    @Test func `bfloat16 that NumPy has no type for needs to be named`() throws {
        try expectModel("\(formats)/bfloat16.npz", readOptions(dumps: [.opaque16]))
        try expectModel(try imported("\(formats)/bfloat16.npz", dumps: [.opaque16]))
        let plain = try openCheckpoint("\(formats)/bfloat16.npz")
        #expect(plain.tensors.isEmpty && plain.leftOut.count == 25)
        let refused = try Importer(.init(destination: folder.path)).run(["\(formats)/bfloat16.npz"])
        #expect(refused.failed.first?.reason.contains("--bfloat16-dump opaque16") == true)
    }

    private func values(_ path: String) throws -> [String: [UInt8]] {
        let reader = try openCheckpoint(path)
        return Dictionary(
            uniqueKeysWithValues: try reader.tensors.indices.map {
                (reader.tensors[$0].name, try elements(reader, $0))
            })
    }

    @Test func `all types, shared storages, scalars and parameters of torch`() throws {
        func floats(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
        let expected: [String: [UInt8]] = [
            "types.float64": [1.0, 0, 1].withUnsafeBytes { Array($0) }, "types.float32": floats([1, 0, 1]),
            "types.float16": [0, 0x3C, 0, 0, 0, 0x3C], "types.bfloat16": [0x80, 0x3F, 0, 0, 0x80, 0x3F],
            "types.int64": [1, 0, 1].withUnsafeBytes { Array($0) },
            "types.int32": [Int32(1), 0, 1].withUnsafeBytes { Array($0) }, "types.int16": [1, 0, 0, 0, 1, 0],
            "types.int8": [1, 0, 1], "types.uint8": [1, 0, 1], "types.bool": [1, 0, 1],
            "types.complex64": floats([1, 0, 0, 0, 1, 0]), "types.uint16": [1, 0, 0, 0, 1, 0],
            "types.uint32": [UInt32(1), 0, 1].withUnsafeBytes { Array($0) },
            "types.uint64": [UInt64(1), 0, 1].withUnsafeBytes { Array($0) },
            "types.float8_e4m3fn": [0x38, 0, 0x38], "types.float8_e5m2": [0x3C, 0, 0x3C],
            "whole": floats((0..<12).map { Float($0) }), "tied": floats((0..<12).map { Float($0) }),
            "rows": floats((4..<12).map { Float($0) }), "one": floats([5]), "scalar": floats([7]), "empty": [],
            "parameter": floats([2, 3]), "list.0": floats([0, 0]), "5": floats([0]),
        ]
        #expect(try values("\(formats)/types.pt") == expected)
        #expect(try values(try imported("\(formats)/types.pt")) == expected)
        let leftOut = try openCheckpoint("\(formats)/types.pt").leftOut
        #expect(leftOut.contains(LeftOut(name: "epoch", reason: "a number")))
        #expect(leftOut.count == 7)
    }

    @Test func `all types of NumPy, deflated`() throws {
        let found = try openCheckpoint(try imported("\(formats)/types.npz"))
        #expect(
            found.tensors.map(\.name) == [
                "b1", "c8", "f2", "f4", "f8", "i1", "i2", "i4", "i8", "scalar", "u1", "u2", "u4", "u8",
            ])
        #expect(
            found.tensors.map(\.elementType) == [
                .bool, .complex64, .float16, .float32, .float64, .int8, .int16, .int32, .int64, .float32, .uint8,
                .uint16,
                .uint32, .uint64,
            ])
        for (place, tensor) in found.tensors.enumerated() where tensor.name != "scalar" {
            let bytes = try elements(found, place)
            let width = tensor.elementType.byteCount
            #expect(bytes.count == 3 * width && bytes[..<width] == bytes[(2 * width)...])
            #expect(bytes[..<width].contains { $0 != 0 } && bytes[width..<2 * width].allSatisfy { $0 == 0 })
        }
    }

    @Test func `the other byte order is turned, or not linked`() throws {
        let expected = ["w": (0..<6).map { Float($0) }.withUnsafeBytes { Array($0) }]
        #expect(try values("\(formats)/big_endian.npz") == expected)
        #expect(try values(try imported("\(formats)/big_endian.npz")) == expected)
        let result = try Importer(.init(destination: folder.path, link: .absolute)).run(["\(formats)/big_endian.npz"])
        #expect(result.failed.first?.reason.hasPrefix("'w' is stored big-endian") == true)
    }

    @Test(arguments: [
        ("os_system.pt", "at byte 13 holds the object 'posix.system', which is no part of a tensor; nothing was run"),
        ("eval.pt", "at byte 13 holds the object '__builtin__.eval', which is no part of a tensor; nothing was run"),
    ])
    func `what is not read is named, with what to do`(name: String, expected: String) throws {
        let error = try #require(failure("\(formats)/\(name)"))
        #expect(error.problem.contains(expected), "\(error)")
        #expect(error.remedy != nil)
        #expect(
            error.kind == .refused)
        #expect(try Importer(.init(destination: folder.path)).run(["\(formats)/\(name)"]).failed.count == 1)
        for place in [".", packageRoot, formats] {
            #expect(!FileManager.default.fileExists(atPath: place + "/pickle_was_run"))
        }
    }

    @Test func `arrays of text and objects are left out, but an import would lose them`() throws {
        let reader = try openCheckpoint("\(formats)/not_numbers.npz")
        #expect(reader.tensors.map(\.name) == ["w"])
        #expect(
            reader.leftOut == [
                LeftOut(name: "text", reason: "NumPy type <U1"), LeftOut(name: "objects", reason: "NumPy type |O"),
            ])
        let result = try Importer(.init(destination: folder.path)).run(["\(formats)/not_numbers.npz"])
        #expect(result.failed.first?.reason.hasPrefix("'text' has the NumPy type <U1") == true)
    }

    @Test func `OLMo's configuration becomes that of its conversion`() throws {
        let reader = try openCheckpoint("\(formats)/olmo/\(FormatFixturesTests.revision)")
        let config = try #require(reader.config)
        let members = try #require(try JSONSerialization.jsonObject(with: Data(config.utf8)) as? [String: Any])
        let expected: [String: Int] = [
            "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 2, "num_attention_heads": 2,
            "num_key_value_heads": 1, "vocab_size": 8, "max_position_embeddings": 16, "rope_theta": 500_000,
            "eos_token_id": 0, "pad_token_id": 1,
        ]
        for (key, value) in expected { #expect(members[key] as? Int == value, "\(key)") }
        #expect(members["model_type"] as? String == "olmo2" && members["tie_word_embeddings"] as? Bool == false)
        #expect(members["rms_norm_eps"] as? Double == 1e-6 && members["attention_bias"] as? Bool == false)
    }

    @Test(arguments: [
        ("model:\n  d_model: 4\n", "has no whole number for n_heads in its section 'model'"),
        ("model:\n  d_model: four\n", "has no whole number for d_model in its section 'model'"),
        (
            "model:\n  d_model: 4\n  n_heads: 2\n  n_layers: 2\n  vocab_size: 8\n  rope_theta: .nan\n",
            "has no finite number for rope_theta in its section 'model'"
        ),
        (
            "model:\n  d_model: 4\n  n_heads: 2\n  n_layers: 2\n  vocab_size: 8\n  clip_qkv: -.inf\n  layer_norm_with_affine: false\n",
            "has no finite number for clip_qkv in its section 'model'"
        ),
        (
            "model:\n  d_model: 4\n  n_heads: 2\n  n_layers: 2\n  vocab_size: 8\n  norm_after: maybe\n",
            "has no true or false for norm_after in its section 'model'"
        ),
        ("name: x\n", "has no readable section 'model'"),
        ("model:\n  d_model: [4\n", "has no readable section 'model'"),
    ])
    func `a configuration that lacks what is needed`(text: String, expected: String) throws {
        try FileManager.default.copyItem(
            atPath: "\(formats)/olmo/\(FormatFixturesTests.revision)", toPath: folder.path + "/step1")
        try folder.write("step1/config.yaml", text)
        #expect(failure(folder.path + "/step1")?.problem.hasSuffix(expected) == true)
    }

    @Test func `a configuration nested without end is skipped`() throws {
        try FileManager.default.copyItem(
            atPath: "\(formats)/olmo/\(FormatFixturesTests.revision)", toPath: folder.path + "/step1")
        let original = try folder.text("step1/config.yaml")
        let deep =
            original + "data:\n  paths: \(String(repeating: "[", count: 400_000))\n"
            + (1..<700).map { String(repeating: " ", count: $0) + "- a:\n" }.joined()
        try folder.write("step1/config.yaml", deep)
        try expectModel(folder.path + "/step1")
    }

    @Test(arguments: [".metadata", "model_and_optim/.metadata", "model/.metadata"])
    func `a distributed checkpoint is named, with what to do`(sign: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/step1/" + sign, withIntermediateDirectories: true)
        #expect(PathContent(at: folder.path + "/step1", isMember: true) == .checkpoint)
        let error = failure(folder.path + "/step1")
        #expect(error?.problem == "is a distributed checkpoint (torch DCP), which is not read")
        #expect(error?.remedy?.contains("dcp_to_torch") == true)
    }
}
