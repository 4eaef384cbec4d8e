import Base
import Checkpoints
import Synchronization
import Tensors

/// How a forward pass is carried out: on which threads, and when it stops.
package struct Execution: Sendable {
    /// Shares out work; results do not depend on it.
    let loop: ParallelLoop
    /// Asked between matrices; what it throws ends the pass.
    let check: @Sendable () throws -> Void

    /// Works in `loop`, and stops where `check` throws.
    package init(loop: @escaping ParallelLoop = serialLoop, check: @escaping @Sendable () throws -> Void = {}) {
        (self.loop, self.check) = (loop, check)
    }

    /// Runs pieces that may find a checkpoint unreadable; what the first of them throws is thrown.
    func forEach(
        _ count: Int, _ body: @Sendable (Int) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let failure = Mutex<(index: Int, error: CheckpointError)?>(nil)
        withoutActuallyEscaping(body) { body in
            loop(count) { index in
                do throws(CheckpointError) {
                    try body(index)
                } catch {
                    failure.withLock { if index < $0?.index ?? .max { $0 = (index, error) } }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }
}
