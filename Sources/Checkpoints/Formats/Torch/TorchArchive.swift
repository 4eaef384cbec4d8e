import Base
import HDF5

/// The tensors of a file that `torch.save` wrote: a zip archive with a pickle that describes them, `data.pkl`, and the
/// bytes of each storage in a member of its own below `data/`, uncompressed.
struct TorchArchive {
    let tensors: [SourceCheckpoint.Tensor]
    /// Members of the pickled dictionary that are no tensors.
    let leftOut: [LeftOut]
    /// The bytes that tell what is where: the archive's directory and the pickle.
    let structure: [Range<Int>]

    /// Dictionaries in dictionaries: `{"model": {...}}` is usual.
    private static let depthLimit = 8

    /// - Parameter number: the file's index in the checkpoint.
    init(_ archive: ZipArchive, _ file: any ByteSource, number: Int) throws(CheckpointError) {
        let site = TorchSite(path: file.name, checkpoint: file.checkpoint)
        let pickles = archive.entries.filter { $0.name.hasSuffix("/data.pkl") && !$0.name.dropLast(9).contains("/") }
        guard pickles.count == 1, let pickle = pickles.first else {
            throw site.malformed("has \(pickles.count) members 'data.pkl', expected 1")
        }
        guard !pickle.isDeflated, pickle.byteCount <= PickleMachine.byteLimit else {
            throw site.malformed(
                "has a member '\(printable(pickle.name))' of \(pickle.byteCount) bytes; "
                    + "at most \(PickleMachine.byteLimit), uncompressed, are read")
        }
        let root = String(pickle.name.dropLast("data.pkl".count))
        let bytes = try file.bytes(at: pickle.stored.lowerBound, count: pickle.byteCount)
        let read: (value: PickleValue, objects: PickleMachine)
        do throws(PickleError) {
            read = try PickleMachine.read(bytes)
        } catch {
            throw site.error(error, member: pickle.name)
        }
        var collected = Collection()
        guard case .dictionary(let top) = read.value else {
            throw site.malformed("holds \(read.value.kind), expected a dictionary of tensors")
        }
        try collected.add(top, of: read.objects, prefix: "", depth: 0, site)
        let isBigEndian = try TorchArchive.isBigEndian(archive[root + "byteorder"], file, site)
        var tensors: [SourceCheckpoint.Tensor] = []
        for (name, number) in collected.tensors {
            tensors.append(
                try TorchArchive.tensor(
                    named: name, read.objects.tensors[number], read.objects, archive, root, isBigEndian, site))
        }
        for place in tensors.indices { tensors[place].extent.file = number }
        self.tensors = tensors
        leftOut = collected.leftOut
        structure = [archive.directory, pickle.stored]
    }

    private static func isBigEndian(
        _ entry: ZipArchive.Entry?, _ file: any ByteSource, _ site: TorchSite
    ) throws(CheckpointError) -> Bool {
        guard let entry, !entry.isDeflated, entry.byteCount <= 16 else { return false }
        let order = try file.bytes(at: entry.stored.lowerBound, count: entry.byteCount)
        switch String(decoding: order, as: UTF8.self) {
        case "little": return false
        case "big": return true
        default: throw site.malformed("has an unknown byte order")
        }
    }

    private static func tensor(
        named name: String, _ tensor: TorchTensor, _ objects: PickleMachine, _ archive: ZipArchive, _ root: String,
        _ isBigEndian: Bool, _ site: TorchSite
    ) throws(CheckpointError) -> SourceCheckpoint.Tensor {
        let shown = printable(name)
        let storage = objects.storages[tensor.storage]
        guard let entry = archive["\(root)data/\(storage.key)"], !entry.isDeflated else {
            throw site.malformed(
                "lacks the bytes of '\(shown)', an uncompressed member 'data/\(printable(storage.key))'")
        }
        let width = tensor.type.bitCount / 8
        let storedWidth = storage.type.map { $0.bitCount / 8 } ?? 1
        guard entry.byteCount == storage.count.multipliedClamping(by: storedWidth),
            let count = tensor.elementCount, let byteCount = product([count, width]),
            tensor.offset <= entry.byteCount / width, count <= entry.byteCount / width - tensor.offset
        else {
            throw site.malformed(
                "has a storage of \(entry.byteCount) bytes for '\(shown)', which is \(tensor.type.rawValue) "
                    + "\(tensor.shape) from element \(tensor.offset) on")
        }
        guard tensor.isRowMajor else {
            throw CheckpointError(
                .unsupported, checkpoint: site.checkpoint,
                problem:
                    "'\(site.path)' stores '\(shown)' \(tensor.shape) with the strides \(tensor.strides), not row by row",
                remedy: "save it again with .contiguous()")
        }
        return SourceCheckpoint.Tensor(
            name: name, type: tensor.type, shape: tensor.shape,
            extent: Extent(file: 0, offset: entry.stored.lowerBound + tensor.offset * width, byteCount: byteCount),
            isBigEndian: isBigEndian)
    }

    /// What a dictionary holds, those in it included, under names joined by points.
    private struct Collection {
        var tensors: [(name: String, number: Int)] = []
        var leftOut: [LeftOut] = []
        private var visited = 0

        mutating func add(
            _ dictionary: Int, of objects: PickleMachine, prefix: String, depth: Int, _ site: TorchSite
        ) throws(CheckpointError) {
            guard depth < TorchArchive.depthLimit else {
                throw site.malformed(
                    "nests dictionaries deeper than \(TorchArchive.depthLimit), at '\(printable(prefix))'")
            }
            for (key, value) in objects.dictionaries[dictionary] {
                visited += 1
                guard visited <= SafetensorsHeader.tensorLimit else {
                    throw CheckpointError(
                        .unsupported, checkpoint: site.checkpoint,
                        problem: "'\(site.path)' describes more than \(SafetensorsHeader.tensorLimit) tensors")
                }
                guard case .text(let text) = key else {
                    leftOut.append(LeftOut(name: printable(prefix), reason: "its key is \(key.kind)"))
                    continue
                }
                let name = prefix + text
                switch value {
                case .tensor(let number): tensors.append((name, number))
                case .dictionary(let inner):
                    try add(inner, of: objects, prefix: name + ".", depth: depth + 1, site)
                default: leftOut.append(LeftOut(name: printable(name), reason: value.kind))
                }
            }
        }
    }
}

/// The file that errors are about.
private struct TorchSite {
    let path: String
    let checkpoint: String

    func malformed(_ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: checkpoint, problem: "'\(path)' \(problem)",
            remedy: "the file is damaged or was not written by torch.save: fetch it again")
    }

    func error(_ error: PickleError, member: String) -> CheckpointError {
        let place = "'\(printable(member))' in '\(path)' at byte \(error.offset ?? 0)"
        guard error.isRefusal else { return malformed("has a damaged pickle: \(error.problem) (\(place))") }
        return CheckpointError(
            .refused, checkpoint: checkpoint, problem: "\(place) holds \(error.problem)",
            remedy: "if you trust the file, load it with torch and save its tensors as safetensors")
    }
}
