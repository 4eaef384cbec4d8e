import Foundation

/// Makes a folder and those above it, where they are missing.
package func makeFolder(_ path: String) throws(EnvironmentError) {
    guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
        throw EnvironmentError("make the folder", path)
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw EnvironmentError("make the folder", path) }
}

/// The path with every link resolved; of what does not exist, the absolute path.
package func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else {
        return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The machine's name as it knows it itself: Foundation's would ask the network.
package func hostName() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
