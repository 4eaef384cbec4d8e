import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// The committed series rewritten in other schemes of names: every experiment says of it what it says of the original.
struct NamingSchemeTests {
    private static let revisions = ["stage1-step0-tokens0B", "stage1-step2500-tokens1B", "main"]

    /// Writes a checkpoint of the series with these tensors, each made of the rows of the ones it names.
    private func rewrite(
        _ revision: String, to path: String, config: String?, _ stored: [(name: String, parts: [String])]
    ) throws {
        let original = try Checkpoint(
            opening: CheckpointLocation(path: "\(tinySeries)/\(revision).h5"),
            options: ReadOptions(workerExecutable: builtDynamics))
        let reader = try #require(original.reader)
        let places = Dictionary(uniqueKeysWithValues: original.tensors.enumerated().map { ($1.name, $0) })
        var tensors: [CheckpointWriter.Tensor] = []
        var payloads: [Data] = []
        for (name, parts) in stored {
            let infos = try parts.map { original.tensors[try #require(places[$0], "\($0)")] }
            var shape = infos[0].shape
            shape[0] = infos.reduce(0) { $0 + $1.shape[0] }
            tensors.append(.init(name: name, elementType: infos[0].elementType, shape: shape))
            var payload = Data()
            for (part, info) in zip(parts, infos) {
                var bytes = Data(count: info.elementCount * info.elementType.byteCount)
                try bytes.withUnsafeMutableBytes { try reader.read(try #require(places[part]), from: 0, into: $0) }
                payload += bytes
            }
            payloads.append(payload)
        }
        let writer = try CheckpointWriter(
            path: path, model: original.model, revision: original.revision, config: config, tensors: tensors)
        for (place, payload) in payloads.enumerated() {
            try payload.withUnsafeBytes { try writer.write($0, tensor: place, at: 0) }
        }
        try writer.commit()
    }

    /// The inverse of transformers' `convert_olmo2_weights_to_hf.py`.
    private var olmo: [(name: String, parts: [String])] {
        var stored = [
            ("wte", ["model.embed_tokens"]), ("ln_f", ["model.norm"]), ("ff_out", ["lm_head"]),
        ].map { ("transformer.\($0).weight", $1.map { $0 + ".weight" }) }
        for layer in 0..<4 {
            for (name, parts) in [
                ("att_proj", ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
                ("ff_proj", ["mlp.up_proj", "mlp.gate_proj"]), ("attn_out", ["self_attn.o_proj"]),
                ("ff_out", ["mlp.down_proj"]), ("q_norm", ["self_attn.q_norm"]), ("k_norm", ["self_attn.k_norm"]),
                ("attn_norm", ["post_attention_layernorm"]), ("ff_norm", ["post_feedforward_layernorm"]),
            ] {
                stored.append(
                    ("transformer.blocks.\(layer).\(name).weight", parts.map { "model.layers.\(layer).\($0).weight" }))
            }
        }
        return stored
    }

    /// The inverse of OLMo-core's `OLMO_CORE_TO_HF_WEIGHT_MAPPINGS`.
    private var olmoCore: [(name: String, parts: [String])] {
        var stored = [
            ("embeddings", "model.embed_tokens"), ("lm_head.norm", "model.norm"), ("lm_head.w_out", "lm_head"),
        ].map { ("\($0).weight", [$1 + ".weight"]) }
        for layer in 0..<4 {
            for (name, part) in [
                ("attention.w_q", "self_attn.q_proj"), ("attention.w_k", "self_attn.k_proj"),
                ("attention.w_v", "self_attn.v_proj"), ("attention.w_out", "self_attn.o_proj"),
                ("attention.q_norm", "self_attn.q_norm"), ("attention.k_norm", "self_attn.k_norm"),
                ("feed_forward.w1", "mlp.gate_proj"), ("feed_forward.w2", "mlp.down_proj"),
                ("feed_forward.w3", "mlp.up_proj"), ("attention_norm", "post_attention_layernorm"),
                ("feed_forward_norm", "post_feedforward_layernorm"),
            ] {
                stored.append(("blocks.\(layer).\(name).weight", ["model.layers.\(layer).\(part).weight"]))
            }
        }
        return stored
    }

    @Test(arguments: ["olmo", "olmo_core"])
    func `a series rewritten in another scheme has no drift from itself, and the same norms and spectra`(
        scheme: String
    ) throws {
        let place = try Workplace()
        for folder in ["original", "other"] {
            try FileManager.default.createDirectory(atPath: place / folder, withIntermediateDirectories: true)
        }
        let rules = scheme == "olmo" ? olmo : olmoCore
        for revision in NamingSchemeTests.revisions {
            try place.copy("\(revision).h5", to: "original/\(revision).h5")
            try rewrite(revision, to: place / "other/\(revision).h5", config: nil, rules)
            let compared = try dynamics(
                "run", "drift", "--from", place / "original/\(revision).h5", "--to", place / "other/\(revision).h5",
                "--out", place / revision)
            // A copy, bit for bit, is reported as one.
            #expect(compared.code == 4 && compared.errors.contains("hold the same 47 tensors, bit for bit"))
            let summary = try place.table("\(revision)/summary.csv")
            #expect(summary.map { $0["drift"] } == ["0.0"] && summary.map { $0["changed_bits"] } == ["0.0"])
            #expect(summary.map { $0["elements"] } == ["677200"])
            let coverage = try place.table("\(revision)/coverage.csv")
            #expect(coverage.count == 47 && coverage.allSatisfy { $0["status"] == "compared" })
            #expect(coverage.allSatisfy { $0["scheme_from"] == "" && $0["scheme_to"] == scheme })
            let gate = coverage.first { $0["tensor"] == "model.layers.3.mlp.gate_proj.weight" }
            let stored = [
                "olmo": "transformer.blocks.3.ff_proj.weight[256:512]", "olmo_core": "blocks.3.feed_forward.w1.weight",
            ]
            #expect(gate?["stored_to"] == stored[scheme] && gate?["stored_from"] == "")
        }
        for experiment in ["drift", "norms", "spectra"] {
            var tables: [[String: String]] = []
            for series in ["original", "other"] {
                let out = "\(experiment)-\(series)"
                let finished = try dynamics(
                    "run", experiment, "--set", "series=['\(place / series)']", "--out", place / out, "--journal",
                    place / "journal-\(series)")
                #expect(finished.code == 0, "\(finished.errors)")
                tables.append(try place.tables(out).filter { $0.key.hasSuffix(".csv") && $0.key != "coverage.csv" })
            }
            #expect(tables[0] == tables[1] && tables[0].count >= 3, "\(experiment)")
        }
    }

    @Test func `finished work on one scheme serves the other`() throws {
        let place = try Workplace()
        try FileManager.default.createDirectory(atPath: place / "other", withIntermediateDirectories: true)
        for revision in ["stage1-step0-tokens0B", "main"] {
            try rewrite(revision, to: place / "other/\(revision).h5", config: nil, olmo)
        }
        func bytesRead(_ folder: String, out: String) throws -> Int? {
            let finished = try dynamics(
                "run", "drift", "--from", "\(folder)/stage1-step0-tokens0B.h5", "--to", "\(folder)/main.h5", "--out",
                place / out, "--journal", place / "journal")
            #expect(finished.code == 0)
            return try place.json("\(out)/machine.json", "bytes_read") as? Int
        }
        let whole = 2 * 2 * 677_200
        #expect(try bytesRead(tinySeries, out: "first") == whole)
        // All of it is read once for its fingerprints; the comparisons are then known by content.
        let second = try #require(try bytesRead(place / "other", out: "second"))
        #expect(second <= 2 * whole)
        #expect(try bytesRead(place / "other", out: "third") == 0)
        #expect(try place.text("first/summary.csv") == place.text("second/summary.csv"))
    }

    @Test func `what torch and NumPy wrote is compared, inspected and imported`() throws {
        let place = try Workplace()
        let fixtures = "\(packageRoot)/Tests/Fixtures/formats"
        let revision = "stage1-step1000-tokens5B"
        let sources = ["olmo", "pytorch_bin", "pytorch_shards"].map { "\(fixtures)/\($0)/\(revision)" }
        for (number, source) in sources.enumerated() {
            let imported = try dynamics("import", source, "--to", place / "to\(number)")
            #expect(
                imported
                    == Finished(
                        code: 0, output: place / "to\(number)/\(revision).h5" + "\n",
                        errors: "1 written (672 B), 0 already there, 0 refused\n"))
            let compared = try dynamics(
                "run", "drift", "--from", sources[0], "--to", place / "to\(number)/\(revision).h5", "--out",
                place / "out\(number)")
            #expect(compared.code == 4 && compared.errors.contains("hold the same 25 tensors, bit for bit"))
            #expect(try place.table("out\(number)/summary.csv").first?["drift"] == "0.0")
        }
        let inspected = try dynamics("inspect", sources[0], "--json")
        #expect(inspected.code == 0)
        #expect(inspected.output.contains(#""stored_as": "transformer.blocks.0.att_proj.weight[4:6]""#))
        #expect(inspected.output.contains(#""has_config": true"#))
        let deflated = try dynamics("import", "\(fixtures)/deflated.npz", "--to", place / "npz")
        #expect(deflated.code == 0 && deflated.output == place / "npz/deflated.h5" + "\n")
    }

    @Test func `a malicious pickle is not run, and named`() throws {
        let place = try Workplace()
        let file = try place.write(
            "step1/pytorch_model.bin",
            Data(contentsOf: URL(filePath: "\(packageRoot)/Tests/Fixtures/formats/os_system.pt")))
        let good = "\(packageRoot)/Tests/Fixtures/formats/pytorch_bin/stage1-step1000-tokens5B"
        let finished = try dynamics("import", place / "step1", good, "--to", place / "to", in: place.path)
        #expect(finished.code == 4)
        #expect(
            finished.errors.contains(
                "error: \(place / "step1"): 'archive/data.pkl' in '\(file)' at byte 13 holds the object 'posix.system', "
                    + "which is no part of a tensor; nothing was run; refused; if you trust the file, load it with torch and save its "
                    + "tensors as safetensors\n"))
        #expect(place.list("to") == ["stage1-step1000-tokens5B.h5"])
        let inspected = try dynamics("inspect", file, in: place.path)
        #expect(inspected.code == 3 && inspected.output.isEmpty)
        #expect(place.list(".") == ["step1", "to"])
    }

    @Test func `a distributed checkpoint is named, with what to do`() throws {
        let place = try Workplace()
        try place.write("step1000/model_and_optim/.metadata", "")
        let finished = try dynamics("inspect", place / "step1000")
        #expect(finished.code == 3)
        #expect(
            finished.errors.contains(
                "is a distributed checkpoint (torch DCP), which is not read; put it together first"))
    }
}
