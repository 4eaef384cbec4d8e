#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The machine refused: a disk is full, a folder cannot be written. Nothing is wrong with the input (exit code 1).
public struct EnvironmentError: Error, Equatable, CustomStringConvertible {
    /// What was being done, as `write` or `make the folder`.
    public let action: String
    /// To which file or folder.
    public let path: String
    /// The system's reason, as `No space left on device`.
    public let reason: String

    /// Records a failure whose reason is known.
    public init(_ action: String, _ path: String, reason: String) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// Records a failed system call; the reason is the text of `code`, by default this thread's `errno`.
    public init(_ action: String, _ path: String, errno code: Int32 = errno) {
        self.init(action, path, reason: String(cString: strerror(code)))
    }

    /// One line: the action, the path and the reason.
    public var description: String { "cannot \(action) \(path): \(reason)" }
}
