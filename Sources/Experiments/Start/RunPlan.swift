import Checkpoints
import Engine

/// What a run would do, for `--dry-run`.
package struct RunPlan: Sendable {
    /// The experiments, where their settings come from, and the folder of their results.
    package let parts: [(experiment: String, settings: String, folder: String)]
    /// The checkpoints that are open, and their bytes.
    package let checkpoints: [(label: String, bytes: Int)]
    /// What opening them took for what, one line each.
    package let notes: [String]
    /// The experiments that cannot be run, and why.
    package let unanswered: [(experiment: String, error: InputError)]
    /// Checkpoints that could not be opened.
    package let refused: [CheckpointError]
    /// What is to be read and computed.
    package let outlook: WorkOutlook
    /// The folder of journalled summaries.
    package let journal: String
    /// Threads to work on.
    package let jobs: Int
}
