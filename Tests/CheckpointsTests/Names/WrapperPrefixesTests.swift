import Testing

@testable import Checkpoints

@Suite struct WrapperPrefixesTests {
    private static let plain = ["model.layers.0.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight"]

    @Test(arguments: [
        ["layers.0.mlp.up_proj.weight", "layers.1.mlp.up_proj.weight"],
        ["module.model.layers.0.mlp.up_proj.weight", "module.model.layers.1.mlp.up_proj.weight"],
        ["_orig_mod.module.model.layers.0.mlp.up_proj.weight", "_orig_mod.module.model.layers.1.mlp.up_proj.weight"],
        ["model.layers.0._orig_mod.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.weight"],
        [
            "_fsdp_wrapped_module.model.layers.0.mlp.up_proj.weight",
            "model.layers.1._fsdp_wrapped_module.mlp.up_proj.weight",
        ],
        ["state_dict.model.layers.0.mlp.up_proj.weight", "state_dict.model.layers.1.mlp.up_proj.weight"],
        ["model.model.layers.0.mlp.up_proj.weight", "model.model.layers.1.mlp.up_proj.weight"],
    ])
    func `wrappers are seen through`(_ names: [String]) {
        #expect(WrapperPrefixes.seenThrough(names) == Self.plain)
    }

    @Test func `what lies beside the weights hides no wrapper`() {
        let beside = ["optimizer.state.0.exp_avg", "lr_scheduler.last_lr"]
        #expect(WrapperPrefixes.seenThrough(beside + Self.plain.map { "module." + $0 }) == beside + Self.plain)
        // A buffer of the model loses the wrapper with it.
        let buffer = "model.layers.0.rotary_emb.inv_freq"
        #expect(WrapperPrefixes.seenThrough((Self.plain + [buffer]).map { "module." + $0 }) == Self.plain + [buffer])
    }

    @Test(arguments: [
        plain,
        // A part of a model called module, and a collision.
        ["module.weight", "head.weight"],
        ["_orig_mod.weight", "weight"],
        // Blocks of an unknown kind.
        ["layers.0.conv.weight", "layers.1.conv.weight"],
        [],
    ])
    func `names stay as they are where nothing is clear`(_ names: [String]) {
        #expect(WrapperPrefixes.seenThrough(names) == nil)
    }
}
