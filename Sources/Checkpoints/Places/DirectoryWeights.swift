import Base

/// Which files of a directory are read as its weights: what its names decide.
enum DirectoryWeights: Equatable {
    /// One file.
    case single(String)
    /// Shards that an index lists.
    case indexed(String, shards: String)
    /// A whole set of shards without an index.
    case shards([String])
    /// Looks like a checkpoint, and cannot be read.
    case unreadable(problem: String, remedy: String)
    /// No file that looks like weights.
    case none

    private static let safetensors = "model.safetensors"
    /// What torch's distributed checkpoints (DCP) are told by, in a directory or one below it.
    private static let distributed = [".metadata", "model_and_optim/.metadata", "model/.metadata"]
    /// Single files that are read first, in this order: as in transformers, safetensors win over torch's, and a single file
    /// over shards.
    static let first = [
        safetensors, safetensors + ".index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt",
    ]
    /// Other names that weights go by: renamed ones, those of Mistral and Llama, of diffusers, DeepSpeed, Lightning.
    private static let others = [
        "pytorch_model.safetensors", "consolidated.safetensors", "diffusion_pytorch_model.safetensors",
        "diffusion_pytorch_model.bin", "model.pth", "model.ckpt", "model.bin", "weights.pt", "model.npz",
    ]
    /// Files of which every model-parallel rank writes one: the first, and what its number stands between.
    private static let ranked = [("consolidated.", ".pth"), ("mp_rank_", "_model_states.pt")]

    /// Looks at a directory. The sole file that may hold weights counts too, whatever its name.
    ///
    /// Throws `.environment` when the machine cannot list it.
    init(in directory: String) throws(CheckpointError) {
        let names: [String]
        do throws(FileReadingError) {
            names = try folderNames(directory)
        } catch {
            if error.kind == .machine {
                throw CheckpointError(
                    .environment, checkpoint: directory, problem: "cannot be listed: \(error.reason)")
            }
            names = []
        }
        self = DirectoryWeights.known(names, in: directory) ?? DirectoryWeights.sole(names, in: directory)
    }

