import Foundation

/// Where a checkpoint is: a file, a group inside an HDF5 file, or a Hugging Face directory.
public struct CheckpointLocation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file or directory, as the user named it.
    public var path: String
    /// The group inside the file, such as `/model_weights`; `nil` for the whole file.
    public var group: String?

    /// Names a file or directory, and a group inside it if `group` is given.
    public init(path: String, group: String? = nil) {
        self.path = path
        self.group = group
    }

    /// Reads what a user types: `a.h5`, `a.h5:/model_weights`, or a directory. A text that names an existing file is
    /// that file, whatever it contains; otherwise everything from the first `:/` on is the group.
    public init(parsing text: String) {
        guard let separator = text.range(of: ":/"), !FileManager.default.fileExists(atPath: text) else {
            self.init(path: text)
            return
        }
        let group = "/" + text[separator.upperBound...].split(separator: "/").joined(separator: "/")
        self.init(path: String(text[..<separator.lowerBound]), group: group == "/" ? nil : group)
    }

    /// As a user types it.
    public var description: String {
        group.map { "\(path):\($0)" } ?? path
    }
}
