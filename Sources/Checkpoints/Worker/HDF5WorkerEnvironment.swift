import CCodecs
import Foundation
import HDF5

/// What a worker has of the world, however it was started.
enum WorkerEnvironment {
    /// What it needs of our environment: where libraries and filter plugins are. HDF5's other variables would let it look
    /// for files elsewhere.
    static func variables() -> [String] {
        let kept = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HDF5_PLUGIN_PATH", "LANG", "LC_ALL"]
        return kept.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
            // A crash is expected there, and reported by the parent.
            + ["SWIFT_BACKTRACE=enable=no", "HDF5_USE_FILE_LOCKING=FALSE"]
    }

    /// Leaves the parent's terminal, signals and variables.
    static func enter() {
        let nothing = open("/dev/null", O_RDWR)
        for descriptor: Int32 in 0...2 { dup2(nothing, descriptor) }
        if nothing > 2 { close(nothing) }
        signal(SIGINT, SIG_IGN)  // Ctrl-C reaches the whole group; the parent decides, and hangs up.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGTERM, SIG_DFL)
        // A caller that blocks signals must not make the worker immune to its own limits.
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        let variables = variables()
        for name in ProcessInfo.processInfo.environment.keys { unsetenv(name) }
        for variable in variables {
            let parts = variable.split(separator: "=", maxSplits: 1).map(String.init)
            setenv(parts[0], parts.count > 1 ? parts[1] : "", 1)
        }
    }

    /// Closes what leaked from the parent: libraries open files without close-on-exec.
    static func closeOthers() {
        guard let folder = opendir("/dev/fd") else { return }
        var leaked: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name), descriptor > WorkerDescriptor.socket { leaked.append(descriptor) }
        }
        closedir(folder)
        for descriptor in leaked { close(descriptor) }
    }

    /// Makes libhdf5 ready.
    static func prepareLibrary() {
        prepareHDF5()
        // Without it, chunks compressed by lzf that libhdf5 must read are refused as those of any unknown filter.
        try? register(filter: 32000, "lzf", decode: ccodecs_lzf_filter)
    }
}