    /// Those of a directory that is told to be a checkpoint by the names of its files; `nil` for any other.
    static func known(_ names: [String], in directory: String) -> DirectoryWeights? {
        let all = Set(names)
        if let name = first.first(where: all.contains) {
            return name.hasSuffix(".json")
                ? .indexed(name, shards: name.hasPrefix("model") ? ".safetensors" : ".bin") : .single(name)
        }
        if distributed.contains(where: { entryExists(directory + "/" + $0) }) {
            return .unreadable(
                problem: "is a distributed checkpoint (torch DCP), which is not read",
                remedy: "put it together first: 'python -m torch.distributed.checkpoint.format_utils dcp_to_torch "
                    + "DIR model.pt', or OLMo-core's conversion to Hugging Face")
        }
        if all.contains(where: { $0.hasPrefix("adapter_model.") || $0 == "adapter_config.json" }) {
            return .unreadable(
                problem: "holds an adapter (PEFT, such as LoRA), and not the weights of a model",
                remedy: "merge it into its base model and save that: PeftModel.merge_and_unload()")
        }
        if let set = shardSet(names) { return set }
        if let name = others.first(where: all.contains) { return .single(name) }
        for (start, end) in ranked {
            let files = names.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }
            if files.count == 1 { return .single(files[0]) }
            if files.count > 1 {
                return .unreadable(
                    problem:
                        "holds the weights in \(files.count) model-parallel parts (\(listed(files))), which are not put together here",
                    remedy: "convert it to Hugging Face's form with the tool of its trainer")
            }
        }
        return nil
    }

    /// The one file that may hold weights, or why there is none.
    private static func sole(_ names: [String], in directory: String) -> DirectoryWeights {
        let files = names.filter { !$0.hasPrefix(".") && WeightFiles.mayHoldWeights($0) }
        guard let file = files.first else { return .none }
        guard files.count == 1 else {
            return .unreadable(
                problem:
                    "holds \(files.count) files that may be weights (\(listed(files))), and nothing that says how they "
                    + "belong together", remedy: "name the one that is meant")
        }
        return .single(file)
    }

    /// A set of shards that is whole, or what it lacks; `nil` without shards.
    private static func shardSet(_ names: [String]) -> DirectoryWeights? {
        let all = names.compactMap { name in WeightFiles.Shard(name).map { (name: name, shard: $0) } }
        struct Key: Hashable {
            let set: String
            let count: Int
            let ending: String
        }
        let sets = Dictionary(grouping: all) { Key(set: $0.shard.set, count: $0.shard.count, ending: $0.shard.ending) }
            .sorted {
                ($0.key.ending == ".bin" ? 1 : 0, $0.key.set, $0.key.count) < (
                    $1.key.ending == ".bin" ? 1 : 0, $1.key.set, $1.key.count
                )
            }
        if let whole = sets.first(where: { Set($0.value.map(\.shard.number)).count == $0.key.count }) {
            return .shards(whole.value.map(\.name).sorted())
        }
        guard let part = sets.first else { return nil }
        return .unreadable(
            problem:
                "holds \(part.value.count) of \(part.key.count) shards (\(listed(part.value.map(\.name)))), and no index",
            remedy: "fetch the others, or the whole checkpoint again")
    }

    /// The first of some names, and how many there are.
    static func listed(_ names: [String]) -> String {
        names.count > 3
            ? names.prefix(2).joined(separator: ", ") + ", ... \(names[names.count - 1])"
            : names.joined(separator: ", ")
    }

    /// What of a directory's weights is left aside although it stands beside what is read, a line each: shards beside a
    /// single file, and shards that the index does not list.
    static func strays(in directory: String) -> [String] {
        let names = (try? folderNames(directory)) ?? []
        let ownShards = names.filter { WeightFiles.Shard($0)?.set == "model" && $0.hasSuffix(".safetensors") }
        switch known(names, in: directory) {
        case .single(safetensors):
            let index = safetensors + ".index.json"
            let beside = (names.contains(index) ? [index] : []) + ownShards
            return beside.isEmpty
                ? []
                : [
                    "'\(safetensors)' is read, and not \(beside.count == 1 ? "'\(beside[0])'" : "the \(beside.count) files of a sharded copy (\(listed(beside)))") beside it: "
                        + "they may hold other weights; remove what is not meant"
                ]
        case .indexed(let index, let ending):
            let path = directory + "/" + index
            guard let listedShards = try? HuggingFaceIndex(path, shards: ending, checkpoint: directory).shards else {
                return []
            }
            let set = index.split(separator: ".").first.map(String.init) ?? ""
            let unlisted = names.filter {
                guard let shard = WeightFiles.Shard($0), shard.set == set, $0.hasSuffix(ending) else { return false }
                return !listedShards.contains($0)
            }
            return unlisted.isEmpty
                ? []
                : [
                    "'\(index)' does not list \(listed(unlisted)), which is not read; fetch the index and its shards again"
                ]
        default: return []
        }
    }

    /// Names of files that hold the weights once more in another form, as `pytorch_model.bin` does beside
    /// `model.safetensors`, and that are not read.
    static func otherForms(in directory: String) -> [String] {
        let names = (try? folderNames(directory)) ?? []
        let read: [String]
        switch known(names, in: directory) {
        case .single(let name): read = [name]
        case .indexed(let index, _): read = [index]
        case .shards(let shards): read = shards
        default: return []
        }
        let ranks = names.filter { name in ranked.contains { name.hasPrefix($0.0) && name.hasSuffix($0.1) } }
        // A sharded copy beside a single file of the same form is a finding: it is no other form.
        let copies = read == [safetensors] ? [safetensors + ".index.json"] : []
        return (first + others).filter { names.contains($0) && !read.contains($0) && !copies.contains($0) }
            + ranks.filter { !read.contains($0) }
    }
}

/// What of a directory's weights stands beside what is read, and is not; see `DirectoryWeights`.
package func strayWeights(in directory: String) -> [String] { DirectoryWeights.strays(in: directory) }

/// Files of a directory that hold its weights once more in another form, and are not read.
package func weightsInOtherForms(in directory: String) -> [String] { DirectoryWeights.otherForms(in: directory) }
