import Base

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Why a checkpoint, or one tensor of it, cannot be used. One line for a person: what, where, expected, found, remedy.
package struct CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    package enum Kind: String, Sendable, Codable {
        /// No such file, or no permission to read it.
        case unreachable
        /// Not a checkpoint, or its structure contradicts itself.
        case malformed
        /// The HDF5 library crashed, hung or exceeded its limits on it.
        case crashed
        /// Points outside the roots that may be read.
        case refused
        /// Well-formed, but of a layout, type or version that cannot be read here.
        case unsupported
        /// Ends before its data does: it was cut short before it was opened, or while it was read.
        case truncated
        /// Replaced or modified while it was being read.
        case changed
        /// The machine has no descriptor, process or memory left to read it with. Nothing is wrong with the checkpoint,
        /// and the next one would fare no better: a run ends here.
        case environment

        /// Whether the problem itself says that the checkpoint was refused.
        package var tellsVerdict: Bool { self == .refused || self == .crashed }
    }

    /// What kind of failure.
    package let kind: Kind
    /// The checkpoint as the user named it.
    package let checkpoint: String
    /// What was found, where, and what was expected; with `; refused` at the end where the kind tells the verdict.
    package let problem: String
    /// What to do about it; `nil` when there is nothing to advise.
    package let remedy: String?

    /// Long enough for two paths and a reason.
    private static let problemLimit = 10_000

    /// Makes an error; see the properties. What is not printable in `problem`, which may quote the file, is escaped.
    package init(_ kind: Kind, checkpoint: String, problem: String, remedy: String? = nil) {
        self.kind = kind
        self.checkpoint = printable(checkpoint, limit: CheckpointError.problemLimit)
        self.problem =
            printable(problem, limit: CheckpointError.problemLimit) + (kind.tellsVerdict ? "; refused" : "")
        self.remedy = remedy
    }

    /// The same failure as one of a checkpoint that cannot be read without this one; a failure of the machine stays as it
    /// is.
    func costing(_ dependent: String) -> CheckpointError {
        guard kind != .environment else { return self }
        return CheckpointError(
            kind: kind, checkpoint: dependent, problem: "it is made of \(checkpoint): \(problem)", remedy: remedy)
    }

    private init(kind: Kind, checkpoint: String, problem: String, remedy: String?) {
        (self.kind, self.checkpoint, self.problem, self.remedy) = (kind, checkpoint, problem, remedy)
    }

    /// One line: checkpoint, problem, remedy.
    package var description: String { "checkpoint \(checkpoint): \(reason)" }

    /// Problem and remedy, for where the checkpoint is named already.
    package var reason: String { problem + (remedy.map { "; \($0)" } ?? "") }
}

extension CheckpointError {
    /// A file that the system would not open or read: the file's fault, or, when it has too many open already or its disk
    /// does not answer, the machine's.
    init(opening checkpoint: String, problem: String, errno code: Int32) {
        self.init(
            isMachineFailure(code) ? .environment : .unreachable, checkpoint: checkpoint, problem: problem,
            remedy: environmentRemedy(code))
    }
}

/// What to do when the system refuses for lack of something, by the code of its refusal; `nil` for other codes.
func environmentRemedy(_ code: Int32) -> String? {
    switch code {
    case EMFILE: "allow more open files with 'ulimit -n'"
    case ENFILE: "all programs together have too many open files; raise the system's limit"
    case EAGAIN: "allow more processes with 'ulimit -u'"
    case ENOMEM: "free some memory"
    case _ where isMachineFailure(code): "see the system's log for the disk or the network, and run it again"
    default: nil
    }
}
