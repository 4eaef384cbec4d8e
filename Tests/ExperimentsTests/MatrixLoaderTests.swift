import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments

/// An update whose first matrix is read block by block is the one whose first matrix is held.
@Suite struct MatrixLoaderTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Two checkpoints of one bfloat16 matrix.
    private func pair(_ shape: [Int]) throws -> [Checkpoint] {
        try (0..<2).map { k in
            var model = SmallModel(0, revision: "step\(k)")
            let values = (0..<shape[0] * shape[1]).map { Double(($0 * (17 + 6 * k)) % 251 - 125) }
            model.tensors = [SmallModel.Tensor("w", .bfloat16, shape, values)]
            return try open(try model.write(to: folder))
        }
    }

    /// Wide matrices are asked for by ranges of columns, tall ones by rows.
    @Test(arguments: [
        ([6, 700], nil), ([700, 6], nil), ([12, 700], RowSelection(first: 2, run: 2, period: 6)),
        ([900, 5], RowSelection(first: 3, run: 3, period: 9)),
    ])
    func `streamed and held updates have the same singular values`(matrix: (shape: [Int], rows: RowSelection?)) throws {
        let checkpoints = try pair(matrix.shape)
        let inputs = checkpoints.indices.map {
            MatrixInput(tensor: TensorReference(checkpoint: $0, tensor: 0), rows: matrix.rows)
        }
        let spectra = try [0, .max].map { heldBytes in
            try ExactSpectrum.singularValues(
                of: MatrixLoader(checkpoints, jobs: 1, heldBytes: heldBytes).source(inputs[1], minus: inputs[0]))
        }
        #expect(spectra[0] == spectra[1])
        #expect(spectra[0].rows == matrix.shape[0] / (matrix.rows == nil ? 1 : 3))
        // The norm of the difference, element by element.
        var square = 0.0
        let columns = matrix.shape[1]
        for row in 0..<spectra[0].rows {
            for column in 0..<columns {
                let place = (matrix.rows?.row(row) ?? row) * columns + column
                let difference = Double((place * 23) % 251) - Double((place * 17) % 251)
                square += difference * difference
            }
        }
        #expect(abs(spectra[0].frobeniusNorm - square.squareRoot()) <= 1e-12 * square.squareRoot())
    }

    @Test func `the rows of a selection are those of its ranges`() {
        let selection = RowSelection(first: 4, run: 2, period: 6)
        #expect(selection.ranges(of: 18) == [4..<6, 10..<12, 16..<18])
        #expect((0..<6).map { selection.row($0) } == [4, 5, 10, 11, 16, 17])
    }
}
