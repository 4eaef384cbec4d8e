import Base

/// Why nothing is to be had from a file that an earlier run left.
package enum SavedFileProblem: Error {
    /// The file could not be read; the error's kind tells whether it is missing.
    case unreadable(FileReadingError)
    /// It is not what such a run writes.
    case damaged
}

/// The bytes of a file that an earlier run left; longer ones than `limit` are none.
func readSaved(_ path: String, limit: Int) throws(SavedFileProblem) -> [UInt8] {
    do throws(FileReadingError) {
        return try readFile(path, limit: limit)
    } catch {
        throw .unreadable(error)
    }
}
