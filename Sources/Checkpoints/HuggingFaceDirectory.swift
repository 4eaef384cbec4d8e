/// A checkpoint as the Hugging Face Hub keeps it: `config.json`, and `model.safetensors` or its shards.
struct HuggingFaceDirectory: Sendable {
    /// The directory as the user named it.
    let path: String
    /// What the place of the directory tells.
    let identity: HuggingFaceIdentity
    /// The safetensors files; shards in ascending order of name.
    let files: [File]
    /// All tensors, in ascending order of name.
    let tensors: [Tensor]
    /// `config.json`, verbatim; `nil` when there is none.
    let config: String?

    /// One safetensors file, as it was when its header was read.
    struct File: Sendable {
        var path: String
        var byteCount: Int
        var modificationTimeNanoseconds: Int
        /// Bytes before the data: the length and the header.
        var dataOffset: Int
    }

    /// One tensor and the place of its bytes.
    struct Tensor: Sendable {
        /// Name with `/` read as `.`.
        var name: String
        var type: SafetensorsType
        var shape: [Int]
        /// Index into `files`, and bytes there.
        var extent: Extent
    }

    private static let single = "model.safetensors"
    private static let index = "model.safetensors.index.json"
    /// Files of which a directory of this kind has one at least.
    static let contentNames = [single, index, "config.json"]
    /// Longer JSON than this is no configuration, in bytes.
    private static let configLimit = 16 << 20

    /// What is known of the checkpoint in directory `path` without reading its tensors: no HDF5, no worker.
    static func manifest(_ path: String) throws(CheckpointError) -> CheckpointManifest {
        try HuggingFaceDirectory(path).manifest
    }

    /// Reads `config.json`, the index and all headers, and checks that they agree.
    init(_ path: String) throws(CheckpointError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = path
        identity = try HuggingFaceIdentity(of: path)
        config = try HuggingFaceDirectory.readConfig(path)
        // As in transformers, the single file wins where both are.
        let content: (files: [File], tensors: [Tensor])
        if entryExists(path + "/" + HuggingFaceDirectory.single) {
            content = try HuggingFaceDirectory.read([HuggingFaceDirectory.single], in: path)
        } else if entryExists(path + "/" + HuggingFaceDirectory.index) {
            let index = try HuggingFaceIndex(path + "/" + HuggingFaceDirectory.index, checkpoint: path)
            content = try HuggingFaceDirectory.read(index.shards, in: path)
            try index.check(content.tensors.map { (name: $0.name, shard: index.shards[$0.extent.file]) })
        } else {
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: "has neither \(HuggingFaceDirectory.single) nor \(HuggingFaceDirectory.index)",
                remedy: "save the checkpoint as safetensors")
        }
        files = content.files
        tensors = try HuggingFaceDirectory.sorted(content.tensors, checkpoint: path)
    }

    /// What the rest of the harness asks of any checkpoint. Tensors of types that nothing compares are left out.
    var manifest: CheckpointManifest {
        var manifest = CheckpointManifest(
            tensors: [], storage: [], files: files.map(\.path), attributes: identity.revision.attributes,
            config: config, leftOut: [])
        manifest.attributes["model"] = identity.model.map { .string($0) }
        for tensor in tensors {
            guard isPrintable(tensor.name) else {
                manifest.leftOut.append(LeftOut(name: printable(tensor.name), reason: LeftOut.unprintableName))
                continue
            }
            guard let elementType = tensor.type.elementType else {
                manifest.leftOut.append(
                    LeftOut(name: tensor.name, reason: "safetensors type \(tensor.type.rawValue)"))
                continue
            }
            manifest.tensors.append(
                TensorInfo(
                    name: tensor.name, elementType: elementType, shape: tensor.shape, layout: .contiguous, filters: [],
                    storedByteCount: tensor.extent.byteCount))
            manifest.storage.append(.extents([tensor.extent], bigEndian: false))
        }
        return manifest
    }

    private static func readConfig(_ directory: String) throws(CheckpointError) -> String? {
        let path = directory + "/config.json"
        guard entryExists(path) else { return nil }
        let bytes = try SourceFile.contents(of: path, limit: configLimit, checkpoint: directory)
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

    /// Reads the headers of `names` and puts their tensors together.
    private static func read(
        _ names: [String], in directory: String
    ) throws(CheckpointError) -> (files: [File], tensors: [Tensor]) {
        var files: [File] = []
        var tensors: [Tensor] = []
        for (index, name) in names.enumerated() {
            let file = try SourceFile(directory + "/" + name, checkpoint: directory)
            let header = try SafetensorsHeader(of: file)
            guard tensors.count + header.tensors.count <= SafetensorsHeader.tensorLimit else {
                throw CheckpointError(
                    .unsupported, checkpoint: directory,
                    problem: "its shards describe more than \(SafetensorsHeader.tensorLimit) tensors")
            }
            files.append(
                File(
                    path: file.path, byteCount: file.byteCount,
                    modificationTimeNanoseconds: file.modificationTimeNanoseconds, dataOffset: header.dataOffset))
            for tensor in header.tensors {
                tensors.append(
                    Tensor(
                        name: tensor.name, type: tensor.type, shape: tensor.shape,
                        extent: Extent(
                            file: index, offset: header.dataOffset + tensor.begin,
                            byteCount: tensor.end - tensor.begin)))
            }
        }
        return (files, tensors)
    }
}
