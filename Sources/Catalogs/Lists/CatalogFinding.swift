/// Something wrong in a catalog, with the row and the reason.
package struct CatalogFinding: Sendable, Equatable, CustomStringConvertible {
    /// What can be wrong.
    package enum Kind: String, Sendable, CaseIterable {
        /// A row that is not of the catalog's form.
        case unreadableRow = "unreadable_row"
        /// A revision name that tells no stage and step.
        case unknownName = "unknown_name"
        /// A training configuration of which something cannot be used.
        case unreadableConfig = "unreadable_config"
        /// A file or directory that cannot be opened.
        case unreadableCheckpoint = "unreadable_checkpoint"
        /// The same stage, ingredient and step again.
        case duplicateRow = "duplicate_row"
        /// The row and its directory, or the name and the file's attributes, tell different facts.
        case mislabelled
        /// A stage whose rows are spelled in more than one way.
        case stageSpelling = "stage_spelling"
        /// The checkpoint that a stage or an ingredient starts from is not listed.
        case missingBranchPoint = "missing_branch_point"
        /// Checkpoints are listed after the one that the next stage starts from.
        case beyondBranchPoint = "beyond_branch_point"
        /// The last step of a run is not listed.
        case missingEnd = "missing_end"
        /// A step that the run never reached.
        case beyondEnd = "beyond_end"
        /// A token count that does not follow from the step.
        case wrongTokens = "wrong_tokens"
        /// A label that rounds its tokens otherwise than most do.
        case tokenRounding = "token_rounding"
        /// A run whose learning rate does not go on from where it starts.
        case learningRateJump = "learning_rate_jump"
        /// Two checkpoints with the same tensors, byte for byte.
        case identicalCheckpoints = "identical_checkpoints"
        /// Tensors that most of the others have, or that the architecture asks for.
        case missingTensors = "missing_tensors"
    }

    /// What is wrong.
    package let kind: Kind
    /// The catalog, as the user named it.
    package let source: String
    /// Line in it, from 1, where there is one.
    package let line: Int?
    /// The row, name or path; `nil` when the finding is about none.
    package let text: String?
    /// The reason, with what was expected and found.
    package let message: String

    /// Makes a finding; see the properties.
    package init(_ kind: Kind, source: String, line: Int? = nil, text: String? = nil, message: String) {
        self.kind = kind
        self.source = source
        self.line = line
        self.text = text
        self.message = message
    }

    /// `SOURCE:LINE: KIND: REASON | ROW`.
    package var description: String {
        let place = line.map { "\(source):\($0)" } ?? source
        return "\(place): \(kind.rawValue): \(message)" + (text.map { " | \($0)" } ?? "")
    }

    /// About an entry.
    init(_ kind: Kind, _ entry: CatalogEntry, _ message: String) {
        self.init(kind, source: entry.source, line: entry.line, text: entry.text, message: message)
    }
}
