import Base
import Foundation

/// The checkpoints that a path stands for, and what looks like one and is not read.
package struct CheckpointListing: Sendable {
    /// One checkpoint.
    package struct Member: Sendable, Equatable {
        /// Its path, as the user named the folder.
        package var path: String
        /// Its path, as the system takes it.
        package var place: String
        /// What it is called besides: links to it, further names in the Hub's cache.
        package var otherNames: [String] = []
        /// Whether it is the last model of a training, above the checkpoints of its way.
        package var isFinal = false
        /// Whether it was named itself, and not found in a folder.
        package var isNamed = false
    }

    /// What stands at the path.
    package let content: PathContent
    /// In natural order of their names: 2 before 10.
    package private(set) var members: [Member] = []
    /// What looks like a checkpoint and is not read, with the reason.
    package private(set) var unread: [CheckpointError] = []

    /// Looks at a path, and into it when it is a folder of checkpoints.
    /// - Parameters:
    ///   - shown: the path as the user wrote it.
    ///   - place: the same as the system takes it.
    /// - Throws: `.unreachable` for a folder that cannot be listed.
    package init(_ shown: String, at place: String) throws(CheckpointError) {
        content = PathContent(at: place, isMember: false)
        switch content {
        case .checkpoint, .other, .unread: members = [Member(path: shown, place: place, isNamed: true)]
        case .cache: try addCache(shown, place)
        case .folder: try addFolder(shown, place)
        case .trainingFolder:
            try addFolder(shown, place)
            members.append(Member(path: shown, place: place, isFinal: true))
        }
        if members.count == 1, content == .checkpoint {
            members[0].otherNames = HuggingFaceIdentity.otherNames(of: place)
        }
    }

    private mutating func addCache(_ shown: String, _ place: String) throws(CheckpointError) {
        let base = shown.hasSuffix("/") ? String(shown.dropLast()) : shown
        for snapshot in try HuggingFaceIdentity.snapshots(inCache: place) ?? [] {
            let hash = String(snapshot.split(separator: "/").last ?? "")
            let path = "\(base)/snapshots/\(hash)"
            var content = PathContent(at: snapshot, isMember: true)
            if content == .other || content == .folder {
                let names = ((try? folderNames(snapshot)) ?? []).filter { !$0.hasPrefix(".") }
                content = .unread(
                    problem: names.isEmpty
                        ? "is an empty snapshot"
                        : "is a snapshot without weights: it holds \(DirectoryWeights.listed(names))",
                    remedy: "fetch the revision again")
            }
            let named = HuggingFaceIdentity.names(of: snapshot)
            if case .unread(let problem, let remedy) = content {
                let name = named.isEmpty ? "" : " (\(named.joined(separator: ", ")))"
                unread.append(
                    CheckpointError(.unsupported, checkpoint: path + name, problem: problem, remedy: remedy))
            } else {
                members.append(Member(path: path, place: snapshot, otherNames: Array(named.dropFirst())))
            }
        }
    }

    private struct Entry {
        let name: String
        let real: String
        let isLink: Bool
        let content: PathContent
    }

    private mutating func addFolder(_ shown: String, _ place: String) throws(CheckpointError) {
        let names: [String]
        do {
            names = try folderNames(place).filter { !$0.hasPrefix(".") }.sorted(by: precedesNaturally)
        } catch {
            if let failure = error.environment {
                throw CheckpointError(.environment, checkpoint: shown, problem: "\(failure)")
            }
            throw CheckpointError(.unreachable, checkpoint: shown, problem: "cannot be listed: \(error.reason)")
        }
        let base = shown.hasSuffix("/") ? String(shown.dropLast()) : shown
        var entries: [Entry] = []
        for name in names where content != .trainingFolder || Revision(named: WeightFiles.stem(of: name)).tellsPlace {
            let path = "\(place)/\(name)"
            let found = PathContent(at: path, isMember: true)
            switch found {
            case .other, .folder: continue
            case .cache:
                unread.append(
                    CheckpointError(
                        .unsupported, checkpoint: "\(base)/\(name)", problem: "is a model's folder in the Hub's cache",
                        remedy: "name it itself"))
            case .unread(let problem, let remedy):
                unread.append(
                    CheckpointError(.unsupported, checkpoint: "\(base)/\(name)", problem: problem, remedy: remedy))
            case .checkpoint, .trainingFolder:
                entries.append(
                    Entry(name: name, real: realPath(path), isLink: isLink(path), content: found))
            }
        }
        for entry in entries {
            let same = entries.filter { $0.real == entry.real }
            // A link takes no checkpoint's place; of several links to one elsewhere, the one whose name tells a step stands.
            let first =
                same.first { !$0.isLink } ?? same.first { Revision(named: WeightFiles.stem(of: $0.name)).tellsPlace }
                ?? entry
            guard first.name == entry.name else { continue }
            members.append(
                Member(
                    path: "\(base)/\(entry.name)", place: "\(place)/\(entry.name)",
                    otherNames: same.filter { $0.name != entry.name }.map { WeightFiles.stem(of: $0.name) }))
        }
    }

    /// What to say of a folder in which nothing is read.
    package var emptiness: String {
        "it holds no checkpoint: no HDF5 file, no directory of Hugging Face or OLMo, and no .safetensors, .pt, .ckpt or .npz file"
    }
}

/// Whether the path's last part is a symbolic link.
package func isLink(_ path: String) -> Bool {
    var status = stat()
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    return lstat(trimmed, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}
