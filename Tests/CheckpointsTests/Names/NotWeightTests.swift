import Tensors
import Testing

@testable import Checkpoints

@Suite struct NotWeightTests {
    private func reasons(_ tensors: [(String, ElementType, [Int])]) -> [NotWeight?] {
        NotWeight.reasons(
            tensors.map {
                TensorInfo(
                    name: $0.0, elementType: $0.1, shape: $0.2, layout: .contiguous, filters: [], storedByteCount: 0)
            })
    }

    @Test(arguments: [
        ("gpt_neox.layers.0.attention.rotary_emb.inv_freq", ElementType.float32, [2], NotWeight.rotary),
        ("gpt_neox.layers.0.attention.masked_bias", .float16, [], .maskValue),
        ("gpt_neox.layers.0.attention.bias", .bool, [1, 1, 32, 32], .mask),
        ("h.0.attn.bias", .float32, [1, 1, 32, 32], .mask),
        ("embeddings.position_ids", .int64, [1, 512], .indices),
        ("bn1.num_batches_tracked", .int64, [], .counter),
        ("optimizer_weights.Adam.m.dense.kernel", .float32, [4, 4], .optimizer),
        ("optimizer.vars.3", .float32, [4, 4], .optimizer),
        ("optimizer.state.0.exp_avg", .float32, [4, 4], .optimizer),
        ("model_ema.layer.weight", .float32, [4, 4], .average),
        ("#refs#.a", .float64, [4, 4], .matlab),
        ("transformer.h.0.attn.attention.bias", .uint8, [1, 1, 32, 32], .mask),
        ("transformer.h.0.attn.mask", .float32, [1, 1, 32, 32], .mask),
        ("rope.freqs", .bfloat16, [64], .rotary),
        ("optimizer_g.state.3.exp_avg_sq", .float32, [4, 4], .optimizer),
        ("checkpoint.optimizer.param_groups", .float32, [2], .optimizer),
        ("params_ema.conv.weight", .float32, [4, 4], .average),
        ("n_averaged", .int64, [], .counter),
        ("layers.0.q_proj.input_scale", .float32, [1], .scale),
        ("dead_rows", .bool, [8, 8], .mask),
    ])
    func `what lies beside the weights is known by name, type and shape`(
        _ name: String, _ type: ElementType, _ shape: [Int], _ expected: NotWeight
    ) {
        #expect(reasons([(name, type, shape), ("layer.weight", .float32, [4, 4])]) == [expected, nil])
    }

    @Test func `weights of like names stay weights`() {
        let weights: [(String, ElementType, [Int])] = [
            ("encoder.layers.0.attention.bias", .float32, [16]), ("encoder.layers.0.ema.beta", .float32, [4, 4]),
            ("layers.0.relative_attention_bias.weight", .float32, [4, 4]), ("bn1.running_mean", .float32, [8]),
            ("layers.0.packed", .int8, [4, 4]), ("layers.0.attn.bias", .float32, [12, 12]),
            ("optimus.layers.0.weight", .float32, [4, 4]), ("attn.q_scale", .float32, [16]),
            ("blocks.0.optimizer.weight", .float32, [4, 4]),
        ]
        #expect(reasons(weights) == Array(repeating: nil, count: weights.count))
    }

    @Test func `a file of nothing but an average, or an optimizer's state, is read for it`() {
        #expect(reasons([("ema_model.layer.weight", .float32, [4])]) == [nil])
        #expect(reasons([("ema_model.layer.weight", .float32, [4]), ("n_averaged", .int64, [])]) == [nil, .counter])
        #expect(reasons([("optimizer.state.0.exp_avg", .float32, [4])]) == [nil])
    }
}
