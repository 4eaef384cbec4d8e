import Base

/// What trainers write beside the weights about where in training they are: Hugging Face's `trainer_state.json`, and files of
/// the same form under other names.
enum TrainerState {
    private static let names = ["trainer_state.json", "training_state.json", "train_state.json"]
    /// Longer files than this are no state, in bytes: they hold the log of the whole run.
    private static let lengthLimit = 256 << 20

    /// The steps that the first of these files in a directory states, under their keys; nothing when there is none, or it
    /// cannot be read.
    ///
    /// Throws `.environment` when the machine fails at reading them.
    static func facts(in directory: String) throws(CheckpointError) -> [String: AttributeValue] {
        for name in names where entryExists(directory + "/" + name) {
            do throws(FileReadingError) {
                return steps(try readFile(directory + "/" + name, limit: lengthLimit))
            } catch {
                guard error.kind != .machine else {
                    throw CheckpointError(
                        .environment, checkpoint: directory, problem: "cannot read '\(name)': \(error.reason)")
                }
            }
        }
        return [:]
    }

    /// What stands before the first damage counts: Python writes NaN into the log of losses, which is no JSON.
    private static func steps(_ bytes: [UInt8]) -> [String: AttributeValue] {
        var facts: [String: AttributeValue] = [:]
        var scanner = JSONScanner(bytes)
        try? scanner.object { scanner, key throws(JSONError) in
            guard Revision.stepKeys.contains(key) else { return try scanner.skipValue() }
            facts[key] = .integer(try scanner.wholeNumber())
        }
        return facts
    }
}
