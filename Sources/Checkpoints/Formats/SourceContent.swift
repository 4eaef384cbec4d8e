import Base
import HDF5

/// The files of a checkpoint put together.
struct SourceContent {
    let checkpoint: String
    let dumps: Set<BFloat16Dump>
    let entersContainers: Bool
    /// Where links of a directory may lead; `nil` for a single file, which its user has named.
    var roots: TrustedRoots?
    private(set) var files: [SourceCheckpoint.File] = []
    private(set) var tensors: [SourceCheckpoint.Tensor] = []
    private(set) var leftOut: [LeftOut] = []
    private(set) var lost: [LeftOut] = []

    private(set) var facts: [String: AttributeValue] = [:]

    init(checkpoint: String, dumps: Set<BFloat16Dump>, entersContainers: Bool) {
        (self.checkpoint, self.dumps, self.entersContainers) = (checkpoint, dumps, entersContainers)
    }

    /// Throws when an entry of the directory leads where it may not. What leads nowhere is told when it is opened.
    func checkPlace(of name: String) throws(CheckpointError) {
        guard let roots, resolvedPath(checkpoint + "/" + name) != nil else { return }
        _ = try roots.resolve(name, role: "'\(name)'", checkpoint: checkpoint)
    }

    /// Keeps what stands below a group, such as `/model`, under the names it has there.
    mutating func select(_ group: String) throws(CheckpointError) {
        let prefix = group.split(separator: "/").joined(separator: ".") + "."
        func isInside(_ name: String) -> Bool { name.replacing("/", with: ".").hasPrefix(prefix) }
        let groups = Set(
            tensors.compactMap { $0.name.split(whereSeparator: { "./".contains($0) }).first.map(String.init) })
        tensors = tensors.filter { isInside($0.name) }
        leftOut = leftOut.filter { isInside($0.name) }
        lost = lost.filter { isInside($0.name) }
        guard !tensors.isEmpty else {
            throw CheckpointError(
                .unreachable, checkpoint: checkpoint, problem: "it holds no tensor below '\(printable(group))'",
                remedy: "what it holds begins with \(printable(groups.sorted().prefix(8).joined(separator: ", ")))")
        }
        for place in tensors.indices { tensors[place].name.removeFirst(prefix.count) }
        for place in leftOut.indices { leftOut[place].name.removeFirst(prefix.count) }
    }

    /// Reads the structure of one more file.
    mutating func add(_ path: String) throws(CheckpointError) {
        let file = try ByteSources.open(path, checkpoint: checkpoint)
        let known = tensors.count
        let structure: [Range<Int>]
        switch try FileFormat(of: file) {
        case .safetensors:
            let header = try SafetensorsHeader(of: file)
            tensors += header.tensors.map { tensor in
                SourceCheckpoint.Tensor(
                    name: tensor.name, type: tensor.type, shape: tensor.shape,
                    extent: Extent(
                        file: files.count, offset: header.dataOffset + tensor.begin,
                        byteCount: tensor.end - tensor.begin))
            }
            structure = [0..<header.dataOffset]
        case .zip: structure = try addArchive(file)
        case .torchStream:
            structure = add(
                try TorchArchive(stream: file, number: files.count, entersContainers: entersContainers))
        case .npy:
            let (content, headerByteCount) = try NumPyArchive.single(file, number: files.count, dumps: dumps)
            tensors += content.tensors
            leftOut += content.leftOut
            lost += content.lost
            structure = [0..<headerByteCount]
        case .other(let name, let remedy):
            throw FileFormat.error(path, name, remedy, checkpoint: checkpoint)
        case .hdf5:
            throw CheckpointError(
                .unsupported, checkpoint: checkpoint, problem: "'\(path)' is an HDF5 file",
                remedy: "it is read as it is: there is nothing to import, nor to be put together with others")
        case .unknown:
            throw CheckpointError(
                .malformed, checkpoint: checkpoint,
                problem:
                    "'\(path)' is of no format that is known: it begins neither as safetensors nor as a zip archive",
                remedy: "fetch it again")
        }
        if dumps.contains(.uint16) {
            for index in tensors.indices[known...] where tensors[index].type == .u16 { tensors[index].type = .bf16 }
        }
        guard tensors.count <= SafetensorsHeader.tensorLimit else {
            throw CheckpointError(
                .unsupported, checkpoint: checkpoint,
                problem: "its files describe more than \(SafetensorsHeader.tensorLimit) tensors")
        }
        files.append(SourceCheckpoint.File(source: file, structure: structure))
    }

    private mutating func addArchive(_ file: any ByteSource) throws(CheckpointError) -> [Range<Int>] {
        let archive = try ZipArchive(of: file)
        let names = archive.entries.map(\.name)
        if let (name, remedy) = FileFormat.ofArchive(names) {
            throw FileFormat.error(file.name, name, remedy, checkpoint: checkpoint)
        }
        if names.contains(where: { $0.hasSuffix("/data.pkl") }) {
            return add(
                try TorchArchive(archive, file, number: files.count, entersContainers: entersContainers))
        }
        guard names.isEmpty || names.contains(where: { $0.hasSuffix(".npy") }) else {
            throw CheckpointError(
                .unsupported, checkpoint: checkpoint,
                problem: "'\(file.name)' is a zip archive of other things than tensors: "
                    + names.prefix(3).map { "'\(printable($0, limit: 80))'" }.joined(separator: ", ")
                    + (names.count > 3 ? ", ..." : ""),
                remedy: "unpack it, if checkpoints are in it")
        }
        let content = try NumPyArchive(archive, file, number: files.count, dumps: dumps)
        tensors += content.tensors
        leftOut += content.leftOut
        lost += content.lost
        return [archive.directory]
    }

    /// Takes over what torch's file holds; its structure is returned.
    private mutating func add(_ content: TorchArchive) -> [Range<Int>] {
        tensors += content.tensors
        leftOut += content.leftOut
        for (name, count) in content.counters { facts[name] = .integer(count) }
        facts["container"] = content.container.map { .string($0) }
        return content.structure
    }
}
