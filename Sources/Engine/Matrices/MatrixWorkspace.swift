import Base
import Checkpoints
import Tensors

/// What a thread has at hand while it works on the requests of one tensor: the means to load matrices, and the leading
/// singular vectors of the last few, which several requests need.
package final class MatrixWorkspace {
    /// Gives the matrices.
    package let loader: MatrixLoader
    /// Shares out the work on one matrix.
    package let threads: Threads
    private var leading: [(key: LeadingKey, spectrum: LeadingSpectrum)] = []

    /// Spectra kept: enough for a checkpoint, the one before it, the reference and the branch point.
    private static let keptSpectra = 4

    private struct LeadingKey: Equatable {
        let input: TensorReference
        let count: Int
        let tolerance: Double
        let seed: UInt64
    }

    /// Works on `threads`.
    init(_ checkpoints: [Checkpoint], _ threads: Threads) {
        loader = MatrixLoader(checkpoints, threads)
        self.threads = threads
    }

    /// The leading singular values and vectors of a matrix, computed once while they are kept.
    package func leadingSpectrum(_ input: TensorReference, _ settings: LeadingSpectrum.Settings) throws
        -> LeadingSpectrum
    {
        let key = LeadingKey(
            input: input, count: settings.count, tolerance: settings.tolerance, seed: settings.seed)
        if let index = leading.firstIndex(where: { $0.key == key }) {
            // The least recently used stands first.
            leading.append(leading.remove(at: index))
        } else {
            leading.append((key, try LeadingSpectrum.compute(of: try loader.source(input), settings, on: threads)))
            if leading.count > MatrixWorkspace.keptSpectra { leading.removeFirst() }
        }
        return leading[leading.count - 1].spectrum
    }
}
