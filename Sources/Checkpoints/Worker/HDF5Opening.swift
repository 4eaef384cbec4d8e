import Base
import HDF5
import Tensors

/// A dataset whose elements are behind a worker, or in chunks that it lists.
struct WorkerBackedDataset: Sendable {
    let worker: HDF5WorkerProcess
    /// Its number in the worker.
    let dataset: Int
    /// The file that holds its chunks.
    let file: any ByteSource
    /// Where names of virtual sources start.
    let folder: String
    let name: String
    /// Extents of the dataset, slowest first.
    let shape: [Int]
    /// One element in the file's byte order.
    let fill: [UInt8]
    /// `nil` when chunks cannot be read without libhdf5.
    let chunking: (shape: [Int], decoder: ChunkDecoder)?
}

/// Builds the manifest of an HDF5 checkpoint out of what workers report, believing none of it: shapes, sizes and offsets
/// are checked against the files, names of other files against the trusted roots.
struct HDF5Opening {
    private let checkpoint: String
    private let options: ReadOptions
    private(set) var manifest = CheckpointManifest(
        tensors: [], storage: [], files: [], attributes: [:], config: nil, leftOut: [])
    private var opened: [any ByteSource] = []
    private(set) var backed: [WorkerBackedDataset] = []

    private var sources: [String: Source] = [:]
    private var visited: [Visit: String] = [:]
    private var names: Set<String> = []
    private var linksFollowed = 0
    /// Bytes of tensors that take no or little room in the files.
    private var impliedByteCount = 0

    private struct Source {
        let worker: HDF5WorkerProcess
        let file: LocalFile
        let index: Int
        let roots: TrustedRoots
    }

    private struct Visit: Hashable {
        let file: String
        let address: Int
    }

    private static let depthLimit = 8
    private static let linkLimit = 10_000
    /// Larger chunks are decoded in the worker, under its limit on memory.
    private static let chunkByteLimit = 1 << 30
    /// Deflate shrinks at most 1032-fold. A file that stands for more than twice that is not a checkpoint but a trap:
    /// reading its elements would take forever.
    private static let expansionLimit = 2048
    /// What tensors that were never written may claim beyond that, in bytes.
    private static let impliedByteAllowance = 1 << 30

    /// - Parameter file: the open file, where it is not simply the one at the location.
    init(
        _ location: CheckpointLocation, file: LocalFile? = nil, options: ReadOptions
    ) throws(CheckpointError) {
        checkpoint = location.description
        self.options = options
        let own = file == nil ? try LocalFile(location.path, checkpoint: checkpoint, role: "cannot open it") : nil
        guard let file = file ?? own else { preconditionFailure("one of them is there") }
        let place = (file.origin ?? file).identity.path
        let source = try start(file, TrustedRoots(file: place, allowed: options.trustedRoots))
        try add(source, path: location.group ?? "/", prefix: "", depth: 0)
        let stored = opened.reduce(0) { $0 + $1.byteCount }
        let limit = max(HDF5Opening.impliedByteAllowance, stored.multipliedClamping(by: HDF5Opening.expansionLimit))
        guard impliedByteCount <= limit else {
            throw CheckpointError(
                .refused, checkpoint: checkpoint,
                problem: "its datasets claim \(impliedByteCount) bytes in files of \(stored) bytes")
        }
        let order = manifest.tensors.indices.sorted { manifest.tensors[$0].name < manifest.tensors[$1].name }
        manifest.tensors = order.map { manifest.tensors[$0] }
        manifest.storage = order.map { manifest.storage[$0] }
        manifest.leftOut.sort { $0.name < $1.name }
        manifest.files = opened
        for source in sources.values { source.worker.rest() }
    }

    /// Attributes of the root of the HDF5 file at `path`; whether its tensors can be read does not matter.
    static func rootAttributes(
        of path: String, options: ReadOptions
    ) throws(CheckpointError) -> [String: AttributeValue] {
        let file = try LocalFile(path, checkpoint: path, role: "cannot open it")
        try HDF5Signature.check(file)
        let worker = HDF5WorkerProcess(file: file, options: options)
        defer { worker.rest() }
        var attributes: [String: AttributeValue] = [:]
        try worker.collect(.describe(path: "/", dumps: [])) { (message) throws(MessageReader.Malformed) in
            if case .attribute(let name, let value) = try WorkerRecord(decoding: &message) { attributes[name] = value }
        }
        return attributes
    }

