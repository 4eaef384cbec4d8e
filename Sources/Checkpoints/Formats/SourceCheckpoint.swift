import Base

/// A checkpoint as others keep it: files that hold plain bytes of tensors, which need no HDF5 and no worker.
///
/// - a Hugging Face directory: `config.json`, and `model.safetensors` or the older `pytorch_model.bin`, or shards of
///   either with their index;
/// - an OLMo directory: `config.yaml`, and `model.pt` or `model.safetensors`;
/// - a single file: safetensors, what `torch.save` wrote, or NumPy's `.npz` and `.npy`, by its bytes and not its ending.
struct SourceCheckpoint: Sendable {
    /// The directory or file as the user named it.
    let path: String
    /// What its place tells.
    let identity: HuggingFaceIdentity
    /// The files; shards in ascending order of name.
    let files: [File]
    /// All tensors, in ascending order of name.
    let tensors: [Tensor]
    /// What else the files hold, with the reason.
    let leftOut: [LeftOut]
    /// Those of them that are arrays, which an import would lose.
    let lost: [LeftOut]
    /// `config.json`, verbatim, or what OLMo's `config.yaml` comes to; `nil` when there is neither.
    let config: String?
    /// What a training script's counters say, such as `global_step`, and the dictionary of weights that was entered.
    let facts: [String: AttributeValue]

    /// One file.
    struct File: Sendable {
        var source: any ByteSource
        /// The bytes that tell what is where: a safetensors header with its length, the directory of an archive.
        var structure: [Range<Int>]
    }

    /// One tensor and the place of its bytes.
    struct Tensor: Sendable {
        /// Name with `/` read as `.`.
        var name: String
        var type: SafetensorsType
        var shape: [Int]
        /// Index into `files`, and bytes there: as stored, when they are deflated.
        var extent: Extent
        var isBigEndian = false
        var form = Form.plain

        /// How the elements come out of those bytes.
        enum Form: Sendable {
            /// As they stand.
            case plain
            case strided(StridedElements)
            case deflated(DeflatedElements)
        }

        /// As `TensorInfo.filters`.
        var filters: [String] { if case .deflated = form { ["deflate"] } else { [] } }

        /// Bytes of the elements.
        var byteCount: Int {
            if case .plain = form { return extent.byteCount }
            return shape.reduce(type.bitCount / 8, *)
        }
    }

    /// Endings that single files of this kind usually have, longest first.
    static let endings = [".safetensors", ".pth.tar", ".ckpt", ".npz", ".npy", ".pth", ".bin", ".pt"]
    /// Longer JSON than this is no configuration, in bytes: what is made of it takes many times its bytes.
    private static let configLimit = 4 << 20

    /// Whether the file is of this kind, and neither HDF5 nor an archive with HDF5 in it: by its bytes, and by its ending
    /// only where they say nothing.
    ///
    /// Throws `.environment` when the machine fails; other errors are left to whoever reads it.
    static func isSource(file path: String) throws(CheckpointError) -> Bool {
        try unlessMachineFails(false) { () throws(CheckpointError) in
            let file = try ByteSources.open(path, checkpoint: path)
            switch try FileFormat(of: file) {
            case .hdf5: return false
            case .unknown: return endings.contains { path.hasSuffix($0) }
            case .zip:
                return try unlessMachineFails(true) { () throws(CheckpointError) in
                    !KerasArchive.isOne(try ZipArchive(of: file))
                }
            case .safetensors, .torchStream, .npy, .other: return true
            }
        }
    }

    /// What `body` gives; `other` where the file is at fault, which another place tells.
    static func unlessMachineFails<Value>(
        _ other: Value, _ body: () throws(CheckpointError) -> Value
    ) throws(CheckpointError) -> Value {
        do throws(CheckpointError) {
            return try body()
        } catch {
            guard error.kind != .environment else { throw error }
            return other
        }
    }

