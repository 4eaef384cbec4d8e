import Base

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the place of a Hugging Face directory tells of the checkpoint in it.
///
/// A plain folder is named after its revision. In the Hub's cache, the folder is
/// `models--ORG--NAME/snapshots/HASH`, and each file below `models--ORG--NAME/refs` is named after a revision and holds
/// the hash of its snapshot (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
package struct HuggingFaceIdentity: Sendable, Equatable {
    /// `ORG/NAME`; `nil` outside a cache.
    let model: String?
    /// The folder's own name: a revision, or a snapshot's hash.
    let folder: String
    /// In a cache, the names that refer to this snapshot, in training order, those that tell a step first; `nil` outside a
    /// cache.
    let references: [String]?

    /// A single file is named after its revision.
    init(ofFile path: String) {
        let name = PathText(path).name ?? "checkpoint"
        (model, folder, references) = (nil, WeightFiles.stem(of: name), nil)
    }

    init(of path: String) throws(CheckpointError) {
        let directory = try HuggingFaceIdentity.absolute(path)
        let components = PathText(directory).components
        folder = components.last ?? "/"
        let count = components.count
        guard count >= 3, components[count - 2] == "snapshots", components[count - 3].hasPrefix("models--") else {
            model = nil
            references = nil
            return
        }
        model = String(components[count - 3].dropFirst("models--".count).replacing("--", with: "/"))
        let refs = "/" + components[..<(count - 2)].joined(separator: "/") + "/refs"
        references = try HuggingFaceIdentity.references(to: folder, below: refs, checkpoint: path)
    }

    /// The revision that the directory holds. Of several names that refer to a snapshot the first that tells a step stands;
    /// one that none refers to is called by its hash.
    var revision: Revision { Revision(named: references?.first ?? folder) }

    /// The names that refer to a snapshot; none for what is no snapshot.
    static func names(of path: String) -> [String] { (try? HuggingFaceIdentity(of: path))?.references ?? [] }

    /// Those besides the one that it goes by.
    static func otherNames(of path: String) -> [String] { Array(names(of: path).dropFirst()) }

    /// The snapshots of a cache folder `models--ORG--NAME`, in training order of their references, then by hash; `nil`
    /// when `path` is no such folder.
    package static func snapshots(inCache path: String) throws(CheckpointError) -> [String]? {
        guard isDirectory(path), try PathText(absolute(path)).name?.hasPrefix("models--") == true else {
            return nil
        }
        let hashes = try entries(of: path + "/snapshots", checkpoint: path)
        var snapshots: [(path: String, identity: HuggingFaceIdentity)] = []
        for hash in hashes {
            let snapshot = path + "/snapshots/" + hash
            snapshots.append((snapshot, try HuggingFaceIdentity(of: snapshot)))
        }
        return snapshots.sorted { $0.identity.revision < $1.identity.revision }.map(\.path)
    }

    /// The directory's own path, without following it when it is a link itself: its name is what counts.
    private static func absolute(_ path: String) throws(CheckpointError) -> String {
        guard let resolved = resolvedPath(path) else {
            let code = lastErrorCode
            guard isMachineFailure(code) else {
                throw CheckpointError(.unreachable, checkpoint: path, problem: "no such directory")
            }
            throw CheckpointError(opening: path, problem: systemErrorText(code), errno: code)
        }
        guard isDirectory(resolved) else {
            throw CheckpointError(.unreachable, checkpoint: path, problem: "no such directory")
        }
        let components = PathText(path).components
        guard let name = components.last, name != ".", name != ".." else { return resolved }
        let parent = (PathText(path).isAbsolute ? "/" : "./") + components.dropLast().joined(separator: "/")
        return (resolvedPath(parent) ?? parent) + "/" + name
    }

    /// Names below `refs` whose file holds `hash`. Branch names may contain slashes, so that folders nest.
    private static func references(
        to hash: String, below refs: String, checkpoint: String
    ) throws(CheckpointError) -> [String] {
        var names: [String] = []
        var pending = entryExists(refs) ? [""] : []
        while let folder = pending.popLast() {
            for entry in try entries(of: refs + "/" + folder, checkpoint: checkpoint) {
                let name = folder + entry
                if isDirectory(refs + "/" + name) {
                    // A link in a circle would make names without end.
                    if name.utf8.count < 1024 { pending.append(name + "/") }
                    continue
                }
                let bytes = try ByteSources.contents(of: refs + "/" + name, limit: 1024, checkpoint: checkpoint)
                if String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace) == [hash[...]] {
                    names.append(name)
                }
            }
        }
        return names.map { Revision(named: $0) }.sorted().map(\.name)
    }

    private static func entries(of directory: String, checkpoint: String) throws(CheckpointError) -> [String] {
        do throws(FileReadingError) {
            return try folderNames(directory)
        } catch {
            throw CheckpointError(
                error.kind == .machine ? .environment : .unreachable, checkpoint: checkpoint,
                problem: "cannot list '\(directory)': \(error.reason)")
        }
    }
}
