#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The machine refused: a disk is full, a folder cannot be written. Nothing is wrong with the input (exit code 1).
package struct EnvironmentError: Error, Equatable, CustomStringConvertible {
    /// What was being done, as `write` or `make the folder`.
    package let action: String
    /// To which file or folder.
    package let path: String
    /// The system's reason, as `No space left on device`.
    package let reason: String

    /// Records a failure whose reason is known.
    package init(_ action: String, _ path: String, reason: String) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// Records a failed system call; the reason is the text of `code`, by default this thread's `errno`.
    package init(_ action: String, _ path: String, errno code: Int32 = errno) {
        self.init(action, path, reason: String(cString: strerror(code)))
    }

    /// One line: the action, the path and the reason.
    package var description: String { "cannot \(action) \(path): \(reason)" }
}