    private mutating func start(_ file: LocalFile, _ roots: TrustedRoots) throws(CheckpointError) -> Source {
        try HDF5Signature.check(file)
        let worker = HDF5WorkerProcess(file: file, options: options)
        let source = Source(worker: worker, file: file, index: opened.count, roots: roots)
        opened.append(file)
        sources[file.identity.path] = source
        return source
    }

    /// The index in `opened` of the file with this real path.
    private mutating func index(ofFile path: String, role: String) throws(CheckpointError) -> Int {
        if let index = opened.firstIndex(where: { $0.identity.path == path }) { return index }
        opened.append(try LocalFile(path, checkpoint: checkpoint, role: role))
        return opened.count - 1
    }

    /// Adds everything at and below `path` of a file, under names that start with `prefix`.
    private mutating func add(_ source: Source, path: String, prefix: String, depth: Int) throws(CheckpointError) {
        var records: [WorkerRecord] = []
        try source.worker.collect(.describe(path: path, dumps: options.bfloat16Dumps)) {
            (message) throws(MessageReader.Malformed) in
            let record = try WorkerRecord(decoding: &message)
            // The root comes first, and once.
            if case .root = record { guard records.isEmpty else { throw MessageReader.Malformed() } }
            records.append(record)
        }
        func join(_ name: String) -> String {
            prefix.isEmpty || name.isEmpty ? prefix + name : "\(prefix).\(name)"
        }
        for record in records {
            switch record {
            case .root(let address):
                let visit = Visit(file: source.file.identity.path, address: address)
                if let first = visited[visit] {
                    leaveOut(prefix, "the same object as '\(first)'")
                    return
                }
                visited[visit] = prefix.isEmpty ? path : prefix
            case .tensor(var tensor):
                tensor.name = join(tensor.name)
                if tensor.name.isEmpty { tensor.name = path.split(separator: "/").joined(separator: ".") }
                try add(tensor, from: source)
            case .leftOut(let object): leaveOut(join(object.name), object.reason, elementCount: object.elementCount)
            case .attribute(let name, let value):
                guard depth == 0 else { continue }
                if name == "config", case .string(let text) = value {
                    manifest.config = text
                    manifest.attributes[name] = value
                } else {
                    manifest.attributes[name] = value.printable
                }
            case .externalLink(let name, let file, let target):
                try follow(name: join(name), file: file, target: target, from: source, depth: depth + 1)
            }
        }
    }

    private mutating func leaveOut(_ name: String, _ reason: String, elementCount: Int? = nil) {
        manifest.leftOut.append(
            LeftOut(name: printable(name), reason: printable(reason), elementCount: elementCount))
    }

    private mutating func follow(
        name: String, file: String, target: String, from source: Source, depth: Int
    ) throws(CheckpointError) {
        let role = "external link '\(printable(name))'"
        linksFollowed += 1
        guard depth <= HDF5Opening.depthLimit, linksFollowed <= HDF5Opening.linkLimit else {
            throw CheckpointError(
                .refused, checkpoint: checkpoint, problem: "\(role) leads through too many files")
        }
        let real = try source.roots.resolve(file, role: role, checkpoint: checkpoint)
        let linked: Source
        if let known = sources[real] {
            linked = known
        } else {
            let opened = try LocalFile(real, checkpoint: checkpoint, role: role)
            linked = try start(opened, source.roots.from(file: real))
        }
        try add(linked, path: target, prefix: name, depth: depth)
    }

