import Synchronization

/// The wish to stop, as Ctrl-C expresses it: long work asks between blocks.
package enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Asks everything to stop. Safe to call from a signal handler.
    package static func request() { requested.store(true, ordering: .relaxed) }

    /// Whether a stop was asked for.
    package static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Throws when a stop was asked for.
    package static func check() throws(Interrupted) {
        if isRequested { throw Interrupted() }
    }
}

/// Thrown where work stopped because it was asked to (exit code 130).
package struct Interrupted: Error {
    /// The wish, as an error.
    package init() {}
}
