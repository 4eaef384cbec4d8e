/// What names of files tell of their contents: which may hold a model's weights, and which stand beside them.
enum WeightFiles {
    /// Endings of files that are tried as checkpoints: those that are read, and those that are refused with their format's
    /// name. Capitals do not matter.
    static let endings = [
        ".h5", ".hdf5", ".hdf", ".he5", ".keras", ".safetensors", ".npz", ".pth.tar", ".pt.tar", ".pt", ".pth", ".bin",
        ".ckpt", ".gguf", ".onnx", ".tflite", ".msgpack", ".pdparams",
    ]
    /// Pickles hold anything: they are tried only where their names tell a step or an epoch.
    private static let pickles = [".pkl", ".pickle"]

    /// Beginnings of names of what trainers save beside weights: optimizers, schedulers, random numbers, arguments.
    private static let beside = [
        "optimizer", "optim", "scheduler", "scaler", "rng_state", "random_states", "sampler", "training_args",
        "train_args",
        "trainer_state", "training_state", "dataloader", "zero_pp_rank", "bf16_zero_pp_rank", "custom_checkpoint",
        "tokenizer", "vocab", "merges", "events.out", "spiece", "sentencepiece",
    ]

    /// The name's ending, as written; `nil` when it is none of weights.
    static func ending(of name: String) -> String? {
        let lower = name.lowercased()
        return (endings + pickles).first { lower.hasSuffix($0) }.map { String(name.suffix($0.count)) }
    }

    /// The name without its ending.
    static func stem(of name: String) -> String { String(name.dropLast(ending(of: name)?.count ?? 0)) }

    /// Whether the name is one of what stands beside weights.
    static func standsBeside(_ name: String) -> Bool {
        let lower = name.lowercased()
        return beside.contains { lower.hasPrefix($0) } || lower.contains("optim_states")
    }

    /// Whether a file of that name may hold weights, by its name alone.
    static func mayHoldWeights(_ name: String) -> Bool {
        guard let ending = ending(of: name), !standsBeside(name) else { return false }
        return !pickles.contains(ending.lowercased()) || Revision(named: stem(of: name)).tellsPlace
    }

    /// A file of a set, such as `model-00002-of-00003.safetensors`.
    struct Shard: Hashable {
        let set: String
        let number: Int
        let count: Int
        let ending: String

        init?(_ name: String) {
            guard let ending = [".safetensors", ".bin"].first(where: name.hasSuffix) else { return nil }
            let parts = name.dropLast(ending.count).split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count >= 4, parts[parts.count - 2] == "of", let count = Int(parts[parts.count - 1]),
                let number = Int(parts[parts.count - 3]), (1...100_000).contains(count), (1...count).contains(number)
            else { return nil }
            (self.ending, self.number, self.count) = (ending, number, count)
            set = parts.dropLast(3).joined(separator: "-")
        }
    }
}
