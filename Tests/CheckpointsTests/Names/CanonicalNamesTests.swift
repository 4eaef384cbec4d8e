import Tensors
import Testing

@testable import Checkpoints

/// Names and row ranges by hand from the public conversion scripts.
@Suite struct CanonicalNamesTests {
    private func info(_ name: String, _ shape: [Int]) -> TensorInfo {
        TensorInfo(
            name: name, elementType: .float32, shape: shape, layout: .contiguous, filters: [],
            storedByteCount: 4 * shape.reduce(1, *))
    }

    /// Each canonical name with the stored one that it comes from.
    private func mapped(_ unordered: [TensorInfo], config: String? = nil) -> [String: String] {
        let tensors = unordered.sorted { $0.name < $1.name }
        let manifest = CheckpointManifest(
            tensors: tensors,
            storage: tensors.map {
                .extents([Extent(file: 0, offset: 0, byteCount: $0.storedByteCount)], bigEndian: false)
            },
            files: [], attributes: [:], config: config, leftOut: []
        ).withCanonicalNames()
        #expect(manifest.tensors.map(\.name) == manifest.tensors.map(\.name).sorted())
        #expect(manifest.storage.count == manifest.tensors.count)
        return Dictionary(
            uniqueKeysWithValues: manifest.tensors.map { ($0.name, $0.origin?.description ?? "as it is") })
    }

    /// A block of width 8 with 4 rows of keys and of values, 12 rows of up and of gate.
    private func olmo(_ prefix: String = "transformer") -> [TensorInfo] {
        [
            ("wte", [32, 8]), ("ln_f", [8]), ("ff_out", [32, 8]), ("blocks.0.att_proj", [16, 8]),
            ("blocks.0.attn_out", [8, 8]), ("blocks.0.ff_proj", [24, 8]), ("blocks.0.ff_out", [8, 12]),
            ("blocks.0.attn_norm", [8]), ("blocks.0.ff_norm", [8]),
        ].map { info("\(prefix).\($0).weight", $1) }
    }

    private func queryNorms(_ prefix: String = "transformer") -> [TensorInfo] {
        [info("\(prefix).blocks.0.q_norm.weight", [8]), info("\(prefix).blocks.0.k_norm.weight", [4])]
    }

