import Foundation

/// Why a worker could not be started.
struct SpawnFailure: Error {
    let reason: String
    let remedy: String?

    init(_ code: Int32, running executable: String? = nil) {
        reason = (executable.map { "\($0): " } ?? "") + String(cString: strerror(code))
        remedy = environmentRemedy(code)
    }
}

/// Starts `executable __hdf5-worker` with nothing but `file` and one end of a socket; returns the process and the other
/// end.
func spawnWorker(_ executable: String, file: Int32) throws(SpawnFailure) -> (process: pid_t, socket: Int32) {
    let (ours, theirs) = try socketPair()
    // Above the worker's own numbers, so that no duplication overwrites the next one's source.
    let source = fcntl(file, F_DUPFD_CLOEXEC, 10)
    let sourceError = errno
    let end = fcntl(theirs, F_DUPFD_CLOEXEC, 10)
    let endError = errno
    close(theirs)
    defer {
        if source >= 0 { close(source) }
        if end >= 0 { close(end) }
    }
    guard source >= 0, end >= 0 else {
        close(ours)
        throw SpawnFailure(source < 0 ? sourceError : endError)
    }
    #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
    #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }
    for descriptor: Int32 in 0...2 {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, source, WorkerDescriptor.file)
    posix_spawn_file_actions_adddup2(&actions, end, WorkerDescriptor.socket)
    // A caller that blocks signals must not make the worker immune to its own limits.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var process: pid_t = 0
    let status = withStrings([executable, "__hdf5-worker"]) { arguments in
        withStrings(WorkerEnvironment.variables()) { environment in
            posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
        }
    }
    guard status == 0 else {
        close(ours)
        throw SpawnFailure(status, running: executable)
    }
    return (process, ours)
}

/// Two connected ends, closed on exec.
func socketPair() throws(SpawnFailure) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
        let type = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SpawnFailure(errno) }
    #if canImport(Darwin)
        for end in ends {
            var on: Int32 = 1
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    #endif
    return (ends[0], ends[1])
}

/// Calls `body` with the texts as C expects argument lists: pointers, ended by a null.
private func withStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
