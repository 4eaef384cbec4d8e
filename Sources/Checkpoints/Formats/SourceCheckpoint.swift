import Base

/// A checkpoint as others keep it: files that hold plain bytes of tensors, which need no HDF5 and no worker.
///
/// - a Hugging Face directory: `config.json`, and `model.safetensors` or the older `pytorch_model.bin`, or shards of
///   either with their index;
/// - an OLMo directory: `config.yaml`, and `model.pt` or `model.safetensors`;
/// - a single file: `.safetensors`, what `torch.save` wrote, or NumPy's `.npz`.
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

    /// One file, as it was when its structure was read.
    struct File: Sendable {
        var path: String
        var byteCount: Int
        var modificationTimeNanoseconds: Int
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
        /// `nil` when its bytes stand in the file as they are.
        var deflated: Deflated?

        /// Bytes of the elements.
        var byteCount: Int { deflated?.byteCount ?? extent.byteCount }
    }

    /// How a deflated tensor's bytes come out of its member of an archive.
    struct Deflated: Sendable {
        var entry: ZipArchive.Entry
        /// Bytes before the first element.
        var skip: Int
        var byteCount: Int
    }

    private static let singles = ["model.safetensors", "pytorch_model.bin", "model.pt"]
    private static let indexes = ["model.safetensors.index.json", "pytorch_model.bin.index.json"]
    /// What torch's distributed checkpoints (DCP) are told by, in a directory or one below it.
    private static let distributed = [".metadata", "model_and_optim/.metadata", "model/.metadata"]
    /// Files of which a directory of this kind has one at least.
    static let contentNames = singles + indexes + ["config.json"] + distributed
    /// Endings of single files of this kind.
    static let endings = [".safetensors", ".npz", ".pt", ".pth", ".bin"]
    /// Longer JSON than this is no configuration, in bytes.
    private static let configLimit = 16 << 20

    /// Whether the file is of this kind, and not HDF5.
    static func isSource(file path: String) -> Bool {
        guard let file = try? SourceFile(path, checkpoint: path), file.byteCount >= 8,
            let bytes = try? file.bytes(at: 0, count: 8), bytes != HDF5Signature.bytes
        else { return false }
        return bytes.starts(with: zipSignature) || endings.contains { path.hasSuffix($0) }
    }

    private static let zipSignature = Array("PK\u{3}\u{4}".utf8)

    /// What is known of the checkpoint at `path` without reading its tensors: no HDF5, no worker.
    static func manifest(_ path: String, dumps: Set<BFloat16Dump> = []) throws(CheckpointError) -> CheckpointManifest {
        try SourceCheckpoint(path, dumps: dumps).manifest()
    }

    /// Reads what the files say of themselves, and checks that they agree.
    /// - Parameter dumps: arrays that are read as bfloat16, which NumPy has no type for.
    init(_ path: String, dumps: Set<BFloat16Dump> = []) throws(CheckpointError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = path
        var content = SourceContent(checkpoint: path, dumps: dumps)
        if entryExists(path), !isDirectory(path), SourceCheckpoint.endings.contains(where: { path.hasSuffix($0) }) {
            identity = HuggingFaceIdentity(ofFile: path)
            config = nil
            try content.add(path)
        } else {
            identity = try HuggingFaceIdentity(of: path)
            config = try SourceCheckpoint.readConfig(path)
            try SourceCheckpoint.read(directory: path, into: &content)
        }
        files = content.files
        (leftOut, lost) = (content.leftOut, content.lost)
        tensors = try SourceCheckpoint.sorted(content.tensors, checkpoint: path)
    }

    /// As in transformers, safetensors win over torch's files, and a single file over shards.
    private static func read(directory path: String, into content: inout SourceContent) throws(CheckpointError) {
        let ordered = [singles[0], indexes[0], singles[1], indexes[1], singles[2]]
        guard let name = ordered.first(where: { entryExists(path + "/" + $0) }) else {
            guard !distributed.contains(where: { entryExists(path + "/" + $0) }) else {
                throw CheckpointError(
                    .unsupported, checkpoint: path,
                    problem: "is a distributed checkpoint (torch DCP), which is not read",
                    remedy: "put it together first: 'python -m torch.distributed.checkpoint.format_utils dcp_to_torch "
                        + "DIR model.pt', or OLMo-core's conversion to Hugging Face")
            }
            throw CheckpointError(
                .unsupported, checkpoint: path,
                problem: "has none of \(ordered.joined(separator: ", "))",
                remedy: "save the checkpoint as safetensors")
        }
        guard indexes.contains(name) else { return try content.add(path + "/" + name) }
        let index = try HuggingFaceIndex(
            path + "/" + name, shards: name == indexes[0] ? ".safetensors" : ".bin", checkpoint: path)
        for shard in index.shards { try content.add(path + "/" + shard) }
        try index.check(content.tensors.map { (name: $0.name, shard: index.shards[$0.extent.file]) })
    }

    /// What the rest of the harness asks of any checkpoint. Tensors of types that nothing compares are left out.
    func manifest() throws(CheckpointError) -> CheckpointManifest {
        var manifest = CheckpointManifest(
            tensors: [], storage: [], files: files.map(\.path), attributes: identity.revision.attributes,
            config: config, leftOut: leftOut)
        manifest.attributes["model"] = identity.model.map { .string($0) }
        for tensor in tensors {
            guard isPrintable(tensor.name) else {
                manifest.leftOut.append(LeftOut(name: printable(tensor.name), reason: LeftOut.unprintableName))
                continue
            }
            guard let elementType = tensor.type.elementType else {
                manifest.leftOut.append(
                    LeftOut(
                        name: tensor.name, reason: "safetensors type \(tensor.type.rawValue)",
                        elementCount: product(tensor.shape)))
                continue
            }
            guard tensor.deflated == nil else {
                throw CheckpointError(
                    .unsupported, checkpoint: path,
                    problem: "'\(tensor.name)' is deflated, so that it is read only whole",
                    remedy: "turn the file into HDF5 with 'dynamics import', or write it with np.savez")
            }
            manifest.tensors.append(
                TensorInfo(
                    name: tensor.name, elementType: elementType, shape: tensor.shape, layout: .contiguous, filters: [],
                    storedByteCount: tensor.extent.byteCount))
            manifest.storage.append(.extents([tensor.extent], bigEndian: tensor.isBigEndian))
        }
        return manifest
    }

    private static func readConfig(_ directory: String) throws(CheckpointError) -> String? {
        let path = directory + "/config.json"
        guard entryExists(path) else { return try OLMoConfig.translated(in: directory) }
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
}

