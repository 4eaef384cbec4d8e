import Tensors

/// What forward passes and reductions read a checkpoint's tensors through: out of its files (`CheckpointReader`), or mixed of
/// the tensors of other checkpoints (`MixtureReader`). No caller knows which.
package protocol TensorReader: Sendable {
    /// The tensors, ascending by name.
    var tensors: [TensorInfo] { get }

    /// Bytes read so far from files of its own: stored bytes, before decompression.
    var bytesRead: Int { get }

    /// True when any element range can be read at any time from any thread.
    func isDirect(_ tensor: Int) -> Bool

    /// Fills `buffer` with whole elements from `element` on, row-major and little-endian. Direct tensors only; any number of
    /// threads may call it.
    func read(
        _ tensor: Int, from element: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError)

    /// A sliding window over a tensor that is not direct, holding about `capacity` bytes of decoded elements.
    func window(_ tensor: Int, capacity: Int) throws(CheckpointError) -> TensorWindow

    /// Compares every file with what was seen when it was opened. Throws `.changed` when one was replaced, cut short or
    /// modified.
    func checkUnchanged() throws(CheckpointError)

    /// The fingerprint of a sample of each file of its own, and how many bytes were read for them.
    func sampleFiles() throws(CheckpointError) -> (samples: [Fingerprint], byteCount: Int)
}