    /// What is known of the checkpoint at `path` without reading its tensors: no HDF5, no worker.
    static func manifest(
        _ path: String, group: String? = nil, dumps: Set<BFloat16Dump> = [], trusted: [String] = []
    ) throws(CheckpointError) -> CheckpointManifest {
        try SourceCheckpoint(path, group: group, dumps: dumps, trusted: trusted).manifest()
    }

    /// Reads what the files say of themselves, and checks that they agree.
    /// - Parameters:
    ///   - group: takes what stands below it only, such as `/model`; `nil` takes all, or, of torch's file with one of
    ///     the usual dictionaries of weights, what is in that.
    ///   - dumps: arrays that are read as bfloat16, which NumPy has no type for.
    ///   - trusted: directories into which links of a directory may lead, besides itself and its Hub cache's blobs.
    init(
        _ path: String, group: String? = nil, dumps: Set<BFloat16Dump> = [], trusted: [String] = []
    ) throws(CheckpointError) {
        let path = path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
        self.path = path
        var content = SourceContent(checkpoint: path, dumps: dumps, entersContainers: group == nil)
        guard entryExists(path) else {
            throw CheckpointError(.unreachable, checkpoint: path, problem: "no such file or directory")
        }
        if isDirectory(path) {
            identity = try HuggingFaceIdentity(of: path)
            content.roots = resolvedPath(path).map { TrustedRoots(directory: $0, allowed: trusted) }
            for name in DirectoryWeights.first + ["config.json", "config.yaml"] { try content.checkPlace(of: name) }
            config = try SourceCheckpoint.readConfig(path)
            try SourceCheckpoint.read(directory: path, into: &content)
        } else {
            identity = HuggingFaceIdentity(ofFile: path)
            try content.add(path)
            config = try SourceCheckpoint.config(besideFile: path)
        }
        if let group { try content.select(group) }
        files = content.files
        (leftOut, lost) = (content.leftOut, content.lost)
        facts = content.facts
        tensors = try SourceCheckpoint.sorted(content.tensors, checkpoint: path)
    }

    /// Adds the files that `DirectoryWeights` chooses.
    private static func read(directory path: String, into content: inout SourceContent) throws(CheckpointError) {
        switch try DirectoryWeights(in: path) {
        case .single(let name):
            try content.checkPlace(of: name)
            try content.add(path + "/" + name)
        case .indexed(let name, let ending):
            let index = try HuggingFaceIndex(path + "/" + name, shards: ending, checkpoint: path)
            for shard in index.shards {
                try content.checkPlace(of: shard)
                try content.add(path + "/" + shard)
            }
            try index.check(content.tensors.map { (name: $0.name, shard: index.shards[$0.extent.file]) })
        case .shards(let names):
            for name in names {
                try content.checkPlace(of: name)
                try content.add(path + "/" + name)
            }
        case .unreadable(let problem, let remedy):
            if PathContent(at: path, isMember: false) == .folder { throw folderError(path) }
            throw CheckpointError(.unsupported, checkpoint: path, problem: problem, remedy: remedy)
        case .none: throw folderError(path)
        }
    }

    /// A directory in which no file is read as weights: perhaps a folder of checkpoints.
    private static func folderError(_ path: String) -> CheckpointError {
        let members = (try? CheckpointListing(path, at: path))?.members.filter { $0.path != path } ?? []
        guard let first = members.first else {
            return CheckpointError(
                .unsupported, checkpoint: path,
                problem: "has none of \(DirectoryWeights.first.joined(separator: ", "))",
                remedy: "save the checkpoint as safetensors")
        }
        return CheckpointError(
            .unsupported, checkpoint: path,
            problem: "is a folder of \(members.count) checkpoint\(members.count == 1 ? "" : "s"), and not one itself",
            remedy: "name one of them, such as \(first.path), or give the folder as a series")
    }

