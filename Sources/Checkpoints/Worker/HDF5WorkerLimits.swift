import Foundation

/// What a worker may use: a file that makes libhdf5 allocate or compute without bound ends the worker, not the run.
struct WorkerLimits {
    /// Address space, in bytes: room for the largest chunk that libhdf5 decodes (under 1 GiB, stored and decoded, with a
    /// second copy while a filter runs) beside the program itself.
    static let memoryByteCount: UInt64 = 4 << 30
    /// Seconds of processor time without progress. Decoding a 1 GiB chunk takes about four.
    static let idleSeconds: UInt64 = 10
    /// Descriptors while a structure is walked: 0 to 2 (nothing), the file, the socket, and libhdf5's own view of the
    /// file. No damaged structure can make libhdf5 open anything else.
    static let closedDescriptorCount: UInt64 = 6
    /// Descriptors once filter plugins or the allowed sources of a virtual dataset must be opened.
    static let openDescriptorCount: UInt64 = 512

    /// Sets every limit; called once, before the file is opened.
    static func apply() {
        set(core, soft: 0, hard: 0)
        set(memory, soft: memoryByteCount, hard: memoryByteCount)
        set(descriptors, soft: closedDescriptorCount, hard: openDescriptorCount)
        renewProcessorTime()
    }

    /// Allows another `idleSeconds` of processor time, because something was done.
    static func renewProcessorTime() {
        var usage = rusage()
        getrusage(ownUsage, &usage)
        let used = UInt64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1
        var limit = rlimit()
        getrlimit(processorTime, &limit)
        limit.rlim_cur = min(rlim_t(used + idleSeconds), limit.rlim_max)
        setrlimit(processorTime, &limit)
    }

    /// Lets libhdf5 open files: plugins, or sources that were allowed.
    static func allowOpening() {
        set(descriptors, soft: openDescriptorCount, hard: openDescriptorCount)
    }

    #if canImport(Darwin)
        private static let processorTime = RLIMIT_CPU
        private static let ownUsage = RUSAGE_SELF
        private static let (core, memory, descriptors) = (RLIMIT_CORE, RLIMIT_AS, RLIMIT_NOFILE)
    #else
        private static let processorTime = __rlimit_resource_t(RLIMIT_CPU.rawValue)
        private static let ownUsage = __rusage_who_t(RUSAGE_SELF.rawValue)
        private static let core = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        private static let memory = __rlimit_resource_t(RLIMIT_AS.rawValue)
        private static let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #endif

    private static func set(_ resource: Int32, soft: UInt64, hard: UInt64) {
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_max = min(rlim_t(hard), limit.rlim_max)
        limit.rlim_cur = min(rlim_t(soft), limit.rlim_max)
        setrlimit(resource, &limit)
    }
}
