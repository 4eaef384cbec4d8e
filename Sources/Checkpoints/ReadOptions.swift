/// How checkpoints are read.
package struct ReadOptions: Sendable {
    /// The `dynamics` binary, which is started again as the worker that calls libhdf5; `nil` for the running program,
    /// which must then be `dynamics`.
    package var workerExecutable: String?
    /// Directories below which external storage, external links and virtual datasets may lead, besides the folder of
    /// the checkpoint itself (`--allow-external DIR`).
    package var trustedRoots: [String]
    /// Dumps without a float type that are read as bfloat16.
    package var bfloat16Dumps: Set<BFloat16Dump>
    /// How long the worker may send nothing before it counts as hung. Network file systems are slow: what counts is
    /// lack of progress, not time.
    package var progressTimeout: Duration

    /// Makes options; see the properties.
    package init(
        workerExecutable: String? = nil, trustedRoots: [String] = [], bfloat16Dumps: Set<BFloat16Dump> = [],
        progressTimeout: Duration = .seconds(120)
    ) {
        self.workerExecutable = workerExecutable
        self.trustedRoots = trustedRoots
        self.bfloat16Dumps = bfloat16Dumps
        self.progressTimeout = progressTimeout
    }
}

/// A way in which bfloat16 is dumped by programs whose HDF5 has no such type.
package enum BFloat16Dump: String, Sendable, Codable, CaseIterable {
    /// As unsigned 16-bit integers with the same bits.
    case uint16
    /// As 2-byte opaque values, which h5py makes of ml_dtypes' bfloat16.
    case opaque16
}
