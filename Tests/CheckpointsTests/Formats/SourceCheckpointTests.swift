import Foundation
import Tensors
import Testing

@testable import Base
@testable import Checkpoints

@Suite struct SourceCheckpointTests {
    private let folder: ImportFolder

    init() throws { folder = try ImportFolder() }

    private var root: String { folder.path + "/stage1-step25-tokens1B" }

    private func write(_ name: String, _ content: Data) throws {
        try folder.write("stage1-step25-tokens1B/" + name, content)
    }

    private func problem(_ path: String) -> String? {
        do throws(CheckpointError) {
            _ = try SourceCheckpoint.manifest(path)
            return nil
        } catch {
            return error.problem.replacing(folder.path + "/", with: "")
        }
    }

    private func writeShards(weightMap: String) throws {
        try write("one.safetensors", safetensors("{" + entry("a", "U8", [2], 0, 2) + "}", data: [1, 2]))
        try write("two.safetensors", safetensors("{" + entry("b", "U8", [1], 0, 1) + "}", data: [3]))
        try write(
            "model.safetensors.index.json",
            Data(#"{"metadata":{"total_size":3},"weight_map":{\#(weightMap)}}"#.utf8))
    }

    @Test func `a single file gives its tensors, facts and config`() throws {
        try write("model.safetensors", tinyModel())
        try write("config.json", Data(#"{"model_type": "olmo2"}"#.utf8))
        let manifest = try SourceCheckpoint.manifest(root)
        #expect(
            manifest.tensors == [
                TensorInfo(
                    name: "lm_head.weight", elementType: .int16, shape: [3], layout: .contiguous, filters: [],
                    storedByteCount: 6),
                TensorInfo(
                    name: "model.norm.weight", elementType: .bfloat16, shape: [2, 2], layout: .contiguous, filters: [],
                    storedByteCount: 8),
            ])
        let start = tinyModel().count - 14
        #expect(
            manifest.storage == [
                .extents([Extent(file: 0, offset: start + 8, byteCount: 6)], bigEndian: false),
                .extents([Extent(file: 0, offset: start, byteCount: 8)], bigEndian: false),
            ])
        #expect(manifest.files.map(\.name) == [root + "/model.safetensors"])
        #expect(manifest.config == #"{"model_type": "olmo2"}"#)
        // What the name tells is read from it later: the file states nothing.
        #expect(manifest.attributes == ["revision": .string("stage1-step25-tokens1B")])
        #expect(manifest.leftOut.isEmpty)
    }

    @Test func `types without an element type are left out by name`() throws {
        let json = "{" + entry("scale", "F8_E8M0", [1], 0, 1) + "," + entry("x", "U8", [1], 1, 2) + "}"
        try write("model.safetensors", safetensors(json, data: [0, 0]))
        let manifest = try SourceCheckpoint.manifest(root)
        #expect(manifest.tensors.map(\.name) == ["x"])
        #expect(manifest.leftOut == [LeftOut(name: "scale", reason: "safetensors type F8_E8M0")])
    }

    @Test func `names that are not printable text are left out by an escaped name`() throws {
        let json = "{" + entry(#"w\u001b[2Jx\n"#, "U8", [1], 0, 1) + "," + entry("ok", "U8", [1], 1, 2) + "}"
        try write("model.safetensors", safetensors(json, data: [0, 0]))
        let manifest = try SourceCheckpoint.manifest(root)
        #expect(manifest.tensors.map(\.name) == ["ok"])
        #expect(
            manifest.leftOut == [
                LeftOut(name: #"w\u{1B}[2Jx\n"#, reason: "its name is not printable text", elementCount: 1)
            ])
    }

    @Test func `more tensors in the shards than any checkpoint has are refused`() throws {
        try write("one.safetensors", emptyTensors(0..<100_001))
        try write("two.safetensors", emptyTensors(100_001..<200_001))
        try write(
            "model.safetensors.index.json",
            Data(#"{"weight_map":{"0":"one.safetensors","100001":"two.safetensors"}}"#.utf8))
        #expect(problem(root) == "its files describe more than 200000 tensors")
    }

    @Test func `shards are put together by the index`() throws {
        try writeShards(weightMap: #""a":"one.safetensors","b":"two.safetensors""#)
        let manifest = try SourceCheckpoint.manifest(root + "/")
        #expect(manifest.tensors.map(\.name) == ["a", "b"])
        #expect(manifest.files.map(\.name) == [root + "/one.safetensors", root + "/two.safetensors"])
    }

    @Test(
        arguments: [
            (
                #""a":"one.safetensors""#, nil
            ),
            (
                #""a":"two.safetensors","b":"one.safetensors""#,
                "'a' is in 'one.safetensors', but the index puts it in 'two.safetensors'"
            ),
            (
                #""a":"one.safetensors","b":"two.safetensors","c":"two.safetensors""#,
                "'c' is not in 'two.safetensors', where the index puts it (1 such tensors)"
            ),
            (#""b":"one.safetensors""#, "'one.safetensors' holds 'a', which the index lacks"),
            (#""a":"one.safetensors","b":"three.safetensors""#, "cannot open '"),
            (#""a":"../one.safetensors""#, "which is no .safetensors file beside it"),
            (#""a":"/etc/passwd""#, "which is no .safetensors file beside it"),
            (#""a":"one.safetensors","a":"two.safetensors""#, "'a' appears twice"),
            (#""a":1"#, "is malformed: expected \" at byte"),
        ] as [(String, String?)])
    func `an index that disagrees with the shards`(weightMap: String, expected: String?) throws {
        try writeShards(weightMap: weightMap)
        let found = problem(root)
        #expect(expected.map { found?.contains($0) == true } ?? (found == nil), "\(found ?? "no error")")
    }

    @Test func `what is no checkpoint is said to be none`() throws {
        #expect(problem(folder.path + "/nowhere") == "no such file or directory")
        try folder.write("file", "")
        #expect(
            problem(folder.path + "/file")
                == "'file' is of no format that is known: it begins neither as safetensors nor as a zip archive")
        try write("config.json", Data("{}".utf8))
        #expect(
            problem(root) == "has none of model.safetensors, model.safetensors.index.json, pytorch_model.bin, "
                + "pytorch_model.bin.index.json, model.pt")
        try write("config.json", Data("[]".utf8))
        #expect(
            problem(root) == "'stage1-step25-tokens1B/config.json' is not a JSON object: expected { at byte 0")
    }

    @Test func `a FIFO or a folder in place of the file does not block`() throws {
        try write("config.json", Data("{}".utf8))
        #expect(mkfifo(root + "/model.safetensors", 0o600) == 0)
        #expect(problem(root) == "cannot open 'stage1-step25-tokens1B/model.safetensors': not a regular file")
        try FileManager.default.removeItem(atPath: root + "/model.safetensors")
        try FileManager.default.createDirectory(
            atPath: root + "/model.safetensors", withIntermediateDirectories: false)
        #expect(problem(root) == "cannot open 'stage1-step25-tokens1B/model.safetensors': a directory")
    }

    @Test func `a link whose target is gone is named`() throws {
        try folder.link("stage1-step25-tokens1B/model.safetensors", to: "../blobs/0")
        #expect(
            problem(root) == "cannot open 'stage1-step25-tokens1B/model.safetensors': No such file or directory")
    }

    @Test func `names that differ only in slash and point are refused`() throws {
        let json = "{" + entry("a/b", "U8", [1], 0, 1) + "," + entry("a.b", "U8", [1], 1, 2) + "}"
        try write("model.safetensors", safetensors(json, data: [0, 0]))
        #expect(problem(root) == "has two tensors named 'a.b' ('/' reads as '.')")
    }

    // MARK: The Hub's cache

    /// `models--allenai--OLMo`: one snapshot of links into blobs, and the given references to it.
    private func writeCache(references: [String]) throws -> String {
        let cache = "models--allenai--OLMo"
        try folder.write(cache + "/blobs/1f", tinyModel())
        try folder.link(cache + "/snapshots/abc123/model.safetensors", to: "../../blobs/1f")
        for reference in references { try folder.write(cache + "/refs/" + reference, "abc123") }
        try folder.write(cache + "/refs/other", "def456")
        return folder.path + "/" + cache
    }

    @Test func `a snapshot is named by the reference to it, and its model by the cache's folder`() throws {
        let cache = try writeCache(references: ["stage1-step1000-tokens5B"])
        let manifest = try SourceCheckpoint.manifest(cache + "/snapshots/abc123")
        #expect(
            manifest.attributes == [
                "model": .string("allenai/OLMo"), "revision": .string("stage1-step1000-tokens5B"),
            ])
        #expect(manifest.tensors.count == 2)
        #expect(try HuggingFaceIdentity.snapshots(inCache: cache) == [cache + "/snapshots/abc123"])
        #expect(try HuggingFaceIdentity.snapshots(inCache: cache + "/snapshots/abc123") == nil)
    }

    @Test func `of several references to a snapshot the first that tells a step names it, and of none its hash`() throws
    {
        let cache = try writeCache(references: ["step5", "pr/1", "main"])
        let identity = try HuggingFaceIdentity(of: cache + "/snapshots/abc123")
        #expect(identity.references == ["step5", "main", "pr/1"])
        #expect(identity.revision == Revision(name: "step5", step: 5))
        try folder.write("models--allenai--OLMo/snapshots/789abc/model.safetensors", tinyModel())
        #expect(try HuggingFaceIdentity(of: cache + "/snapshots/789abc").revision == Revision(name: "789abc"))
    }

    @Test func `a folder that is a link is named by the link`() throws {
        let cache = try writeCache(references: ["main"])
        try folder.link("step7", to: cache + "/snapshots/abc123")
        #expect(try HuggingFaceIdentity(of: folder.path + "/step7").revision == Revision(name: "step7", step: 7))
    }
}
