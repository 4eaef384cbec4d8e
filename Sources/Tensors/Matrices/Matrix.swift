/// A dense matrix in memory: float32, row-major.
package struct Matrix: Sendable {
    /// Number of rows.
    package let rows: Int
    /// Number of columns.
    package let columns: Int
    /// `rows * columns` elements, one row after another.
    package let elements: [Float]

    /// Takes `rows * columns` elements, one row after another.
    package init(rows: Int, columns: Int, elements: [Float]) {
        precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }
}

/// Where a decomposition takes its matrix from, a block at a time; the whole never has to be in memory.
package struct MatrixSource: Sendable {
    /// Writes the block of the given rows and columns, row-major and dense, as doubles. Called from the threads of the
    /// caller's ``Threads``, possibly at the same time.
    ///
    /// The element type is double, although weights are stored in fewer bits, so that the difference of two float32
    /// tensors reaches the decomposition unrounded. Tall matrices are asked for whole rows; wide ones, by the exact
    /// method only, for ranges of columns.
    package typealias Fill =
        @Sendable (_ rows: Range<Int>, _ columns: Range<Int>, _ into: UnsafeMutablePointer<Double>) throws -> Void

    /// Number of rows.
    package let rows: Int
    /// Number of columns.
    package let columns: Int
    let content: Content

    enum Content: Sendable {
        /// Read where it lies.
        case memory(Matrix)
        case streamed(Fill)
    }

    /// A matrix that is already in memory.
    package init(_ matrix: Matrix) {
        rows = matrix.rows
        columns = matrix.columns
        content = .memory(matrix)
    }

    /// A matrix that is produced on demand; `fill` must give the same values for the same block every time.
    package init(rows: Int, columns: Int, fill: @escaping Fill) {
        precondition(rows >= 0 && columns >= 0)
        self.rows = rows
        self.columns = columns
        content = .streamed(fill)
    }

    /// Writes a block, multiplied by `scale`.
    func fill(
        rows blockRows: Range<Int>, columns blockColumns: Range<Int>, scale: Double,
        into block: UnsafeMutablePointer<Double>
    ) throws {
        let width = blockColumns.count
        switch content {
        case .memory(let matrix):
            matrix.elements.withUnsafeBufferPointer { elements in
                guard let base = elements.baseAddress else { return }
                for (index, row) in blockRows.enumerated() {
                    let source = base + (row * columns + blockColumns.lowerBound)
                    let target = block + index * width
                    for column in 0..<width { target[column] = Double(source[column]) }
                }
            }
        case .streamed(let fill):
            try fill(blockRows, blockColumns, block)
        }
        if scale != 1 {
            for index in 0..<(blockRows.count * width) { block[index] *= scale }
        }
    }
}
