import Base
import Checkpoints
import Foundation
import Settings

/// Finds what an entry of `series` with `*`, `?` or `[...]` in it stands for.
struct SeriesFiles {
    private let context: RunContext

    init(_ context: RunContext) { self.context = context }

    /// The entries that one stands for, in ascending order; itself, where it holds no wildcard, or something goes by that
    /// very name.
    /// - Throws: `InputError` when nothing matches.
    func matches(_ entry: String) throws(InputError) -> [String] {
        let location = CheckpointLocation(parsing: entry)
        let pattern = location.path
        let group = location.group.map { ":\($0)" } ?? ""
        let literal = context.resolve(pattern, of: "series")
        guard pattern.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: literal) else {
            return [entry]
        }
        for folder in context.folders(of: "series", pattern) {
            let prefix = folder.isEmpty ? "" : folder + "/"
            let found = SeriesFiles.glob(SeriesFiles.escaped(prefix) + pattern)
            if !found.isEmpty { return found.map { String($0.dropFirst(prefix.count)) + group } }
        }
        throw InputError("series: '\(entry)' matches no file and no folder; \(hint(pattern))")
    }

    private func hint(_ pattern: String) -> String {
        let path = PathText(pattern)
        let folder = path.folder.isEmpty ? "." : path.folder
        let names = context.folders(of: "series", pattern).lazy.compactMap { base in
            try? folderNames(base.isEmpty ? folder : "\(base)/\(folder)")
        }.first
        guard let name = path.name, let names else { return "there is no folder '\(folder)'" }
        let shown = names.filter { !$0.hasPrefix(".") }
        guard let near = nearest(to: name, among: shown) ?? shown.first else {
            return "the folder '\(folder)' is empty"
        }
        return "in \(folder) there is '\(near)'" + (shown.count > 1 ? " among \(shown.count) names" : "")
    }

    /// The paths that a pattern of the shell matches, in ascending order of their bytes.
    private static func glob(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard Foundation.glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A path that stands for itself in a pattern.
    private static func escaped(_ path: String) -> String {
        path.map { "*?[\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }
}