    /// What the rest of the harness asks of any checkpoint. Tensors of types that nothing compares are left out.
    func manifest() throws(CheckpointError) -> CheckpointManifest {
        var manifest = CheckpointManifest(
            tensors: [], storage: [], files: files.map(\.source), attributes: try attributes, config: config,
            leftOut: leftOut)
        manifest.attributes["model"] = identity.model.map { .string($0) }
        for tensor in tensors {
            guard isPrintable(tensor.name) else {
                manifest.leftOut.append(
                    LeftOut(
                        name: printable(tensor.name), reason: LeftOut.unprintableName,
                        elementCount: product(tensor.shape)))
                continue
            }
            guard let elementType = tensor.type.elementType else {
                manifest.leftOut.append(
                    LeftOut(
                        name: tensor.name, reason: "safetensors type \(tensor.type.rawValue)",
                        // A type of exponents alone is that of scales.
                        elementCount: tensor.type == .f8e8m0 ? nil : product(tensor.shape)))
                continue
            }
            manifest.tensors.append(
                TensorInfo(
                    name: tensor.name, elementType: elementType, shape: tensor.shape, layout: .contiguous,
                    filters: tensor.filters, storedByteCount: min(tensor.extent.byteCount, tensor.byteCount)))
            let storage: TensorStorage =
                switch tensor.form {
                case .plain: .extents([tensor.extent], bigEndian: tensor.isBigEndian)
                case .strided(let elements): .strided(elements)
                case .deflated(let elements): .deflated(elements)
                }
            manifest.storage.append(storage)
        }
        return manifest
    }

    /// What tells where in training it stands: the revision's name, what the trainer wrote beside the weights, and what
    /// the files themselves state.
    ///
    /// Throws `.environment` when the machine fails at reading it.
    var attributes: [String: AttributeValue] {
        get throws(CheckpointError) {
            var attributes = try TrainerState.facts(in: path).merging(facts) { beside, _ in beside }
            attributes["revision"] = .string(identity.revision.name)
            return attributes
        }
    }

    /// The `config.json` in a single file's folder, if it is a model's: other programs keep files of that name too.
    static func config(besideFile path: String) throws(CheckpointError) -> String? {
        let parent = PathText(path).folder
        let folder = parent.isEmpty ? "." : parent
        guard entryExists(folder + "/config.json") else { return nil }
        let read = try unlessMachineFails(nil) { () throws(CheckpointError) in try readConfig(folder) }
        guard let text = read else { return nil }
        var scanner = JSONScanner(Array(text.utf8))
        var isModels = false
        try? scanner.object { scanner, key throws(JSONError) in
            isModels = isModels || key == "model_type" || key == "architectures"
            try scanner.skipValue()
        }
        return isModels ? text : nil
    }

    private static func readConfig(_ directory: String) throws(CheckpointError) -> String? {
        let path = directory + "/config.json"
        guard entryExists(path) else { return try OLMoConfig.translated(in: directory) }
        let bytes = try ByteSources.contents(of: path, limit: configLimit, checkpoint: directory)
        do throws(JSONError) {
            var scanner = JSONScanner(bytes)
            try scanner.object { scanner, _ throws(JSONError) in try scanner.skipValue() }
            try scanner.end()
        } catch {
            throw CheckpointError(
                .malformed, checkpoint: directory, problem: "'\(path)' is not a JSON object: \(error)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ascending order of the names that tables use, in which `/` reads as `.`.
    private static func sorted(_ tensors: [Tensor], checkpoint: String) throws(CheckpointError) -> [Tensor] {
        var tensors = tensors
        for index in tensors.indices where tensors[index].name.utf8.contains(UInt8(ascii: "/")) {
            tensors[index].name = String(tensors[index].name.map { $0 == "/" ? "." : $0 })
        }
        tensors.sort { $0.name < $1.name }
        for (tensor, next) in zip(tensors, tensors.dropFirst()) where tensor.name == next.name {
            throw CheckpointError(
                .malformed, checkpoint: checkpoint, problem: "has two tensors named '\(tensor.name)' ('/' reads as '.')"
            )
        }
        return tensors
    }
}
