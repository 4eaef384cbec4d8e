import Base
import HDF5

/// The tensors of a file that `torch.save` wrote: pickles that describe them, and the bytes of their storages. Since
/// version 1.6 it is a zip archive, with the pickle in `data.pkl` and each storage, uncompressed, in a member of its own
/// below `data/`; before, pickles and storages follow each other in a plain stream (`TorchStream`).
struct TorchArchive {
    private(set) var tensors: [SourceCheckpoint.Tensor] = []
    /// What is no tensor.
    private(set) var leftOut: [LeftOut]
    /// What the file says of where in training it is from; see `TorchContent.counters`.
    let counters: [String: Int]
    /// The dictionary that was entered by itself.
    let container: String?
    /// The bytes that tell what is where: the archive's directory and the pickle, or all before the storages.
    let structure: [Range<Int>]

    /// - Parameters:
    ///   - number: the file's index in the checkpoint.
    ///   - entersContainers: see `TorchContent`.
    init(
        _ archive: ZipArchive, _ file: any ByteSource, number: Int, entersContainers: Bool
    ) throws(CheckpointError) {
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
        let isBigEndian = try TorchArchive.isBigEndian(archive[root + "byteorder"], file, site)
        let content = try TorchContent(read.value, of: read.objects, entersContainers: entersContainers, site)
        (leftOut, counters, container) = (content.leftOut, content.counters, content.container)
        structure = [archive.directory, pickle.stored]
        try add(content, read.objects, number: number, isBigEndian: isBigEndian, site) { key in
            archive["\(root)data/\(key)"].flatMap { $0.isDeflated ? nil : $0.stored }
        }
    }

    /// A file of before version 1.6.
    init(
        stream file: any ByteSource, number: Int, entersContainers: Bool
    ) throws(CheckpointError) {
        let site = TorchSite(path: file.name, checkpoint: file.checkpoint, isStream: true)
        let stream = try TorchStream(file, site)
        let content = try TorchContent(stream.value, of: stream.objects, entersContainers: entersContainers, site)
        (leftOut, counters, container) = (content.leftOut, content.counters, content.container)
        structure = [stream.structure]
        try add(content, stream.objects, number: number, isBigEndian: false, site) { stream.storages[$0] }
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

    /// - Parameter bytes: where a storage is, by its key; `nil` when it is not there.
    private mutating func add(
        _ content: TorchContent, _ objects: PickleMachine, number: Int, isBigEndian: Bool, _ site: TorchSite,
        bytes: (String) -> Range<Int>?
    ) throws(CheckpointError) {
        for (name, place) in content.tensors {
            let (tensor, storage): (TorchTensor, TorchStorage)
            do throws(PickleError) {
                tensor = try objects.tensor(place)
                storage = try objects.storage(tensor.storage)
            } catch {
                throw site.error(error, member: nil)
            }
            let shown = printable(name)
            guard let stored = bytes(storage.key) else {
                throw site.malformed(
                    "lacks the bytes of '\(shown)', an uncompressed member 'data/\(printable(storage.key))'")
            }
            let width = tensor.type.byteCount
            let storedWidth = storage.type?.byteCount ?? 1
            // Only before version 1.6 a storage may be part of what is stored.
            guard
                let part = Range(
                    claimed: storage.first, count: storage.count, width: storedWidth, limit: stored.count),
                part.count == stored.count || site.isStream
            else { throw site.storage(stored.count, shown, tensor) }
            guard case .known(let type) = tensor.type else {
                leftOut.append(
                    LeftOut(
                        name: shown, reason: "torch's type \(tensor.type.name)", elementCount: tensor.elementCount))
                continue
            }
            var entry = SourceCheckpoint.Tensor(
                name: name, type: type, shape: tensor.shape,
                extent: Extent(file: number, offset: stored.lowerBound + part.lowerBound, byteCount: part.count),
                isBigEndian: isBigEndian)
            if tensor.isRowMajor, !tensor.isNegated, !tensor.isConjugated {
                guard let count = tensor.elementCount,
                    let range = Range(claimed: tensor.offset, count: count, width: width, limit: part.count)
                else { throw site.storage(part.count, shown, tensor) }
                entry.extent.offset += range.lowerBound
                entry.extent.byteCount = range.count
            } else {
                guard let elementType = type.elementType else {
                    leftOut.append(
                        LeftOut(
                            name: shown, reason: "torch's type \(tensor.type.name), with strides",
                            elementCount: tensor.elementCount))
                    continue
                }
                guard
                    let elements = StridedElements(
                        elementType, shape: tensor.shape, strides: tensor.strides, first: tensor.offset,
                        extent: entry.extent, isBigEndian: isBigEndian, isNegated: tensor.isNegated,
                        isConjugated: tensor.isConjugated)
                else { throw site.storage(part.count, shown, tensor) }
                entry.form = .strided(elements)
            }
            tensors.append(entry)
        }
    }
}

/// The file that errors are about.
struct TorchSite {
    let path: String
    let checkpoint: String
    /// Whether it is of before version 1.6, where a storage's length stands before its bytes.
    var isStream = false

    func malformed(_ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: checkpoint, problem: "'\(path)' \(problem)",
            remedy: "the file is damaged or was not written by torch.save: fetch it again")
    }

    func storage(_ byteCount: Int, _ name: String, _ tensor: TorchTensor) -> CheckpointError {
        malformed(
            "has a storage of \(byteCount) bytes for '\(name)', which is \(tensor.type.name) \(tensor.shape) with the "
                + "strides \(tensor.strides) from element \(tensor.offset) on")
    }

    /// - Parameter member: the archive's member that holds the pickle; `nil` when the file itself does.
    func error(_ error: PickleError, member: String?) -> CheckpointError {
        let place =
            (member.map { "'\(printable($0))' in " } ?? "") + "'\(path)' at byte \(error.offset ?? 0)"
        guard error.isRefusal else { return malformed("has a damaged pickle: \(error.problem) (\(place))") }
        guard !error.isWhole else {
            return CheckpointError(
                .refused, checkpoint: checkpoint,
                problem:
                    "\(place) holds \(error.problem); it is a pickled module, or another whole object, and not its tensors",
                remedy: "load it with the code that it needs, and save its tensors: "
                    + "torch.save(model.state_dict(), 'model.pt')")
        }
        return CheckpointError(
            .refused, checkpoint: checkpoint, problem: "\(place) holds \(error.problem)",
            remedy: "if you trust the file, load it with torch and save its tensors as safetensors")
    }
}
