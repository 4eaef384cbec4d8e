/// Why a checkpoint, or one tensor of it, cannot be used. One line for a person: what, where, expected, found, remedy.
public struct CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Kind: String, Sendable, Codable {
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
        /// Replaced or cut short while it was being read.
        case changed
    }

    /// What kind of failure.
    public let kind: Kind
    /// The checkpoint as the user named it.
    public let checkpoint: String
    /// What was found, where, and what was expected.
    public let problem: String
    /// What to do about it; `nil` when there is nothing to advise.
    public let remedy: String?

    /// Long enough for two paths and a reason.
    private static let problemLimit = 10_000

    /// Makes an error; see the properties. What is not printable in `problem`, which may quote the file, is escaped.
    public init(_ kind: Kind, checkpoint: String, problem: String, remedy: String? = nil) {
        self.kind = kind
        self.checkpoint = checkpoint
        self.problem = printable(problem, limit: CheckpointError.problemLimit)
        self.remedy = remedy
    }

    /// One line: checkpoint, problem, remedy.
    public var description: String {
        "checkpoint \(checkpoint): \(problem)" + (remedy.map { "; \($0)" } ?? "")
    }
}