    private mutating func add(_ tensor: WorkerTensor, from source: Source) throws(CheckpointError) {
        let byteCount = try checkedByteCount(tensor)
        let elementCount = byteCount / tensor.elementType.byteCount
        guard isPrintable(tensor.name) else {
            return leaveOut(tensor.name, LeftOut.unprintableName, elementCount: elementCount)
        }
        guard names.insert(tensor.name).inserted else {
            return leaveOut(
                tensor.name, "another dataset has this name once / is read as .", elementCount: elementCount)
        }
        if byteCount > 0, tensor.isNeverWritten {
            try imply(byteCount)
            // A dimension of netCDF that has no variable has no values either.
            return leaveOut(
                tensor.name, LeftOut.neverWritten, elementCount: tensor.isDimension ? nil : elementCount)
        }
        let (layout, storage) = try place(tensor, byteCount: byteCount, source: source)
        var info = TensorInfo(
            name: tensor.name, elementType: tensor.elementType, shape: tensor.shape, layout: layout,
            filters: tensor.filters.map(\.name),
            storedByteCount: storedByteCount(tensor, layout: layout, byteCount: byteCount, source: source))
        if tensor.isDimension { info.notWeight = .dimension }
        manifest.tensors.append(info)
        manifest.storage.append(storage)
    }

    /// Plain bytes take what the elements take, whatever size the file records; nothing else exceeds its file.
    private func storedByteCount(
        _ tensor: WorkerTensor, layout: TensorInfo.Layout, byteCount: Int, source: Source
    ) -> Int {
        switch layout {
        case .contiguous, .external: byteCount
        case .unallocated: 0
        case .chunked, .compact, .virtual: min(max(0, tensor.storedByteCount), source.file.identity.byteCount)
        }
    }

    /// The bytes of all elements. Throws when the shape contradicts itself or overflows.
    private func checkedByteCount(_ tensor: WorkerTensor) throws(CheckpointError) -> Int {
        guard tensor.shape.count <= 32, tensor.shape.allSatisfy({ $0 >= 0 }),
            tensor.fill.count == tensor.elementType.byteCount, !tensor.elementType.isScaled,
            let byteCount = product(tensor.shape + [tensor.elementType.byteCount])
        else { throw malformed("the shape of '\(tensor.name)' is impossible: \(tensor.shape)") }
        return byteCount
    }

    private mutating func place(
        _ tensor: WorkerTensor, byteCount: Int, source: Source
    ) throws(CheckpointError) -> (TensorInfo.Layout, TensorStorage) {
        let name = tensor.name
        switch tensor.place {
        case .contiguous(let offset):
            let size = source.file.identity.byteCount
            guard offset >= 0, offset <= size, byteCount <= size - offset else {
                throw truncated(
                    "the file is cut short: '\(name)' takes \(byteCount) bytes from byte \(offset) on, "
                        + "but the file has \(size)")
            }
            let extent = Extent(file: source.index, offset: offset, byteCount: byteCount)
            return (.contiguous, .extents([extent], bigEndian: tensor.bigEndian))
        case .external(let runs, let size, let time):
            let extents = try externalExtents(
                runs, byteCount: byteCount, name: name, source: source, recordedSize: size, recordedTime: time)
            return (.external, .extents(extents, bigEndian: tensor.bigEndian))
        case .unallocated: return (.unallocated, filled(tensor))
        case .chunked(let shape, let direct):
            guard shape.count == tensor.shape.count, !shape.isEmpty, shape.allSatisfy({ $0 > 0 }),
                let chunkByteCount = product(shape + [tensor.elementType.byteCount])
            else { throw malformed("the chunks of '\(name)' are impossible: \(shape)") }
            if byteCount == 0 { return (.chunked, filled(tensor)) }
            try imply(byteCount)
            let decoder =
                direct && chunkByteCount <= HDF5Opening.chunkByteLimit
                ? ChunkDecoder(filters: tensor.filters, chunkByteCount: chunkByteCount) : nil
            let number = back(tensor, source, chunking: decoder.map { (shape, $0) })
            return decoder == nil
                ? (.chunked, .served(dataset: number, bigEndian: tensor.bigEndian))
                : (.chunked, .chunks(dataset: number, bigEndian: tensor.bigEndian))
        case .compact:
            if byteCount == 0 { return (.compact, filled(tensor)) }
            guard byteCount <= 1 << 16 else { throw malformed("'\(name)' is compact, but takes \(byteCount) bytes") }
            return (.compact, .served(dataset: back(tensor, source, chunking: nil), bigEndian: tensor.bigEndian))
        case .virtual(let virtual):
            try checkVirtual(virtual, name: name, source: source)
            if byteCount == 0 { return (.virtual, filled(tensor)) }
            try imply(byteCount)
            return (.virtual, .served(dataset: back(tensor, source, chunking: nil), bigEndian: tensor.bigEndian))
        }
    }

