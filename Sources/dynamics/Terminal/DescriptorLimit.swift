import Foundation

/// Checkpoints are read fastest while they are open, and a series has hundreds; shells allow 256 to 1024 open files, but programs may
/// raise that up to a hard limit.
func raiseDescriptorLimit() {
    #if canImport(Darwin)
        let descriptors = RLIMIT_NOFILE
    #else
        let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #endif
    var limit = rlimit()
    guard getrlimit(descriptors, &limit) == 0 else { return }
    // macOS calls its hard limit infinite and then refuses more than 10240.
    for wanted: rlim_t in [65536, 10240] where limit.rlim_cur < min(wanted, limit.rlim_max) {
        limit.rlim_cur = min(wanted, limit.rlim_max)
        if setrlimit(descriptors, &limit) == 0 { return }
        getrlimit(descriptors, &limit)
    }
}
