import Checkpoints

/// Reading with the worker that was built beside the tests.
package func readOptions(
    roots: [String] = [], dumps: Set<BFloat16Dump> = [], timeout: Duration = .seconds(60)
) -> ReadOptions {
    ReadOptions(
        workerExecutable: builtDynamics, trustedRoots: roots, bfloat16Dumps: dumps, progressTimeout: timeout)
}

/// An open checkpoint.
package func open(_ path: String) throws -> Checkpoint {
    try Checkpoint(opening: CheckpointLocation(path: path), options: readOptions())
}