    @Test func `OLMo 2 in the trainer's names`() {
        #expect(
            mapped(olmo() + queryNorms()) == [
                "model.embed_tokens.weight": "transformer.wte.weight",
                "model.norm.weight": "transformer.ln_f.weight",
                "lm_head.weight": "transformer.ff_out.weight",
                "model.layers.0.self_attn.q_proj.weight": "transformer.blocks.0.att_proj.weight[0:8]",
                "model.layers.0.self_attn.k_proj.weight": "transformer.blocks.0.att_proj.weight[8:12]",
                "model.layers.0.self_attn.v_proj.weight": "transformer.blocks.0.att_proj.weight[12:16]",
                "model.layers.0.self_attn.o_proj.weight": "transformer.blocks.0.attn_out.weight",
                "model.layers.0.self_attn.q_norm.weight": "transformer.blocks.0.q_norm.weight",
                "model.layers.0.self_attn.k_norm.weight": "transformer.blocks.0.k_norm.weight",
                "model.layers.0.mlp.up_proj.weight": "transformer.blocks.0.ff_proj.weight[0:12]",
                "model.layers.0.mlp.gate_proj.weight": "transformer.blocks.0.ff_proj.weight[12:24]",
                "model.layers.0.mlp.down_proj.weight": "transformer.blocks.0.ff_out.weight",
                "model.layers.0.post_attention_layernorm.weight": "transformer.blocks.0.attn_norm.weight",
                "model.layers.0.post_feedforward_layernorm.weight": "transformer.blocks.0.ff_norm.weight",
            ])
    }

    @Test(arguments: [nil, #"{"norm_after": false}"#, #"{"model_type": "olmo"}"#])
    func `norms without norms of queries come before the halves of a block`(config: String?) {
        let names = mapped(olmo("model.transformer"), config: config)
        #expect(names["model.layers.0.input_layernorm.weight"] == "model.transformer.blocks.0.attn_norm.weight")
        #expect(names["model.layers.0.post_attention_layernorm.weight"] == "model.transformer.blocks.0.ff_norm.weight")
        #expect(names["model.layers.0.mlp.gate_proj.weight"] == "model.transformer.blocks.0.ff_proj.weight[12:24]")
    }

    @Test func `a config overrules what the names suggest`() {
        let names = mapped(olmo() + queryNorms(), config: #"{"norm_after": false}"#)
        #expect(names["model.layers.0.input_layernorm.weight"] == "transformer.blocks.0.attn_norm.weight")
    }

    @Test func `a feed-forward without a gate is all up`() {
        var tensors = olmo()
        tensors[5] = info("transformer.blocks.0.ff_proj.weight", [12, 8])
        let names = mapped(tensors)
        #expect(names["model.layers.0.mlp.up_proj.weight"] == "transformer.blocks.0.ff_proj.weight")
        #expect(names["model.layers.0.mlp.gate_proj.weight"] == nil)
    }

    @Test func `biases are split as the weights beside them`() {
        let names = mapped(
            olmo() + [
                info("transformer.blocks.0.att_proj.bias", [16]), info("transformer.blocks.0.ff_proj.bias", [24]),
            ])
        #expect(names["model.layers.0.self_attn.k_proj.bias"] == "transformer.blocks.0.att_proj.bias[8:12]")
        #expect(names["model.layers.0.mlp.gate_proj.bias"] == "transformer.blocks.0.ff_proj.bias[12:24]")
    }

    @Test(arguments: [[8, 8], [15, 8], [0, 8], [16], []])
    func `a fused tensor whose shape makes no sense keeps its name`(shape: [Int]) {
        var tensors = olmo()
        tensors[3] = info("transformer.blocks.0.att_proj.weight", shape)
        #expect(mapped(tensors)["transformer.blocks.0.att_proj.weight"] == "as it is")
    }

    @Test(arguments: ["", "model."]) func `OLMo-core`(prefix: String) {
        let stored: [(String, [Int])] = [
            ("embeddings", [32, 8]), ("lm_head.norm", [8]), ("lm_head.w_out", [32, 8]),
            ("blocks.11.attention.w_q", [8, 8]), ("blocks.11.attention.w_k", [4, 8]),
            ("blocks.11.attention.w_v", [4, 8]), ("blocks.11.attention.w_out", [8, 8]),
            ("blocks.11.attention.q_norm", [8]), ("blocks.11.attention.k_norm", [4]),
            ("blocks.11.feed_forward.w1", [12, 8]), ("blocks.11.feed_forward.w2", [8, 12]),
            ("blocks.11.feed_forward.w3", [12, 8]), ("blocks.11.attention_norm", [8]),
            ("blocks.11.feed_forward_norm", [8]),
        ]
        let names = mapped(stored.map { info("\(prefix)\($0).weight", $1) })
        let expected = [
            "model.embed_tokens": "embeddings", "model.norm": "lm_head.norm", "lm_head": "lm_head.w_out",
            "model.layers.11.self_attn.q_proj": "blocks.11.attention.w_q",
            "model.layers.11.self_attn.k_proj": "blocks.11.attention.w_k",
            "model.layers.11.self_attn.v_proj": "blocks.11.attention.w_v",
            "model.layers.11.self_attn.o_proj": "blocks.11.attention.w_out",
            "model.layers.11.self_attn.q_norm": "blocks.11.attention.q_norm",
            "model.layers.11.self_attn.k_norm": "blocks.11.attention.k_norm",
            "model.layers.11.mlp.gate_proj": "blocks.11.feed_forward.w1",
            "model.layers.11.mlp.down_proj": "blocks.11.feed_forward.w2",
            "model.layers.11.mlp.up_proj": "blocks.11.feed_forward.w3",
            "model.layers.11.post_attention_layernorm": "blocks.11.attention_norm",
            "model.layers.11.post_feedforward_layernorm": "blocks.11.feed_forward_norm",
        ]
        for (canonical, name) in expected {
            #expect(names["\(canonical).weight"] == "\(prefix)\(name).weight", "\(canonical)")
        }
        #expect(names.count == expected.count)
    }

    @Test func `GPT-NeoX interleaves query, key and value by head`() {
        let name = "gpt_neox.layers.0.attention.query_key_value"
        let tensors = [
            info("\(name).weight", [24, 8]), info("\(name).bias", [24]), info("gpt_neox.embed_in.weight", [32, 8]),
        ]
        #expect(
            mapped(tensors, config: #"{"num_attention_heads": 2}"#) == [
                "gpt_neox.layers.0.attention.query.weight": "\(name).weight[0:4 of each 12]",
                "gpt_neox.layers.0.attention.key.weight": "\(name).weight[4:8 of each 12]",
                "gpt_neox.layers.0.attention.value.weight": "\(name).weight[8:12 of each 12]",
                "gpt_neox.layers.0.attention.query.bias": "\(name).bias[0:4 of each 12]",
                "gpt_neox.layers.0.attention.key.bias": "\(name).bias[4:8 of each 12]",
                "gpt_neox.layers.0.attention.value.bias": "\(name).bias[8:12 of each 12]",
                "gpt_neox.embed_in.weight": "as it is",
            ])
        // Nothing tells the heads, or not their number: the tensor stays whole.
        for config in [nil, "{}", "[", #"{"num_attention_heads": 5}"#, #"{"num_attention_heads": -1}"#] {
            #expect(mapped(tensors, config: config)["\(name).weight"] == "as it is")
        }
    }

    @Test func `other names stay, and so does a checkpoint in which a name would occur twice`() {
        let other = [info("model.layers.0.mlp.up_proj.weight", [2, 2]), info("embeddings.weight", [2, 2])]
        #expect(Set(mapped(other).values) == ["as it is"])
        #expect(Set(mapped(olmo() + [info("model.norm.weight", [8])]).values) == ["as it is"])
    }

    @Test func `blocks count and enumerate their places`() {
        let blocks = Blocks(first: 4, run: 2, period: 6, count: 3)
        let places = [4, 5, 10, 11, 16, 17]
        #expect((0..<6).map(blocks.place) == places)
        for limit in 0..<30 { #expect(blocks.count(before: limit) == places.filter { $0 < limit }.count) }
        for start in 0..<6 {
            for end in start...6 {
                var found: [Int] = []
                blocks.forEachRun(in: start..<end) { found += Array($0) }
                #expect(found == Array(places[start..<end]))
            }
        }
        #expect(blocks.scaled(by: 5) == Blocks(first: 20, run: 10, period: 30, count: 3))
    }
}
