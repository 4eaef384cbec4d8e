#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How many files this process may have open, as the system limits it.
package enum DescriptorLimit {
    /// The soft limit, which holds, and the hard one, up to which a program may raise it; `nil` when the system tells
    /// neither.
    package static var current: rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    /// Raises the soft limit to 65,536, or as far as the system allows: checkpoints are read fastest while they are open,
    /// and a series has hundreds; shells allow 256 to 1,024 files.
    package static func raise() {
        // macOS calls its hard limit infinite and then refuses more than 10240.
        for wanted: rlim_t in [65536, 10240] {
            guard var limit = current, limit.rlim_cur < min(wanted, limit.rlim_max) else { continue }
            limit.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(resource, &limit) == 0 { return }
        }
    }

    #if canImport(Darwin)
        private static let resource = RLIMIT_NOFILE
    #else
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #endif
}
