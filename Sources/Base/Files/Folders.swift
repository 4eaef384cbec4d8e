import Foundation

/// Makes a folder and those above it, where they are missing.
package func makeFolder(_ path: String) throws(EnvironmentError) {
    guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    let parent = PathText(path).folder
    guard errno == ENOENT, !parent.isEmpty, parent.utf8.count < path.utf8.count else {
        throw EnvironmentError("make the folder", path)
    }
    try makeFolder(parent)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw EnvironmentError("make the folder", path) }
}

/// The machine's name as it knows it itself: Foundation's would ask the network.
package func hostName() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
