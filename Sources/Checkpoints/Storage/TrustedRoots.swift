import Base

/// The directories below which an untrusted file may point: without them, a checkpoint could have `/etc/passwd` read
/// into a table.
struct TrustedRoots: Sendable {
    /// The folder of the checkpoint's real path, against which relative names in it are resolved.
    let folder: String
    private let roots: [String]

    /// `file` is the checkpoint's real path; `allowed` are the directories that the user trusts besides its folder.
    init(file: String, allowed: [String]) {
        let folder = TrustedRoots.folder(of: file)
        self.init(folder: folder, roots: [folder] + allowed.compactMap(resolvedPath))
    }

    /// Of a directory that is a checkpoint: what lies in it, and where it is a snapshot of a Hub cache,
    /// `models--ORG--NAME/snapshots/HASH`, in the cache's own `blobs`, to which its files are links.
    init(directory: String, allowed: [String]) {
        let components = PathText(directory).components
        var roots = [directory] + allowed.compactMap(resolvedPath)
        if components.count >= 3, components[components.count - 2] == "snapshots",
            components[components.count - 3].hasPrefix("models--")
        {
            roots.append("/" + (components.dropLast(2) + ["blobs"]).joined(separator: "/"))
        }
        self.init(folder: directory, roots: roots)
    }

    /// The same roots for another file below them, whose relative names start from its own folder.
    func from(file: String) -> TrustedRoots {
        TrustedRoots(folder: TrustedRoots.folder(of: file), roots: roots)
    }

    private init(folder: String, roots: [String]) {
        self.folder = folder
        self.roots = roots
    }

    private static func folder(of file: String) -> String {
        let folder = PathText(file).folder
        return folder.isEmpty ? "/" : folder
    }

    /// The real path of `name` as a file inside the checkpoint spells it. Throws when nothing is there, or when it lies
    /// outside the roots; `role` stands in the error, for example `external link 'encoder'`.
    func resolve(_ name: String, role: String, checkpoint: String) throws(CheckpointError) -> String {
        let shown = printable(name)
        guard let real = resolvedPath(PathText(name).isAbsolute ? name : "\(folder)/\(name)") else {
            let code = lastErrorCode
            throw CheckpointError(
                opening: checkpoint, problem: "\(role) leads to '\(shown)': \(systemErrorText(code))", errno: code)
        }
        guard roots.contains(where: { PathText(real).isWithin(PathText($0)) }) else {
            throw CheckpointError(
                .refused, checkpoint: checkpoint,
                problem: "\(role) leads to '\(shown)', outside the checkpoint's folder",
                remedy: "if you trust it, allow its directory with --allow-external DIR")
        }
        return real
    }
}
