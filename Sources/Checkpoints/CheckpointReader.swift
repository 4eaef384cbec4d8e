import Base
import Foundation
import Synchronization
import Tensors

/// An open checkpoint: what it holds, and the bytes of its tensors. Its structure was read by a worker process; this
/// process reads nothing but plain bytes, at offsets it has checked.
package final class CheckpointReader: TensorReader {
    /// Where the checkpoint is, as the user named it.
    package let location: CheckpointLocation
    /// Its tensors, ascending by name.
    package let tensors: [TensorInfo]
    /// Objects that are not tensors, with the reason.
    package let leftOut: [LeftOut]
    /// Attributes of the root, or of the group that is the checkpoint: one string or number each.
    package let attributes: [String: AttributeValue]
    /// The Hugging Face `config.json`, verbatim, when the checkpoint carries it.
    package let config: String?
    /// Every file that holds a part of it, as it was when it was opened.
    package let files: [FileIdentity]

    let storage: [TensorStorage]
    let backed: [WorkerBackedDataset]
    let opened: [any ByteSource]
    private let stored = Atomic<Int>(0)
    private let chunkTables = Mutex<[Int: ChunkTable?]>([:])

    /// Opens a checkpoint and reads what it holds.
    ///
    /// Throws `.unreachable` (missing, not readable), `.malformed` (not a checkpoint, or damaged), `.crashed` (libhdf5
    /// crashed or hung on it), `.refused` (it points outside of the trusted roots), `.unsupported` (too new), `.changed`
    /// (what an importer linked is no longer what it was), or `.environment` (no descriptor or process is left).
    package static func open(
        _ location: CheckpointLocation, options: ReadOptions
    ) throws(CheckpointError) -> CheckpointReader {
        var isSource = isDirectory(location.path)
        if !isSource { isSource = try SourceCheckpoint.isSource(file: location.path) }
        if isSource {
            let manifest = try SourceCheckpoint.manifest(
                location.path, group: location.group, dumps: options.bfloat16Dumps,
                trusted: options.trustedRoots)
            try manifest.checkTotals(location.description)
            return CheckpointReader(location, manifest: manifest.withCanonicalNames().withFloat8(), backed: [])
        }
        let weights = try KerasArchive.weights(location.path, checkpoint: location.description)
        let opening = try HDF5Opening(location, file: weights, options: options)
        var manifest = opening.manifest
        if manifest.config == nil {
            manifest.config = try SourceCheckpoint.config(besideFile: location.path)
        }
        try manifest.checkTotals(location.description)
        return CheckpointReader(
            location, manifest: manifest.withCanonicalNames().withFloat8(), backed: opening.backed)
    }

    /// - Parameter backed: what needs a worker; nothing where tensors are plain bytes of files.
    init(_ location: CheckpointLocation, manifest: CheckpointManifest, backed: [WorkerBackedDataset]) {
        self.location = location
        tensors = manifest.tensors
        storage = manifest.storage
        leftOut = manifest.leftOut
        attributes = manifest.attributes
        config = manifest.config
        opened = manifest.files
        files = opened.map { ($0.origin ?? $0).identity }
        self.backed = backed
    }

    /// Bytes read so far from files or taken from workers: stored bytes, before decompression, except for blocks that
    /// a worker decoded.
    package var bytesRead: Int { stored.load(ordering: .relaxed) }

    /// True when any element range can be read at any time from any thread: contiguous and external storage, and
    /// tensors that were never written.
    package func isDirect(_ tensor: Int) -> Bool {
        if case .float8 = storage[tensor] { false } else { CheckpointReader.isDirect(storage[tensor]) }
    }

    static func isDirect(_ storage: TensorStorage) -> Bool {
        switch storage.whole {
        case .extents, .fill: true
        case .chunks, .served, .strided, .deflated, .view, .float8: false
        }
    }

    /// Fills `buffer` with whole elements from `element` on, row-major and little-endian. Direct tensors only; any number
    /// of threads may call it. Throws `.truncated` when the file was cut short, `.unreachable` when it cannot be read.
    package func read(
        _ tensor: Int, from element: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let info = tensors[tensor]
        let size = info.elementType.byteCount
        precondition(buffer.count % size == 0 && element >= 0 && element + buffer.count / size <= info.elementCount)
        try read(storage[tensor], of: info, from: element, into: buffer)
    }

    /// The same of the bytes as they are stored.
    func read(
        _ storage: TensorStorage, of info: TensorInfo, from element: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let size = info.elementType.byteCount
        switch storage {
        case .fill(let bytes): fill(buffer, with: bytes)
        case .extents(let extents, let bigEndian):
            try read(extents, from: element * size, into: buffer)
            if bigEndian { swapBytes(buffer, of: info.elementType) }
        case .view(let blocks, of: .extents(let extents, let bigEndian)):
            var done = 0
            try blocks.forEachRun(in: element..<element + buffer.count / size) { (run) throws(CheckpointError) in
                let bytes = buffer[done..<done + run.count * size]
                try read(extents, from: run.lowerBound * size, into: UnsafeMutableRawBufferPointer(rebasing: bytes))
                done += bytes.count
            }
            if bigEndian { swapBytes(buffer, of: info.elementType) }
        case .chunks, .served, .strided, .deflated, .view, .float8:
            preconditionFailure("'\(info.name)' must be read through a window")
        }
    }

    private func read(
        _ extents: [Extent], from start: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        var skip = start
        var done = 0
        for extent in extents where done < buffer.count {
            if skip >= extent.byteCount {
                skip -= extent.byteCount
                continue
            }
            let count = min(extent.byteCount - skip, buffer.count - done)
            try opened[extent.file].read(
                at: extent.offset + skip, into: UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + count)]))
            done += count
            skip = 0
        }
        precondition(done == buffer.count, "extents hold fewer bytes than the tensor")
        countStored(done)
    }

    /// A sliding window over a tensor that is not direct, holding about `capacity` bytes of decoded elements. Throws when
    /// its chunks contradict the file.
    package func window(_ tensor: Int, capacity: Int) throws(CheckpointError) -> TensorWindow {
        precondition(!isDirect(tensor), "'\(tensors[tensor].name)' is read directly")
        return try TensorWindow(self, tensor, capacity: capacity)
    }

    /// Compares every file with what was seen when it was opened. Throws `.changed` when one was replaced, cut short or
    /// modified.
    package func checkUnchanged() throws(CheckpointError) {
        for file in opened { try file.checkUnchanged() }
    }

    func countStored(_ byteCount: Int) {
        stored.wrappingAdd(byteCount, ordering: .relaxed)
    }

    /// Where the chunks of a tensor are, asked for once; `nil` when they are so many that its elements must be served.
    ///
    /// While the worker runs it is asked for those of the following tensors as well, and then rests.
    func chunkTable(_ tensor: Int, _ dataset: Int, grid: ChunkGrid) throws(CheckpointError) -> ChunkTable? {
        if let known = chunkTables.withLock({ $0[dataset] }) { return known }
        let worker = backed[dataset].worker
        defer { worker.rest() }
        let table = try ChunkTable(backed[dataset], grid: grid, checkpoint: location.description)
        chunkTables.withLock { $0[dataset] = .some(table) }
        var listed = table?.count ?? 0
        for next in (tensor + 1)..<tensors.count where listed < CheckpointReader.chunksListedAhead {
            guard case .chunks(let dataset, _) = storage[next].whole, backed[dataset].worker === worker,
                let (shape, _) = backed[dataset].chunking, chunkTables.withLock({ $0[dataset] }) == nil
            else { continue }
            let grid = ChunkGrid(shape: backed[dataset].shape, chunk: shape)
            // What is wrong with it is told when it is its turn.
            guard let table = try? ChunkTable(backed[dataset], grid: grid, checkpoint: location.description)
            else { break }
            chunkTables.withLock { $0[dataset] = .some(table) }
            listed += table.count
        }
        return table
    }

    /// A few hundred kilobytes of tables.
    private static let chunksListedAhead = 16384
}
