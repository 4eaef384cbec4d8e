import Base
import HDF5

/// A dataset as the worker remembers it between requests.
struct WorkerDataset {
    var name: String
    var path: String
    var shape: [Int]
    var filters: [Int]
    var place: WorkerTensor.Place
}

/// The dataset whose elements were asked for last, with libhdf5's cache of decoded chunks.
final class DatasetBeingRead {
    let number: Int
    private let name: String
    private let elements: ElementSource
    /// Files of a virtual dataset, held open so that libhdf5 meets the ones that were checked.
    private let sources: [SourceFile]

    /// libhdf5's cache: a row of chunks of most tensors, so that each is decoded once.
    private static let cacheByteCount = 64 << 20
    private static let blockByteCount = 1 << 20

    final class SourceFile {
        let file: InputFile
        init(path: String) throws(WorkerFailure) {
            file = try hdf5 { () throws(HDF5Error) in try InputFile(path: path) }
        }
    }

    init(_ number: Int, _ dataset: WorkerDataset, _ file: WorkerFile, folder: String) throws(WorkerFailure) {
        self.number = number
        name = dataset.name
        var sources: [SourceFile] = []
        if case .virtual(let virtual) = dataset.place {
            WorkerLimits.allowOpening()
            sources = try DatasetBeingRead.check(virtual, of: dataset.name, in: file, folder: folder)
        }
        try DatasetBeingRead.checkFilters(of: dataset)
        self.sources = sources
        elements = try hdf5 { () throws(HDF5Error) in
            try ElementSource(
                file.file, path: dataset.path, name: dataset.name, shape: dataset.shape,
                cacheByteCount: DatasetBeingRead.cacheByteCount, folder: folder)
        }
    }

    /// Sends the bytes of the elements, block by block.
    func send(_ range: Range<Int>, to socket: WorkerSocket) throws(WorkerFailure) {
        let step = max(1, DatasetBeingRead.blockByteCount / elements.elementByteCount)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: step * elements.elementByteCount, alignment: 64)
        defer { block.deallocate() }
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + step, range.upperBound)
            let part = UnsafeMutableRawBufferPointer(rebasing: block[..<((end - start) * elements.elementByteCount)])
            try hdf5 { () throws(HDF5Error) in try elements.read(start..<end, into: part) }
            socket.send(UnsafeRawBufferPointer(part))
            start = end
        }
    }

    private static func checkFilters(of dataset: WorkerDataset) throws(WorkerFailure) {
        // 1 to 6 are built into the library; it looks for the others among its plugins.
        if dataset.filters.contains(where: { $0 > 6 }) { WorkerLimits.allowOpening() }
        for filter in dataset.filters where !canDecode(filter: filter) {
            throw WorkerFailure(
                .unsupported,
                "'\(dataset.name)' is compressed with HDF5 filter \(filter), which this HDF5 library cannot decode",
                remedy: "install its plugin (HDF5_PLUGIN_PATH), or rewrite the file with h5repack")
        }
    }

    /// libhdf5 reads a source that is missing as fill values, and follows whatever a source leads to: each must exist,
    /// and its elements must lie in its own file.
    private static func check(
        _ virtual: [InputDataset.VirtualSource], of name: String, in file: WorkerFile, folder: String
    ) throws(WorkerFailure) -> [SourceFile] {
        var opened: [String: SourceFile] = [:]
        for source in virtual {
            if source.file == "." {
                try check(source.path, in: file.file, of: name)
                continue
            }
            let path = PathText(source.file).isAbsolute ? source.file : "\(folder)/\(source.file)"
            let other: SourceFile
            if let known = opened[path] { other = known } else { other = try SourceFile(path: path) }
            opened[path] = other
            try check(source.path, in: other.file, of: name)
        }
        return Array(opened.values)
    }

    private static func check(_ path: String, in file: borrowing InputFile, of name: String) throws(WorkerFailure) {
        let found: InputDataset
        do throws(HDF5Error) {
            let object = try file.object(at: path)
            guard object.kind == .dataset else { throw HDF5Error("read '\(path)'", reason: "it is not a dataset") }
            found = try object.dataset(name: path, sourceLimit: 4096)
        } catch {
            throw WorkerFailure(.malformed, "a source of the virtual dataset '\(name)': \(error)")
        }
        switch found.storage {
        case .external, .virtual:
            throw WorkerFailure(
                .refused, "a source of the virtual dataset '\(name)' has its elements in yet another file")
        case .contiguous, .unallocated, .chunked, .compact: break
        }
    }
}
