import CKernels

/// A matrix in memory as its file stores it: row-major, little-endian, in half the memory of float32 where it is
/// bfloat16. Blocks of it are widened when a decomposition asks for them.
package final class StoredMatrix: @unchecked Sendable {
    /// Number of rows.
    package let rows: Int
    /// Number of columns.
    package let columns: Int
    private let type: ck_type
    private let width: Int
    /// Written by the initialiser only, so that any number of threads may read.
    private let bytes: UnsafeMutableRawBufferPointer

    /// Takes `rows * columns` elements; `fill` writes all their bytes.
    /// - Precondition: `elementType.hasStatistics`.
    package init<Failure: Error>(
        rows: Int, columns: Int, elementType: ElementType,
        fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard let type = elementType.kernelType else { preconditionFailure("no matrix of \(elementType)") }
        precondition(rows >= 0 && columns >= 0)
        (self.rows, self.columns, self.type, width) = (rows, columns, type, elementType.readByteCount)
        bytes = .allocate(byteCount: max(1, rows * columns * elementType.readByteCount), alignment: 64)
        try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<(rows * columns * elementType.readByteCount)]))
    }

    deinit { bytes.deallocate() }

    /// Writes a block, row-major and dense, as doubles, exactly.
    package func copy(
        rows blockRows: Range<Int>, columns blockColumns: Range<Int>, to block: UnsafeMutablePointer<Double>
    ) {
        guard let base = bytes.baseAddress else { return }
        // Whole rows lie one after another.
        let isWhole = blockColumns.count == columns
        let (runs, length) = isWhole ? (1, blockRows.count * columns) : (blockRows.count, blockColumns.count)
        for run in 0..<runs {
            let first = (blockRows.lowerBound + run) * columns + blockColumns.lowerBound
            ck_widen(type, CK_FLOAT64, base + first * width, block + run * length, length)
        }
    }

    /// Subtracts the same block of this matrix from `block`, in double.
    package func subtract(
        rows blockRows: Range<Int>, columns blockColumns: Range<Int>, from block: UnsafeMutablePointer<Double>
    ) {
        let length = blockColumns.count
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, length)) { buffer in
            guard let line = buffer.baseAddress else { return }
            for (index, row) in blockRows.enumerated() {
                copy(rows: row..<row + 1, columns: blockColumns, to: line)
                let target = block + index * length
                for column in 0..<length { target[column] -= line[column] }
            }
        }
    }
}