    private mutating func back(
        _ tensor: WorkerTensor, _ source: Source, chunking: (shape: [Int], decoder: ChunkDecoder)?
    ) -> Int {
        backed.append(
            WorkerBackedDataset(
                worker: source.worker, dataset: tensor.dataset, file: source.file, folder: source.roots.folder,
                name: tensor.name, shape: tensor.shape, fill: tensor.fill, chunking: chunking))
        return backed.count - 1
    }

    private func filled(_ tensor: WorkerTensor) -> TensorStorage {
        .fill(tensor.bigEndian ? tensor.elementType.reversingComponents(tensor.fill) : tensor.fill)
    }

    private mutating func imply(_ byteCount: Int) throws(CheckpointError) {
        let (sum, overflow) = impliedByteCount.addingReportingOverflow(byteCount)
        guard !overflow else { throw malformed("its datasets claim more bytes than can be counted") }
        impliedByteCount = sum
    }

    private mutating func externalExtents(
        _ runs: [InputDataset.ExternalRun], byteCount: Int, name: String, source: Source, recordedSize: Int?,
        recordedTime: Int?
    ) throws(CheckpointError) -> [Extent] {
        let role = "external storage of '\(name)'"
        var extents: [Extent] = []
        var missing = byteCount
        for run in runs {
            let real = try source.roots.resolve(run.file, role: role, checkpoint: checkpoint)
            let file = try index(ofFile: real, role: role)
            let identity = opened[file].identity
            guard recordedSize ?? identity.byteCount == identity.byteCount,
                recordedTime ?? identity.modificationTimeNanoseconds == identity.modificationTimeNanoseconds
            else {
                throw CheckpointError(
                    .changed, checkpoint: checkpoint,
                    problem: "\(role), '\(printable(run.file))', is no longer the file that was imported: its size or "
                        + "modification time differs", remedy: "import it again with --force")
            }
            let count = min(run.byteCount ?? missing, missing)
            guard run.offset >= 0, count >= 0, run.offset <= identity.byteCount,
                count <= identity.byteCount - run.offset
            else {
                throw truncated(
                    "\(role), '\(printable(run.file))', is cut short: \(count) bytes from byte \(run.offset) on are "
                        + "expected, but it has \(identity.byteCount)")
            }
            extents.append(Extent(file: file, offset: run.offset, byteCount: count))
            missing -= count
        }
        guard missing == 0 else { throw malformed("\(role) lacks its last \(missing) bytes") }
        return extents
    }

    private mutating func checkVirtual(
        _ virtual: [InputDataset.VirtualSource], name: String, source: Source
    ) throws(CheckpointError) {
        for part in virtual where part.file != "." {
            let role = "source of virtual dataset '\(name)'"
            guard !(part.file + part.path).utf8.contains(UInt8(ascii: "%")) else {
                throw CheckpointError(
                    .unsupported, checkpoint: checkpoint,
                    problem: "\(role): a pattern of files, '\(printable(part.file))'")
            }
            let real = try source.roots.resolve(part.file, role: role, checkpoint: checkpoint)
            _ = try index(ofFile: real, role: role)
        }
    }

    private func malformed(_ problem: String) -> CheckpointError {
        CheckpointError(.malformed, checkpoint: checkpoint, problem: problem)
    }

    private func truncated(_ problem: String) -> CheckpointError {
        CheckpointError(.truncated, checkpoint: checkpoint, problem: problem)
    }
}

extension WorkerTensor {
    /// Whether the file has no byte of it: whoever made the dataset has not got to it, and what libhdf5 hands out for its
    /// elements is nobody's data.
    fileprivate var isNeverWritten: Bool {
        switch place {
        case .unallocated: true
        case .chunked: storedByteCount == 0
        case .contiguous, .compact, .external, .virtual: false
        }
    }
}
