import Base
import Foundation

/// A file as it was when it was opened; what tells whether it was replaced or cut short since.
package struct FileIdentity: Sendable, Hashable, Codable {
    /// Real path, links resolved.
    package var path: String
    /// Size in bytes.
    package var byteCount: Int
    /// Time of the last modification, in nanoseconds since 1970.
    package var modificationTimeNanoseconds: Int
    /// The file system's number of the file.
    package var inode: UInt64
}

extension FileIdentity {
    init(path: String, status: stat) {
        self.path = path
        byteCount = Int(status.st_size)
        modificationTimeNanoseconds = status.modificationTimeNanoseconds
        inode = UInt64(status.st_ino)
    }
}
