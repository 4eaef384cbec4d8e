import Synchronization

/// The wish to stop, as Ctrl-C expresses it: long work asks between blocks.
public enum Interruption {
    private static let requested = Atomic<Bool>(false)

    /// Asks everything to stop. Safe to call from a signal handler.
    public static func request() { requested.store(true, ordering: .relaxed) }

    /// Whether a stop was asked for.
    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Throws when a stop was asked for.
    static func check() throws(Interrupted) {
        if isRequested { throw Interrupted() }
    }
}

/// Thrown where work stopped because it was asked to (exit code 130).
public struct Interrupted: Error {
    /// The wish, as an error.
    public init() {}
}