/// The files of a checkpoint put together.
private struct SourceContent {
    let checkpoint: String
    let dumps: Set<BFloat16Dump>
    private(set) var files: [SourceCheckpoint.File] = []
    private(set) var tensors: [SourceCheckpoint.Tensor] = []
    private(set) var leftOut: [LeftOut] = []
    private(set) var lost: [LeftOut] = []

    init(checkpoint: String, dumps: Set<BFloat16Dump>) {
        (self.checkpoint, self.dumps) = (checkpoint, dumps)
    }

    /// Reads the structure of one more file.
    mutating func add(_ path: String) throws(CheckpointError) {
        let file = try SourceFile(path, checkpoint: checkpoint)
        let structure: [Range<Int>]
        if path.hasSuffix(".safetensors") {
            let header = try SafetensorsHeader(of: file)
            tensors += header.tensors.map { tensor in
                SourceCheckpoint.Tensor(
                    name: tensor.name, type: tensor.type, shape: tensor.shape,
                    extent: Extent(
                        file: files.count, offset: header.dataOffset + tensor.begin,
                        byteCount: tensor.end - tensor.begin))
            }
            structure = [0..<header.dataOffset]
        } else {
            structure = try addArchive(file)
        }
        guard tensors.count <= SafetensorsHeader.tensorLimit else {
            throw CheckpointError(
                .unsupported, checkpoint: checkpoint,
                problem: "its files describe more than \(SafetensorsHeader.tensorLimit) tensors")
        }
        files.append(
            SourceCheckpoint.File(
                path: path, byteCount: file.byteCount, modificationTimeNanoseconds: file.modificationTimeNanoseconds,
                structure: structure))
    }

    private mutating func addArchive(_ file: borrowing SourceFile) throws(CheckpointError) -> [Range<Int>] {
        let start = try file.bytes(at: 0, count: min(file.byteCount, 4))
        guard start == Array("PK\u{3}\u{4}".utf8) else {
            let isPickle = start.first == 0x80
            throw CheckpointError(
                isPickle ? .unsupported : .malformed, checkpoint: checkpoint,
                problem: "'\(file.path)' is no zip archive"
                    + (isPickle ? ", but in torch's format of before version 1.6, which is not read" : ""),
                remedy: isPickle
                    ? "load it with torch and save it again, or save its tensors as safetensors" : "fetch it again")
        }
        let archive = try ZipArchive(of: file)
        if archive.entries.contains(where: { $0.name.hasSuffix("/data.pkl") }) {
            let content = try TorchArchive(archive, file, number: files.count)
            tensors += content.tensors
            leftOut += content.leftOut
            return content.structure
        }
        let content = try NumPyArchive(archive, file, number: files.count, dumps: dumps)
        tensors += content.tensors
        leftOut += content.leftOut
        lost += content.lost
        return [archive.directory]
    }
}
