import Base

/// How a forward pass is carried out: on which threads, and when it stops.
package struct Execution: Sendable {
    /// What work is shared out to; results do not depend on it.
    let threads: Threads
    /// Asked between matrices; what it throws ends the pass.
    let check: @Sendable () throws -> Void

    /// Works on `threads`, and stops where `check` throws.
    package init(threads: Threads = .one, check: @escaping @Sendable () throws -> Void = {}) {
        (self.threads, self.check) = (threads, check)
    }
}
