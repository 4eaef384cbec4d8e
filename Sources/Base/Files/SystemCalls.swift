#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Makes a system call again as long as a signal interrupts it.
/// - Returns: what the call returned; below 0, `errno` says why.
package func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

/// Waits until a process has ended.
/// - Returns: its status, as `waitpid` gives it.
@discardableResult
package func wait(forProcess process: Int32) -> Int32 {
    var status: Int32 = 0
    _ = uninterrupted { waitpid(process, &status, 0) }
    return status
}

/// Reads until the buffer is full or the file ends.
/// - Parameter offset: where to start in the file; `nil` for where the descriptor stands, or for what is no file.
/// - Returns: the number of bytes read; `nil`, with `errno` set, when a read fails.
package func readAll(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int? = nil) -> Int? {
    var done = 0
    while done < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let count = uninterrupted {
            offset.map { pread(descriptor, rest.baseAddress, rest.count, off_t($0 + done)) }
                ?? read(descriptor, rest.baseAddress, rest.count)
        }
        guard count >= 0 else { return nil }
        guard count > 0 else { break }
        done += count
    }
    return done
}

/// Writes all bytes.
/// - Parameter offset: where to start in the file; `nil` for where the descriptor stands, or for what is no file.
/// - Returns: whether it could; if not, `errno` says why.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int? = nil) -> Bool {
    var done = 0
    while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let count = uninterrupted {
            offset.map { pwrite(descriptor, rest.baseAddress, rest.count, off_t($0 + done)) }
                ?? write(descriptor, rest.baseAddress, rest.count)
        }
        guard count > 0 else { return false }
        done += count
    }
    return true
}
