import Base
import Foundation
import HDF5

/// Where a checkpoint is: a file, a group inside an HDF5 file, or a Hugging Face directory.
package struct CheckpointLocation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file or directory, as the user named it.
    package var path: String
    /// The group inside the file, such as `/model_weights`; `nil` for the whole file.
    package var group: String?

    /// Names a file or directory, and a group inside it if `group` is given.
    package init(path: String, group: String? = nil) {
        self.path = path
        self.group = group
    }

    /// Reads what a user types: `a.h5`, `a.h5:/model_weights`, or a directory. A text that names an existing file is
    /// that file, whatever it contains; otherwise everything from the first `:/` on is the group.
    package init(parsing text: String) {
        guard let separator = text.range(of: ":/"), !pathExists(text) else {
            self.init(path: text)
            return
        }
        let group = "/" + text[separator.upperBound...].split(separator: "/").joined(separator: "/")
        self.init(path: String(text[..<separator.lowerBound]), group: group == "/" ? nil : group)
    }

    /// As a user types it.
    package var description: String {
        group.map { "\(path):\($0)" } ?? path
    }
}
