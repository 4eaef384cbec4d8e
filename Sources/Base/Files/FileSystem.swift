#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension stat {
    /// When the content last changed, in nanoseconds since 1970.
    package var modificationTimeNanoseconds: Int {
        #if canImport(Darwin)
            st_mtimespec.tv_sec &* 1_000_000_000 &+ st_mtimespec.tv_nsec
        #else
            st_mtim.tv_sec &* 1_000_000_000 &+ st_mtim.tv_nsec
        #endif
    }
}

/// Whether a directory entry is there. A link whose target is gone counts, and so does what the machine cannot tell:
/// opening it gives the clearer error.
package func entryExists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 || isMachineFailure(errno)
}

/// Whether `path` leads to something. What the machine cannot tell counts: opening it gives the clearer error.
package func pathExists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 || isMachineFailure(errno)
}

/// Whether a regular file, and not a link to one, is at `path`.
package func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Whether `path` leads to a directory.
package func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The path with every link resolved; `nil`, with `errno` set, when nothing is there.
package func resolvedPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The path with every link resolved; of what does not exist, the absolute path.
package func realPath(_ path: String) -> String {
    if let resolved = resolvedPath(path) { return resolved }
    guard !PathText(path).isAbsolute, let folder = resolvedPath(".") else { return path }
    return folder + "/" + path
}

/// The code of the system's reason for the call that just failed.
package var lastErrorCode: Int32 { errno }

/// The system's reason for the call that just failed.
package func lastError() -> String { systemErrorText(errno) }

/// The text of an error's code.
package func systemErrorText(_ code: Int32) -> String { String(cString: strerror(code)) }
