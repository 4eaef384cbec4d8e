import Base
import Checkpoints
import Foundation
import Tensors

/// Reads matrices for decompositions: held in memory as they are stored, and widened block by block.
package struct MatrixLoader: Sendable {
    let checkpoints: [Checkpoint]
    /// Threads that decode chunks.
    let threads: Threads

    /// A subtrahend above this is read again whenever it is needed, so that an update takes no more memory than one of
    /// its two matrices and this. The system keeps it at hand: it is the checkpoint that all updates start from.
    let heldBytes: Int

    private static let windowBytes = 128 << 20
    /// Bytes read between looks at whether to stop.
    private static let blockBytes = 32 << 20

    /// Reads matrices of these checkpoints.
    init(_ checkpoints: [Checkpoint], _ threads: Threads, heldBytes: Int = 256 << 20) {
        (self.checkpoints, self.threads, self.heldBytes) = (checkpoints, threads, heldBytes)
    }

    /// The matrix.
    /// - Throws: `ReadFailure`, `Interrupted`; its blocks throw the latter.
    package func source(_ input: TensorReference) throws -> MatrixSource {
        let matrix = try load(input)
        return MatrixSource(rows: matrix.rows, columns: matrix.columns) { rows, columns, block in
            try Interruption.check()
            matrix.copy(rows: rows, columns: columns, to: block)
        }
    }

    /// `to − from`, unrounded; both have the same shape.
    /// - Throws: `ReadFailure`, `Interrupted`; so do its blocks.
    package func source(_ to: TensorReference, minus from: TensorReference) throws -> MatrixSource {
        let minuend = try load(to)
        let isHeld = info(from).elementCount * info(from).elementType.readByteCount <= heldBytes
        let subtrahend = isHeld || !isDirect(from) ? try load(from) : nil
        return MatrixSource(rows: minuend.rows, columns: minuend.columns) { rows, columns, block in
            try Interruption.check()
            minuend.copy(rows: rows, columns: columns, to: block)
            if let subtrahend {
                subtrahend.subtract(rows: rows, columns: columns, from: block)
            } else {
                let part = try self.part(from, rows: rows, columns: columns)
                part.subtract(rows: 0..<part.rows, columns: 0..<part.columns, from: block)
            }
        }
    }

    private func info(_ input: TensorReference) -> TensorInfo {
        let info = checkpoints[input.checkpoint].tensors[input.tensor]
        precondition(info.shape.count == 2, "'\(info.name)' is no matrix")
        return info
    }

    private func reader(_ input: TensorReference) -> any TensorReader {
        let checkpoint = checkpoints[input.checkpoint]
        guard let reader = checkpoint.reader else { preconditionFailure("\(checkpoint.label) is not there") }
        return reader
    }

    private func isDirect(_ input: TensorReference) -> Bool { reader(input).isDirect(input.tensor) }

    private func load(_ input: TensorReference) throws -> StoredMatrix {
        let info = info(input)
        return try stored(input, rows: info.shape[0], columns: info.shape[1], [0..<info.elementCount])
    }

    /// A block of a matrix that can be read at any place.
    private func part(_ input: TensorReference, rows: Range<Int>, columns: Range<Int>) throws -> StoredMatrix {
        let width = info(input).shape[1]
        let elements =
            columns.count == width
            ? [rows.lowerBound * width..<rows.upperBound * width]
            : rows.map { row in
                row * width + columns.lowerBound..<row * width + columns.upperBound
            }
        return try stored(input, rows: rows.count, columns: columns.count, elements)
    }

    private func stored(
        _ input: TensorReference, rows: Int, columns: Int, _ elements: [Range<Int>]
    ) throws -> StoredMatrix {
        try StoredMatrix(rows: rows, columns: columns, elementType: info(input).elementType) { bytes in
            try blaming(input.checkpoint) {
                if isDirect(input) {
                    try read(input, elements, into: bytes)
                } else if !bytes.isEmpty {
                    try decode(input, elements, into: bytes)
                }
            }
        }
    }

    private func read(
        _ input: TensorReference, _ ranges: [Range<Int>], into bytes: UnsafeMutableRawBufferPointer
    ) throws {
        let (reader, width) = (reader(input), info(input).elementType.readByteCount)
        let block = MatrixLoader.blockBytes / width
        var done = 0
        for range in ranges {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                try Interruption.check()
                let count = (min(start + block, range.upperBound) - start) * width
                try reader.read(
                    input.tensor, from: start,
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + count]))
                done += count
            }
        }
    }

    /// Through a window that advances over the whole tensor.
    private func decode(
        _ input: TensorReference, _ ranges: [Range<Int>], into bytes: UnsafeMutableRawBufferPointer
    ) throws {
        let window = try reader(input).window(input.tensor, capacity: MatrixLoader.windowBytes)
        let (elementCount, width) = (info(input).elementCount, info(input).elementType.readByteCount)
        var (start, done) = (0, 0)
        while start < elementCount {
            try Interruption.check()
            let end = window.reach(from: start)
            try window.load(start..<end, on: threads)
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
