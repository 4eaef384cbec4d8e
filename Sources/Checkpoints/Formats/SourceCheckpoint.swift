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

    /// Endings of single files of this kind.
    static let endings = [".safetensors", ".npz", ".pt", ".pth", ".bin"]
    /// Longer JSON than this is no configuration, in bytes.
    private static let configLimit = 16 << 20

    /// Whether the file is of this kind, and not HDF5.
    static func isSource(file path: String) -> Bool {
        guard let file = try? ByteSources.open(path, checkpoint: path), file.byteCount >= 8,
            let bytes = try? file.bytes(at: 0, count: 8), bytes != HDF5Signature.bytes
        else { return false }
        return bytes.starts(with: zipSignature) || endings.contains { path.hasSuffix($0) }
    }

    private static let zipSignature = Array("PK\u{3}\u{4}".utf8)

    /// What is known of the checkpoint at `path` without reading its tensors: no HDF5, no worker.
    static func manifest(
        _ path: String, dumps: Set<BFloat16Dump> = [], trusted: [String] = []
    ) throws(CheckpointError) -> CheckpointManifest {
        try SourceCheckpoint(path, dumps: dumps, trusted: trusted).manifest()
    }

    /// Reads what the files say of themselves, and checks that they agree.
    /// - Parameters:
    ///   - dumps: arrays that are read as bfloat16, which NumPy has no type for.
    ///   - trusted: directories into which links of a directory may lead, besides itself and its Hub cache's blobs.
    init(_ path: String, dumps: Set<BFloat16Dump> = [], trusted: [String] = []) throws(CheckpointError) {
        let path = path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
        self.path = path
        var content = SourceContent(checkpoint: path, dumps: dumps)
        if entryExists(path), !isDirectory(path), SourceCheckpoint.endings.contains(where: { path.hasSuffix($0) }) {
            identity = HuggingFaceIdentity(ofFile: path)
            config = nil
            try content.add(path)
        } else {
            identity = try HuggingFaceIdentity(of: path)
            content.roots = resolvedPath(path).map { TrustedRoots(directory: $0, allowed: trusted) }
            for name in DirectoryWeights.first + ["config.json", "config.yaml"] { try content.checkPlace(of: name) }
            config = try SourceCheckpoint.readConfig(path)
            try SourceCheckpoint.read(directory: path, into: &content)
        }
        files = content.files
        (leftOut, lost) = (content.leftOut, content.lost)
        tensors = try SourceCheckpoint.sorted(content.tensors, checkpoint: path)
    }

    /// Adds the files that `DirectoryWeights` chooses.
    private static func read(directory path: String, into content: inout SourceContent) throws(CheckpointError) {
        switch DirectoryWeights(in: path) {
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
                .unsupported, checkpoint: path, problem: "has none of \(DirectoryWeights.first.joined(separator: ", "))",
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
            tensors: [], storage: [], files: files.map(\.source), attributes: facts, config: config, leftOut: leftOut)
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

    /// What its place and its files tell: the revision's name, and the step that the trainer wrote beside the weights.
    var facts: [String: AttributeValue] {
        var facts = TrainerState.facts(in: path)
        facts["revision"] = .string(identity.revision.name)
        return facts
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

/// The files of a checkpoint put together.
private struct SourceContent {
    let checkpoint: String
    let dumps: Set<BFloat16Dump>
    /// Where links of a directory may lead; `nil` for a single file, which its user has named.
    var roots: TrustedRoots?
    private(set) var files: [SourceCheckpoint.File] = []
    private(set) var tensors: [SourceCheckpoint.Tensor] = []
    private(set) var leftOut: [LeftOut] = []
    private(set) var lost: [LeftOut] = []

    init(checkpoint: String, dumps: Set<BFloat16Dump>) {
        (self.checkpoint, self.dumps) = (checkpoint, dumps)
    }

    /// Throws when an entry of the directory leads where it may not. What leads nowhere is told when it is opened.
    func checkPlace(of name: String) throws(CheckpointError) {
        guard let roots, resolvedPath(checkpoint + "/" + name) != nil else { return }
        _ = try roots.resolve(name, role: "'\(name)'", checkpoint: checkpoint)
    }

    /// Reads the structure of one more file.
    mutating func add(_ path: String) throws(CheckpointError) {
        let file = try ByteSources.open(path, checkpoint: checkpoint)
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
        files.append(SourceCheckpoint.File(source: file, structure: structure))
    }

    private mutating func addArchive(_ file: any ByteSource) throws(CheckpointError) -> [Range<Int>] {
        let start = try file.bytes(at: 0, count: min(file.byteCount, 4))
        guard start == Array("PK\u{3}\u{4}".utf8) else {
            let isPickle = start.first == 0x80
            throw CheckpointError(
                isPickle ? .unsupported : .malformed, checkpoint: checkpoint,
                problem: "'\(file.name)' is no zip archive"
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
