/// The names that tensors have without what wrappers put before them.
///
/// Where they come from: `torch.compile` (`_orig_mod`), `DistributedDataParallel` and `DataParallel` (`module`), FSDP
/// (`_fsdp_wrapped_module`), activation checkpointing (`_checkpoint_wrapped_module`), DeepSpeed and accelerate
/// (`_forward_module`); and a model saved without its head, which lacks `model.`, or inside another module, which has it
/// twice.
enum WrapperPrefixes {
    /// Names that nothing but a wrapper gives, wherever they stand.
    private static let anywhere: Set<String> = [
        "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module", "_fpw_module",
    ]
    /// Names that a wrapper gives to all that it holds.
    private static let leading: Set<String> = ["module", "state_dict", "model_state_dict"]
    /// What a model of transformers keeps below `model.`.
    private static let withinModel: Set<String> = ["embed_tokens", "layers", "norm"]

    /// For each name, the one without wrappers; `nil` where there are none, or where two names would become one. What
    /// is no weight by its name keeps it, and keeps none of the others from losing a prefix.
    static func seenThrough(_ names: [String]) -> [String]? {
        let places = names.indices.filter { NotWeight.reason(named: names[$0]) == nil || isWrapped(names[$0]) }
        guard let short = shortened(places.map { names[$0] }) else { return nil }
        var all = names
        for (place, name) in zip(places, short) { all[place] = name }
        return all != names && Set(all).count == names.count ? all : nil
    }

    /// A buffer inside a wrapped model: `module.layers.0.rotary_emb.inv_freq`.
    private static func isWrapped(_ name: String) -> Bool {
        let parts = name.split(separator: ".").map(String.init)
        return parts.first.map { leading.contains($0) || anywhere.contains($0) } ?? false
            || parts.dropLast().contains(where: anywhere.contains)
    }

    private static func shortened(_ names: [String]) -> [String]? {
        guard !names.isEmpty else { return nil }
        var paths = names.map { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
        var isChanged = true
        while isChanged {
            isChanged = false
            for place in paths.indices where paths[place].dropLast().contains(where: anywhere.contains) {
                paths[place] = paths[place].dropLast().filter { !anywhere.contains($0) } + paths[place].suffix(1)
                isChanged = true
            }
            if let first = paths[0].first, leading.contains(first), holdsAll(first, paths) {
                paths = paths.map { Array($0.dropFirst()) }
                isChanged = true
            }
        }
        if holdsAll("model", paths), paths.contains(where: { $0[1] == "model" || $0[1] == "lm_head" }) {
            paths = paths.map { Array($0.dropFirst()) }
        } else if isModelWithoutName(paths) {
            paths = paths.map { withinModel.contains($0[0]) ? ["model"] + $0 : $0 }
        }
        return paths.map { $0.joined(separator: ".") }
    }

    private static func holdsAll(_ first: String, _ paths: [[String]]) -> Bool {
        paths.allSatisfy { $0.count > 1 && $0[0] == first }
    }

    /// Blocks as transformers names them, and nothing that is below `model.`.
    private static func isModelWithoutName(_ paths: [[String]]) -> Bool {
        let isBlock = { (path: [String]) in
            guard path.count > 3, path[0] == "layers", Int(path[1]) != nil else { return false }
            return ParameterName(path.joined(separator: ".")).module != .other
        }
        return paths.contains(where: isBlock) && !paths.contains { $0[0] == "model" }
    }
}
