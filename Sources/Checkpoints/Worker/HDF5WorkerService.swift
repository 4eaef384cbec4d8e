import HDF5

/// A file shared by the walk and the reading of elements.
final class WorkerFile {
    let file: InputFile

    init() throws(WorkerFailure) {
        file = try hdf5 { () throws(HDF5Error) in try InputFile(path: "/dev/fd/\(WorkerDescriptor.file)") }
    }
}

/// What a worker knows of its file, and how it answers each request.
final class WorkerService {
    private let socket: WorkerSocket
    private let file: WorkerFile
    private var datasets: [WorkerDataset] = []
    private var reading: DatasetBeingRead?

    init(socket: WorkerSocket) throws(WorkerFailure) {
        self.socket = socket
        file = try WorkerFile()
    }

    /// Answers one request; the caller ends the answer.
    func answer(_ bytes: [UInt8]) throws(WorkerFailure) {
        var message = MessageReader(bytes)
        let request: WorkerRequest
        do throws(MessageReader.Malformed) {
            request = try WorkerRequest(decoding: &message)
        } catch {
            throw WorkerFailure(.malformed, "the worker was asked for nothing it knows")
        }
        switch request {
        case .describe(let path, let dumps):
            var walk = try StructureWalk(file, dumps: dumps, socket: socket, firstDataset: datasets.count)
            datasets += try walk.describe(path)
        case .chunks(let dataset): try listChunks(of: datasets[dataset])
        case .read(let dataset, let range, let folder): try read(dataset, range, folder: folder)
        }
    }

    /// Sends four numbers a stored chunk: its place in the row-major grid of chunks, its address, its bytes, the filters
    /// it skipped. Sends a single -1 when there are so many that libhdf5 1.10, whose list is quadratic, takes seconds:
    /// their elements are then served.
    private func listChunks(of dataset: WorkerDataset) throws(WorkerFailure) {
        guard case .chunked(let chunk, _) = dataset.place else { return }
        let object = try hdf5 { () throws(HDF5Error) in try file.file.object(at: dataset.path) }
        let count = try hdf5 { () throws(HDF5Error) in try object.chunkCount(name: dataset.name) }
        guard count <= 16384 else {
            socket.put([-1])
            return
        }
        for index in 0..<count {
            let stored = try hdf5 { () throws(HDF5Error) in
                try object.chunk(index, rank: chunk.count, name: dataset.name)
            }
            var place = 0
            for (k, origin) in stored.origin.enumerated() {
                let (cell, extent) = (Int(clamping: origin) / chunk[k], (dataset.shape[k] - 1) / chunk[k] + 1)
                guard cell < extent else {
                    throw WorkerFailure(.malformed, "a chunk of '\(dataset.name)' lies outside of it")
                }
                place = place &* extent &+ cell
            }
            socket.put([
                place, Int(clamping: stored.address), Int(clamping: stored.byteCount), Int(stored.skippedFilters),
            ])
        }
    }

    private func read(_ number: Int, _ range: Range<Int>, folder: String) throws(WorkerFailure) {
        let source: DatasetBeingRead
        if let reading, reading.number == number {
            source = reading
        } else {
            reading = nil  // its cache goes first
            source = try DatasetBeingRead(number, datasets[number], file, folder: folder)
            reading = source
        }
        try source.send(range, to: socket)
    }
}
