import Checkpoints

/// A checkpoint that could not be read, or the machine that failed while it was.
package struct ReadFailure: Error {
    /// Index in the run.
    let checkpoint: Int
    let error: CheckpointError
}

/// Says whose failure it is: a `CheckpointError` that `body` throws becomes a `ReadFailure` of that checkpoint.
func blaming<Value>(_ checkpoint: Int, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as CheckpointError {
        throw ReadFailure(checkpoint: checkpoint, error: error)
    }
}
