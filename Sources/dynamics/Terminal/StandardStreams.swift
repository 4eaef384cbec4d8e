import Base
import Checkpoints
import Experiments
import Foundation
import Synchronization

/// stdout: results, and nothing else. A result that did not arrive is a failure, unlike with `print`.
enum StandardOutput {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Whether bold text is shown as such and wanted (<https://no-color.org>).
    static var isStyled: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Characters on a line of the terminal.
    static var columns: Int { terminalColumns(STDOUT_FILENO) }

    /// Writes all of `text`.
    static func write(_ text: String) throws(EnvironmentError) {
        guard writeAll(text, to: STDOUT_FILENO) else { throw EnvironmentError("write to", "stdout") }
    }
}

/// stderr, shared by messages and the progress line: a message erases the line first. What cannot be said is not said.
enum StandardError {
    private static let lineIsShown = Mutex(false)

    static let isTerminal = isatty(STDERR_FILENO) == 1

    /// Characters on a line of the terminal.
    static var columns: Int { terminalColumns(STDERR_FILENO) }

    static func write(_ text: String) {
        lineIsShown.withLock { shown in
            _ = writeAll((shown ? "\r\u{1B}[K" : "") + text, to: STDERR_FILENO)
            shown = false
        }
    }

    /// Redraws the progress line; the empty text erases it.
    static func showLine(_ text: String) {
        lineIsShown.withLock { shown in
            _ = writeAll("\r\u{1B}[K\(text)", to: STDERR_FILENO)
            shown = !text.isEmpty
        }
    }
}

private func terminalColumns(_ descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
}

/// A standard stream that is closed would give its number to the next file that is opened, and what is meant for the
/// stream would be written into that file. Call before any file is opened.
func occupyStandardStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
        // For reading only: writing to it fails, as it would if the stream were closed.
        _ = open("/dev/null", O_RDONLY)
    }
}

/// Whether all of `text` was written; if not, `errno` says why.
private func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { Base.writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
}
