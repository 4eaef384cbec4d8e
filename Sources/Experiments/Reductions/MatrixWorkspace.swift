import Checkpoints
import Foundation
import Tensors

/// What a thread has at hand while it works on the requests of one tensor: the matrices, loaded when they are asked for,
/// and the leading singular vectors of the last few, which several requests need.
final class MatrixWorkspace {
    /// Shares out the work on one matrix.
    let loop: ParallelLoop
    private let checkpoints: [Checkpoint]
    private let jobs: Int
    private var leading: [(key: LeadingKey, spectrum: LeadingSpectrum)] = []

    /// Spectra kept: enough for a checkpoint, the one before it, the reference and the branch point.
    private static let keptSpectra = 4
    private static let windowBytes = 128 << 20
    /// Bytes read between looks at whether to stop.
    private static let blockBytes = 32 << 20

    private struct LeadingKey: Equatable {
        let input: MatrixInput
        let count: Int
        let tolerance: Double
        let seed: UInt64
    }

    /// Works on `jobs` threads where a matrix is large enough to share out.
    init(_ checkpoints: [Checkpoint], jobs: Int) {
        self.checkpoints = checkpoints
        self.jobs = jobs
        let shared: ParallelLoop = { count, body in inParallel(count, jobs: jobs, body) }
        loop = jobs == 1 ? serialLoop : shared
    }

    /// The matrix, as stored in memory and widened block by block.
    func source(_ input: MatrixInput) throws -> MatrixSource {
        let matrix = try load(input)
        return MatrixSource(rows: matrix.rows, columns: matrix.columns) { rows, columns, block in
            try Interruption.check()
            matrix.copy(rows: rows, columns: columns, to: block)
        }
    }

    /// `to − from`, unrounded.
    func source(_ to: MatrixInput, minus from: MatrixInput) throws -> MatrixSource {
        let (minuend, subtrahend) = (try load(to), try load(from))
        precondition(minuend.rows == subtrahend.rows && minuend.columns == subtrahend.columns)
        return MatrixSource(rows: minuend.rows, columns: minuend.columns) { rows, columns, block in
            try Interruption.check()
            minuend.copy(rows: rows, columns: columns, to: block)
            subtrahend.subtract(rows: rows, columns: columns, from: block)
        }
    }

    /// The leading singular values and vectors of a matrix, computed once while they are kept.
    func leadingSpectrum(_ input: MatrixInput, _ settings: LeadingSpectrum.Settings) throws -> LeadingSpectrum {
        let key = LeadingKey(
            input: input, count: settings.count, tolerance: settings.tolerance, seed: settings.seed)
        if let place = leading.firstIndex(where: { $0.key == key }) {
            // The least recently used stands first.
            leading.append(leading.remove(at: place))
        } else {
            leading.append((key, try LeadingSpectrum.compute(of: try source(input), settings, in: loop)))
            if leading.count > MatrixWorkspace.keptSpectra { leading.removeFirst() }
        }
        return leading[leading.count - 1].spectrum
    }

    private func load(_ input: MatrixInput) throws -> StoredMatrix {
        let checkpoint = checkpoints[input.tensor.checkpoint]
        let info = checkpoint.tensors[input.tensor.tensor]
        guard let reader = checkpoint.reader else { preconditionFailure("\(checkpoint.label) is not there") }
        precondition(info.shape.count == 2, "'\(info.name)' is no matrix")
        let rows = input.rows?.ranges(of: info.shape[0]) ?? [0..<info.shape[0]]
        let columns = info.shape[1]
        let elements = rows.map { $0.lowerBound * columns..<$0.upperBound * columns }
        return try StoredMatrix(
            rows: rows.reduce(0) { $0 + $1.count }, columns: columns, elementType: info.elementType
        ) { bytes in
            do {
                if reader.isDirect(input.tensor.tensor) {
                    try read(input.tensor.tensor, elements, info.elementType, reader, into: bytes)
                } else if !bytes.isEmpty {
                    try decode(input.tensor.tensor, elements, info, reader, into: bytes)
                }
            } catch let error as CheckpointError {
                throw ReadFailure(checkpoint: input.tensor.checkpoint, error: error)
            }
        }
    }

    private func read(
        _ tensor: Int, _ ranges: [Range<Int>], _ type: ElementType, _ reader: CheckpointReader,
        into bytes: UnsafeMutableRawBufferPointer
    ) throws {
        let block = MatrixWorkspace.blockBytes / type.byteCount
        var done = 0
        for range in ranges {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                try Interruption.check()
                let count = (min(start + block, range.upperBound) - start) * type.byteCount
                try reader.read(
                    tensor, from: start, into: UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + count]))
                done += count
            }
        }
    }

    /// Through a window that advances over the whole tensor.
    private func decode(
        _ tensor: Int, _ ranges: [Range<Int>], _ info: TensorInfo, _ reader: CheckpointReader,
        into bytes: UnsafeMutableRawBufferPointer
    ) throws {
        let window = try reader.window(tensor, capacity: MatrixWorkspace.windowBytes)
        let width = info.elementType.byteCount
        let jobs = jobs
        var (start, done) = (0, 0)
        while start < info.elementCount {
            try Interruption.check()
            let end = window.reach(from: start)
            try window.load(start..<end) { (count, body) throws(CheckpointError) in
                try inParallel(count, jobs: jobs, body)
            }
            for range in ranges where range.overlaps(start..<end) {
                let part = range.clamped(to: start..<end)
                guard let target = bytes.baseAddress else { break }
                memcpy(target + done, window.pointer(to: part.lowerBound), part.count * width)
                done += part.count * width
            }
            start = end
        }
    }
}
