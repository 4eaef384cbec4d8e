import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Engine

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
    @Test(arguments: [[6, 700], [700, 6]])
    func `streamed and held updates have the same singular values`(shape: [Int]) throws {
        let checkpoints = try pair(shape)
        let inputs = checkpoints.indices.map { TensorReference(checkpoint: $0, tensor: 0) }
        let spectra = try [0, .max].map { heldBytes in
            try ExactSpectrum.singularValues(
                of: MatrixLoader(checkpoints, .one, heldBytes: heldBytes).source(inputs[1], minus: inputs[0]))
        }
        #expect(spectra[0] == spectra[1])
        // The norm of the difference, element by element.
        var square = 0.0
        for place in 0..<shape[0] * shape[1] {
            let difference = Double((place * 23) % 251) - Double((place * 17) % 251)
            square += difference * difference
        }
        #expect(abs(spectra[0].frobeniusNorm - square.squareRoot()) <= 1e-12 * square.squareRoot())
    }
}
